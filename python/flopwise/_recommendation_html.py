"""An answer as a notebook shows it."""

from __future__ import annotations

import html
import re
from itertools import compress
from typing import TYPE_CHECKING, Any

from ._html import html_table
from ._table import Table, rows_columns

if TYPE_CHECKING:
    from ._recommendation import Recommendation

# The columns of a notebook's table, in the order of the command's: what matters fits a page.
_SHOWN = (
    "rank", "instance", "provider", "region", "purchase", "gpu", "gpu_count", "gpu_memory_gib",
    "memory_gib", "vcpus", "tflops", "predicted_tflops", "rtt_ms", "machines", "hours_p10", "hours_p50",
    "hours_p90",
    "price_usd_per_hour", "effective_usd_per_hour", "total_usd", "lasts_days",
    "probability_in_time", "probability_within_budget", "cost_p90_usd", "score", "pareto", "tied",
)  # fmt: skip
_SHOWN_IF_DIFFERENT = {"provider", "region", "purchase"}
_FAMILIES = (
    "rank", "family", "purpose", "gpu", "best", "price_from_usd_per_hour", "price_to_usd_per_hour",
    "admitted", "refused", "score",
)  # fmt: skip
_FRONT = ("instance", "region", "machines", "cost_usd", "hours", "knee")
_BILL = ("charge", "quantity", "unit", "amount_usd", "usd_per_month", "source")
_WAYS = (
    "purchase", "price_usd_per_hour", "hours", "hours_p90", "upfront_usd", "total_usd",
    "effective_usd_per_hour",
)  # fmt: skip


def html_of(advice: Recommendation) -> str:
    """The command's table, and what it says below it, for a page that is not ours."""
    sections = advice._sections()
    parts = [_heading(advice.brief().rstrip())]
    parts += [f"<p>{'<br>'.join(map(_marked_up, sections[0][1]))}</p>"]
    if len(advice.choices) > 0:
        columns = rows_columns(advice.choices)
        shown = {
            name: columns[name]
            for name in _SHOWN
            if not (name in _SHOWN_IF_DIFFERENT and len(set(columns[name][1])) == 1)
            and not (name == "machines" and set(columns[name][1]) == {1})
        }
        parts.append(html_table(shown, rows=len(advice.choices)))
        parts += _plan(advice)
    for title, lines in sections[1:]:
        if title in ("Families", "Machines"):
            parts += [f"<p>{_marked_up(line)}</p>" for line in lines]
        elif lines:
            parts.append(_heading(title) if title else "")
            parts.append(f"<ul>{''.join(f'<li>{_marked_up(line)}</li>' for line in lines)}</ul>")
    return f'<div style="text-align: left">{"".join(parts)}</div>'


def _plan(advice: Recommendation) -> list[str]:
    """The families, the front of a job, the bill and the ways to pay of the best choice."""
    parts = [_titled("Families", advice.families, _FAMILIES)]
    if len(advice.front) > 0:
        alone = all(point.machines == 1 for point in advice.front)
        shown = tuple(name for name in _FRONT if not (alone and name == "machines"))
        parts.append(_titled("Cost against time", advice.front, shown))
    best = advice.choices[0]
    if best.effective_usd_per_hour is not None and best.cost is not None:
        parts.append(_titled(f"Bill of {best.instance}", best.cost.items, _BILL))
    if len(advice.purchase_options) > 0:
        priced = [way.price_usd_per_hour is not None for way in advice.purchase_options]
        parts.append(
            _titled("Ways to pay for the machine", advice.purchase_options, _WAYS, priced)
        )
    return parts


def _marked_up(line: str) -> str:
    """A line of the report, in which flags stand in backticks."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(line))


def _heading(text: str) -> str:
    return f"<p><b>{html.escape(text)}</b></p>"


def _titled(
    title: str, table: Table[Any], names: tuple[str, ...], rows: list[bool] | None = None
) -> str:
    """Some columns as HTML below a title; of all rows, or of those that are marked."""
    marked = [True] * len(table) if rows is None else rows
    shown = {
        name: (kind, list(compress(values, marked)))
        for name, (kind, values) in rows_columns(table).items()
        if name in names
    }
    return _heading(title) + html_table({name: shown[name] for name in names}, rows=sum(marked))
