"""The tool compare: machines or days side by side, for the same work."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .._batch import refusal
from .._core import Request
from .._recommend import recommend
from .._what_if import compare
from .answers import Answer, date_range, headed, label, price, report_of, shorten, warning_lines, warnings_of
from .arguments import PLACE, Arguments, Place, given_of, kind, needed_text, place_of, request_of

MOST_COMPARED = 20
_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Figure = dict[str, Any]  # key, values and ratios by column


def compared(arguments: Arguments) -> Answer:
    given = given_of("compare", arguments, ("request", "machines"))
    places = _places(given.get("machines"))
    request = request_of(given)
    parts = [_Part.of(request, where, at, places) for where, at in _by_rest(places).items()]
    answers = [report_of(recommend(**_question(request, place))) for place in places]
    found = {i: column for part in parts for i, column in zip(part.at, part.columns)}
    columns = [_column(place, found[i], answers[i]) for i, place in enumerate(places)]
    asked = report_of(recommend(**{**request, "top": 1, "nearest": 0}))
    out = {
        "catalog": asked["catalog"], "request": Request(**request).to_dict(),
        "price_ceiling_usd_per_hour": asked["price_ceiling_usd_per_hour"],
        "columns": columns, "figures": _joined(parts, len(places)), "price_dates": date_range(answers), "warnings": _warnings(columns, answers),
    }  # fmt: skip
    return Answer(headed(out), _text(out))


def _places(named: Any) -> list[Place]:
    if not isinstance(named, list) or not 2 <= len(named) <= MOST_COMPARED:
        got = len(named) if isinstance(named, list) else "nothing" if named is None else kind(named)
        raise refusal("machines", f"must be an array of 2 to {MOST_COMPARED} machines or days, got {got}")
    places = [_place(one, f"machines[{i}]") for i, one in enumerate(named)]
    for i, place in enumerate(places):  # compare() reads saved plans; a server opens no file that it is told
        if str(place.instance).endswith((".yaml", ".yml")):
            raise refusal(f"machines[{i}]", f'must be a machine or a day, got "{place.instance}"')
    return places


def _place(named: Any, where: str) -> Place:
    if isinstance(named, str):
        return Place(named, None, None, None)
    if not isinstance(named, Mapping):
        raise refusal(where, f"must be a name or an object, got {kind(named)}")
    given = given_of("compare", dict(named), PLACE)
    needed_text(given, "instance")
    return place_of(given)


# ---- what the library compares ------------------------------------------------------


def _by_rest(places: Iterable[Place]) -> dict[Place, list[int]]:
    """The columns by what is said of them beside a name, which is asked for of all together."""
    out: dict[Place, list[int]] = {}
    for i, place in enumerate(places):
        out.setdefault(place._replace(instance=None), []).append(i)
    return out


def _narrowed(request: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The request with what is said of a machine."""
    return {**request, **{key: value for key, value in place._asdict().items() if value is not None}}


class _Part(NamedTuple):
    """What the library says of some columns."""

    at: list[int]
    columns: list[dict[str, Any]]
    figures: list[Figure]

    @classmethod
    def of(cls, request: Mapping[str, Any], where: Place, at: list[int], places: list[Place]) -> _Part:
        names = [places[i].instance or "" for i in at]
        both = names if len(names) > 1 else names * 2  # of two at least; the second says the same
        said = json.loads(compare(*both, **_narrowed(request, where)).to_json())
        return cls(at, said["columns"], said["figures"])


def _joined(parts: list[_Part], columns: int) -> list[Figure]:
    """The figures of all parts, each in its column, with ratios to the first column."""
    if len(parts) == 1:
        return parts[0].figures
    keys: list[str] = []
    values: dict[str, list[float | None]] = {}
    for part in parts:
        after = 0  # a line that only this part's bills have stands before their total
        for figure in part.figures:
            if figure["key"] not in values:
                keys.insert(after, figure["key"])
                values[figure["key"]] = [None] * columns
            after = keys.index(figure["key"]) + 1
            for i, value in zip(part.at, figure["values"]):
                values[figure["key"]][i] = value
    return [{"key": key, "values": values[key], "ratios": _ratios(values[key])} for key in keys]


def _ratios(values: list[float | None]) -> list[float | None]:
    first = values[0]
    return [None if value is None or not first else value / first for value in values]


# ---- what is said beside it ---------------------------------------------------------


def _question(request: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """What the library asks for a column."""
    out = {**_narrowed(request, place), "top": 1, "nearest": 1}
    for name in ("against", "firmness", "by"):
        out.pop(name, None)
    if _A_DAY.fullmatch(str(place.instance)):
        day = out.pop("instance")
        if "instance" in request:
            out["instance"] = request["instance"]
        out |= {"as_of": day, "today": day}
    return out


def _column(place: Place, found: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    choice = found["choice"]
    items = [] if choice is None or choice["cost"] is None else choice["cost"]["items"]
    out = {
        "name": str(place), "qualifies": choice is not None, "reason": found["reason"] or None,
        "refusal": None, "unpriced": None, "choice": choice,
        "unknown_charges": [item["charge"] for item in items if item["amount_usd"] is None],
    }  # fmt: skip
    if choice is None:
        out["refusal"] = next(iter(answer["refusals"]["nearest"]), None)
        if out["refusal"] is None:
            out["unpriced"] = next(iter(answer["unpriced"]["machines"]), None)
    shorten(choice)
    return out


def _warnings(columns: list[dict[str, Any]], answers: list[dict[str, Any]]) -> list[str]:
    """Those of the columns, and which bills are not whole."""
    out = warnings_of(zip((column["name"] for column in columns), answers))
    for column in columns:
        if unknown := column["unknown_charges"]:
            out.append(f'{column["name"]}: total without what is not known: {", ".join(unknown)}')
    return out


def _text(out: Mapping[str, Any]) -> str:
    figures = {figure["key"]: figure for figure in out["figures"]}
    lines = [_line(i, column, figures) for i, column in enumerate(out["columns"])]
    return "\n".join([*lines, *warning_lines(out)])


def _line(at: int, column: Mapping[str, Any], figures: Mapping[str, Figure]) -> str:
    if not column["qualifies"]:
        return f'{column["name"]}: does not qualify: {column["reason"]}'
    out = f'{label(column["choice"])}: {price(column["choice"])}'
    for name, words in (("total_usd", "USD in all"), ("hours", "h"), ("score", "score")):
        figure = figures.get(name)
        if figure is not None and (value := figure["values"][at]) is not None:
            ratio = figure["ratios"][at]
            times = "" if at == 0 or ratio is None else f" ({ratio:.3g}x)"
            out += f", {value:,.2f} {words}{times}"
    return out
