"""The pictures as Vega-Lite: a specification with its data, for whatever draws it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from ._batch import refusal
from ._core import Choice
from ._plot import (
    _BLUE, _HATCHES, _LINES, _PINK, _RED, _SKY, _confidence, _deadline_hours, _machines, _names, afforded, front,
)  # fmt: skip

if TYPE_CHECKING:
    from ._recommend import Recommendation

Kind = Literal["pareto", "scores", "budget"]

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_MOST_BARS = 40
_STEPS = 50  # days along a curve

Spec = dict[str, Any]


class VegaLite(Spec):
    """A Vega-Lite specification: a dictionary that a notebook draws."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {"application/vnd.vegalite.v5+json": dict(self), "text/plain": repr(self)}


def vega(advice: Recommendation, kind: Kind) -> VegaLite:
    """See :meth:`flopwise.Recommendation.vega`."""
    kinds = {"pareto": _pareto, "scores": _scores, "budget": _budget}
    if kind not in kinds:
        raise refusal("kind", f"must be one of {', '.join(kinds)}, got {kind!r}")
    if len(advice.choices) == 0:
        raise refusal("choices", f"must not be empty to be plotted, the outcome is {advice.outcome}")
    return kinds[kind](advice)


def _spec(title: str, layers: list[Spec], *, height: float = 340, **more: Any) -> VegaLite:
    return VegaLite(
        {
            "$schema": _SCHEMA,
            "title": title,
            "width": 560,
            "height": height,
            "background": "white",
            "layer": layers,
            **more,
        }
    )


def _axis(rows: Sequence[Spec], field: str, title: str) -> Spec:
    """Logarithmic, unless the values are too near for its ticks."""
    values = [row[field] for row in rows]
    kind = "log" if max(values) > 4 * min(values) > 0 else "linear"
    scale = {"type": kind, "zero": False, "nice": False, "padding": 20}
    return {"field": field, "type": "quantitative", "title": title, "scale": scale}


def _tooltip(row: Spec) -> list[Spec]:
    """All that is known of a point."""
    kinds = {str: "nominal", bool: "nominal"}
    return [
        {"field": name, "type": kinds.get(type(value), "quantitative"), "title": name}
        for name, value in row.items()
    ]


def _label(c: Choice) -> str:
    return f"{_machines(c)}, {c.region}, {c.purchase.replace('_', ' ')}"


def _count(machines: int) -> str:
    return "" if machines == 1 else f"{machines} x "


# ---- cost against speed, or hours ---------------------------------------------------


def _speed(advice: Recommendation, c: Choice) -> float | None:
    if advice.on_vcpus:
        return c.vcpus
    predicted = advice.request.speed == "predicted" and c.predicted_tflops
    return c.predicted_tflops if predicted else c.tflops


def _row(advice: Recommendation, c: Choice) -> Spec:
    row: Spec = {
        "rank": c.rank,
        "machine": _label(c),
        "instance": c.instance,
        "gpu": c.gpu or "none",
        "price_usd_per_hour": c.price_usd_per_hour,
        "price_as_of": c.price_as_of,
        "total_usd": None if c.cost is None else c.cost.total_usd,
        "speed": _speed(advice, c),
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
    kind = "predicted" if advice.request.speed == "predicted" else "peak"
    unit = "vCPUs" if advice.on_vcpus else f"{kind} TFLOPS ({advice.request.precision})"
    best = _front(advice, paid, y)
    at = {
        "x": _axis([*rows, *best], paid, words[paid]),
        "y": _axis([*rows, *best], y, "hours of the job, median" if job else f"speed, {unit}"),
    }
    line = {"type": "line", "interpolate": "step-after", "color": _SKY, "strokeWidth": 2}
    steps = {"data": {"values": best}, "mark": line, "encoding": at}
    layers = [steps, _points(rows, at), _named(advice, rows, at)]
    if job:
        layers.insert(1, _spread(rows, at))
    layers += _limits(advice, paid)
    if job:
        layers += _deadline(advice, y)
    title = "Cost against hours" if job else "Cost against speed"
    return _spec(title, layers, data={"values": rows})


def _points(rows: Sequence[Spec], at: Spec) -> Spec:
    fill = {"condition": {"test": "datum.pareto", "value": _BLUE}, "value": "white"}
    return {
        "mark": {"type": "point", "size": 60, "stroke": _BLUE, "strokeWidth": 1.4, "opacity": 1},
        "encoding": {**at, "fill": fill, "tooltip": _tooltip(rows[0])},
    }


def _named(advice: Recommendation, rows: Sequence[Spec], at: Spec) -> Spec:
    """The name of each machine once, at its first point, where nothing else is as good."""
    names = {c.rank: _machines(c) for c in advice.choices}
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
        "mark": {"type": "rule", "color": _BLUE, "opacity": 0.5},
        "encoding": {"x": at["x"], "y": y, "y2": {"field": "hours_p90"}},
    }


def _limits(advice: Recommendation, paid: str) -> list[Spec]:
    request = advice.request
    limit = request.budget_usd if paid == "total_usd" else advice.price_ceiling_usd_per_hour
    if limit is None:
        return []
    what = f"budget {limit:,.0f} USD" if paid == "total_usd" else f"ceiling {limit:.4g} USD/h"
    place = {"align": "right", "dx": -5, "y": 8}
    return _limit({"x": {"field": paid, "type": "quantitative"}}, limit, what, _RED, place)


