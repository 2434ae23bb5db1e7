"""The command: ``flopwise`` and ``python -m flopwise``, with the flags of ``recommend``."""

from __future__ import annotations

import sys

from . import _core


def main() -> int:
    """Runs the command with the arguments of this program; returns its exit status."""
    return _core.run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
