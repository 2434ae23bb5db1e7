"""Hours of a job against what all machines cost."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .labels import NAMED, label_points
from .marks import draw_front, draw_limit, draw_marks
from .names import counted
from .style import finish_log_axes, log_axes_for, look_of, name_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._recommendation import Recommendation


def job(advice: Recommendation, ax: Axes | None) -> Axes:
    """Hours, from p10 to p90, against what all machines cost."""
    import numpy

    choices = advice.choices
    hours = choices["hours"]
    usd = choices["total_usd"]
    ax = log_axes_for(ax)
    front = sorted(advice.front, key=lambda point: point.cost_usd)
    lines = draw_front(
        ax, [(p.cost_usd, p.hours) for p in front], f"front of all {advice.admitted:,} that qualify"
    )
    look = look_of(ax)
    spread = numpy.array([hours - choices["hours_p10"], choices["hours_p90"] - hours])
    ax.errorbar(
        usd,
        hours,
        yerr=spread.clip(min=0),
        fmt="none",
        ecolor=look.main,
        elinewidth=1,
        capsize=2,
        alpha=0.6,
        label="8 of 10 such jobs",
        zorder=2.5,
    )
    draw_marks(ax, choices, usd, hours, "cost and hours")
    if (budget := advice.request.budget_usd) is not None:
        lines.append(draw_limit(ax, f"budget {budget:,.10g} USD", x=budget))
    if (deadline := deadline_hours(advice)) is not None:
        lines.append(draw_limit(ax, f"deadline {deadline:,.4g} h", y=deadline))
    name_axes(ax, "total of all machines (USD)", "hours of the job, median")
    steps = [(p.cost_usd, p.hours) for p in front]
    bars = zip(usd, choices["hours_p10"], choices["hours_p90"])
    _finish_job(ax, advice, steps, [*lines, *((u, low, u, high) for u, low, high in bars)])
    return ax


def _finish_job(
    ax: Axes,
    advice: Recommendation,
    steps: Sequence[tuple[float, float]],
    lines: Sequence[tuple[float, float, float, float]],
) -> None:
    finish_log_axes(ax, 0.14, 0.1)
    choices = advice.choices
    points = [*zip(choices["total_usd"].tolist(), choices["hours"].tolist()), *steps]
    first = list(choices[:NAMED])
    named = []
    front = sorted(advice.front, key=lambda point: point.cost_usd)
    for i, point in enumerate(front, len(choices)):
        count = "" if point.machines == 1 else f"{point.machines} x "
        named.append((i, count + point.instance))
    named += [(i, counted(choice)) for i, choice in enumerate(first)]
    label_points(ax, points, list({name: (i, name) for i, name in reversed(named)}.values())[::-1], lines)


def deadline_hours(advice: Recommendation) -> float | None:
    """Hours that a machine may run until then, at those a day."""
    request = advice.request
    if request.deadline is None:
        return None
    if request.deadline.endswith("h"):
        hours = float(request.deadline[:-1])
    else:
        end = datetime.datetime.fromisoformat(request.deadline) + datetime.timedelta(days=1)
        hours = (end - datetime.datetime.fromisoformat(request.today)) / datetime.timedelta(hours=1)
    return hours * (request.hours_per_day or 24) / 24
