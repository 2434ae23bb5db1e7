"""Prices by date."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from .._batch import refusal
from .style import LINES, axes_for, colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def prices(rows: Sequence[Any], *, ax: Axes | None) -> Axes:
    """A step for each price, until the next: of machines by region, of GPUs by provider."""
    if len(rows) == 0:
        raise refusal("rows", "must not be empty to be plotted")
    per_gpu = hasattr(rows[0], "usd_per_gpu_hour")
    key = "provider" if per_gpu else "region"
    price = "usd_per_gpu_hour" if per_gpu else "price_usd_per_hour"
    lines: dict[str, list[Any]] = {}
    for row in rows:
        if row.as_of[4:5] == "-":  # a year alone is no day
            lines.setdefault(getattr(row, key), []).append(row)
    axes = axes_for(ax)
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
            color=colours(axes)[place % len(LINES)],
            linestyle=("-", "--", ":")[place // len(LINES) % 3],
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
