"""What pictures of cost have in common: the front, the choices, and limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._core import Choice
from .style import PINK, RED, is_small, look_of

if TYPE_CHECKING:
    import numpy
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


def draw_front(
    ax: Axes, steps: Sequence[tuple[float, float]], label: str
) -> list[tuple[float, float, float, float]]:
    """Steps from one to the next that is dearer and better; returns them as lines."""
    ax.plot(
        *zip(*steps),
        drawstyle="steps-post",
        color=look_of(ax).front,
        linewidth=2,
        marker="o",
        markersize=3,
        label=label,
        zorder=2,
    )
    lines = []
    for (x0, y0), (x1, y1) in zip(steps, steps[1:]):
        lines += [(x0, y0, x1, y0), (x1, y0, x1, y1)]
    return lines


def draw_marks(
    ax: Axes,
    choices: Sequence[Choice],
    x: NDArray[numpy.float64],
    y: NDArray[numpy.float64],
    what: str,
) -> None:
    """Filled where nothing is as good in all of that."""
    import numpy

    look = look_of(ax)
    best = numpy.array([c.pareto for c in choices])
    for mark, face, label in (
        (True, look.main, f"nothing as good in {what}"),
        (False, look.paper, "something else is as good or better"),
    ):
        if (best == mark).any():
            ax.scatter(
                x[best == mark],
                y[best == mark],
                s=14 if is_small(ax) else 40,
                facecolor=[face],
                edgecolor=look.main,
                linewidth=0.9 if is_small(ax) else 1.4,
                label=label,
                zorder=4 if mark else 3,
            )


def draw_limit(
    ax: Axes, label: str, *, x: float | None = None, y: float | None = None
) -> tuple[float, float, float, float]:
    """A dashed line at a limit, as lines have it."""
    if x is not None:
        ax.axvline(x, color=RED, linestyle="--", linewidth=1.4, label=label)
        return x, 1e-9, x, 1e12
    assert y is not None
    ax.axhline(y, color=PINK, linestyle="-.", linewidth=1.4, label=label)
    return 1e-9, y, 1e12, y
