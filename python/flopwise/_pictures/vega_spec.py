"""Vega-Lite specifications, and what they are put together from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"

Spec = dict[str, Any]


class VegaLite(Spec):
    """A Vega-Lite specification: a dictionary that a notebook draws."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {"application/vnd.vegalite.v5+json": dict(self), "text/plain": repr(self)}


def spec_of(title: str, *, height: float = 340, **more: Any) -> VegaLite:
    """A picture of one size, on white paper in dark pages too."""
    return VegaLite(
        {
            "$schema": _SCHEMA,
            "title": title,
            "width": 560,
            "height": height,
            "background": "white",
            **more,
        }
    )


def axis_of(rows: Sequence[Spec], field: str, title: str) -> Spec:
    """Logarithmic, unless the values are too near for its ticks."""
    values = [row[field] for row in rows]
    kind = "log" if max(values) > 4 * min(values) > 0 else "linear"
    scale = {"type": kind, "zero": False, "nice": False, "padding": 20}
    return {"field": field, "type": "quantitative", "title": title, "scale": scale}


def tooltip_of(row: Spec) -> list[Spec]:
    """All that a point has."""
    kinds = {str: "nominal", bool: "nominal"}
    return [
        {"field": name, "type": kinds.get(type(value), "quantitative"), "title": name}
        for name, value in row.items()
    ]


def limit_layers(on: Spec, limit: float, what: str, colour: str, place: Spec) -> list[Spec]:
    """A dashed line at a limit, and what it is."""
    (axis,) = on.values()
    values = {"data": {"values": [{axis["field"]: limit, "what": what}]}}
    rule = {"type": "rule", "color": colour, "strokeDash": [6, 4], "strokeWidth": 1.4}
    text = {"type": "text", "color": colour, "fontSize": 11, **place}
    return [
        {**values, "mark": rule, "encoding": on},
        {**values, "mark": text, "encoding": {**on, "text": {"field": "what", "type": "nominal"}}},
    ]


def price_spec_of(values: list[Spec], line: str, price: str, title: str) -> VegaLite:
    """Steps by day, a line for each value of a column."""
    names = ("day", line, price, "instance", "source")
    kinds = {"day": "temporal", price: "quantitative"}
    tooltip = [{"field": n, "type": kinds.get(n, "nominal"), "title": n} for n in names]
    encoding = {
        "x": {"field": "day", "type": "temporal", "title": None},
        "y": {"field": price, "type": "quantitative", "title": title, "scale": {"zero": True}},
        "color": {"field": line, "type": "nominal", "scale": {"scheme": "tableau20"}},
        "tooltip": tooltip,
    }
    mark = {"type": "line", "interpolate": "step-after", "point": True}
    return spec_of("Prices by date", data={"values": values}, mark=mark, encoding=encoding)
