"""How many lines of the library its tests ran; fails below a share.

usage: coverage.py FOLDER PERCENT PROGRAM...   FOLDER: where the programs left their profiles (*.profraw)

Clang counts (-fprofile-instr-generate -fcoverage-mapping); llvm-profdata and llvm-cov add up. The commands' own
sources and the bundled data do not count.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
COUNTED = re.compile(rf"{re.escape(str(ROOT))}/(src/(?!command/|bundle/)|include/)(.*)")


def lines_of(folder, programs):
    """For each file that counts: lines that there are, lines that were run."""
    profile = folder / "all.profdata"
    subprocess.run(["llvm-profdata", "merge", "-sparse", "-o", profile, *sorted(folder.glob("*.profraw"))], check=True)
    objects = [word for program in programs[1:] for word in ("-object", program)]
    out = subprocess.run(["llvm-cov", "export", "-summary-only", f"-instr-profile={profile}", programs[0], *objects],
                         check=True, capture_output=True, text=True).stdout
    files = json.loads(out)["data"][0]["files"]
    return {str(Path(file["filename"]).relative_to(ROOT)): file["summary"]["lines"]
            for file in files if COUNTED.fullmatch(file["filename"])}


def main(folder, least, *programs):
    files = lines_of(Path(folder), programs)
    there, ran = (sum(lines[key] for lines in files.values()) for key in ("count", "covered"))
    missed = sorted(((lines["count"] - lines["covered"], name) for name, lines in files.items()), reverse=True)
    for count, name in missed[:10]:
        print(f"{count:6} lines not run in {name}")
    share = 100 * ran / there
    print(f"lines run: {share:.1f} % of {there}, at least {least} %")
    sys.exit(share < float(least))


if __name__ == "__main__":
    main(*sys.argv[1:])
