"""Tables of records: sequences that show themselves and turn into other libraries' tables."""

from __future__ import annotations

import html
import json
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, overload

from . import _core
from ._pickle import reduced

if TYPE_CHECKING:
    import pandas
    import polars

R = TypeVar("R", covariant=True)

_HTML_ROWS = 60
_TEXT_ROWS = 20


class Record(Protocol):
    """What every record offers beside its attributes."""

    _fields: tuple[str, ...]

    def _asdict(self) -> dict[str, Any]: ...


class Rows(Protocol[R]):
    """The compiled rows a table is around."""

    def __len__(self) -> int: ...
    def __getitem__(self, i: int, /) -> R: ...
    def _columns(self) -> dict[str, tuple[str, list[Any]]]: ...
    def _text(self, rows: int, /) -> str: ...
    def _arrow_stream(self) -> object: ...
    def _arrow_schema(self) -> object: ...


class Table(Generic[R]):
    """An immutable sequence of records of one type.

    Made by flopwise, or from records of one type. Indexing gives a record, a slice gives a
    table. ``print()`` shows it as text and a notebook as HTML. It exports itself through the
    Arrow PyCapsule interface, so ``pyarrow.table(t)``, ``polars.DataFrame(t)`` and DuckDB
    read it directly.

    In its flat forms (data frames, Arrow) ``cost`` is the column ``total_usd`` and
    ``contributions`` is a column for each criterion, ``contribution_cost`` and so on.

    Parameters
    ----------
    records : iterable of records
        At least one.

    Examples
    --------
    >>> import flopwise
    >>> gpus = flopwise.Catalog.bundled("aws-2020-04").gpus
    >>> gpus[0].memory_gib > 0
    True
    >>> flopwise.Table([gpus[0], gpus[1]]) == gpus[:2]
    True
    """

    __slots__ = ("_rows",)
    _rows: Rows[R]

    def __init__(self, records: Iterable[R] | Rows[R]) -> None:
        self._rows = _rows_of(records)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> R: ...
    @overload
    def __getitem__(self, at: slice) -> Table[R]: ...
    def __getitem__(self, at: int | slice) -> R | Table[R]:
        if isinstance(at, slice):
            chosen = [self._rows[i] for i in range(*at.indices(len(self)))]
            return type(self)(type(self._rows)(chosen))  # type: ignore[call-arg]
        i = operator.index(at)
        if not -len(self) <= i < len(self):
            raise IndexError(f"there are {len(self)} rows, got {i}")
        return self._rows[i % len(self)]

    def __iter__(self) -> Iterator[R]:
        return (self._rows[i] for i in range(len(self)))

    def __reversed__(self) -> Iterator[R]:
        return (self._rows[i] for i in reversed(range(len(self))))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Table):
            return bool(self._rows == other._rows)
        if isinstance(other, list | tuple):
            return list(self) == list(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        own = type(self).__name__
        if len(self) == 0:
            name = type(self._rows).__name__
            return f"{own}(_core.{name}([]))"
        return f"{own}({list(self)!r})"

    def __str__(self) -> str:
        return self._rows._text(_TEXT_ROWS)

    def __reduce__(self) -> tuple[Any, ...]:
        records: Iterable[Any] = self
        rows = [tuple(record._asdict().values()) for record in records]
        return reduced(self, {"rows": type(self._rows).__name__, "values": rows})

    @classmethod
    def _unpickled(cls, rows: str, values: list[tuple[Any, ...]]) -> Table[R]:
        rows_of = getattr(_core, rows)
        record = rows_of._record
        fields = record._fields
        return cls(rows_of([record(**dict(zip(fields, row, strict=True))) for row in values]))

    def __copy__(self) -> Table[R]:
        return self

    def __deepcopy__(self, memo: object) -> Table[R]:
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of the flat forms."""
        return tuple(self._rows._columns())

    def to_dicts(self) -> list[dict[str, Any]]:
        """The records as plain dictionaries, nested as in the JSON report.

        Returns
        -------
        list of dict
        """
        return [_plain(record) for record in self]

    def to_json(self) -> str:
        """The records as a JSON array, indented by two blanks."""
        return json.dumps(self.to_dicts(), indent=2)

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a data frame; needs pandas. What is not known is NaN or None.

        Returns
        -------
        pandas.DataFrame
        """
        import pandas

        def series(kind: str, values: list[Any]) -> pandas.Series[Any]:
            if kind == "int" and None in values:
                return pandas.Series(values, dtype="Int64")
            dtypes = {"float": "float64", "bool": "bool", "int": "int64"}
            return pandas.Series(values, dtype=dtypes.get(kind, None if values else "object"))

        return pandas.DataFrame(
            {name: series(kind, values) for name, (kind, values) in self._rows._columns().items()}
        )

    def to_polars(self) -> polars.DataFrame:
        """The table as a polars data frame; needs polars. What is not known is null.

        Returns
        -------
        polars.DataFrame
        """
        import polars

        return polars.DataFrame(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._rows._arrow_stream()

    def __arrow_c_schema__(self) -> object:
        return self._rows._arrow_schema()

    def _repr_html_(self) -> str:
        return html_table(
            self._rows._columns(),
            rows=len(self),
            keep=lambda name: not name.startswith("contribution_"),
        )


def _rows_of(records: Any) -> Any:
    if hasattr(records, "_arrow_stream"):
        return records
    records = list(records)
    if not records:
        raise TypeError("a table of no records does not know their type")
    rows = getattr(_core, type(records[0]).__name__ + "Rows", None)
    if rows is None:
        raise TypeError(f"must be records of flopwise, got {type(records[0]).__name__}")
    return rows(records)


def _plain(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {key: _plain(inner) for key, inner in value._asdict().items()}
    if hasattr(value, "to_dicts"):
        return value.to_dicts()
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


# ---- HTML ---------------------------------------------------------------------------

_STYLE = """<style scoped>
.flopwise {border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums}
.flopwise th, .flopwise td {padding: 3px 9px; border: 0; white-space: nowrap; text-align: left}
.flopwise th {border-bottom: 1px solid #8886; font-weight: 600; vertical-align: bottom}
.flopwise th.n, .flopwise td.n {text-align: right}
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


def _heading(name: str) -> str:
    """The column's name in words, its unit below: price / USD/h."""
    for suffix, unit in _UNITS.items():
        if name.endswith("_" + suffix):
            words = name[: -len(suffix) - 1].replace("_", " ")
            return f"{html.escape(words)}<small>{unit}</small>"
    return html.escape(name.replace("_", " "))


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
    known = [v for v in values if v is not None]
    for decimals in range(5):
        if all(abs(v - round(v, decimals)) < 1e-9 for v in known):
            return decimals
    return 4 if name.endswith("_usd_per_hour") else None


def html_table(
    columns: dict[str, tuple[str, list[Any]]],
    *,
    rows: int,
    keep: Callable[[str], bool] = lambda name: True,
) -> str:
    """Columns as an HTML table; empty ones and the rows after the first 60 are left out."""
    shown = {
        name: (kind, values[:_HTML_ROWS])
        for name, (kind, values) in columns.items()
        if keep(name) and any(v not in (None, [], False) for v in values)
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
    more = f"<p>… {rows - _HTML_ROWS:,} more rows</p>" if rows > _HTML_ROWS else ""
    return (
        f'{_STYLE}<table class="flopwise"><thead><tr>{"".join(head)}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table>{more}"
    )


def rows_columns(table: Table[Any]) -> dict[str, tuple[str, list[Any]]]:
    """Name, kind and values of each column."""
    return table._rows._columns()
