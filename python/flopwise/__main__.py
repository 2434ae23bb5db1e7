"""The commands: ``recommend``, which is ``flopwise`` and ``python -m flopwise`` too, ``catalog``, and
``flopwise mcp``."""

from __future__ import annotations

import sys

from . import _core

_HELP = """\
flopwise mcp: answers the questions of agents over the Model Context Protocol, on standard input and output.
It takes no arguments; docs/mcp.md says how to add it to a client. Needs the package mcp: pip install flopwise[mcp]
"""


def main() -> int:
    """Runs the command with the arguments of this program; returns its exit status."""
    if sys.argv[1:2] == ["mcp"]:
        return _mcp(sys.argv[2:])
    return recommend()


def recommend() -> int:
    """The same as the command ``recommend`` has it, to which ``mcp`` is a request file."""
    return _core.run_command(sys.argv[1:])


def catalog() -> int:
    """Runs the command ``catalog`` in the same way."""
    return _core.run_catalog(sys.argv[1:])


def _mcp(arguments: list[str]) -> int:
    if arguments in (["--help"], ["-h"]):
        print(_HELP, end="")
        return 0
    if arguments:
        print(f'mcp: must have no arguments, got "{arguments[0]}"', file=sys.stderr)
        return 2
    try:
        from ._mcp.server import serve
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "anyio"):
            raise
        print("mcp: needs the package mcp: pip install flopwise[mcp]", file=sys.stderr)
        return 2
    serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
