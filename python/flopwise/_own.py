"""A catalog of a table of one's own: data frames, Arrow tables, mappings, lists of mappings."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Mapping, Sequence
from typing import Any

from . import _core
from ._batch import refusal, table_of
from ._core import Catalog


def from_table(
    table: Any,
    *,
    name: str = "own",
    provider: str = "own",
    as_of: str | datetime.date | None = None,
    today: str | datetime.date | None = None,
    known: Any = None,
) -> Catalog:
    """See :meth:`flopwise.Catalog.from_table`."""
    columns = _columns(table)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for i, row in enumerate(zip(*columns.values())):
        writer.writerow([_cell(value, i, key) for value, key in zip(row, columns)])
    return _core._own_catalog(out.getvalue(), known, name, provider, as_of, today)


def _columns(table: Any) -> dict[str, list[Any]]:
    if isinstance(table, Sequence) and not isinstance(table, (str, bytes)):
        rows = list(table)
        for i, row in enumerate(rows):
            if not isinstance(row, Mapping):
                raise TypeError(f"table[{i}]: must be a mapping, got {type(row).__name__}")
        names = list(dict.fromkeys(key for row in rows for key in row))
        return {str(key): [row.get(key) for row in rows] for key in names}
    whole = table_of(table, "table")
    return {str(key): _values(whole._column(key)) for key in whole.names}


def _values(column: Any) -> list[Any]:
    for listed in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, listed):
            return list(getattr(column, listed)())
    return list(column)


def _cell(value: Any, row: int, column: str) -> str:
    """As CSV has it; empty for what is not known."""
    if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(float(value))  # a float of NumPy says its type too
    if isinstance(value, int):
        return repr(value)
    if isinstance(value, datetime.date):  # or datetime, of which the day counts
        return value.isoformat()[:10]
    if isinstance(value, (list, tuple, dict, bytes)):
        raise TypeError(f"table[{row}].{column}: must be a text or number, got {type(value).__name__}")
    text = str(value)
    if "\n" in text or "\r" in text:
        raise refusal(f"table[{row}].{column}", "must be one line of text, has more")
    return text
