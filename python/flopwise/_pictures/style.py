"""How pictures look: colours, sizes of text, legends, grids and ticks.

Colours are those of Okabe and Ito (2008), which the colour-blind tell apart; no meaning hangs on
colour alone. Ink, paper and sizes of text are those of the style in use.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PINK, SKY, GREY = "#CC79A7", "#56B4E9", "#808080"
LINES = (BLUE, RED, GREEN, PINK, ORANGE, SKY)
CRITERIA = {
    "cost": (BLUE, ""),
    "speed": (ORANGE, ""),
    "gpu_memory": (GREEN, "//"),
    "memory": (PINK, "\\\\"),
    "vcpus": (SKY, ".."),
    "network": (RED, "xx"),
}
LARGEST_LEGEND = 0.24  # of the axes, within which it covers something
_SMALL_INCHES = (3.2, 2.4)  # of axes, where text has 10 points: else a legend above leaves no room


class Look(NamedTuple):
    """Colours of the style that axes were made in."""

    paper: Any
    ink: Any
    main: str
    front: str


def look_of(ax: Axes) -> Look:
    """The colours of axes, light or dark."""
    from matplotlib.colors import to_rgb

    paper = ax.get_facecolor()
    if cast("Any", paper)[3] == 0:  # the axes are clear, so the figure's is seen
        paper = cast("Any", ax.figure).get_facecolor()
    red, green, blue = to_rgb(paper)
    dark = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.4
    return Look(
        paper=paper,
        ink=ax.xaxis.label.get_color(),
        main=SKY if dark else BLUE,
        front=ORANGE if dark else SKY,
    )


def axes_for(ax: Axes | None, *, rows: float | None = None) -> Axes:
    """Those that are given, or new ones, so high that so many rows have room."""
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install flopwise[plot]") from error
    width, height = pyplot.rcParams["figure.figsize"]
    size = (width, height if rows is None else rows * pyplot.rcParams["font.size"] / 10)
    _, made = pyplot.subplots(figsize=size, layout="constrained")
    return made


def inches(ax: Axes) -> tuple[float, float]:
    """Width and height of the part of the figure that the axes have."""
    place = ax.get_subplotspec()
    figure = cast("Any", ax.figure)
    box = ax.get_position() if place is None else place.get_position(figure.figure)
    width, height = figure.figure.get_size_inches()
    return box.width * float(width), box.height * float(height)


def is_small(ax: Axes) -> bool:
    """Whether text must be smaller for the axes to have room."""
    from matplotlib import rcParams

    width, height = inches(ax)
    text = float(rcParams["font.size"]) / 10
    return width < _SMALL_INCHES[0] * text or height < _SMALL_INCHES[1] * text


def put_legend(ax: Axes, columns: int) -> None:
    """Above the axes where the figure makes room for it, else where there is some within."""
    roomy = cast("Any", ax.figure).get_layout_engine() is not None and not is_small(ax)
    size = "xx-small" if is_small(ax) else "small"
    shown: dict[str, Any] = {"fontsize": size, "frameon": not roomy, "framealpha": 0.8}
    if roomy:
        shown |= {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": columns}
    legend = ax.legend(**shown)
    if not roomy and share_of(ax, legend) > LARGEST_LEGEND:
        legend.remove()


def share_of(ax: Axes, legend: Any) -> float:
    """Of the axes that a legend in them covers; above 1 if it is wider or higher."""
    figure = cast("Any", ax.figure)
    legend.set_in_layout(False)
    figure.canvas.draw()
    box = legend.get_window_extent(figure.canvas.get_renderer())
    frame = ax.get_window_extent()
    if box.width > frame.width or box.height > frame.height:
        return 2.0
    return float(box.width * box.height / (frame.width * frame.height))


def name_axes(ax: Axes, x: str, y: str) -> None:
    """What x and y are, small where the axes are."""
    size = "x-small" if is_small(ax) else "medium"
    ax.set_xlabel(x, fontsize=size)
    ax.set_ylabel(y, fontsize=size)
    if is_small(ax):
        ax.tick_params(labelsize="xx-small")


def put_grid(ax: Axes) -> None:
    ax.grid(True, color=look_of(ax).ink, alpha=0.15, linewidth=0.6)
    ax.set_axisbelow(True)


def log_axes_for(ax: Axes | None) -> Axes:
    """As :func:`axes_for`, logarithmic in both directions."""
    ax = axes_for(ax)
    ax.set_xscale("log")
    ax.set_yscale("log")
    return ax


def finish_log_axes(ax: Axes, x_margin: float, y_margin: float) -> None:
    """Margins, grid, legend and ticks, once all is drawn."""
    ax.margins(x_margin, y_margin)
    put_grid(ax)
    put_legend(ax, 2)
    plain_ticks(ax, "xy")


def colours(ax: Axes) -> tuple[str, ...]:
    """Of lines, so that the first stands out on the paper of the axes."""
    return (look_of(ax).main, *LINES[1:-1], BLUE if look_of(ax).main == SKY else SKY)


_STEPS: list[tuple[float, ...]] = [
    (1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0),
    (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0),
]  # fmt: skip


def _steps(low: float, high: float, least: int) -> tuple[float, ...]:
    """The fewest of those in a decade that give so many ticks."""
    if not 0 < low < high < math.inf:
        return _STEPS[0]
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in _STEPS:
        if sum(low <= step * 10.0**d <= high for d in decades for step in steps) >= least:
            return steps
    return _STEPS[-1]


def plain_ticks(ax: Axes, axes: str) -> None:
    """Numbers as people write them on logarithmic axes, and not too many."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for name in axes:
        axis = ax.xaxis if name == "x" else ax.yaxis
        low, high = sorted(axis.get_view_interval())
        axis.set_major_locator(LogLocator(subs=_steps(low, high, 2 if is_small(ax) else 4)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axis.set_minor_formatter(NullFormatter())
