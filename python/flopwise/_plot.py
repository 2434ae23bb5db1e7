"""Pictures of a recommendation, with matplotlib.

Colours are those of Okabe and Ito (2008), which the colour-blind tell apart; no meaning hangs on
colour alone. Ink, paper and sizes of text are those of the style in use.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, cast

from . import _core
from ._core import Choice, FlopwiseError
from ._table import Table, rows_columns

if TYPE_CHECKING:
    import numpy
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ._recommend import Recommendation

_BLUE, _ORANGE, _GREEN, _RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
_PINK, _SKY, _GREY = "#CC79A7", "#56B4E9", "#808080"
_LINES = (_BLUE, _RED, _GREEN, _PINK, _ORANGE, _SKY)
_HATCHES = {
    "cost": (_BLUE, ""),
    "speed": (_ORANGE, ""),
    "gpu_memory": (_GREEN, "//"),
    "memory": (_PINK, "\\\\"),
    "vcpus": (_SKY, ".."),
    "network": (_RED, "xx"),
}
_NAMED = 10  # of the choices; and all of the front
_MOST_BARS = 40
_LARGEST_LEGEND = 0.24  # of the axes, within which it covers something
_SMALL_INCHES = (3.2, 2.4)  # of axes, where text has 10 points: else a legend above leaves no room


class _Look(NamedTuple):
    """Colours of the style that axes were made in."""

    paper: Any
    ink: Any
    main: str
    front: str


def _look(ax: Axes) -> _Look:
    from matplotlib.colors import to_rgb

    paper = ax.get_facecolor()
    if cast("Any", paper)[3] == 0:  # the axes are clear, so the figure's is seen
        paper = cast("Any", ax.figure).get_facecolor()
    red, green, blue = to_rgb(paper)
    dark = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.4
    return _Look(
        paper=paper,
        ink=ax.xaxis.label.get_color(),
        main=_SKY if dark else _BLUE,
        front=_ORANGE if dark else _SKY,
    )


def _axes(ax: Axes | None, *, rows: float | None = None) -> Axes:
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


def _inches(ax: Axes) -> tuple[float, float]:
    """Width and height of the part of the figure that the axes have."""
    place = ax.get_subplotspec()
    figure = cast("Any", ax.figure)
    box = ax.get_position() if place is None else place.get_position(figure.figure)
    width, height = figure.figure.get_size_inches()
    return box.width * float(width), box.height * float(height)


def _is_small(ax: Axes) -> bool:
    from matplotlib import rcParams

    width, height = _inches(ax)
    text = float(rcParams["font.size"]) / 10
    return width < _SMALL_INCHES[0] * text or height < _SMALL_INCHES[1] * text


def _legend(ax: Axes, columns: int) -> None:
    """Above the axes where the figure makes room for it, else where there is some within."""
    roomy = cast("Any", ax.figure).get_layout_engine() is not None and not _is_small(ax)
    size = "xx-small" if _is_small(ax) else "small"
    shown: dict[str, Any] = {"fontsize": size, "frameon": not roomy, "framealpha": 0.8}
    if roomy:
        shown |= {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": columns}
    legend = ax.legend(**shown)
    if not roomy and _share(ax, legend) > _LARGEST_LEGEND:
        legend.remove()


def _share(ax: Axes, legend: Any) -> float:
    """Of the axes that a legend in them covers; above 1 if it is wider or higher."""
    figure = cast("Any", ax.figure)
    legend.set_in_layout(False)
    figure.canvas.draw()
    box = legend.get_window_extent(figure.canvas.get_renderer())
    frame = ax.get_window_extent()
    if box.width > frame.width or box.height > frame.height:
        return 2.0
    return float(box.width * box.height / (frame.width * frame.height))


def _labels(ax: Axes, x: str, y: str) -> None:
    size = "x-small" if _is_small(ax) else "medium"
    ax.set_xlabel(x, fontsize=size)
    ax.set_ylabel(y, fontsize=size)
    if _is_small(ax):
        ax.tick_params(labelsize="xx-small")


def _grid(ax: Axes) -> None:
    ax.grid(True, color=_look(ax).ink, alpha=0.15, linewidth=0.6)
    ax.set_axisbelow(True)


def _refuse(field: str, reason: str) -> NoReturn:
    error = FlopwiseError(f"{field}: {reason}")
    error.field = field
    raise error


def _choices(advice: Recommendation) -> Table[Choice]:
    if len(advice.choices) == 0:
        _refuse("choices", f"must not be empty to be plotted, the outcome is {advice.outcome}")
    return advice.choices


def _names(choices: Sequence[Choice], *, regions: bool = True) -> list[str]:
    """The machines' names, with what else tells them apart."""
    several_regions = regions and len({c.region for c in choices}) > 1
    several_ways = len({c.purchase for c in choices}) > 1
    return [
        _machines(c)
        + (f", {c.region}" if several_regions else "")
        + (f", {c.purchase.replace('_', ' ')}" if several_ways else "")
        for c in choices
    ]


