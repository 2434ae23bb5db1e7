"""How polars is told to take tables as Arrow instead of as sequences of objects."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._table import Rows


class Stream:
    """Rows as Arrow alone, which are no sequence to anyone."""

    def __init__(self, rows: Rows[Any]) -> None:
        self._rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._rows._arrow_stream()


_TOLD: set[type[Any]] = set()  # types of rows, which polars remembers for as long


def tell_polars(rows: Any) -> None:
    """polars asks what the elements of a sequence are before it asks for Arrow; this answers."""
    if rows in _TOLD or "polars" not in sys.modules:
        return
    _TOLD.add(rows)
    module = sys.modules.get("polars._utils.construction.dataframe")
    dispatch: Any = getattr(module, "_sequence_to_pydf_dispatcher", None)
    if hasattr(dispatch, "register"):
        dispatch.register(rows._record, _polars_frame)


def _polars_frame(first: Any, data: Any, schema: Any, **options: Any) -> Any:
    import polars

    from ._table import Table

    table = data if isinstance(data, Table) else Table(data)
    frame = polars.DataFrame(Stream(table._rows))
    overrides = options.get("schema_overrides")
    return polars.DataFrame(frame, schema=schema, schema_overrides=overrides)._df
