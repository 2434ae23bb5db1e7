"""Price files of EC2 read by `catalog import`, Python's json, pandas and polars.

    python benchmarks/peers/reading.py PROGRAMS FOLDER [MIB [REPETITIONS]]

PROGRAMS is the folder with flopwise-benchmark-files and catalog. Each reader is a process of its
own; its time is from start to end, its memory the most that was resident.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from measure import Ran, Times, must, ratio, run, table

HERE = Path(__file__).parent


@dataclass(frozen=True)
class PriceFile:
    path: Path
    bytes: int
    prices: int


def write(programs: Path, form: str, path: Path, mib: int) -> PriceFile:
    told = run([f"{programs}/flopwise-benchmark-files", form, str(mib), str(path)]).output
    figures = dict(line.split() for line in told.splitlines())
    return PriceFile(path, int(figures["bytes"]), int(figures["prices"]))


def imported(catalog: Path) -> tuple[int, float]:
    """Number and sum of the prices in a catalog's YAML."""
    prices = re.findall(r"usd_per_hour: ([0-9.e+-]+)", catalog.read_text())
    return len(prices), round(sum(map(float, prices)), 4)


def compare(readers: dict[str, list[str]], file: PriceFile, out: Path, repetitions: int) -> str:
    """Verifies that all find the same prices, then times them in turn."""
    expected = None
    for name, arguments in readers.items():
        told = run(arguments).output.split()
        found = (int(told[0]), float(told[1])) if told else imported(out)
        expected = expected or found
        must(found[0] == file.prices, f"{name}: found {found[0]} prices of {file.prices}")
        must(abs(found[1] - expected[1]) < 1e-3, f"{name}: the prices add up to {found[1]}")
    ran: dict[str, list[Ran]] = {name: [] for name in readers}
    for _ in range(repetitions):
        for name, arguments in readers.items():
            ran[name].append(run(arguments))
    times = {name: Times(tuple(one.seconds for one in all)) for name, all in ran.items()}
    first = next(iter(times.values()))
    rows = []
    for name, t in times.items():
        mib = max(one.mib for one in ran[name])
        rate, share = file.bytes / t.best / 1e9, mib * 2**20 / file.bytes
        rows.append(
            [name, f"{t.best:.3f}", f"{t.median:.3f}", f"{rate:.2f}", ratio(t, first), f"{mib:,.0f}",
             f"{share:.2f}"]
        )  # fmt: skip
    head = ["reader", "best, s", "median, s", "GB/s", "times as long", "MiB of memory", "of the file"]
    title = f"{file.path.name}: {file.bytes / 1e6:,.0f} MB, {file.prices:,} prices on demand for Linux"
    return f"{title}; {repetitions} times in turn\n\n{table(head, rows)}"


def main() -> None:
    programs, folder = Path(sys.argv[1]), Path(sys.argv[2])
    mib = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    repetitions = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    base, out = folder / "base.yaml", folder / "out.yaml"

    def readers(file: PriceFile, form: str, others: list[str]) -> dict[str, list[str]]:
        run([f"{programs}/flopwise-benchmark-files", "base", str(file.prices), str(base)])
        names = {"json": "Python's json", "pandas": "pandas", "polars": "polars"}
        names["pandas-columns"] = "pandas, the columns needed"
        python = [sys.executable, str(HERE / "readers.py")]
        ours = [f"{programs}/catalog", "import", form, str(file.path), "--base", str(base), "-o", str(out)]
        return {
            "catalog import": ours,
            **{names[other]: [*python, other, str(file.path)] for other in others},
        }

    for form, name, others in (
        ("aws_offers", "offers.json", ["json"]),
        ("aws_offers_csv", "offers.csv", ["pandas", "pandas-columns", "polars"]),
    ):
        file = write(programs, form, folder / name, mib)
        print(compare(readers(file, form, others), file, out, repetitions), flush=True)
        file.path.unlink()


if __name__ == "__main__":
    main()
