"""Tables of records: sequences that show themselves and turn into other libraries' tables."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

from . import _core
from ._batch import refusal
from ._files import PathLike, write_whole, written as _written
from ._html import html_table
from ._pickle import reduced
from ._plain import csv_text, plain
from ._polars import Stream, tell_polars

if TYPE_CHECKING:
    import pandas
    import polars
    from numpy.typing import NDArray

R = TypeVar("R", covariant=True)

_TEXT_ROWS = 20
_LONGEST_REPR = 320


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


class Table(Sequence[R]):
    """An immutable sequence of records of one type.

    Made by flopwise, or from records of one type. Indexing gives a record, a slice or a mask of
    booleans gives a table, the name of a column an array of its values. ``print()`` shows it as
    text and a notebook as HTML. It exports itself through the Arrow PyCapsule interface, so
    ``pyarrow.table(t)``, ``polars.DataFrame(t)`` and DuckDB read it directly.

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
    >>> large = gpus[gpus["memory_gib"] > 20].sort("memory_gib", reverse=True)
    >>> large[0].memory_gib == max(gpu.memory_gib for gpu in gpus)
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
    @overload
    def __getitem__(self, at: str) -> NDArray[Any]: ...
    @overload
    def __getitem__(self, at: Sequence[bool] | NDArray[Any] | pandas.Series[Any]) -> Table[R]: ...
    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return self._taken(range(*at.indices(len(self))))
        if isinstance(at, str):
            return self._column(at)
        if hasattr(at, "__len__"):
            return self._taken(_marked(at, len(self)))
        i = operator.index(at)
        if not -len(self) <= i < len(self):
            raise IndexError(f"there are {len(self)} rows, got {i}")
        return self._rows[i % len(self)]

    def __iter__(self) -> Iterator[R]:
        tell_polars(type(self._rows))
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
        rows = type(self._rows).__name__
        if len(self) == 0:
            return f"{own}(_core.{rows}([]))"
        if len(self) == 1:
            whole = f"{own}({list(self)!r})"
            if len(whole) <= _LONGEST_REPR:
                return whole
        return f"<{own} of {len(self):,} {rows.removesuffix('Rows')}>"

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

    def _column(self, name: str) -> NDArray[Any]:
        import numpy

        columns = self._rows._columns()
        if name not in columns:
            meant = _core._did_you_mean(name, list(columns))
            raise refusal("columns", f'must be a column of the table, got "{name}"{meant}')
        kind, values = columns[name]
        if kind == "float" or (kind == "int" and None in values):
            return numpy.array(values, dtype=float)  # None is NaN
        if kind in ("int", "bool") and None not in values:
            return numpy.array(values, dtype=int if kind == "int" else bool)
        column = numpy.empty(len(values), dtype=object)
        column[:] = values
        return column

    def _taken(self, rows: Iterable[int]) -> Table[R]:
        chosen = [self._rows[i] for i in rows]
        return type(self)(type(self._rows)(chosen))  # type: ignore[call-arg]

    def head(self, rows: int = 5) -> Table[R]:
        """The first rows, five if no number is given."""
        return self[:rows]

    def filter(
        self, where: Callable[[R], object] | Sequence[bool] | NDArray[Any] | pandas.Series[Any]
    ) -> Table[R]:
        """The rows that a function says yes to, or that a mask marks.

        Parameters
        ----------
        where : callable, or sequence, array or Series of bool
            A function of a record, or a boolean for each row.

        Returns
        -------
        Table

        Raises
        ------
        FlopwiseError
            If a mask has not one boolean for each row.

        Examples
        --------
        >>> import flopwise
        >>> gpus = flopwise.Catalog.bundled("aws-2020-04").gpus
        >>> gpus.filter(lambda gpu: gpu.memory_gib > 20) == gpus[gpus["memory_gib"] > 20]
        True
        """
        if callable(where):
            return self._taken(i for i, record in enumerate(self) if where(record))
        return self._taken(_marked(where, len(self)))

    def sort(self, by: str | Callable[[R], Any], *, reverse: bool = False) -> Table[R]:
        """The rows in ascending order of a column, or of what a function gives for a record.

        Rows that are alike keep their order. What is not known stands last in either direction.

        Parameters
        ----------
        by : str or callable
        reverse : bool, optional
            From the highest to the lowest.

        Returns
        -------
        Table
        """
        keys = [by(r) for r in self] if callable(by) else self._column(by).tolist()
        known = [i for i, key in enumerate(keys) if key is not None and key == key]
        order = sorted(known, key=keys.__getitem__, reverse=reverse)
        return self._taken([*order, *sorted(set(range(len(keys))) - set(known))])

    def to_dicts(self) -> list[dict[str, Any]]:
        """The records as plain dictionaries, nested as in the JSON report.

        Returns
        -------
        list of dict
        """
        return [plain(record) for record in self]

    def to_json(self) -> str:
        """The records as a JSON array, indented by two blanks."""
        return json.dumps(self.to_dicts(), indent=2)

    @overload
    def to_csv(self) -> str: ...
    @overload
    def to_csv(self, path: PathLike) -> None: ...
    def to_csv(self, path: PathLike | None = None) -> str | None:
        """The table as CSV, in a file or as text; what is not known is empty.

        Parameters
        ----------
        path : str or path, optional
            Of the file, which appears whole or not at all.

        Returns
        -------
        str
            None with a path.
        """
        return _written(csv_text(self._rows._columns()), path)

    def to_parquet(self, path: PathLike) -> None:
        """Writes the table as a Parquet file; needs pyarrow or polars.

        Parameters
        ----------
        path : str or path
            Of the file, which appears whole or not at all.
        """
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            write_whole(path, self.to_polars().write_parquet)
        else:
            write_whole(path, lambda out: pyarrow.parquet.write_table(pyarrow.table(self), out))

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a data frame; needs pandas. What is not known is NaN or None.

        Returns
        -------
        pandas.DataFrame
        """
        import pandas

        def series(kind: str, values: list[Any]) -> pandas.Series[Any]:
            if kind in ("int", "bool") and None in values:
                return pandas.Series(values, dtype="Int64" if kind == "int" else "boolean")
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

        return polars.DataFrame(Stream(self._rows))

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


def _marked(mask: Any, rows: int) -> list[int]:
    """The rows that a mask of booleans marks."""
    import numpy

    if hasattr(mask, "to_numpy"):  # of pandas or polars
        mask = mask.to_numpy()
    marks = numpy.asarray(mask)
    if marks.size == 0:  # of no rows, whose type says nothing
        marks = marks.astype(bool)
    if marks.dtype == object and all(isinstance(m, (bool, numpy.bool_)) for m in marks.ravel()):
        marks = marks.astype(bool)
    if marks.dtype != bool or marks.shape != (rows,):
        got = f"{marks.shape} of {marks.dtype}"
        raise refusal("mask", f"must have a boolean for each of {rows} rows, got {got}")
    return numpy.flatnonzero(marks).tolist()


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


def rows_columns(table: Table[Any]) -> dict[str, tuple[str, list[Any]]]:
    """Name, kind and values of each column."""
    return table._rows._columns()
