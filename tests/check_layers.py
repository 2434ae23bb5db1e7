"""Checks the direction of includes: of the public headers by ORDER, of the sources by ROOMS.

A header includes only headers that stand before it, a source only files of its own room or of rooms
before it, and no file includes itself by way of others. Each public header is installed.

Only the command calls settings by flags: what the library says has their keys, between backticks.
"""

import argparse
import pathlib
import re
import sys

ORDER = ["export", "version", "date", "units", "error", "place", "catalog", "stack", "regions", "charges", "price_history", "price_age", "lint",
         "diff", "feed", "catalog_text", "precision", "model", "config", "memory", "job", "estimate", "budget", "uncertainty",
         "bill", "purchase", "hours", "ownership", "constraints", "profile", "score", "request", "settings", "firmness",
         "recommendation", "recommend", "saved_plan", "sweep", "what_if", "launch",
         "report", "overview", "compare", "names", "flopwise"]
# Earlier names of headers: each includes the present one, and no other header includes them.
EARLIER = ["workload", "nearby", "check", "uncertain", "cost", "net", "listing"]
# Each room, and the public headers of which it has the sources.
ROOMS = {
    "text": "export version date units error",
    "catalog": "place catalog stack price_history regions lint diff precision",
    "cost": "charges price_age budget uncertainty bill purchase hours ownership",
    "training": "model config memory job estimate",
    "feed": "feed",
    "bundle": "",
    "request": "constraints profile request settings",
    "solve": "score recommendation",
    "recommend": "firmness recommend saved_plan sweep what_if launch",
    "report": "catalog_text compare report overview",
    "command": "names flopwise",
}
PLACE = {room: i for i, room in enumerate(ROOMS)}
ROOM_OF = {header: room for room, headers in ROOMS.items() for header in headers.split()}


def included(file: pathlib.Path) -> list[str]:
    return re.findall(r'^#include [<"]((?:flopwise|\w+)/\w+\.hpp)[>"]', file.read_text(), re.MULTILINE)


def room_of(path: str) -> str | None:
    """Of a path as it is included; None for another project's."""
    folder, name = path.split("/")
    return ROOM_OF.get(name[:-4]) if folder == "flopwise" else folder if folder in ROOMS else None


def ring(files: dict[str, list[str]]) -> list[str]:
    """The first files that include one another in a ring."""
    done: set[str] = set()

    def from_(file: str, way: list[str]) -> list[str]:
        if file in way:
            return way[way.index(file):] + [file]
        if file in done:
            return []
        for other in files.get(file, []):
            if found := from_(other, way + [file]):
                return found
        done.add(file)
        return []

    for file in files:
        if found := from_(file, []):
            return found
    return []


# Whose texts are for a shell, a browser, or the help of the command.
WITH_FLAGS = re.compile(r"command/.*|recommend/launch.*|report/html.*|request/(?:\w+_)?(?:settings|in_flags)\.cpp|report/refusal_part\.\w+")


def flags_in(file: pathlib.Path) -> list[str]:
    """Flags in the texts of a file: literals, but no comments and no `commands`."""
    code = re.sub(r"//.*|`(recommend|catalog) [^`]*`", "", file.read_text())
    return [flag for text in re.findall(r'"(?:[^"\\\n]|\\.)*"', code) for flag in re.findall(r"(?<![\w-])--[a-z][\w-]*", text)]


def wrong(root: pathlib.Path) -> list[str]:
    out = []
    headers = {f"flopwise/{f.name}": f for f in sorted((root / "include/flopwise").glob("*.hpp"))
               if f.stem not in EARLIER}
    sources = {f"{f.parent.name}/{f.name}": f for f in sorted((root / "src").glob("*/*.[ch]pp"))}
    for name, file in headers.items():
        for other in included(file):
            if pathlib.Path(other).stem in EARLIER:
                if name != "flopwise/flopwise.hpp":
                    out.append(f"include/{name} includes {other}, an earlier name")
            elif ORDER.index(pathlib.Path(other).stem) >= ORDER.index(file.stem):
                out.append(f"include/{name} includes {other}, which stands after it")
    for name, file in sources.items():
        for other in included(file):
            room = room_of(other)
            if room is not None and PLACE[room] > PLACE[file.parent.name]:
                out.append(f"src/{name} includes {other} of the room {room}, which stands after {file.parent.name}")
    out += [f"src/{name} calls a setting {flag}: write its key between backticks"
            for name, file in sources.items() if not WITH_FLAGS.fullmatch(name) for flag in flags_in(file)]
    out += [f"src/{f.relative_to(root / 'src')} stands in no room" for f in sorted((root / "src").rglob("*.[ch]pp"))
            if f.parent.parent != root / "src" or f.parent.name not in ROOMS]
    if (build := root / "CMakeLists.txt").exists():
        listed = re.findall(r"^ +include/(flopwise/\w+\.hpp)", build.read_text(), re.MULTILINE)
        out += [f"include/{f.parent.name}/{f.name} is not installed: CMakeLists.txt does not list it"
                for f in sorted((root / "include").glob("*/*.hpp")) if f"{f.parent.name}/{f.name}" not in listed]
    if way := ring({name: included(file) for name, file in {**headers, **sources}.items()}):
        out.append("a ring: " + " -> ".join(way))
    return out


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    sys.exit("\n".join(wrong(parser.parse_args().root)) or 0)
