"""Pictures of a recommendation, with matplotlib.

Colours are those of Okabe and Ito (2008), which the colour-blind tell apart; no meaning hangs on
colour alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from ._core import Choice, FlopwiseError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._recommend import Recommendation

_BLUE, _ORANGE, _GREEN, _RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
_PINK, _SKY, _GREY = "#CC79A7", "#56B4E9", "#777777"
_LINES = (_BLUE, _RED, _GREEN, _PINK, _ORANGE, _SKY)
_HATCHES = {
    "cost": (_BLUE, ""),
    "speed": (_ORANGE, ""),
    "gpu_memory": (_GREEN, "//"),
    "memory": (_PINK, "\\\\"),
    "vcpus": (_SKY, ".."),
    "network": (_RED, "xx"),
}


def _axes(ax: Axes | None, *, rows: float = 4.2) -> Axes:
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install flopwise[plot]") from error
    _, made = pyplot.subplots(figsize=(7.2, rows), layout="constrained")
    return made


def _refuse(field: str, reason: str) -> None:
    error = FlopwiseError(f"{field}: {reason}")
    error.field = field
    raise error


def _choices(advice: Recommendation) -> list[Choice]:
    if len(advice.choices) == 0:
        _refuse("choices", f"must not be empty to be plotted, the outcome is {advice.outcome}")
    return list(advice.choices)


def _names(choices: Sequence[Choice], *, regions: bool = True) -> list[str]:
    """The machines' names, with what else tells them apart."""
    several_regions = regions and len({c.region for c in choices}) > 1
    several_ways = len({c.purchase for c in choices}) > 1
    return [
        c.instance
        + (f", {c.region}" if several_regions else "")
        + (f", {c.purchase.replace('_', ' ')}" if several_ways else "")
        for c in choices
    ]


