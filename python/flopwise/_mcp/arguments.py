"""The arguments of tools: what they may say, and what they may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .. import _core
from .._asked import now_for
from .._batch import refusal
from .._core import Catalog, Request

Arguments = dict[str, Any]

MOST = 100  # rows of an answer
_SHOWN = 100  # letters of what was found wrong
_START = "Data and start"  # the group of settings whose others are those of the start plan
_START_ASKED = ("dataset_gib", "dataset_region")


def withheld() -> dict[str, str]:
    """The settings of a request that no tool takes, and why."""
    out = {
        "charges": "must not be given to the server, which opens no files",
        "today": "must not be given to the server, which has a clock",
    }
    for name, (_, group, value, _) in _core.settings().items():
        if group == _START and name not in _START_ASKED:
            out[name] = "must not be given to the server, which writes no start plan"
        elif ("FILE" in value or "PATH" in value) and name != "model":
            out.setdefault(name, "must not be given to the server, which opens no files")
    return out


def offered() -> list[str]:
    """The settings that recommend takes, in the order of the library."""
    kept = withheld()
    return [name for name in _core.settings() if name not in kept]


def in_groups(*groups: str) -> list[str]:
    """The settings of some groups that a tool may take."""
    kept = withheld()
    return [n for n, (_, g, _, _) in _core.settings().items() if g in groups and n not in kept]


def checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as the library takes them, unless one is withheld or would open a file."""
    out = {name: value for name, value in settings.items() if value is not None}
    for name, reason in withheld().items():
        if name in out:
            raise refusal(name, reason)
    _core.Request(**dict.fromkeys(out))  # says which is unknown, and what may be meant
    if "catalog" in out:
        check_catalog(out["catalog"])
    if "model" in out:
        out["model"] = _model(out["model"])
    for name in ("top", "nearest"):
        if name in out and (given := getattr(Request(**{name: out[name]}), name) or 0) > MOST:
            raise refusal(name, f"must be at most {MOST}, got {given}")
    out["today"] = now_for(None, out)
    return out


def check_catalog(name: Any) -> None:
    """Refuses all but the names of bundled catalogs: else it is a file."""
    names = Catalog.bundled_names()
    if name not in names:
        meant = _core._did_you_mean(str(name), names)
        raise refusal("catalog", f'must be a bundled catalog ({", ".join(names)}), got {quoted(name)}{meant}')


def _model(name: Any) -> str:
    """The name of a listed model: what the library took for a path is none."""
    if not isinstance(name, str):
        raise refusal("model", f"must be the name of a model, got {kind(name)}")
    return _core.find_model(name).name


def quoted(value: object) -> str:
    """What was found, as a message shows it: the first of it, without controls."""
    text = str(value)
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)
    return f'"{"".join(shown)}"'


def kind(value: Any) -> str:
    kinds = {dict: "an object", list: "an array", bool: "true or false", str: "text"}
    return kinds.get(type(value), "a number")


def given_of(tool: str, arguments: Arguments, own: Iterable[str]) -> Arguments:
    """The arguments of a tool that are given, unless it has no such argument."""
    out = {name: value for name, value in arguments.items() if value is not None}
    for name in out:
        if name not in own:
            meant = _core._did_you_mean(name, list(own))
            raise refusal(name, f"must be an argument of {tool}{meant}")
    return out


def text_of(arguments: Arguments, name: str) -> str | None:
    value = arguments.get(name)
    if value is not None and not isinstance(value, str):
        raise refusal(name, f"must be text, got {kind(value)}")
    return value


def needed_text(arguments: Arguments, name: str) -> str:
    value = text_of(arguments, name)
    if value is None:
        raise refusal(name, "must be given, got nothing")
    return value


def number_of(arguments: Arguments, name: str, otherwise: float | None) -> float | None:
    value = arguments.get(name, otherwise)
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    raise refusal(name, f"must be a number, got {kind(value)}")


def limit_of(arguments: Arguments) -> int:
    value = number_of(arguments, "limit", MOST) or 0
    if value not in range(1, MOST + 1):
        raise refusal("limit", f"must be a whole number from 1 to {MOST}, got {value:g}")
    return int(value)


def request_of(arguments: Arguments) -> dict[str, Any]:
    value = arguments.get("request", {})
    if not isinstance(value, Mapping):
        raise refusal("request", f"must be an object of settings, got {kind(value)}")
    return checked(value)


class Place(NamedTuple):
    """Which offer is meant: a machine, and as much of the rest as is said."""

    instance: str | None
    region: str | None
    provider: str | None
    purchase: str | None

    def __str__(self) -> str:
        return ", ".join(part for part in self if part is not None)

    def has(self, row: Mapping[str, Any]) -> bool:
        return all(want is None or row.get(key) == want for key, want in self._asdict().items())


PLACE = ("instance", "region", "provider", "purchase")


def place_of(arguments: Arguments) -> Place:
    return Place(*(text_of(arguments, name) for name in PLACE))
