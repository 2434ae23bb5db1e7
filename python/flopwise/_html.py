"""Tables as HTML, as a notebook shows them."""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from typing import Any

Columns = dict[str, tuple[str, list[Any]]]  # kind and values by name

_MOST_ROWS = 60
_DIGITS = 5  # of the greatest figure of a column

# The class three times: JupyterLab's own rule, which puts all cells to the right, has two.
_STYLE = """<style scoped>
.flopwise.flopwise {border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums;
  margin-left: 0; margin-right: auto}
.flopwise.flopwise.flopwise :is(th, td) {padding: 3px 9px; border: 0; white-space: nowrap; text-align: left}
.flopwise.flopwise.flopwise th {border-bottom: 1px solid #8886; font-weight: 600; vertical-align: bottom}
.flopwise.flopwise.flopwise :is(th, td).n {text-align: right}
.flopwise th small {font-weight: 400; opacity: .65; display: block}
.flopwise tbody tr:nth-child(even) {background: #8881}
</style>"""

_UNITS = {
    "usd_per_hour": "USD/h",
    "gb_per_s": "GB/s",
    "tflops": "TFLOPS",
    "watts": "W",
    "gbps": "Gbps",
    "tops": "TOPS",
    "usd": "USD",
    "gib": "GiB",
    "gb": "GB",
    "ghz": "GHz",
    "days": "days",
    "ms": "ms",
}


def html_table(
    columns: Columns,
    *,
    rows: int,
    keep: Callable[[str], bool] = lambda name: True,
) -> str:
    """Columns as an HTML table; those without a cell that says something, and the rows after
    the first 60, are left out."""
    shown = {
        name: (kind, values[:_MOST_ROWS])
        for name, (kind, values) in columns.items()
        if keep(name) and any(_says_something(value) for value in values)
    }
    head, body = [], []
    cells: list[list[str]] = []
    for name, (kind, values) in shown.items():
        number = ' class="n"' if kind in ("int", "float") else ""
        head.append(f"<th{number}>{_heading(name)}</th>")
        decimals = _decimals(name, values) if kind == "float" else None
        cells.append([f"<td{number}>{_cell(value, decimals)}</td>" for value in values])
    for row in zip(*cells):
        body.append(f"<tr>{''.join(row)}</tr>")
    more = f"<p>… {rows - _MOST_ROWS:,} more rows</p>" if rows > _MOST_ROWS else ""
    return (
        f'{_STYLE}<table class="flopwise"><thead><tr>{"".join(head)}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table>{more}"
    )


def _heading(name: str) -> str:
    """The column's name in words, its unit below: price / USD/h."""
    for suffix, unit in _UNITS.items():
        if name.endswith("_" + suffix):
            words = name[: -len(suffix) - 1].replace("_", " ")
            return f"{html.escape(words)}<small>{unit}</small>"
    return html.escape(name.replace("_", " "))


def _says_something(value: Any) -> bool:
    """Unless its cell is blank; a zero is known."""
    return value is not None and value is not False and value != []


def _cell(value: Any, decimals: int | None) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, float):
        return f"{value:,.{decimals}f}" if decimals is not None else f"{value:,.6g}"
    if isinstance(value, list):
        return html.escape(", ".join(value))
    return html.escape(str(value))


def _decimals(name: str, values: list[Any]) -> int | None:
    """So many decimals that the figures of a column stand below one another."""
    if name.startswith(("hours_", "cost_")) or name in (
        "hours", "total_usd", "amount_usd", "upfront_usd"
    ):
        return 2
    if name.startswith("probability_"):
        return 3
    if name == "score":
        return 1
    if name == "rtt_ms":
        return 0
    known = [v for v in values if v is not None and math.isfinite(v)]
    for decimals in range(5):
        if all(abs(v - round(v, decimals)) < 1e-9 for v in known):
            return decimals
    if name.endswith("_usd_per_hour"):
        return 4
    sizes = [abs(v) for v in known if v != 0]
    decimals = max(0, _DIGITS - 1 - math.floor(math.log10(max(sizes))))
    return decimals if min(sizes) >= 10.0 ** (2 - decimals) else None  # none may look like 0
