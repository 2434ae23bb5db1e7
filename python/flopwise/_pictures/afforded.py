"""What a budget affords: hours a day with each machine, by days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _core
from .._batch import refusal
from .._core import Choice, FlopwiseError, Request
from .front import choices_of
from .names import machine_names
from .style import LINES

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from .._recommendation import Recommendation

_DAYS_ASKED = 12
_HALVINGS = 9  # of the range of hours, on a scale of ln: to 1.2 %  # of the range of hours, on a scale of ln: to 1.2 %
_FEWEST_HOURS = 24 / 512


class Afforded(NamedTuple):
    """Hours a day that a budget pays for with each of some machines, by days; NaN where none."""

    choices: list[Choice]
    days: NDArray[numpy.float64]
    hours: list[NDArray[numpy.float64]]
    asked: tuple[float, float] | None  # days and hours a day

    def names(self) -> list[str]:
        """What each line is: a machine at its price."""
        return [
            f"{name}, {choice.price_usd_per_hour:,.4g} USD/h"
            for name, choice in zip(machine_names(self.choices), self.choices)
        ]


def afforded(advice: Recommendation) -> Afforded:
    import numpy

    request = advice.request
    if request.budget_usd is None:
        raise refusal("budget_usd", "must be given to plot what it affords")
    choices = choices_of(advice)
    if choices[0].job is not None:
        raise refusal("model", "must not be given to plot hours a day, which a job has not; see plot_pareto")
    shown = _distinct(choices)
    fixed = request.fixed_usd or 0.0
    whole_days = [(request.budget_usd - fixed) / c.price_usd_per_hour / 24 for c in shown]
    asked = (request.days, request.hours_per_day or 24) if request.days is not None else None
    first = min(whole_days) / 3
    last = max(whole_days) * 12
    if asked is not None:
        first, last = min(first, asked[0] / 2), max(last, asked[0] * 2)
    plain = advice.charges is None and all(c.effective_usd_per_hour is None for c in shown)
    last = min(last, 36_525)
    days = numpy.geomspace(first, last, 400 if plain else _DAYS_ASKED)
    hours = _by_the_rule(advice, shown, days) if plain else _by_asking(advice, shown, days)
    return Afforded(shown, days, hours, asked)


def affords(request: Request) -> str:
    """The title of the picture."""
    sure = f", enough in {confidence_of(request):.0%} of cases" if request.use_cv else ""
    return f"What {request.budget_usd:,.10g} USD affords{sure}"


def confidence_of(request: Request) -> float:
    return 0.9 if request.confidence is None else float(request.confidence)


def _distinct(choices: Sequence[Choice]) -> list[Choice]:
    """The first that differ in what they afford, by price; of a machine the cheapest."""
    cheapest: dict[tuple[str, str, str], Choice] = {}
    for c in choices:
        key = c.provider, c.instance, c.purchase
        if key not in cheapest or c.price_usd_per_hour < cheapest[key].price_usd_per_hour:
            cheapest[key] = c
    by_price: dict[tuple[str, float], Choice] = {}
    for c in cheapest.values():
        by_price.setdefault((c.purchase, c.price_usd_per_hour), c)
    return sorted(list(by_price.values())[: len(LINES)], key=lambda c: c.price_usd_per_hour)


def _by_the_rule(
    advice: Recommendation, shown: Sequence[Choice], days: NDArray[numpy.float64]
) -> list[NDArray[numpy.float64]]:
    """Hours a day that the budget affords, where nothing is charged beside the machine."""
    import numpy

    request = advice.request
    most = _most_hours(request.use_cv or 0.0)
    return [
        numpy.minimum(
            _core.hours_per_day_affordable(
                price_usd_per_hour=choice.price_usd_per_hour,
                budget_usd=request.budget_usd,
                days=days,
                fixed_usd=request.fixed_usd or 0.0,
                use_cv=request.use_cv or 0.0,
                confidence=confidence_of(request),
            ),
            most,
        )
        for choice in shown
    ]


def _most_hours(use_cv: float) -> float:
    """Hours a day on average up to which a use that varies so is a plan at all."""
    low, high = 0.0, 24.0
    if use_cv == 0:
        return high
    for _ in range(40):
        middle = (low + high) / 2
        try:
            _core.hours_quantile(p=0.5, days=1.0, hours_per_day=middle, use_cv=use_cv)
            low = middle
        except FlopwiseError:
            high = middle
    return low


def _by_asking(
    advice: Recommendation, shown: Sequence[Choice], days: NDArray[numpy.float64]
) -> list[NDArray[numpy.float64]]:
    """The most hours a day with which each machine still qualifies; NaN where none do."""
    import numpy

    machines, at = len(shown), len(days)
    asked: dict[str, Any] = {
        **{
            name: numpy.repeat([getattr(c, name) for c in shown], at)
            for name in ("provider", "instance", "region", "purchase")
        },
        "days": numpy.tile(days, machines),
    }

    def qualifies(rows: NDArray[numpy.intp], hours: NDArray[numpy.float64]) -> Any:
        columns = {name: values[rows] for name, values in asked.items()}
        return advice._qualify({**columns, "hours_per_day": hours})

    rows = numpy.arange(machines * at)
    low = numpy.full(machines * at, _FEWEST_HOURS)
    high = numpy.full(machines * at, 24.0)
    out = numpy.where(qualifies(rows, high), 24.0, numpy.nan)
    rows = rows[numpy.isnan(out)]
    rows = rows[qualifies(rows, low[rows])] if len(rows) > 0 else rows
    for _ in range(_HALVINGS if len(rows) > 0 else 0):
        middle = numpy.sqrt(low[rows] * high[rows])
        enough = qualifies(rows, middle)
        low[rows] = numpy.where(enough, middle, low[rows])
        high[rows] = numpy.where(enough, high[rows], middle)
    out[rows] = low[rows]
    return list(out.reshape(machines, at))
