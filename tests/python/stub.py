"""Writes the fields of records into python/flopwise/_core.pyi, from the lists of the module, and
the types of settings into python/flopwise/_settings.py.

    python tests/python/stub.py            rewrites both; flopwise has to be installed
    python tests/python/stub.py --check    exits with 1 if that would change one

What is not a field (methods, functions, other classes) is written by hand and stays as it is.
"""

import argparse
import ast
import pathlib
import sys
import textwrap

from flopwise import _core
from flopwise._recommend import meaning_of

PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "python/flopwise"
STUB = PACKAGE / "_core.pyi"
SETTINGS = PACKAGE / "_settings.py"
# What is written for a value in the help, and its type in Python; all else is a figure.
TYPES = {
    "": "bool",
    "NAME": "str",
    "NAME,...": "Names",
    "CODE": "str",
    "CODE,...": "Names",
    "URL": "str",
    "NAME|PATH": "PathLike",
    "PLACE": "Union[str, Sequence[Figure]]",
    "NAME=N,...": "Union[str, Mapping[str, Figure]]",
    "CODE=RATE[@DATE]": "Union[str, Mapping[str, Figure]]",
    "TEXT": "Union[Figure, Iterable[str], Mapping[str, Figure]]",
    "FILE,...": "Union[Charges, PathLike, Iterable[PathLike]]",
    "DATE": "Day",
    "HOURS|DATE": "Union[Duration, Day]",
    "HOURS": "Duration",
    "DAYS": "Duration",
}
# Where the stub names all values of a text.
NARROWER = {("Recommendation", "outcome"): "Outcome", ("Unpriced", "sold"): "Sold"}


def lines_of(record, types, before, overloaded, after):
    def taken(type_):  # by a constructor: a table may be any iterable; all may be left out
        return type_.removesuffix(" | None").replace("Table[", "Iterable[") + " | None"

    out = []
    for name, type_ in types.items():
        out += ["    @property", f"    def {name}(self) -> {type_}: ..."]
    out += before
    out += ["    @overload"] * overloaded + ["    def __init__(", "        self,", "        *,"]
    out += [f"        {name}: {taken(type_)} = ..." + "," for name, type_ in types.items()]
    return [*out, "    ) -> None: ...", *after]


def rewritten(node, lines):
    """The lines of the body of a record's class."""
    record = getattr(_core, node.name)
    types = {
        name: NARROWER.get((node.name, name), type_) for name, type_ in record._field_types().items()
    }
    kept = {"before": [], "after": []}
    where, overloaded = "before", False
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name == "__init__" and item.args.kwonlyargs:
            where, overloaded = "after", bool(item.decorator_list)
        elif item.name not in types and hasattr(record, item.name):
            first = min([item.lineno, *(d.lineno for d in item.decorator_list)])
            kept[where] += lines[first - 1 : item.end_lineno]
    return lines_of(record, types, kept["before"], overloaded, kept["after"])


def stub(text):
    """The text of a stub with the fields that the module has now."""
    lines = text.splitlines()
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.ClassDef) and any(ast.unparse(b) == "_Record" for b in node.bases):
            lines[node.lineno : node.end_lineno] = rewritten(node, lines)
    return "\n".join(lines) + "\n"


def settings(text):
    """The text of _settings.py with the settings that the module has now."""
    lines = [text[: text.index("class Settings")] + "class Settings(TypedDict, total=False):"]
    lines += ['    """The keyword arguments of :func:`flopwise.recommend`, each with its type."""']
    heading = None
    for name, (_, group, value, meaning) in _core.settings().items():
        if name == "catalog":  # an argument of its own
            continue
        if group != heading:
            lines += ["", f"    # {group}"]
            heading = group
        lines += textwrap.wrap(meaning_of(meaning), 90, initial_indent="    # ",
                               subsequent_indent="    # ")
        lines += [f"    {name}: Optional[{TYPES.get(value, 'Figure')}]"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    changed = False
    for file, made in ((STUB, stub), (SETTINGS, settings)):
        now = file.read_text()
        new = made(now)
        changed = changed or now != new
        if not arguments.check:
            file.write_text(new)
    sys.exit(arguments.check and changed)
