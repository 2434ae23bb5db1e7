"""Tools that ask a whole request: what to rent, why, and why not another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from .._batch import refusal
from .._recommend import recommend
from .answers import (
    Answer, choice_line, headed, label, price, report_of, shorten, warning_lines,
)  # fmt: skip
from .arguments import (
    MOST, PLACE, Arguments, Place, checked, given_of, kind, needed_text, place_of, quoted, request_of,
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


MOST_COMPARED = 20
_QUALIFIES: dict[str, Any] = {"qualifies": True, "reason": None, "refusal": None, "unpriced": None}
_COMPARED = (
    "price_usd_per_hour", "effective_usd_per_hour", "total_usd", "usd_per_month", "hours",
    "hours_p90", "tflops", "predicted_tflops", "gpu_count", "gpu_memory_gib", "memory_gib", "vcpus",
    "network_gbps", "score",
)  # fmt: skip


def _figures(choice: Mapping[str, Any]) -> dict[str, float | None]:
    flat = {**choice, **(choice["cost"] or {})}
    return {name: flat.get(name) for name in _COMPARED}


def compared(arguments: Arguments) -> Answer:
    given = given_of("compare", arguments, ("request", "machines"))
    named = given.get("machines")
    if not isinstance(named, list) or not 2 <= len(named) <= MOST_COMPARED:
        raise refusal("machines", f"must be an array of 2 to {MOST_COMPARED} machines")
    places = [_machine(one, i) for i, one in enumerate(named)]
    asked = Asked(request_of(given))
    rows = [_side(asked, place) for place in places]
    first = next((row["figures"] for row in rows if row["qualifies"]), None)
    for row in rows:
        row["ratios"] = _ratios(row["figures"], first)
    kept = ("catalog", "request", "price_ceiling_usd_per_hour", "warnings")
    out = {**{key: asked.data[key] for key in kept}, "machines": rows}
    lines = [_side_line(place, row) for place, row in zip(places, rows)]
    return Answer(headed(out), "\n".join(lines))


def _machine(named: Any, at: int) -> Place:
    if isinstance(named, str):
        return Place(named, None, None, None)
    if not isinstance(named, Mapping):
        raise refusal(f"machines[{at}]", f"must be a name or an object, got {kind(named)}")
    given = given_of("compare", dict(named), PLACE)
    needed_text(given, "instance")
    return place_of(given)


def _side(asked: Asked, place: Place) -> dict[str, Any]:
    choice = asked.choice(place)
    if choice is None:
        return {**asked.why_not(place), "choice": None, "figures": None}
    figures = _figures(choice)
    shorten(choice)
    return {**_QUALIFIES, "choice": choice, "figures": figures}


def _ratios(
    figures: Mapping[str, float | None] | None, first: Mapping[str, float | None] | None
) -> dict[str, float | None] | None:
    """Of each figure to that of the first machine that qualifies; None where one is not known."""
    if figures is None or first is None:
        return None
    out: dict[str, float | None] = {}
    for name, value in figures.items():
        other = first[name]
        out[name] = None if value is None or not other else value / other
    return out


def _side_line(place: Place, row: Mapping[str, Any]) -> str:
    if not row["qualifies"]:
        return f'{place}: does not qualify: {row["reason"]}'
    choice, ratios = row["choice"], row["ratios"]
    out = f'{choice["rank"]}. {label(choice)}: {price(choice)}'
    for name, words in (("total_usd", "USD in all"), ("hours", "h"), ("score", "score")):
        if row["figures"][name] is not None:
            times = "" if ratios[name] is None else f" ({ratios[name]:.3g}x)"
            out += f', {row["figures"][name]:,.2f} {words}{times}'
    return out


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
