"""flopwise beside gpuhunt, pandas, polars and Python's json, on the same data.

    python benchmarks/peers/compare.py PROGRAMS [--offers N] [--mib N] [--repetitions N]
                                       [--only query|start|reading]

PROGRAMS is a folder with recommend, catalog, flopwise-benchmark-files and, if it is there,
flopwise-benchmarks. `./run bench peers` builds them, installs the libraries, and calls this.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
PARTS = ("query", "start", "reading")
PACKAGES = ("flopwise", "gpuhunt", "pandas", "polars")
NEEDED = ("recommend", "catalog", "flopwise-benchmark-files")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="flopwise beside other programs")
    parser.add_argument("programs", type=Path, help="the folder of the programs that were built")
    parser.add_argument("--offers", type=int, default=100_000)
    parser.add_argument("--mib", type=int, default=200, help="size of each price file")
    parser.add_argument("--repetitions", type=int, default=25, help="a fifth of them for reading")
    parser.add_argument("--only", choices=PARTS)
    return parser.parse_args()


def missing(programs: Path) -> list[str]:
    out = []
    for name in PACKAGES:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            how = "." if name == "flopwise" else "-r benchmarks/peers/requirements.txt"
            out.append(f"{name} is not installed: pip install {how}")
    for name in NEEDED:
        if not os.access(programs / name, os.X_OK):
            out.append(f"{programs / name} is not there: ./run bench peers builds it")
    return out


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "")


def about() -> str:
    versions = [f"{name} {metadata.version(name)}" for name in PACKAGES]
    load = "/".join(f"{load:.1f}" for load in os.getloadavg())
    return (
        f"{processor()}, {os.cpu_count()} processors, load {load} (1/5/15 min)\n"
        f"Python {platform.python_version()}, {', '.join(versions)}\n"
    )


def part(name: str, *rest: object) -> None:
    """In a process of its own, so that no part has in memory what another imported."""
    print(f"\n## {name}\n", flush=True)
    subprocess.run([sys.executable, str(HERE / f"{name}.py"), *map(str, rest)], check=True)


def cpp(programs: Path, offers: int) -> None:
    program = programs / "flopwise-benchmarks"
    if not os.access(program, os.X_OK):
        print(f"The same without Python is not timed: {program} is not there.")
        return
    print("Without Python, other questions (recommend_benchmark.cpp):\n", flush=True)
    chosen = f"^(memory/.*|(readme|any_machine)/{offers}/)"
    subprocess.run([program, f"--benchmark_filter={chosen}"], check=True, stderr=subprocess.DEVNULL)


def compare(options: argparse.Namespace, folder: Path) -> None:
    programs, repetitions = options.programs.resolve(), options.repetitions
    catalog = folder / "catalog.yaml"
    wanted = [options.only] if options.only else PARTS
    if wanted != ["reading"]:
        files = [programs / "flopwise-benchmark-files", "catalog", str(options.offers), catalog]
        cache = {**os.environ, "XDG_CACHE_HOME": str(folder)}
        subprocess.run(files, check=True, env=cache, stdout=subprocess.DEVNULL)
    if "query" in wanted:
        part("query", catalog, repetitions)
        cpp(programs, options.offers)
    if "start" in wanted:
        part("start", programs / "recommend", catalog, folder, repetitions)
    if "reading" in wanted:
        part("reading", programs, folder, options.mib, max(1, repetitions // 5))


def main() -> None:
    options = arguments()
    if complaints := missing(options.programs):
        raise SystemExit("\n".join(f"peers: {complaint}" for complaint in complaints))
    print(about(), end="")
    with tempfile.TemporaryDirectory(prefix="flopwise-peers-") as folder:
        try:
            compare(options, Path(folder))
        except subprocess.CalledProcessError as error:
            raise SystemExit(error.returncode) from None  # what it had to say, it said
    print(f"Load at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