def _machines(choice: Choice) -> str:
    count = 1 if choice.job is None else choice.job.machines
    return choice.instance if count == 1 else f"{count} x {choice.instance}"


# ---- prices -------------------------------------------------------------------------


def prices(rows: Sequence[Any], *, ax: Axes | None) -> Axes:
    """A step for each price, until the next: of machines by region, of GPUs by provider."""
    if len(rows) == 0:
        _refuse("rows", "must not be empty to be plotted")
    per_gpu = hasattr(rows[0], "usd_per_gpu_hour")
    key = "provider" if per_gpu else "region"
    price = "usd_per_gpu_hour" if per_gpu else "price_usd_per_hour"
    lines: dict[str, list[Any]] = {}
    for row in rows:
        if row.as_of[4:5] == "-":  # a year alone is no day
            lines.setdefault(getattr(row, key), []).append(row)
    axes = _axes(ax)
    for place, (name, of) in enumerate(lines.items()):
        of.sort(key=lambda row: row.as_of)
        days = [datetime.date.fromisoformat((row.as_of + "-01")[:10]) for row in of]
        usd = [getattr(row, price) for row in of]
        axes.step(
            cast(Any, days),
            [float("nan") if value is None else value for value in usd],
            where="post",
            marker="o",
            markersize=3,
            color=_colours(axes)[place % len(_LINES)],
            linestyle=("-", "--", ":")[place // len(_LINES) % 3],
            label=name,
        )
    axes.set_ylim(bottom=0)
    axes.set_ylabel("USD per GPU-hour" if per_gpu else "USD/h")
    axes.tick_params(axis="x", rotation=30)
    if len(lines) > 1:
        axes.legend(fontsize="small", ncols=1 + len(lines) // 12, framealpha=0.8)
    else:
        axes.set_title(next(iter(lines), ""))
    return axes


def _colours(ax: Axes) -> tuple[str, ...]:
    return (_look(ax).main, *_LINES[1:-1], _BLUE if _look(ax).main == _SKY else _SKY)


# ---- ticks and names ----------------------------------------------------------------


_STEPS: list[tuple[float, ...]] = [
    (1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0),
    (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0),
]  # fmt: skip


def _steps(low: float, high: float, least: int) -> tuple[float, ...]:
    """The fewest of those in a decade that give so many ticks."""
    import math

    if not 0 < low < high < math.inf:
        return _STEPS[0]
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in _STEPS:
        if sum(low <= step * 10.0**d <= high for d in decades for step in steps) >= least:
            return steps
    return _STEPS[-1]


def _plain_ticks(ax: Axes, axes: str) -> None:
    """Numbers as people write them on logarithmic axes, and not too many."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for name in axes:
        axis = ax.xaxis if name == "x" else ax.yaxis
        low, high = sorted(axis.get_view_interval())
        axis.set_major_locator(LogLocator(subs=_steps(low, high, 2 if _is_small(ax) else 4)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axis.set_minor_formatter(NullFormatter())


_DIRECTIONS = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
_DISTANCES = (6, 13, 22, 34, 48, 64)  # points


class _Taken:
    """The rectangles of a picture that no name may cover, in pixels."""

    def __init__(self, boxes: Iterable[Sequence[float]]) -> None:
        import numpy

        self.boxes = numpy.array(list(boxes), dtype=float).reshape(-1, 4)

    def shared(self, places: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
        """The area that each place, from (x0, y0) to (x1, y1), has in common with them."""
        import numpy

        low = numpy.maximum(places[:, None, :2], self.boxes[None, :, :2])
        high = numpy.minimum(places[:, None, 2:], self.boxes[None, :, 2:])
        area = numpy.prod(numpy.clip(high - low, 0, None), axis=2)
        return numpy.asarray(area.sum(axis=1), dtype=float)

    def add(self, box: Sequence[float]) -> None:
        import numpy

        self.boxes = numpy.vstack([self.boxes, box])


def _places(at: Sequence[float], size: Sequence[float], scale: float) -> NDArray[numpy.float64]:
    """Where a name of this size may stand around a point, near places first."""
    import numpy

    out = []
    for far in _DISTANCES:
        for right, up in _DIRECTIONS:
            x = at[0] + right * far * scale - (0, size[0] / 2, size[0])[(1 - right)]
            y = at[1] + up * far * scale - (0, size[1] / 2, size[1])[(1 - up)]
            out.append((x, y, x + size[0], y + size[1]))
    return numpy.array(out)


def _label(
    ax: Axes,
    points: Sequence[tuple[float, float]],
    named: Sequence[tuple[int, str]],
    lines: Sequence[tuple[float, float, float, float]] = (),
) -> None:
    """Writes names at some of the points, the first first; what has no room is left out.

    ``lines`` are level or upright, each from (x0, y0) to (x1, y1); an infinite end is the edge.
    A name that ends up away from its point gets a thin line to it.
    """
    import numpy
    from matplotlib.patheffects import withStroke

    figure = cast("Any", ax.figure)
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    scale = figure.dpi / 72
    frame = ax.get_window_extent(renderer)
    pixels = ax.transData.transform(numpy.array(points, dtype=float))
    half = 3.5 * scale
    boxes = [(x - half, y - half, x + half, y + half) for x, y in pixels]
    for x0, y0, x1, y1 in lines:
        with numpy.errstate(invalid="ignore"):
            ends = numpy.nan_to_num(ax.transData.transform([(x0, y0), (x1, y1)]), posinf=1e6)
        boxes.append((*(ends.min(axis=0) - 1.5), *(ends.max(axis=0) + 1.5)))
    if (legend := ax.get_legend()) is not None:
        boxes.append(legend.get_window_extent(renderer).extents)
    taken = _Taken(boxes)
    look = _look(ax)
    size = "xx-small" if _is_small(ax) else "x-small"
    for i, name in named:
        written = ax.annotate(name, points[i], fontsize=size, annotation_clip=False)
        box = written.get_window_extent(renderer)
        written.remove()
        places = _places(pixels[i], (box.width, box.height), scale)
        inside = (
            (places[:, 0] >= frame.x0)
            & (places[:, 1] >= frame.y0)
            & (places[:, 2] <= frame.x1)
            & (places[:, 3] <= frame.y1)
        )
        free = numpy.flatnonzero(inside & (taken.shared(places) == 0))
        if len(free) == 0:
            continue
        at = int(free[0])
        place = places[at]
        offset = (place[:2] - pixels[i]) / scale
        far = at >= 2 * len(_DIRECTIONS)
        ax.annotate(
            name,
            points[i],
            xytext=tuple(offset),
            textcoords="offset points",
            fontsize=size,
            arrowprops={"arrowstyle": "-", "color": _GREY, "lw": 0.6} if far else None,
            path_effects=[withStroke(linewidth=2, foreground=look.paper)],
            zorder=5,
        )
        taken.add(place)


# ---- cost against speed -------------------------------------------------------------


class _Points(NamedTuple):
    """What choices cost and how fast they are."""

    paid: NDArray[numpy.float64]
    speed: NDArray[numpy.float64]


def _points(advice: Recommendation, choices: Table[Choice], x: str) -> _Points:
    import numpy

    columns = rows_columns(choices)

    def figures(name: str) -> NDArray[numpy.float64]:
        return numpy.array(columns[name][1], dtype=float)

    speed = figures("tflops")
    if advice.request.speed == "predicted":
        predicted = figures("predicted_tflops")
        speed = numpy.where(predicted > 0, predicted, speed)
    vcpus = numpy.nan_to_num(figures("vcpus"), nan=1.0)
    speed = vcpus if advice.on_vcpus else numpy.where(numpy.isnan(speed), vcpus, speed)
    return _Points(figures(x), speed)


def _every(advice: Recommendation) -> Table[Choice]:
    """All that qualify, shown or not."""
    if advice.admitted == len(advice.choices):
        return advice.choices
    return advice._again(top=advice.admitted, nearest=1).choices


def front(advice: Recommendation, x: str) -> list[tuple[Choice, float, float]]:
    """Of all that qualify those that no cheaper one outruns: each with its cost and its speed."""
    every = _every(advice)
    points = _points(advice, every, x)
    return [(every[i], float(points.paid[i]), float(points.speed[i])) for i in _front(points)]


def _front(points: _Points) -> list[int]:
    """Those that no cheaper one outruns, by cost."""
    import numpy

    order = numpy.lexsort((-points.speed, points.paid))
    speed = points.speed[order]
    best = numpy.maximum.accumulate(speed)
    rises = numpy.concatenate(([True], speed[1:] > best[:-1]))
    return [int(i) for i in order[rises]]


def pareto(advice: Recommendation, *, x: str, ax: Axes | None) -> Axes:
    choices = _choices(advice)
    if x not in ("auto", "price_usd_per_hour", "total_usd"):
        _refuse("x", f"must be 'price_usd_per_hour' or 'total_usd', got {x!r}")
    if choices[0].job is not None:
        if x == "price_usd_per_hour":
            _refuse("x", "must be 'total_usd' for a job, which is paid as a whole")
        return _job(advice, ax)
    if x == "auto":
        x = "total_usd" if choices[0].cost is not None else "price_usd_per_hour"
    if x == "total_usd" and choices[0].cost is None:
        _refuse("x", "must be 'price_usd_per_hour' where days are not known")
    best = front(advice, x)
    shown = _points(advice, choices, x)
    ax = _axes(ax)
    ax.set_xscale("log")
    ax.set_yscale("log")
    steps = [(paid, speed) for _, paid, speed in best]
    lines = _draw_front(ax, steps, f"front of all {advice.admitted:,} that qualify")
    _draw_marks(ax, choices, shown.paid, shown.speed, "price, speed and GPU memory")
    what, limit = "price ceiling", advice.price_ceiling_usd_per_hour
    if x == "total_usd":
        what, limit = "budget", advice.request.budget_usd
    if limit is not None:
        unit = f"{limit:,.0f} USD" if x == "total_usd" else f"{limit:.4g} USD/h"
        lines.append(_limit(ax, f"{what} {unit}", x=limit))
    kind = "predicted" if advice.request.speed == "predicted" else "peak"
    unit = "vCPUs" if advice.on_vcpus else f"{kind} TFLOPS ({advice.request.precision})"
    _labels(ax, "total (USD)" if x == "total_usd" else "price (USD/h)", f"speed, {unit}")
    _finish(ax, [choice for choice, _, _ in best], steps, choices, shown, lines)
    return ax


def _finish(
    ax: Axes,
    front: Sequence[Choice],
    steps: Sequence[tuple[float, float]],
    choices: Sequence[Choice],
    shown: _Points,
    lines: Sequence[tuple[float, float, float, float]],
) -> None:
    """Margins, ticks, legend, and names: of the best, of the front, then of the first ten."""
    ax.margins(0.14, 0.16)
    _grid(ax)
    _legend(ax, 2)
    _plain_ticks(ax, "xy")
    points = [*zip(shown.paid.tolist(), shown.speed.tolist()), *steps]
    first = list(choices[:_NAMED])
    of = [first[0], *front, *first[1:]]
    at = [0, *range(len(choices), len(points)), *range(1, len(first))]
    named: dict[tuple[str, str, str], tuple[int, str]] = {}
    for i, choice, name in zip(at, of, _names(of, regions=False)):
        named.setdefault((choice.provider, name, choice.purchase), (i, name))
    _label(ax, points, list(named.values()), lines)


def _draw_front(
    ax: Axes, steps: Sequence[tuple[float, float]], label: str
) -> list[tuple[float, float, float, float]]:
    """Steps from one to the next that is dearer and better; returns them as lines."""
    ax.plot(
        *zip(*steps),
        drawstyle="steps-post",
        color=_look(ax).front,
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


def _draw_marks(
    ax: Axes,
    choices: Sequence[Choice],
    x: NDArray[numpy.float64],
    y: NDArray[numpy.float64],
    what: str,
) -> None:
    """Filled where nothing is as good in all of that."""
    import numpy

    look = _look(ax)
    best = numpy.array([c.pareto for c in choices])
    for mark, face, label in (
        (True, look.main, f"nothing as good in {what}"),
        (False, look.paper, "something else is as good or better"),
    ):
        if (best == mark).any():
            ax.scatter(
                x[best == mark],
                y[best == mark],
                s=14 if _is_small(ax) else 40,
                facecolor=[face],
                edgecolor=look.main,
                linewidth=0.9 if _is_small(ax) else 1.4,
                label=label,
                zorder=4 if mark else 3,
            )


def _limit(
    ax: Axes, label: str, *, x: float | None = None, y: float | None = None
) -> tuple[float, float, float, float]:
    """A dashed line at a limit, as lines have it."""
    if x is not None:
        ax.axvline(x, color=_RED, linestyle="--", linewidth=1.4, label=label)
        return x, 1e-9, x, 1e12
    assert y is not None
    ax.axhline(y, color=_PINK, linestyle="-.", linewidth=1.4, label=label)
    return 1e-9, y, 1e12, y


# ---- a job --------------------------------------------------------------------------


def _job(advice: Recommendation, ax: Axes | None) -> Axes:
    """Hours, from p10 to p90, against what all machines cost."""
    import numpy

    choices = advice.choices
    hours = choices["hours"]
    usd = choices["total_usd"]
    ax = _axes(ax)
    ax.set_xscale("log")
    ax.set_yscale("log")
    front = sorted(advice.front, key=lambda point: point.cost_usd)
    lines = _draw_front(
        ax, [(p.cost_usd, p.hours) for p in front], f"front of all {advice.admitted:,} that qualify"
    )
    look = _look(ax)
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
    _draw_marks(ax, choices, usd, hours, "cost and hours")
    if (budget := advice.request.budget_usd) is not None:
        lines.append(_limit(ax, f"budget {budget:,.0f} USD", x=budget))
    if (deadline := _deadline_hours(advice)) is not None:
        lines.append(_limit(ax, f"deadline {deadline:,.4g} h", y=deadline))
    _labels(ax, "total of all machines (USD)", "hours of the job, median")
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
    ax.margins(0.14, 0.1)
    _grid(ax)
    _legend(ax, 2)
    _plain_ticks(ax, "xy")
    choices = advice.choices
    points = [*zip(choices["total_usd"].tolist(), choices["hours"].tolist()), *steps]
    first = list(choices[:_NAMED])
    named = []
    front = sorted(advice.front, key=lambda point: point.cost_usd)
    for i, point in enumerate(front, len(choices)):
        count = "" if point.machines == 1 else f"{point.machines} x "
        named.append((i, count + point.instance))
    named += [(i, _machines(choice)) for i, choice in enumerate(first)]
    _label(ax, points, list({name: (i, name) for i, name in reversed(named)}.values())[::-1], lines)


def _deadline_hours(advice: Recommendation) -> float | None:
    """Hours that a machine may run until then, at those a day."""
    request = advice.request
    if request.deadline is None:
        return None
    if request.deadline.endswith("h"):
        hours = float(request.deadline[:-1])
    else:
        days = datetime.date.fromisoformat(request.deadline) - datetime.date.fromisoformat(
            request.today
        )
        hours = 24.0 * (days.days + 1)  # its end
    return hours * (request.hours_per_day or 24) / 24


# ---- scores -------------------------------------------------------------------------


def scores(advice: Recommendation, *, ax: Axes | None) -> Axes:
    given = ax is not None
    most = _MOST_BARS if ax is None else min(_MOST_BARS, max(3, int(_inches(ax)[1] * 72 / 8)))
    choices = _choices(advice)[:most]
    ax = _axes(ax, rows=1.6 + 0.34 * len(choices))
    look = _look(ax)
    at = list(range(len(choices)))
    ends = {-1: [0.0] * len(choices), 1: [0.0] * len(choices)}
    for criterion, (colour, hatch) in _HATCHES.items():
        if advice.weights[criterion] == 0:
            continue
        values = [c.contributions[criterion] for c in choices]
        starts = []
        for i, value in enumerate(values):
            sign = 1 if value >= 0 else -1
            starts.append(ends[sign][i])
            ends[sign][i] += value
        ax.barh(
            at,
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
    low, high = min(0.0, *ends[-1]), max(0.0, *ends[1])
    span = high - low or 1.0
    ax.set_xlim(low - 0.03 * span, high + 0.16 * span)
    size = _row_size(ax, len(choices)) if given else "small"
    for i, choice in enumerate(choices):
        ax.text(
            ends[1][i] + 0.015 * span,
            i,
            f"{choice.score:.1f}",
            va="center",
            fontsize=size,
            fontweight="bold",
        )
    some = f"the first {len(choices)} of {len(advice.choices):,}"
    said = "contribution to ln(score / 100); 0 is the reference machine"
    _labels(
        ax,
        "ln(score / 100)" if _is_small(ax) else said,
        some if len(advice.choices) > len(choices) else "",
    )
    ax.set_yticks(at, _names(list(choices)), fontsize=size)
    ax.set_ylim(len(choices) - 0.5, -0.5)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    _legend(ax, 3)
    return ax


def _row_size(ax: Axes, rows: int) -> float:
    """Points of text that a bar of given axes has room for."""
    from matplotlib import rcParams

    height = ax.get_position().height * float(cast("Any", ax.figure).get_figheight()) * 72
    return max(4.0, min(0.83 * float(rcParams["font.size"]), 0.7 * height / rows))


# ---- what a budget affords ----------------------------------------------------------


class Afforded(NamedTuple):
    """Hours a day that a budget pays for with each of some machines, by days; NaN where none."""

    choices: list[Choice]
    days: NDArray[numpy.float64]
    hours: list[NDArray[numpy.float64]]
    asked: tuple[float, float] | None  # days and hours a day


def afforded(advice: Recommendation) -> Afforded:
    import numpy

    request = advice.request
    if request.budget_usd is None:
        _refuse("budget_usd", "must be given to plot what it affords")
    choices = _choices(advice)
    if choices[0].job is not None:
        _refuse("model", "must not be given to plot hours a day, which a job has not; see plot_pareto")
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


def budget(advice: Recommendation, *, ax: Axes | None) -> Axes:
    import numpy

    request = advice.request
    shown, days, hours, asked = afforded(advice)
    ax = _axes(ax)
    ax.set_xscale("log")
    ax.set_yscale("log")
    lowest = 24.0
    styles = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))
    for choice, name, line, colour, style in zip(
        shown, _names(shown), hours, _colours(ax), styles
    ):
        if numpy.isfinite(line).any():
            lowest = min(lowest, float(numpy.nanmin(line)))
        ax.plot(
            days,
            line,
            color=colour,
            linestyle=style,
            linewidth=2,
            label=f"{name}, {choice.price_usd_per_hour:,.4g} USD/h",
        )
    if asked is not None:
        ax.plot(
            *asked,
            marker="X",
            markersize=10,
            color=_look(ax).ink,
            linestyle="none",
            label=f"asked: {asked[0]:g} days, {asked[1]:g} h/day",
            zorder=4,
        )
        lowest = min(lowest, asked[1] / 1.5)
    ax.set_xlim(days[0], days[-1])
    ax.set_ylim(lowest, 30)
    _labels(ax, "days", "hours a day")
    sure = f", enough in {_confidence(request):.0%} of cases" if request.use_cv else ""
    ax.set_title(f"What {request.budget_usd:,.10g} USD affords{sure}", fontsize="x-small" if _is_small(ax) else "medium")
    _grid(ax)
    legend = ax.legend(
        loc="best", fontsize="xx-small" if _is_small(ax) else "small", framealpha=0.8
    )
    if _share(ax, legend) > _LARGEST_LEGEND:
        legend.remove()
    _plain_ticks(ax, "xy")
    return ax


def _confidence(request: Any) -> float:
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
    return sorted(list(by_price.values())[: len(_LINES)], key=lambda c: c.price_usd_per_hour)


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
                confidence=_confidence(request),
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


_DAYS_ASKED = 12
_HALVINGS = 9  # of the range of hours, on a scale of ln: to 1.2 %
_FEWEST_HOURS = 24 / 512


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
