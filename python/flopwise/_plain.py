"""Records as plain values, and columns as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any


def plain(value: Any) -> Any:
    """A record, a table or a list of these as dictionaries and lists; all else as it is."""
    if hasattr(value, "_asdict"):
        return {key: plain(inner) for key, inner in value._asdict().items()}
    if hasattr(value, "to_dicts"):
        return value.to_dicts()
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def csv_text(columns: dict[str, tuple[str, list[Any]]]) -> str:
    """Kind and values by name as CSV; what is not known is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    rows: Iterable[tuple[Any, ...]] = zip(*(values for _, values in columns.values()))
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        value = ", ".join(value)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@"):
        return "'" + value  # else a spreadsheet takes it for a formula
    return value
