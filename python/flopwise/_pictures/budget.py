"""What a budget affords, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .afforded import Afforded, affords, afforded
from .style import (
    LARGEST_LEGEND, axes_for, colours, is_small, look_of, name_axes, plain_ticks, put_grid, share_of,
)  # fmt: skip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._recommendation import Recommendation


_STYLES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))


def budget(advice: Recommendation, *, ax: Axes | None) -> Axes:
    """See :meth:`flopwise.Recommendation.plot_budget`."""
    found = afforded(advice)
    ax = axes_for(ax)
    ax.set_xscale("log")
    ax.set_yscale("log")
    _draw_lines(ax, found)
    if found.asked is not None:
        ax.plot(
            *found.asked,
            marker="X",
            markersize=10,
            color=look_of(ax).ink,
            linestyle="none",
            label=f"asked: {found.asked[0]:g} days, {found.asked[1]:g} h/day",
            zorder=4,
        )
    ax.set_xlim(found.days[0], found.days[-1])
    ax.set_ylim(_lowest(found), 30)
    name_axes(ax, "days", "hours a day")
    ax.set_title(affords(advice.request), fontsize="x-small" if is_small(ax) else "medium")
    put_grid(ax)
    legend = ax.legend(
        loc="best", fontsize="xx-small" if is_small(ax) else "small", framealpha=0.8
    )
    if share_of(ax, legend) > LARGEST_LEGEND:
        legend.remove()
    plain_ticks(ax, "xy")
    return ax


def _draw_lines(ax: Axes, found: Afforded) -> None:
    for name, line, colour, style in zip(found.names(), found.hours, colours(ax), _STYLES):
        ax.plot(found.days, line, color=colour, linestyle=style, linewidth=2, label=name)


def _lowest(found: Afforded) -> float:
    """Where the axis of hours begins."""
    import numpy

    lines = [line for line in found.hours if numpy.isfinite(line).any()]
    lowest = min([24.0, *(float(numpy.nanmin(line)) for line in lines)])
    return lowest if found.asked is None else min(lowest, found.asked[1] / 1.5)