def _cheapest(choices: Sequence[Choice]) -> list[Choice]:
    """Of each machine and way to pay, the cheapest of its regions."""
    out: dict[tuple[str, str, str], Choice] = {}
    for c in choices:
        key = c.provider, c.instance, c.purchase
        if key not in out or c.price_usd_per_hour < out[key].price_usd_per_hour:
            out[key] = c
    return list(out.values())


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
        days = [datetime.date.fromisoformat((row.as_of + "-01")[:10]) for row in of]
        usd = [getattr(row, price) for row in of]
        axes.step(
            cast(Any, days),
            [float("nan") if value is None else value for value in usd],
            where="post",
            marker="o",
            markersize=3,
            color=_LINES[place % len(_LINES)],
            linestyle=("-", "--", ":")[place // len(_LINES) % 3],
            label=name,
        )
    axes.set_ylim(bottom=0)
    axes.set_ylabel("USD per GPU-hour" if per_gpu else "USD/h")
    axes.tick_params(axis="x", rotation=30)
    if len(lines) > 1:
        axes.legend(fontsize="small", ncols=1 + len(lines) // 12)
    else:
        axes.set_title(next(iter(lines), ""))
    return axes


def _plain_ticks(ax: Axes, axes: str) -> None:
    """Numbers as people write them on logarithmic axes, and not too many."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for name in axes:
        axis = ax.xaxis if name == "x" else ax.yaxis
        low, high = sorted(axis.get_view_interval())
        steps: tuple[float, ...] = (1.0, 2.0, 5.0) if high < 200 * low else (1.0,)
        if high < 8 * low:
            steps = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)
        axis.set_major_locator(LogLocator(subs=steps))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axis.set_minor_formatter(NullFormatter())


def _overlap(a: Any, b: Any) -> float:
    width = min(a.x1, b.x1) - max(a.x0, b.x0)
    height = min(a.y1, b.y1) - max(a.y0, b.y0)
    return float(max(width, 0) * max(height, 0))


def _label(
    ax: Axes,
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    lines: Sequence[tuple[float, float, float, float]] = (),
) -> None:
    """Writes names at the first points where they cover no name, point, line or edge.

    ``lines`` are level or upright, each from (x0, y0) to (x1, y1); an infinite end is the edge.

    Tries places around the point, near ones first; a name that ends up away from its point
    gets a thin line to it.
    """
    import numpy
    from matplotlib.patheffects import withStroke
    from matplotlib.transforms import Bbox

    figure = cast("Any", ax.figure)
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    scale = figure.dpi / 72
    frame = ax.get_window_extent(renderer)
    pixels = [ax.transData.transform(point) for point in points]
    taken: list[Any] = [Bbox.from_bounds(x - 5, y - 5, 10, 10) for x, y in pixels]
    for x0, y0, x1, y1 in lines:
        with numpy.errstate(invalid="ignore"):
            ends = numpy.nan_to_num(ax.transData.transform([(x0, y0), (x1, y1)]), posinf=1e6)
        (left, low), (right, high) = ends.min(axis=0), ends.max(axis=0)
        taken.append(Bbox.from_extents(left - 2, low - 2, right + 2, high + 2))
    directions = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
    for point, (x, y), name in zip(points, pixels, names):
        text = ax.annotate(name, point, fontsize=8, annotation_clip=False)
        box = text.get_window_extent(renderer)
        text.remove()
        best: tuple[float, float, float, Any] | None = None
        for far in (7, 14, 24, 36, 50, 66):
            for right, up in directions:
                dx = right * far * scale - (box.width if right < 0 else 0)
                dx -= box.width / 2 if right == 0 else 0
                dy = up * far * scale - (box.height if up < 0 else 0)
                dy -= box.height / 2 if up == 0 else 0
                place = Bbox.from_bounds(x + dx, y + dy, box.width, box.height)
                outside = box.width * box.height - _overlap(place, frame)
                cost = sum(_overlap(place, other) for other in taken) + outside
                if best is None or cost < best[0] - 1e-6:
                    best = (cost, dx, dy, place)
        assert best is not None
        _, dx, dy, place = best
        far_away = max(abs(dx), abs(dy)) > 20 * scale + box.width
        far_away = far_away or not -box.width - 12 * scale <= dx <= 12 * scale
        far_away = far_away or abs(dy) > 20 * scale + box.height
        ax.annotate(
            name,
            point,
            xytext=(dx / scale, dy / scale),
            textcoords="offset points",
            fontsize=8,
            arrowprops={"arrowstyle": "-", "color": _GREY, "lw": 0.6} if far_away else None,
            path_effects=[withStroke(linewidth=2, foreground="white")],
            zorder=5,
        )
        taken.append(place)


def pareto(advice: Recommendation, *, x: str, ax: Axes | None) -> Axes:
    choices = _choices(advice)
    if x == "auto":
        x = "total_usd" if choices[0].cost is not None else "price_usd_per_hour"
    if x not in ("price_usd_per_hour", "total_usd"):
        _refuse("x", f"must be 'price_usd_per_hour' or 'total_usd', got {x!r}")
    if x == "total_usd" and choices[0].cost is None:
        _refuse("x", "must be 'price_usd_per_hour' where days are not known")
    ax = _axes(ax)
    paid = [
        c.cost.total_usd if x == "total_usd" and c.cost is not None else c.price_usd_per_hour
        for c in choices
    ]
    predicted = advice.request.speed == "predicted"

    def speed_of(c: Choice) -> float:
        tflops = c.predicted_tflops if predicted and c.predicted_tflops else c.tflops
        return (c.vcpus or 1.0) if advice.on_vcpus or tflops is None else tflops

    rate = [speed_of(c) for c in choices]
    ax.set_xscale("log")
    ax.set_yscale("log")
    lines = _draw_front(ax, paid, rate)
    best = [c.pareto for c in choices]
    for mark, marker, face, label in (
        (True, "o", _BLUE, "nothing as good in price, speed and GPU memory"),
        (False, "o", "white", "something else is as good or better"),
    ):
        at = [i for i, is_best in enumerate(best) if is_best is mark]
        if at:
            ax.scatter(
                [paid[i] for i in at],
                [rate[i] for i in at],
                s=44,
                marker=marker,
                facecolor=face,
                edgecolor=_BLUE,
                linewidth=1.4,
                label=label,
                zorder=4 if mark else 3,
            )
    limit = advice.price_ceiling_usd_per_hour
    if x == "total_usd":
        limit = advice.request.budget_usd
    if limit is not None:
        what = "budget" if x == "total_usd" else "price ceiling"
        shown = f"{limit:,.0f} USD" if x == "total_usd" else f"{limit:.4g} USD/h"
        lines.append((limit, 1e-9, limit, 1e12))
        ax.axvline(limit, color=_RED, linestyle="--", linewidth=1.4, label=f"{what} {shown}")
    ax.margins(0.14, 0.16)
    unit = "vCPUs" if advice.on_vcpus else f"{'predicted' if predicted else 'peak'} TFLOPS ({advice.request.precision})"
    ax.set_xlabel("total (USD)" if x == "total_usd" else "price (USD/h)")
    ax.set_ylabel(f"speed, {unit}")
    ax.grid(color="#dddddd", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=8, frameon=False, ncols=2)
    _plain_ticks(ax, "xy")
    named = _cheapest(choices)
    order = [choices.index(c) for c in named]
    order += [i for i in range(len(choices)) if i not in order]
    _label(ax, [(paid[i], rate[i]) for i in order], _names(named, regions=False), lines)
    return ax


def _draw_front(
    ax: Axes, paid: Sequence[float], rate: Sequence[float]
) -> list[tuple[float, float, float, float]]:
    """Steps along the choices that no cheaper one outruns; returns them as lines."""
    front: list[tuple[float, float]] = []
    for cost, speed in sorted(zip(paid, rate), key=lambda p: (p[0], -p[1])):
        if not front or speed > front[-1][1]:
            front.append((cost, speed))
    ax.plot(*zip(*front), drawstyle="steps-post", color=_SKY, linewidth=2, label="front", zorder=2)
    lines = []
    for (x0, y0), (x1, y1) in zip(front, front[1:]):
        lines += [(x0, y0, x1, y0), (x1, y0, x1, y1)]
    return lines


def scores(advice: Recommendation, *, ax: Axes | None) -> Axes:
    choices = _choices(advice)
    ax = _axes(ax, rows=1.6 + 0.34 * len(choices))
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
            edgecolor="white",
            linewidth=0.5,
            label=f"{criterion.replace('_', ' ')} ({advice.weights[criterion]:.0%})",
        )
    ax.axvline(0, color="black", linewidth=0.9)
    low, high = min(0.0, *ends[-1]), max(0.0, *ends[1])
    span = high - low or 1.0
    ax.set_xlim(low - 0.03 * span, high + 0.16 * span)
    for i, choice in enumerate(choices):
        ax.text(
            ends[1][i] + 0.015 * span,
            i,
            f"{choice.score:.1f}",
            va="center",
            fontsize=9,
            fontweight="bold",
        )
    ax.set_yticks(at, _names(choices), fontsize=9)
    ax.invert_yaxis()
    ax.set_xlabel("contribution to ln(score / 100); 0 is the reference machine")
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=8, frameon=False, ncols=3)
    return ax


def budget(advice: Recommendation, *, ax: Axes | None) -> Axes:
    import numpy

    from ._core import hours_per_day_affordable

    request = advice.request
    if request.budget_usd is None:
        _refuse("budget_usd", "must be given to plot what it affords")
    choices = _choices(advice)
    by_price: dict[float, Choice] = {}
    for choice in _cheapest(choices):  # machines of one price afford the same
        by_price.setdefault(choice.price_usd_per_hour, choice)
    shown = sorted(list(by_price.values())[: len(_LINES)], key=lambda c: c.price_usd_per_hour)
    fixed = request.fixed_usd or 0.0
    whole_days = [(request.budget_usd - fixed) / c.price_usd_per_hour / 24 for c in shown]
    asked = (request.days, request.hours_per_day or 24) if request.days is not None else None
    first = min(whole_days) / 3
    last = max(whole_days) * 12
    if asked is not None:
        first, last = min(first, asked[0] / 2), max(last, asked[0] * 2)
    days = numpy.geomspace(first, last, 400)
    ax = _axes(ax)
    ax.set_xscale("log")
    ax.set_yscale("log")
    lowest = 24.0
    names = _names(shown)
    styles = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))
    for i, (choice, name) in enumerate(zip(shown, names)):
        hours = numpy.minimum(
            hours_per_day_affordable(
                price_usd_per_hour=choice.price_usd_per_hour,
                budget_usd=request.budget_usd,
                days=days,
                fixed_usd=fixed,
            ),
            24,
        )
        lowest = min(lowest, float(hours[-1]))
        ax.plot(
            cast(Any, days),
            hours,
            color=_LINES[i],
            linestyle=styles[i],
            linewidth=2,
            label=f"{name}, {choice.price_usd_per_hour:,.4g} USD/h",
        )
    if asked is not None:
        ax.plot(
            *asked,
            marker="X",
            markersize=10,
            color="black",
            linestyle="none",
            label=f"asked: {asked[0]:g} days, {asked[1]:g} h/day",
            zorder=4,
        )
        lowest = min(lowest, asked[1] / 1.5)
    ax.set_xlim(first, last)
    ax.set_ylim(lowest, 30)
    ax.set_xlabel("days")
    ax.set_ylabel("hours a day")
    ax.set_title(f"What {request.budget_usd:,.10g} USD affords", fontsize=10)
    ax.grid(color="#dddddd", linewidth=0.6)
    ax.legend(loc="best", fontsize=8, framealpha=0.9)
    _plain_ticks(ax, "xy")
    return ax
