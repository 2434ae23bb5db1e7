"""Price or cost against speed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._batch import refusal
from .._core import Choice
from .front import Points, choices_of, front, points_of, speed_words
from .job import job
from .labels import NAMED, label_points
from .marks import draw_front, draw_limit, draw_marks
from .names import machine_names
from .style import finish_log_axes, log_axes_for, name_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._recommendation import Recommendation


def pareto(advice: Recommendation, *, x: str, ax: Axes | None) -> Axes:
    """See :meth:`flopwise.Recommendation.plot_pareto`."""
    choices = choices_of(advice)
    if x not in ("auto", "price_usd_per_hour", "total_usd"):
        raise refusal("x", f"must be 'price_usd_per_hour' or 'total_usd', got {x!r}")
    if choices[0].job is not None:
        if x == "price_usd_per_hour":
            raise refusal("x", "must be 'total_usd' for a job, which is paid as a whole")
        return job(advice, ax)
    if x == "auto":
        x = "total_usd" if choices[0].cost is not None else "price_usd_per_hour"
    if x == "total_usd" and choices[0].cost is None:
        raise refusal("x", "must be 'price_usd_per_hour' where days are not known")
    best = front(advice, x)
    shown = points_of(advice, choices, x)
    ax = log_axes_for(ax)
    steps = [(paid, speed) for _, paid, speed in best]
    lines = draw_front(ax, steps, f"front of all {advice.admitted:,} that qualify")
    draw_marks(ax, choices, shown.paid, shown.speed, "price, speed and GPU memory")
    what, limit = "price ceiling", advice.price_ceiling_usd_per_hour
    if x == "total_usd":
        what, limit = "budget", advice.request.budget_usd
    if limit is not None:
        unit = f"{limit:,.10g} USD" if x == "total_usd" else f"{limit:.4g} USD/h"
        lines.append(draw_limit(ax, f"{what} {unit}", x=limit))
    name_axes(ax, "total (USD)" if x == "total_usd" else "price (USD/h)", speed_words(advice))
    _finish(ax, [choice for choice, _, _ in best], steps, choices, shown, lines)
    return ax


def _finish(
    ax: Axes,
    front: Sequence[Choice],
    steps: Sequence[tuple[float, float]],
    choices: Sequence[Choice],
    shown: Points,
    lines: Sequence[tuple[float, float, float, float]],
) -> None:
    """Margins, ticks, legend, and names: of the best, of the front, then of the first ten."""
    finish_log_axes(ax, 0.14, 0.16)
    points = [*zip(shown.paid.tolist(), shown.speed.tolist()), *steps]
    first = list(choices[:NAMED])
    of = [first[0], *front, *first[1:]]
    at = [0, *range(len(choices), len(points)), *range(1, len(first))]
    named: dict[tuple[str, str, str], tuple[int, str]] = {}
    for i, choice, name in zip(at, of, machine_names(of, regions=False)):
        named.setdefault((choice.provider, name, choice.purchase), (i, name))
    label_points(ax, points, list(named.values()), lines)
