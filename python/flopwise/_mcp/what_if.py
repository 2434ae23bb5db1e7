"""The tool what_if: who would be first if one or two settings were other ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .. import _core
from .._batch import refusal
from .._core import Request
from .._recommend import recommend
from .._what_if import what_if
from .answers import Answer, date_range, headed, report_of, warning_lines, warnings_of
from .arguments import Arguments, given_of, kind, needed_text, number_of, offered, quoted, request_of, withheld

VALUES = 8  # of a setting, unless more are asked for
MOST_VALUES = 100  # as in the library
MOST_CELLS = 144  # of a map: an agent reads all of an answer
_VARY = ("key", "low", "high", "steps")
_WHO = ("provider", "instance", "region", "purchase")
_PRICE = (
    "price_usd_per_hour", "price_p10_usd_per_hour", "price_p90_usd_per_hour", "price_as_of", "price_source",
)  # fmt: skip
_TEXTS = ("NAME", "CODE", "DATE", "PLACE", "TEXT", "FILE", "PATH", "URL")  # what the help calls a value

Cell = dict[str, Any]
Varied = dict[str, tuple[float, float, int]]


def varied_settings() -> list[str]:
    """The settings that may be varied: those that are numbers."""
    settings = _core.settings()
    return [name for name in offered() if _is_number(settings[name][2])]


def _is_number(value: str) -> bool:
    return value not in ("", "HOURS|DATE") and not any(text in value for text in _TEXTS)


def mapped(arguments: Arguments) -> Answer:
    given = given_of("what_if", arguments, ("request", "vary"))
    varied = _varied(given.get("vary"))
    request = request_of(given)
    found = what_if(vary=varied, **request)
    said = json.loads(found.to_json())
    cells = said["cells"]
    first = [_first_at(request, varied, of[0]) for of in _by_first(cells).values()]
    winners = [_winner(of, answer) for of, answer in zip(_by_first(cells).values(), first)]
    asked = next(cell for cell in cells if not cell["error"])
    out = {
        "catalog": _first_at(request, varied, asked)["catalog"], "request": Request(**request).to_dict(),
        **{key: said[key] for key in ("varied", "cells", "sobol", "with_cost")}, "winners": winners,
        "price_dates": date_range(first), "warnings": _warnings(cells, winners, first),
    }  # fmt: skip
    return Answer(headed(out), "\n".join([str(found).rstrip(), *warning_lines(out)]))


# ---- what is varied -----------------------------------------------------------------


def _varied(given: Any) -> Varied:
    if not isinstance(given, list) or not 1 <= len(given) <= 2:
        got = len(given) if isinstance(given, list) else "nothing" if given is None else kind(given)
        raise refusal("vary", f"must be an array of one or two settings, got {got}")
    out: Varied = {}
    cells = 1
    for i, one in enumerate(given):
        key, span = _span(one, f"vary[{i}]")
        if key in out:
            raise refusal(f"vary[{i}].key", f"must be another setting than the first, got {quoted(key)}")
        out[key] = span
        cells *= span[2]
    if cells > MOST_CELLS:
        raise refusal("vary", f"must have at most {MOST_CELLS} pairs of values, got {cells:,}")
    return out


def _span(given: Any, where: str) -> tuple[str, tuple[float, float, int]]:
    """A setting with its least and its greatest value, and how many there are."""
    if not isinstance(given, Mapping):
        raise refusal(where, f"must be an object, got {kind(given)}")
    known = given_of("vary", dict(given), _VARY)
    key = _key(needed_text(known, "key"), f"{where}.key")
    ends = [number_of(known, name, None) for name in ("low", "high")]
    for name, end in zip(("low", "high"), ends):
        if end is None:
            raise refusal(f"{where}.{name}", "must be given, got nothing")
    steps = number_of(known, "steps", VALUES)
    if steps not in range(2, MOST_VALUES + 1):
        raise refusal(f"{where}.steps", f"must be a whole number from 2 to {MOST_VALUES}, got {steps:g}")
    return key, (float(ends[0] or 0), float(ends[1] or 0), int(steps or 0))


def _key(key: str, where: str) -> str:
    if key in withheld():
        raise refusal(key, withheld()[key])
    numbers = varied_settings()
    if key not in numbers:
        meant = _core._did_you_mean(key, numbers)
        raise refusal(where, f"must be a setting that is a number, got {quoted(key)}{meant}")
    return key


# ---- who is first -------------------------------------------------------------------


def _by_first(cells: Iterable[Cell]) -> dict[tuple[str, ...], list[Cell]]:
    """The cells of each first choice."""
    out: dict[tuple[str, ...], list[Cell]] = {}
    for cell in cells:
        if cell["instance"]:
            out.setdefault(tuple(cell[name] for name in _WHO), []).append(cell)
    return out


def _first_at(request: Mapping[str, Any], varied: Varied, cell: Cell) -> dict[str, Any]:
    """The answer at a cell, of which the map has the first choice alone."""
    values = dict(zip(varied, (cell["x"], cell["y"])))
    kept = {name: value for name, value in request.items() if name not in ("against", "firmness", "by")}
    return report_of(recommend(**{**kept, **values, "top": 1, "nearest": 0}))


def _winner(cells: list[Cell], answer: Mapping[str, Any]) -> dict[str, Any]:
    choice = answer["choices"][0]
    totals = [cell["total_usd"] for cell in cells if cell["total_usd"] is not None]
    return {
        **{name: choice[name] for name in (*_WHO, *_PRICE)}, "cells": len(cells),
        "total_usd_lowest": min(totals, default=None), "total_usd_highest": max(totals, default=None),
    }  # fmt: skip


def _warnings(
    cells: Iterable[Cell], winners: Iterable[Mapping[str, Any]], first: Iterable[Mapping[str, Any]]
) -> list[str]:
    """Those of the first choices, and how many cells have no answer."""
    out = warnings_of(zip((winner["instance"] for winner in winners), first))
    if refused := [cell["error"] for cell in cells if cell["error"]]:
        out.append(f"{len(refused)} cells are refused: {refused[0]}")
    return out