def _deadline(advice: Recommendation, hours: str) -> list[Spec]:
    limit = _deadline_hours(advice)
    if limit is None:
        return []
    place = {"align": "left", "dy": -6, "x": 8}
    what = f"deadline {limit:,.4g} h"
    return _limit({"y": {"field": hours, "type": "quantitative"}}, limit, what, _PINK, place)


def _limit(on: Spec, limit: float, what: str, colour: str, place: Spec) -> list[Spec]:
    """A dashed line at a limit, and what it is."""
    (axis,) = on.values()
    values = {"data": {"values": [{axis["field"]: limit, "what": what}]}}
    rule = {"type": "rule", "color": colour, "strokeDash": [6, 4], "strokeWidth": 1.4}
    text = {"type": "text", "color": colour, "fontSize": 11, **place}
    return [
        {**values, "mark": rule, "encoding": on},
        {**values, "mark": text, "encoding": {**on, "text": {"field": "what", "type": "nominal"}}},
    ]


# ---- scores -------------------------------------------------------------------------


def _scores(advice: Recommendation) -> VegaLite:
    choices = list(advice.choices)[:_MOST_BARS]
    used = [name for name in _HATCHES if advice.weights[name] != 0]
    words = {name: f"{name.replace('_', ' ')} ({advice.weights[name]:.0%})" for name in used}
    bars = [
        {
            "rank": c.rank,
            "machine": f"{c.rank}. {_label(c)}",
            "criterion": words[name],
            "order": place,
            "contribution": c.contributions[name],
            "score": c.score,
        }
        for c in choices
        for place, name in enumerate(used)
    ]
    ends = [
        {
            "rank": c.rank,
            "machine": f"{c.rank}. {_label(c)}",
            "end": sum(max(0.0, c.contributions[name]) for name in used),
            "score": f"{c.score:.1f}",
        }
        for c in choices
    ]
    y = {
        "field": "machine",
        "type": "nominal",
        "title": None,
        "sort": [row["machine"] for row in ends],
        "axis": {"labelLimit": 320},
    }
    title = "contribution to ln(score / 100); 0 is the reference machine"
    colour = {
        "field": "criterion",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(words.values()), "range": [_HATCHES[name][0] for name in used]},
        "legend": {"orient": "top", "columns": 3},
    }
    layers: list[Spec] = [
        {
            "data": {"values": bars},
            "mark": {"type": "bar", "stroke": "white", "strokeWidth": 0.5},
            "encoding": {
                "y": y,
                "x": {"field": "contribution", "type": "quantitative", "title": title},
                "color": colour,
                "order": {"field": "order", "type": "quantitative"},
                "tooltip": _tooltip(bars[0]),
            },
        },
        {
            "data": {"values": ends},
            "mark": {"type": "text", "align": "left", "dx": 4, "fontWeight": "bold"},
            "encoding": {
                "y": y,
                "x": {"field": "end", "type": "quantitative"},
                "text": {"field": "score", "type": "nominal"},
            },
        },
        {
            "data": {"values": [{"zero": 0}]},
            "mark": {"type": "rule", "color": "black"},
            "encoding": {"x": {"field": "zero", "type": "quantitative"}},
        },
    ]
    return _spec("What made each score", layers, height=26.0 * len(choices))


# ---- what a budget affords ----------------------------------------------------------


def _budget(advice: Recommendation) -> VegaLite:
    request = advice.request
    found = afforded(advice)
    rows = [
        {
            "machine": f"{name}, {c.price_usd_per_hour:,.4g} USD/h",
            "days": float(day),
            "hours_per_day": float(hours),
        }
        for c, name, line in zip(found.choices, _names(found.choices), found.hours)
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
        "scale": {"range": list(_LINES)},
        "legend": {"orient": "top", "columns": 2, "labelLimit": 320},
    }
    lines: Spec = {
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {
            "x": _axis(rows, "days", "days"),
            "y": _axis(rows, "hours_per_day", "hours a day"),
            "color": colour,
            "strokeDash": {"field": "machine", "type": "nominal", "sort": None, "title": None},
            "tooltip": _tooltip(rows[0]),
        },
    }
    title = f"What {request.budget_usd:,.10g} USD affords"
    if request.use_cv:
        title += f", enough in {_confidence(request):.0%} of cases"
    return _spec(title, [lines, *_asked(found.asked)], data={"values": rows})


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
    y = {
        "field": price,
        "type": "quantitative",
        "title": "USD per GPU-hour" if per_gpu else "USD/h",
        "scale": {"zero": True},
    }
    names = ("day", line, price, "instance", "source")
    kinds = {"day": "temporal", price: "quantitative"}
    tooltip = [{"field": n, "type": kinds.get(n, "nominal"), "title": n} for n in names]
    return VegaLite(
        {
            "$schema": _SCHEMA,
            "title": "Prices by date",
            "width": 560,
            "height": 340,
            "background": "white",
            "data": {"values": values},
            "mark": {"type": "line", "interpolate": "step-after", "point": True},
            "encoding": {
                "x": {"field": "day", "type": "temporal", "title": None},
                "y": y,
                "color": {"field": line, "type": "nominal", "scale": {"scheme": "tableau20"}},
                "tooltip": tooltip,
            },
        }
    )
