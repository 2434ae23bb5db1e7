"""What choices cost and how fast they are, and the front of all that qualify."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._batch import refusal
from .._core import Choice
from .._table import Table, rows_columns

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from .._recommendation import Recommendation


def choices_of(advice: Recommendation) -> Table[Choice]:
    """The choices, of which there must be some."""
    if len(advice.choices) == 0:
        raise refusal("choices", f"must not be empty to be plotted, the outcome is {advice.outcome}")
    return advice.choices


class Points(NamedTuple):
    """What choices cost and how fast they are; NaN where that is not known."""

    paid: NDArray[numpy.float64]
    speed: NDArray[numpy.float64]


def points_of(advice: Recommendation, choices: Table[Choice], x: str) -> Points:
    import numpy

    columns = rows_columns(choices)

    def figures(name: str) -> NDArray[numpy.float64]:
        return numpy.array(columns[name][1], dtype=float)

    return Points(figures(x), figures(speed_key(advice)))


def speed_key(advice: Recommendation) -> str:
    """The figure of a choice by which the answer compares speed."""
    if advice.on_vcpus:
        return "vcpus"
    return "predicted_tflops" if advice.request.speed == "predicted" else "tflops"


def speed_words(advice: Recommendation) -> str:
    """That figure as an axis says it."""
    kind = "predicted" if advice.request.speed == "predicted" else "peak"
    unit = "vCPUs" if advice.on_vcpus else f"{kind} TFLOPS ({advice.request.precision})"
    return f"speed, {unit}"


def _every(advice: Recommendation) -> Table[Choice]:
    """All that qualify, shown or not."""
    if advice.admitted == len(advice.choices):
        return advice.choices
    return advice._again(top=advice.admitted, nearest=1).choices


def front(advice: Recommendation, x: str) -> list[tuple[Choice, float, float]]:
    """Of all that qualify those that no cheaper one outruns: each with its cost and its speed."""
    every = _every(advice)
    points = points_of(advice, every, x)
    return [(every[i], float(points.paid[i]), float(points.speed[i])) for i in _rising(points)]


def _rising(points: Points) -> list[int]:
    """Those that no cheaper one outruns, by cost."""
    import numpy

    known = numpy.flatnonzero(numpy.isfinite(points.paid) & numpy.isfinite(points.speed))
    order = known[numpy.lexsort((-points.speed[known], points.paid[known]))]
    speed = points.speed[order]
    best = numpy.maximum.accumulate(speed)
    rises = numpy.concatenate((numpy.isfinite(speed[:1]), speed[1:] > best[:-1]))
    return [int(i) for i in order[rises]]
