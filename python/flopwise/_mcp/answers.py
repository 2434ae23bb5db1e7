"""Answers of tools: the report as JSON, and the same in a few lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .. import _core
from .._asked import today
from .._recommendation import Recommendation


class Answer(NamedTuple):
    """What a tool says: all of it, and the same in short for people."""

    data: dict[str, Any]
    text: str


def report_of(advice: Recommendation) -> dict[str, Any]:
    """The report as JSON, of which docs/model.md lists the keys."""
    return json.loads(advice.to_json())  # type: ignore[no-any-return]


def shorten(choice: dict[str, Any] | None) -> None:
    """Leaves out of a choice what made its figures, which explain tells."""
    if choice is None:
        return
    choice.pop("contributions", None)
    if choice.get("cost"):
        choice["cost"].pop("items", None)
    if choice.get("job"):
        choice["job"].pop("factors", None)


def headed(data: dict[str, Any]) -> dict[str, Any]:
    return {"flopwise": _core.__version__, "today": str(today()), **data}


def choice_line(choice: Mapping[str, Any]) -> str:
    said = [price(choice), *cost_lines(choice), f'score {choice["score"]:.1f}', choice["price_as_of"]]
    return f'{choice["rank"]}. {label(choice)}: {"; ".join(said)}'


def label(row: Mapping[str, Any]) -> str:
    return f'{row["instance"]} in {row["region"]}, {row["purchase"].replace("_", " ")}'


def price(row: Mapping[str, Any]) -> str:
    return f'{row["price_usd_per_hour"]:,.6g} USD/h'


def cost_lines(choice: Mapping[str, Any]) -> list[str]:
    out = []
    if choice["cost"] is not None:
        out.append(f'{choice["cost"]["total_usd"]:,.2f} USD in all')
    if choice["job"] is not None:
        hours = choice["job"]["hours"]
        out.append(
            f'{hours["p50"]:,.4g} h, 8 of 10 such jobs from {hours["p10"]:,.4g} to {hours["p90"]:,.4g} h'
        )
    return out


def warning_lines(data: Mapping[str, Any]) -> list[str]:
    return [f"warning: {warning}" for warning in data["warnings"]]


def date_range(answers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Of the prices of several answers, the oldest and the newest day."""
    dates = [answer["price_dates"] for answer in answers]
    return {
        "oldest": min((d["oldest"] for d in dates if d["oldest"]), default=None),
        "newest": max((d["newest"] for d in dates if d["newest"]), default=None),
        "undated": any(d["undated"] for d in dates),
    }


def warnings_of(answers: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """The warnings of several answers, each once, with the names of those that it is of."""
    names: dict[str, list[str]] = {}
    for name, answer in answers:
        for warning in answer["warnings"]:
            names.setdefault(warning, []).append(name)
    return [f'{", ".join(dict.fromkeys(of))}: {warning}' for warning, of in names.items()]
