"""What made each score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .._core import Choice
from .front import choices_of
from .names import machine_names
from .style import CRITERIA, axes_for, inches, is_small, look_of, name_axes, put_legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._recommendation import Recommendation

MOST_BARS = 40


def scores(advice: Recommendation, *, ax: Axes | None) -> Axes:
    """See :meth:`flopwise.Recommendation.plot_scores`."""
    given = ax is not None
    most = MOST_BARS if ax is None else min(MOST_BARS, max(3, int(inches(ax)[1] * 72 / 8)))
    choices = list(choices_of(advice)[:most])
    ax = axes_for(ax, rows=1.6 + 0.34 * len(choices))
    size = _row_size(ax, len(choices)) if given else "small"
    _write_scores(ax, choices, _draw_bars(ax, advice, choices), size)
    some = f"the first {len(choices)} of {len(advice.choices):,}"
    said = "contribution to ln(score / 100); 0 is the reference machine"
    name_axes(
        ax,
        "ln(score / 100)" if is_small(ax) else said,
        some if len(advice.choices) > len(choices) else "",
    )
    ax.set_yticks(list(range(len(choices))), machine_names(choices), fontsize=size)
    ax.set_ylim(len(choices) - 0.5, -0.5)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    put_legend(ax, 3)
    return ax


class _Ends(NamedTuple):
    """Where the bar of each choice ends."""

    left: list[float]
    right: list[float]


def _draw_bars(ax: Axes, advice: Recommendation, choices: Sequence[Choice]) -> _Ends:
    """The contributions, those below 0 to the left."""
    look = look_of(ax)
    ends = _Ends([0.0] * len(choices), [0.0] * len(choices))
    for criterion, (colour, hatch) in CRITERIA.items():
        if advice.weights[criterion] == 0:
            continue
        values = [c.contributions[criterion] for c in choices]
        starts = []
        for i, value in enumerate(values):
            side = ends.right if value >= 0 else ends.left
            starts.append(side[i])
            side[i] += value
        ax.barh(
            list(range(len(choices))),
            values,
            left=starts,
            height=0.66,
            color=colour,
            hatch=hatch,
            edgecolor=look.paper,
            linewidth=0.5,
            label=f"{criterion.replace('_', ' ')} ({advice.weights[criterion]:.0%})",
        )
    ax.axvline(0, color=look.ink, linewidth=0.9)
    return ends


def _write_scores(ax: Axes, choices: Sequence[Choice], ends: _Ends, size: float | str) -> None:
    """The score of each choice behind its bar, and so much room."""
    low, high = min(0.0, *ends.left), max(0.0, *ends.right)
    span = high - low or 1.0
    ax.set_xlim(low - 0.03 * span, high + 0.16 * span)
    for i, choice in enumerate(choices):
        ax.text(
            ends.right[i] + 0.015 * span,
            i,
            f"{choice.score:.1f}",
            va="center",
            fontsize=size,
            fontweight="bold",
        )


def _row_size(ax: Axes, rows: int) -> float:
    """Points of text that a bar of given axes has room for."""
    from matplotlib import rcParams

    height = ax.get_position().height * float(cast("Any", ax.figure).get_figheight()) * 72
    return max(4.0, min(0.83 * float(rcParams["font.size"]), 0.7 * height / rows))
