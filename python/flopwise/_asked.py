"""What an answer was found in, and the settings with which it is asked for again."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from typing import Any, NamedTuple, Union

from . import _core
from ._core import Catalog, Charges, Request

CatalogLike = Union[Catalog, str, "os.PathLike[str]", None]


class Asked(NamedTuple):
    """What an answer was found in, beside its request."""

    catalog: CatalogLike
    charges: Charges | None

    def own(self) -> tuple[str, ...]:
        """What of it no package has, so that a name does not tell it."""
        out = []
        if isinstance(self.catalog, Catalog) and not _is_bundled(self.catalog):
            out.append("catalog")
        if self.charges is not None and self.charges != Charges.bundled():
            out.append("charges")
        return tuple(out)


def _is_bundled(catalog: Catalog) -> bool:
    name = catalog.name
    return name in Catalog.bundled_names() and catalog == Catalog.bundled(name)


def settings_beside() -> list[str]:
    """The settings that add to an answer, and change none of its choices."""
    names = ("against", "by", "firmness", "launch")
    return [
        name
        for name, (_, group, _, _) in _core.settings().items()
        if name in names or group == "Own or rent"
    ]


def today() -> datetime.date:
    """In UTC, as the command has it."""
    return datetime.datetime.now(datetime.timezone.utc).date()


def now() -> str:
    """In UTC, as the setting ``today`` has a moment."""
    return f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%M:%S}"


def now_for(request: Request | None, settings: Mapping[str, Any]) -> datetime.date | str:
    """Today; with its time, where a deadline is a day, which is counted from there."""
    deadline = settings.get("deadline", getattr(request, "deadline", None))
    of_a_day = hasattr(deadline, "year") or "-" in str(deadline)
    return now() if of_a_day else today()
