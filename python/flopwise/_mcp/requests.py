"""Tools that ask a whole request: what to rent, why, and why not another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from .._batch import refusal
from .._recommend import recommend
from .answers import (
    Answer, choice_line, headed, label, report_of, shorten, warning_lines,
)  # fmt: skip
from .arguments import (
    MOST, PLACE, Arguments, Place, checked, given_of, needed_text, place_of, quoted, request_of,
)  # fmt: skip

_CHOICES = 5  # unless `top` says otherwise: an agent reads all of an answer
_ALL = 1_000_000  # choices: more than any catalog has


def recommended(arguments: Arguments) -> Answer:
    advice = recommend(**{"top": _CHOICES, **checked(arguments)})
    data = report_of(advice)
    for choice in [*data["choices"], data["instead"], (data["against"] or {}).get("best")]:
        shorten(choice)
    for way in data["purchase_options"]:
        way.pop("items", None)
    data.pop("families")
    data.pop("launch")
    lines = [advice.brief().rstrip(), *(choice_line(choice) for choice in data["choices"])]
    lines += [f'{row["instance"]}: {row["reason"]}' for row in data["refusals"]["nearest"]]
    return Answer(headed(data), "\n".join([*lines, *warning_lines(data)]))


def _find(rows: Iterable[dict[str, Any]], place: Place) -> dict[str, Any] | None:
    return next((row for row in rows if place.has(row)), None)


class Asked:
    """A request with all its choices: a machine that is named may stand anywhere among them."""

    def __init__(self, settings: dict[str, Any]) -> None:
        left = ("by", "firmness")  # a row each, and no more than is shown
        self.settings = {key: value for key, value in settings.items() if key not in left}
        self.advice = recommend(**{**self.settings, "top": _ALL, "nearest": 0})
        self.data = report_of(self.advice)

    def choice(self, place: Place) -> dict[str, Any] | None:
        return _find(self.data["choices"], place)

    @cached_property
    def _refused(self) -> dict[str, Any]:
        return report_of(recommend(**{**self.settings, "top": 1, "nearest": _ALL}))

    def why_not(self, place: Place) -> dict[str, Any]:
        """The refusal of a machine, or that its price is not known; else the name is wrong."""
        found = _left_out(self._refused, place)  # of its offers the nearest
        if found is None and place.region is not None:
            found = self._left_out_there(place)
        if found is None:
            raise refusal("instance", f'must be a machine that the request is about, got {quoted(place)}')
        return found

    def _left_out_there(self, place: Place) -> dict[str, Any] | None:
        """What the rest of the request says of an offer, where it asks for other regions or ways to pay."""
        named = {name: value for name, value in place._asdict().items() if value is not None}
        there = report_of(recommend(**{**self.settings, **named, "top": 1, "nearest": MOST}))
        if there["choices"]:
            reason = "qualifies, but the request asks for others: " + ", ".join(
                f"{name} {self.settings[name]}" for name in named if name in self.settings
            )
            return {"qualifies": False, "reason": reason, "refusal": None, "unpriced": None}
        return _left_out(there, place)


def _left_out(data: Mapping[str, Any], place: Place) -> dict[str, Any] | None:
    refused = _find(data["refusals"]["nearest"], place)
    of_type = place._replace(region=None, purchase=None)
    unpriced = None if refused else _find(data["unpriced"]["machines"], of_type)
    found = refused or unpriced
    if found is None:
        return None
    return {"qualifies": False, "reason": found["reason"], "refusal": refused, "unpriced": unpriced}


_FORMULAS = {
    "score": "100 * exp(sum of contributions)",
    "contributions": "of each criterion: weight * ln(machine / reference machine); work per USD for cost",
    "cost.total_usd": "sum of cost.items[].amount_usd",
    "price_ceiling_usd_per_hour": "(budget_usd - fixed_usd - charges) / (days * hours_per_day)",
    "job.hours": "the work over the rate, both of job.factors, times those in x; ln(hours) is Student-t",
}


def explained(arguments: Arguments) -> Answer:
    given = given_of("explain", arguments, ("request", *PLACE))
    place = place_of(given)
    request = request_of(given)
    asked = Asked(request)
    advice, data = asked.advice, asked.data
    choice = asked.choice(place)
    if choice is None:
        if not any(place):
            raise refusal("request", f"must have a choice to explain, the outcome is {advice.outcome}")
        reason = asked.why_not(place)["reason"]
        raise refusal("instance", f'must qualify to be explained, got {quoted(place)}: {reason}')
    words = advice.explanation(advice.choices[choice["rank"] - 1])
    kept = ("catalog", "request", "weights", "price_ceiling_usd_per_hour", "charges", "admitted", "warnings")
    lines = [
        f'{choice["rank"]} of {advice.admitted:,} that qualify: {choice_line(choice)}',
        f"score: {words}",
        f'price: {choice["price_source"]}, {choice["price_as_of"]}',
        *warning_lines(data),
    ]
    said = {"choice": choice, "explanation": words, "formulas": _FORMULAS}
    out = {**{key: data[key] for key in kept}, **said, "still_first": data["still_first"]}
    out["firmness"] = report_of(recommend(**request))["firmness"] if request.get("firmness") else None
    return Answer(headed(out), "\n".join(lines))


_QUALIFIES: dict[str, Any] = {"qualifies": True, "reason": None, "refusal": None, "unpriced": None}


def why_not(arguments: Arguments) -> Answer:
    given = given_of("why_not", arguments, ("request", *PLACE))
    needed_text(given, "instance")
    place = place_of(given)
    asked = Asked(request_of(given))
    choice = asked.choice(place)
    kept = ("catalog", "request", "outcome", "price_ceiling_usd_per_hour", "admitted", "warnings")
    out = {key: asked.data[key] for key in kept}
    if choice is None:
        why = asked.why_not(place)
        line = f'{place}: {why["reason"]}'
        if changes := (why["refusal"] or {}).get("alternatives"):
            line += f"; qualifies with {_changes(changes)}"
        return Answer(headed({**out, **why, "choice": None}), line)
    shorten(choice)
    line = f'{label(choice)} qualifies: {choice["rank"]} of {out["admitted"]:,}'
    if choice["rank"] > 1:
        line += f', after {label(asked.data["choices"][0])}'
    return Answer(headed({**out, **_QUALIFIES, "choice": choice}), line)


def _changes(alternatives: Iterable[Mapping[str, Any]]) -> str:
    def shown(value: Any) -> str:
        return f"{value:.10g}" if isinstance(value, float) else str(value)

    sets = (" and ".join(f"{key} {shown(value)}" for key, value in one.items()) for one in alternatives)
    return ", or ".join(sets)
