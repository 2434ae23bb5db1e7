"""How far a sweep or a download is: a bar in a terminal or a notebook, or the caller's function."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Union

Wanted = Union[bool, Callable[[int, int], object], None]


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"


class Progress:
    """What is called with the rows done: nothing, the caller's function, or a bar."""

    def __init__(self, wanted: Wanted, rows: int, unit: str = "requests") -> None:
        self.rows = rows
        self.unit = unit
        self.begun = time.monotonic()
        self.bar: Any = None
        self.wait = 0.0 if wanted is True else 1.0
        shown = wanted is True or (wanted is None and (sys.stderr.isatty() or _in_notebook()))
        self.function = wanted if callable(wanted) else None
        self.shown = shown and self.function is None

    def __enter__(self) -> Callable[[int], object] | None:
        if self.function is not None:
            function, rows = self.function, self.rows
            return lambda done: function(done, rows)
        return self.show if self.shown else None

    def show(self, done: int) -> None:
        if self.bar is None and time.monotonic() - self.begun >= self.wait:
            self.bar = _bar(self.rows, self.unit)
        if self.bar is not None:
            self.bar.update(done - self.bar.n)

    def __exit__(self, *exception: object) -> None:
        if self.bar is not None:
            self.bar.close()


def _bar(rows: int, unit: str) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _TextBar(rows, unit)
    return tqdm(total=rows, unit=unit, unit_scale=True)


class _TextBar:
    """The part of tqdm that is used here."""

    def __init__(self, rows: int, unit: str) -> None:
        self.n = 0
        self.rows = rows
        self.unit = unit

    def update(self, more: int) -> None:
        self.n += more
        share = self.n / self.rows
        bar = "#" * int(share * 40)
        print(f"\r[{bar:<40}] {share:4.0%} of {self.rows:,} {self.unit}", end="", file=sys.stderr)

    def close(self) -> None:
        print(file=sys.stderr)
