"""The pictures as Vega-Lite: a specification with its data, for whatever draws it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from .._batch import refusal
from .._core import Choice
from .afforded import afforded, affords
from .front import choices_of, front, speed_key, speed_words
from .job import deadline_hours
from .names import counted
from .scores import MOST_BARS
from .style import BLUE, CRITERIA, LINES, PINK, RED, SKY
from .vega_spec import Spec, VegaLite, axis_of, limit_layers, price_spec_of, spec_of, tooltip_of

if TYPE_CHECKING:
    from .._recommendation import Recommendation

Kind = Literal["pareto", "scores", "budget"]

_STEPS = 50  # days along a curve


def vega(advice: Recommendation, kind: Kind) -> VegaLite:
    """See :meth:`flopwise.Recommendation.vega`."""
    kinds = {"pareto": _pareto, "scores": _scores, "budget": _budget}
    if kind not in kinds:
        raise refusal("kind", f"must be one of {', '.join(kinds)}, got {kind!r}")
    choices_of(advice)
    return kinds[kind](advice)


def _label(c: Choice) -> str:
    return f"{counted(c)}, {c.region}, {c.purchase.replace('_', ' ')}"


def _count(machines: int) -> str:
    return "" if machines == 1 else f"{machines} x "


# ---- cost against speed, or hours ---------------------------------------------------


def _row(advice: Recommendation, c: Choice) -> Spec:
    row: Spec = {
        "rank": c.rank,
        "machine": _label(c),
        "instance": c.instance,
        "gpu": c.gpu or "none",
        "price_usd_per_hour": c.price_usd_per_hour,
        "price_as_of": c.price_as_of,
        "total_usd": None if c.cost is None else c.cost.total_usd,
        "speed": getattr(c, speed_key(advice)),
        "score": c.score,
        "pareto": c.pareto,
    }
    if c.job is not None:
        row |= {f"hours_p{p}": c.job.time.quantile(p / 100) for p in (10, 50, 90)}
    return row


def _front(advice: Recommendation, paid: str, y: str) -> list[Spec]:
    """Of all that qualify, shown or not."""
    if len(advice.front) > 0:
        return [{paid: p.cost_usd, y: p.hours, "machine": _count(p.machines) + p.instance} for p in advice.front]
    return [{paid: cost, y: speed, "machine": _label(c)} for c, cost, speed in front(advice, paid)]


def _pareto(advice: Recommendation) -> VegaLite:
    job = advice.choices[0].job is not None
    paid = "price_usd_per_hour" if advice.choices[0].cost is None else "total_usd"
    y = "hours_p50" if job else "speed"
    rows = [row for c in advice.choices if (row := _row(advice, c))[y] is not None]
    if not rows:
        raise refusal("choices", "must have a known speed to be plotted")
    rows = [{name: value for name, value in row.items() if value is not None} for row in rows]
    words = {"total_usd": "total (USD)", "price_usd_per_hour": "price (USD/h)"}
    best = _front(advice, paid, y)
    at = {
        "x": axis_of([*rows, *best], paid, words[paid]),
        "y": axis_of([*rows, *best], y, "hours of the job, median" if job else speed_words(advice)),
    }
    line = {"type": "line", "interpolate": "step-after", "color": SKY, "strokeWidth": 2}
    steps = {"data": {"values": best}, "mark": line, "encoding": at}
    layers = [steps, _points(rows, at), _named(advice, rows, at)]
    if job:
        layers.insert(1, _spread(rows, at))
    layers += _limits(advice, paid)
    if job:
        layers += _deadline(advice, y)
    title = "Cost against hours" if job else "Cost against speed"
    return spec_of(title, layer=layers, data={"values": rows})


def _points(rows: Sequence[Spec], at: Spec) -> Spec:
    fill = {"condition": {"test": "datum.pareto", "value": BLUE}, "value": "white"}
    return {
        "mark": {"type": "point", "size": 60, "stroke": BLUE, "strokeWidth": 1.4, "opacity": 1},
        "encoding": {**at, "fill": fill, "tooltip": tooltip_of(rows[0])},
    }


def _named(advice: Recommendation, rows: Sequence[Spec], at: Spec) -> Spec:
    """The name of each machine once, at its first point, where nothing else is as good."""
    names = {c.rank: counted(c) for c in advice.choices}
    first: dict[str, Spec] = {}
    for row in rows:
        if row["pareto"]:
            first.setdefault(names[row["rank"]], {**row, "name": names[row["rank"]]})
    return {
        "data": {"values": list(first.values())},
        "mark": {"type": "text", "align": "left", "dx": 8, "dy": -6, "fontSize": 11},
        "encoding": {**at, "text": {"field": "name", "type": "nominal"}},
    }


def _spread(rows: Sequence[Spec], at: Spec) -> Spec:
    """From p10 to p90 of the hours."""
    y = {**at["y"], "field": "hours_p10"}
    return {
        "mark": {"type": "rule", "color": BLUE, "opacity": 0.5},
        "encoding": {"x": at["x"], "y": y, "y2": {"field": "hours_p90"}},
    }


def _limits(advice: Recommendation, paid: str) -> list[Spec]:
    request = advice.request
    limit = request.budget_usd if paid == "total_usd" else advice.price_ceiling_usd_per_hour
    if limit is None:
        return []
    what = f"budget {limit:,.10g} USD" if paid == "total_usd" else f"ceiling {limit:.4g} USD/h"
    place = {"align": "right", "dx": -5, "y": 8}
    return limit_layers({"x": {"field": paid, "type": "quantitative"}}, limit, what, RED, place)


def _deadline(advice: Recommendation, hours: str) -> list[Spec]:
    limit = deadline_hours(advice)
    if limit is None:
        return []
    place = {"align": "left", "dy": -6, "x": 8}
    what = f"deadline {limit:,.4g} h"
    return limit_layers({"y": {"field": hours, "type": "quantitative"}}, limit, what, PINK, place)


# ---- scores -------------------------------------------------------------------------


def _scores(advice: Recommendation) -> VegaLite:
    choices = list(advice.choices)[:MOST_BARS]
    used = {
        name: f"{name.replace('_', ' ')} ({advice.weights[name]:.0%})"
        for name in CRITERIA
        if advice.weights[name] != 0
    }
    y = {
        "field": "machine",
        "type": "nominal",
        "title": None,
        "sort": [_ranked(c) for c in choices],
        "axis": {"labelLimit": 320},
    }
    zero: Spec = {
        "data": {"values": [{"zero": 0}]},
        "mark": {"type": "rule", "color": "black"},
        "encoding": {"x": {"field": "zero", "type": "quantitative"}},
    }
    layers = [_bars(choices, used, y), _totals(choices, used, y), zero]
    return spec_of("What made each score", layer=layers, height=26.0 * len(choices))


def _ranked(c: Choice) -> str:
    return f"{c.rank}. {_label(c)}"


def _bars(choices: Sequence[Choice], used: Mapping[str, str], y: Spec) -> Spec:
    """The contributions of each choice, stacked."""
    bars = [
        {
            "rank": c.rank,
            "machine": _ranked(c),
            "criterion": words,
            "order": place,
            "contribution": c.contributions[name],
            "score": c.score,
        }
        for c in choices
        for place, (name, words) in enumerate(used.items())
    ]
    title = "contribution to ln(score / 100); 0 is the reference machine"
    colour = {
        "field": "criterion",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(used.values()), "range": [CRITERIA[name][0] for name in used]},
        "legend": {"orient": "top", "columns": 3},
    }
    return {
        "data": {"values": bars},
        "mark": {"type": "bar", "stroke": "white", "strokeWidth": 0.5},
        "encoding": {
            "y": y,
            "x": {"field": "contribution", "type": "quantitative", "title": title},
            "color": colour,
            "order": {"field": "order", "type": "quantitative"},
            "tooltip": tooltip_of(bars[0]),
        },
    }


def _totals(choices: Sequence[Choice], used: Iterable[str], y: Spec) -> Spec:
    """The score of each choice, where its bar ends."""
    ends = [
        {
            "rank": c.rank,
            "machine": _ranked(c),
            "end": sum(max(0.0, c.contributions[name]) for name in used),
            "score": f"{c.score:.1f}",
        }
        for c in choices
    ]
    return {
        "data": {"values": ends},
        "mark": {"type": "text", "align": "left", "dx": 4, "fontWeight": "bold"},
        "encoding": {
            "y": y,
            "x": {"field": "end", "type": "quantitative"},
            "text": {"field": "score", "type": "nominal"},
        },
    }


# ---- what a budget affords ----------------------------------------------------------


def _budget(advice: Recommendation) -> VegaLite:
    found = afforded(advice)
    rows = [
        {
            "machine": name,
            "days": float(day),
            "hours_per_day": float(hours),
        }
        for name, line in zip(found.names(), found.hours)
        for day, hours in list(zip(found.days, line))[:: max(1, len(line) // _STEPS)]
        if math.isfinite(hours)
    ]
    if not rows:
        raise refusal("budget_usd", "must pay for some hours to be plotted")
    colour = {
        "field": "machine",
        "type": "nominal",
        "title": None,
        "sort": None,
        "scale": {"range": list(LINES)},
        "legend": {"orient": "top", "columns": 2, "labelLimit": 320},
    }
    lines: Spec = {
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {
            "x": axis_of(rows, "days", "days"),
            "y": axis_of(rows, "hours_per_day", "hours a day"),
            "color": colour,
            "strokeDash": {"field": "machine", "type": "nominal", "sort": None, "title": None},
            "tooltip": tooltip_of(rows[0]),
        },
    }
    return spec_of(
        affords(advice.request), layer=[lines, *_asked(found.asked)], data={"values": rows}
    )


def _asked(asked: tuple[float, float] | None) -> list[Spec]:
    if asked is None:
        return []
    point = {"days": asked[0], "hours_per_day": asked[1]}
    on = {name: {"field": name, "type": "quantitative"} for name in point}
    values = {"data": {"values": [{**point, "what": "asked"}]}}
    where = {"x": on["days"], "y": on["hours_per_day"]}
    text = {"type": "text", "align": "left", "dx": 10, "fontWeight": "bold"}
    return [
        {
            **values,
            "mark": {"type": "point", "shape": "cross", "size": 120, "color": "black", "filled": True},
            "encoding": where,
        },
        {**values, "mark": text, "encoding": {**where, "text": {"field": "what", "type": "nominal"}}},
    ]


# ---- prices -------------------------------------------------------------------------


def vega_prices(rows: Sequence[Any]) -> VegaLite:
    """Prices by date as Vega-Lite: what :func:`flopwise.plot_prices` draws.

    Parameters
    ----------
    rows : Table
        What :func:`price_history` or :func:`gpu_prices` gave.

    Returns
    -------
    VegaLite
        A dictionary, which a notebook draws.

    Raises
    ------
    FlopwiseError
        Without rows.

    Examples
    --------
    >>> import flopwise
    >>> spec = flopwise.vega_prices(flopwise.price_history("p3.2xlarge", "us-east-1"))
    >>> spec["encoding"]["y"]["title"]
    'USD/h'
    """
    if len(rows) == 0:
        raise refusal("rows", "must not be empty to be plotted")
    per_gpu = hasattr(rows[0], "usd_per_gpu_hour")
    line, price = ("provider", "usd_per_gpu_hour") if per_gpu else ("region", "price_usd_per_hour")
    values = [
        {
            "day": (row.as_of + "-01")[:10],
            line: getattr(row, line),
            price: getattr(row, price),
            "instance": row.instance,
            "source": row.source,
        }
        for row in rows
        if row.as_of[4:5] == "-"  # a year alone is no day
    ]
    axis = "USD per GPU-hour" if per_gpu else "USD/h"
    return price_spec_of(values, line, price, axis)
