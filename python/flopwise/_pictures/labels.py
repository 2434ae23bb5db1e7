"""Names beside points, none of which covers another or a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .style import GREY, is_small, look_of

if TYPE_CHECKING:
    import numpy
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

Line = tuple[float, float, float, float]  # from (x0, y0) to (x1, y1)

NAMED = 10  # of the choices; and all of the front
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


def label_points(
    ax: Axes,
    points: Sequence[tuple[float, float]],
    named: Sequence[tuple[int, str]],
    lines: Sequence[Line] = (),
) -> None:
    """Writes names at some of the points, the first first; what has no room is left out.

    ``lines`` are level or upright, each from (x0, y0) to (x1, y1); an infinite end is the edge.
    A name that ends up away from its point gets a thin line to it.
    """
    import numpy

    figure = cast("Any", ax.figure)
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    pixels = ax.transData.transform(numpy.array(points, dtype=float))
    taken = _Taken(_covered(ax, pixels, lines, renderer))
    for i, name in named:
        place = _free_place(ax, pixels[i], name, taken, renderer)
        if place is not None:
            _write(ax, points[i], name, place)
            taken.add(place.box.tolist())


class _Place(NamedTuple):
    """Where a name stands."""

    box: NDArray[numpy.float64]  # in pixels
    offset: tuple[float, float]  # from its point, in those of type
    is_far: bool


def _covered(
    ax: Axes, pixels: NDArray[numpy.float64], lines: Sequence[Line], renderer: Any
) -> list[Sequence[float]]:
    """The rectangles of points, lines and the legend."""
    import numpy

    half = 3.5 * cast("Any", ax.figure).dpi / 72
    boxes: list[Sequence[float]] = [(x - half, y - half, x + half, y + half) for x, y in pixels]
    for x0, y0, x1, y1 in lines:
        with numpy.errstate(invalid="ignore"):
            ends = numpy.nan_to_num(ax.transData.transform([(x0, y0), (x1, y1)]), posinf=1e6)
        boxes.append((*(ends.min(axis=0) - 1.5), *(ends.max(axis=0) + 1.5)))
    if (legend := ax.get_legend()) is not None:
        boxes.append(cast("Any", legend.get_window_extent(renderer).extents))
    return boxes


def _free_place(
    ax: Axes, at: NDArray[numpy.float64], name: str, taken: _Taken, renderer: Any
) -> _Place | None:
    """The nearest place around a point where a name covers nothing."""
    import numpy

    scale = cast("Any", ax.figure).dpi / 72
    frame = ax.get_window_extent(renderer)
    written = ax.annotate(name, (0, 0), fontsize=_size(ax), annotation_clip=False)
    box = written.get_window_extent(renderer)
    written.remove()
    places = _places(at.tolist(), (box.width, box.height), scale)
    low, high = places[:, :2], places[:, 2:]
    inside = (low >= (frame.x0, frame.y0)).all(axis=1) & (high <= (frame.x1, frame.y1)).all(axis=1)
    free = numpy.flatnonzero(inside & (taken.shared(places) == 0))
    if len(free) == 0:
        return None
    nearest = int(free[0])
    right, up = (places[nearest, :2] - at) / scale
    return _Place(places[nearest], (float(right), float(up)), nearest >= 2 * len(_DIRECTIONS))


def _size(ax: Axes) -> str:
    return "xx-small" if is_small(ax) else "x-small"


def _write(ax: Axes, point: tuple[float, float], name: str, place: _Place) -> None:
    from matplotlib.patheffects import withStroke

    ax.annotate(
        name,
        point,
        xytext=place.offset,
        textcoords="offset points",
        fontsize=_size(ax),
        arrowprops={"arrowstyle": "-", "color": GREY, "lw": 0.6} if place.is_far else None,
        path_effects=[withStroke(linewidth=2, foreground=look_of(ax).paper)],
        zorder=5,
    )
