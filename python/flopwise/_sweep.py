"""sweep(): the best machine for each of many requests, in C++ threads."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union

from . import _core
from ._core import FlopwiseError
from ._recommend import CatalogLike

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

T = TypeVar("T")
Progress = Union[bool, Callable[[int, int], object], None]

# Rows that differ only in these share one ranking of the offers.
_FIGURES = ("budget_usd", "days", "hours_per_day", "fixed_usd", "max_price_usd_per_hour")
_NAMES = ("instance", "provider", "region", "purchase")
_NUMBERS = ("price_usd_per_hour", "total_usd", "score", "price_ceiling_usd_per_hour")
_OUTCOMES = ["found", "nothing_fits", "nothing_affordable", "refused"]  # the last is code -1


def sweep(
    requests: T,
    catalog: CatalogLike = None,
    *,
    threads: int | None = None,
    progress: Progress = None,
    keep: Collection[str] = (),
    on_error: Literal["raise", "mark"] = "raise",
) -> T:
    """The best machine for each of many requests.

    Each row is a request; each column is a setting of :func:`recommend`, by its name. A value
    that is None, NaN or null is not given. The answers are those of ``recommend`` row by row,
    but rows that differ only in ``budget_usd``, ``days``, ``hours_per_day``, ``fixed_usd``
    and ``max_price_usd_per_hour`` share the work. Runs without the GIL; Ctrl-C stops it.

    Parameters
    ----------
    requests : mapping of str to array_like or scalar, pandas.DataFrame, polars.DataFrame, \
pyarrow.Table, pyarrow.RecordBatch, or an iterator of these
        Columns of one length n; a scalar in a mapping holds for all rows. Other objects with
        ``__arrow_c_stream__`` are read with pyarrow. An iterator gives an iterator of
        answers, batch by batch, as ``mapInArrow`` of Spark wants it.
    catalog : Catalog, str or path, optional
        As for :func:`recommend`; a column ``catalog`` stands above it.
    threads : int, optional
        At least 1; as many as the process may use if absent.
    progress : bool or callable, optional
        True shows a progress bar, False none. None shows one after a second if standard error
        is a terminal or a notebook shows it. A function is called with (rows done, rows).
    keep : collection of str, optional
        Columns that are no settings, such as an identifier; they stand first in the answer.
    on_error : {"raise", "mark"}
        "mark" gives a row that is refused the outcome "refused" and a text in a column
        ``error``, which else is not there.

    Returns
    -------
    the same kind of table as `requests`
        With n rows and the columns of `keep`, ``instance``, ``provider``, ``region``,
        ``purchase``, ``price_usd_per_hour``, ``total_usd`` (where days are known), ``score``,
        ``price_ceiling_usd_per_hour`` (where budget and days are known) and ``outcome``:
        "found", "nothing_fits", "nothing_affordable". Without a machine the columns before it
        are None or NaN, null in polars and Arrow. A data frame of pandas keeps its index.

    Raises
    ------
    FlopwiseError
        For an unknown column, columns of different lengths, and what `recommend` refuses;
        ``field`` has the row: ``days[3]``.
    TypeError
        If `requests` is none of the tables above, or a value has a type that no setting takes.

    Examples
    --------
    >>> import flopwise
    >>> answer = flopwise.sweep(
    ...     {"budget_usd": [500, 2000, 8000], "days": 365, "hours_per_day": 2,
    ...      "region": "us-east-1"},
    ...     catalog="aws-2020-04",
    ... )
    >>> answer["instance"].tolist()
    ['g4dn.xlarge', 'g4dn.xlarge', 'g4dn.12xlarge']
    """
    if on_error not in ("raise", "mark"):
        raise TypeError(f"on_error: must be 'raise' or 'mark', got {on_error!r}")
    if isinstance(requests, Iterator):
        return (  # type: ignore[return-value]
            sweep(
                batch,
                catalog,
                threads=threads,
                progress=progress,
                keep=keep,
                on_error=on_error,
            )
            for batch in requests
        )
    table = _table_of(requests)
    kept = {name: table.raw(name) for name in keep}
    names = [name for name in table.names if name not in kept]
    rows = len(table)
    with _Progress(progress, rows) as shown:
        answer = _core._sweep(
            rows,
            {name: table.figures(name) for name in names if name in _FIGURES},
            [(name, *table.codes(name)) for name in _checked(names) if name not in _FIGURES],
            catalog,
            _threads(threads),
            shown,
        )
    if answer["errors"] and on_error == "raise":
        row, field, reason = answer["errors"][0]
        raise _error(f"{field}[{row}]", reason)
    return table.build(kept, answer, errors=on_error == "mark")  # type: ignore[no-any-return]


def _error(field: str, reason: str) -> FlopwiseError:
    error = FlopwiseError(f"{field}: {reason}")
    error.field = field
    return error


def _checked(names: Iterable[str]) -> list[str]:
    """The names of columns, unless one is not the name of a setting."""
    names = list(names)
    _core.Request(**dict.fromkeys(names))  # says which is unknown, and what may be meant
    return names


def _threads(wanted: int | None) -> int:
    if wanted is None:
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1
    if not 1 <= wanted <= 1024:
        raise _error("threads", f"must be between 1 and 1024, got {wanted}")
    return int(wanted)


# ---- tables in and out --------------------------------------------------------------


class _Columns:
    """A mapping of arrays; what the other tables have in common."""

    def __init__(self, requests: Mapping[str, Any]) -> None:
        import numpy

        self.columns = {}
        scalars = {}
        for name, values in requests.items():
            if isinstance(values, (str, bytes, Mapping)) or not hasattr(values, "__len__"):
                scalars[name] = values
                continue
            ragged = isinstance(values, (list, tuple)) and any(
                isinstance(v, (list, tuple, dict)) for v in values
            )
            array = values if ragged else numpy.asarray(values)
            if getattr(array, "ndim", 1) != 1:
                raise _error(name, f"must have one dimension, got {array.ndim}")
            self.columns[name] = array
        lengths = {name: len(values) for name, values in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise _error("requests", f"must have columns of one length, got {lengths}")
        self.rows = next(iter(lengths.values()), 1 if scalars else 0)
        self.columns.update({name: [value] * self.rows for name, value in scalars.items()})
        self.names = list(requests)

    def __len__(self) -> int:
        return self.rows

    def raw(self, name: str) -> Any:
        if name not in self.names:
            raise _error("keep", f"must be columns of the requests, got {name!r}")
        return self.columns[name]

    def figures(self, name: str) -> NDArray[numpy.float64]:
        return _numbers(name, self.columns[name])

    def codes(self, name: str) -> tuple[NDArray[numpy.int32], list[Any]]:
        values = self.columns[name]
        return _core._encode(values if isinstance(values, list) else values.tolist())

    def build(self, kept: dict[str, Any], answer: dict[str, Any], *, errors: bool) -> Any:
        import numpy

        out = {name: numpy.asarray(values) for name, values in kept.items()}
        for name in _NAMES:
            out[name] = _taken(answer["names"][name], answer["offer"])
        out.update({name: answer[name] for name in _NUMBERS})
        out["outcome"] = numpy.array(_OUTCOMES, dtype=object)[answer["outcome"]]
        if errors:
            out["error"] = _errors(answer)
        return out


class _Pandas(_Columns):
    def __init__(self, frame: Any) -> None:
        self.frame = frame
        self.names = [str(name) for name in frame.columns]
        self.rows = len(frame)
        if len(set(self.names)) < len(self.names):
            raise _error("requests", f"must have different columns, got {self.names}")

    def raw(self, name: str) -> Any:
        if name not in self.names:
            raise _error("keep", f"must be columns of the requests, got {name!r}")
        return self.frame[name]

    def figures(self, name: str) -> NDArray[numpy.float64]:
        import numpy

        try:
            return self.frame[name].to_numpy(dtype="float64", na_value=numpy.nan)  # type: ignore[no-any-return]
        except (ValueError, TypeError):
            return _numbers(name, self.frame[name].tolist())

    def codes(self, name: str) -> tuple[NDArray[numpy.int32], list[Any]]:
        import pandas

        if self.frame[name].dtype == object:
            return _core._encode(self.frame[name].tolist())
        codes, values = pandas.factorize(self.frame[name])
        return codes.astype("int32"), values.tolist()

    def build(self, kept: dict[str, Any], answer: dict[str, Any], *, errors: bool) -> Any:
        import pandas

        columns = super().build({}, answer, errors=errors)
        return pandas.DataFrame({**kept, **columns}, index=self.frame.index)


class _Arrow(_Columns):
    """A table or a record batch of pyarrow."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.names = list(table.schema.names)
        self.rows = table.num_rows

    def raw(self, name: str) -> Any:
        if name not in self.names:
            raise _error("keep", f"must be columns of the requests, got {name!r}")
        return self.table.column(name)

    def figures(self, name: str) -> NDArray[numpy.float64]:
        import pyarrow

        try:
            column = self.table.column(name).cast(pyarrow.float64(), safe=False)
        except pyarrow.ArrowException:
            return _numbers(name, self.table.column(name).to_pylist())
        return column.to_numpy(zero_copy_only=False).astype("float64", copy=False)  # type: ignore[no-any-return]

    def codes(self, name: str) -> tuple[NDArray[numpy.int32], list[Any]]:
        import pyarrow

        column = self.table.column(name)
        if pyarrow.types.is_nested(column.type):
            return _core._encode(column.to_pylist())
        if not pyarrow.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        if isinstance(column, pyarrow.ChunkedArray):
            column = column.unify_dictionaries().combine_chunks()
            if isinstance(column, pyarrow.ChunkedArray):  # no chunk at all
                return _core._encode(column.to_pylist())
        codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        codes = codes.astype("int32")
        values = column.dictionary.to_pylist()
        for i, value in enumerate(values):
            if value is None or value != value:
                codes[codes == i] = -1
        return codes, values

    def build(self, kept: dict[str, Any], answer: dict[str, Any], *, errors: bool) -> Any:
        import pyarrow

        def text(values: Any, codes: Any) -> Any:
            return pyarrow.array(values, pyarrow.string()).take(
                pyarrow.array(codes, mask=codes < 0)
            )

        columns = dict(kept)
        for name in _NAMES:
            columns[name] = text(answer["names"][name], answer["offer"])
        for name in _NUMBERS:
            columns[name] = pyarrow.array(answer[name], from_pandas=True)
        columns["outcome"] = text(_OUTCOMES, answer["outcome"] % 4)
        if errors:
            columns["error"] = pyarrow.array(_errors(answer), pyarrow.string())
        return type(self.table).from_arrays(list(columns.values()), names=list(columns))


class _Polars(_Columns):
    def __init__(self, frame: Any) -> None:
        self.frame = frame
        self.names = list(frame.columns)
        self.rows = frame.height

    def raw(self, name: str) -> Any:
        if name not in self.names:
            raise _error("keep", f"must be columns of the requests, got {name!r}")
        return self.frame[name]

    def figures(self, name: str) -> NDArray[numpy.float64]:
        column = self.frame[name]
        if column.dtype.is_numeric():
            return column.cast(float).fill_null(float("nan")).to_numpy()  # type: ignore[no-any-return]
        return _numbers(name, column.to_list())

    def codes(self, name: str) -> tuple[NDArray[numpy.int32], list[Any]]:
        return _core._encode(self.frame[name].to_list())

    def build(self, kept: dict[str, Any], answer: dict[str, Any], *, errors: bool) -> Any:
        import polars

        def text(values: Any, codes: Any) -> Any:
            at = polars.Series(codes)
            return polars.Series(values, dtype=polars.String).gather(at.set(at < 0, None))

        columns = dict(kept)
        for name in _NAMES:
            columns[name] = text(answer["names"][name], answer["offer"])
        for name in _NUMBERS:
            columns[name] = polars.Series(answer[name], nan_to_null=True)
        columns["outcome"] = text(_OUTCOMES, answer["outcome"] % 4)
        if errors:
            columns["error"] = polars.Series(_errors(answer), dtype=polars.String)
        return polars.DataFrame(columns)


def _table_of(requests: Any) -> _Columns:
    # By module name: a library that is not imported made no table.
    library = type(requests).__module__.partition(".")[0]
    name = type(requests).__name__
    if isinstance(requests, Mapping):
        return _Columns(requests)
    if library == "pandas" and name == "DataFrame":
        return _Pandas(requests)
    if library == "polars" and name == "DataFrame":
        return _Polars(requests)
    if library == "pyarrow" and name in ("Table", "RecordBatch"):
        return _Arrow(requests)
    if hasattr(requests, "__arrow_c_stream__"):
        import pyarrow

        return _Arrow(pyarrow.table(requests))
    raise TypeError(
        "requests: must be a mapping of arrays, a data frame of pandas or polars, an Arrow "
        f"table or an iterator of these, got {name}"
    )


def _numbers(name: str, values: Any) -> NDArray[numpy.float64]:
    """An array of floats; None and NaN are NaN, and what is no number is refused by its row."""
    import numpy

    if isinstance(values, numpy.ndarray) and values.dtype.kind in "fiu":
        return values.astype(numpy.float64, copy=False)
    out = numpy.empty(len(values))
    for i, value in enumerate(values):
        if value is None or type(value).__name__ in ("NAType", "NaTType"):
            out[i] = numpy.nan
        elif isinstance(value, (bool, numpy.bool_, bytes, list, tuple, dict)):
            raise TypeError(f"{name}[{i}]: must be a number, got {type(value).__name__}")
        else:
            try:
                out[i] = float(value)
            except ValueError:
                raise _error(f"{name}[{i}]", f'must be a number, got "{value}"') from None
    return out


def _taken(values: Any, codes: NDArray[Any]) -> NDArray[Any]:
    """values[codes], and None where the code is -1."""
    import numpy

    lookup = numpy.empty(len(values) + 1, dtype=object)
    lookup[: len(values)] = values
    return lookup[codes]  # type: ignore[no-any-return]


def _errors(answer: dict[str, Any]) -> NDArray[Any]:
    import numpy

    out = numpy.full(len(answer["outcome"]), None, dtype=object)
    for row, field, reason in answer["errors"]:
        out[row] = f"{field}: {reason}"
    return out


# ---- progress -----------------------------------------------------------------------


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"


class _Progress:
    """What is called with the rows done: nothing, the caller's function, or a bar."""

    def __init__(self, wanted: Progress, rows: int) -> None:
        self.rows = rows
        self.begun = time.monotonic()
        self.bar: Any = None
        self.wait = 0.0 if wanted is True else 1.0
        shown = wanted is True or (wanted is None and (sys.stderr.isatty() or _in_notebook()))
        self.function = wanted if callable(wanted) else None
        self.shown = shown and self.function is None

    def __enter__(self) -> Callable[[int], object] | None:
        if self.function is not None:
            function, rows = self.function, self.rows
            return lambda done: function(done, rows)
        return self.show if self.shown else None

    def show(self, done: int) -> None:
        if self.bar is None and time.monotonic() - self.begun >= self.wait:
            self.bar = _bar(self.rows)
        if self.bar is not None:
            self.bar.update(done - self.bar.n)

    def __exit__(self, *exception: object) -> None:
        if self.bar is not None:
            self.bar.close()


def _bar(rows: int) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _TextBar(rows)
    return tqdm(total=rows, unit="requests", unit_scale=True)


class _TextBar:
    """The part of tqdm that is used here."""

    def __init__(self, rows: int) -> None:
        self.n = 0
        self.rows = rows

    def update(self, more: int) -> None:
        self.n += more
        share = self.n / self.rows
        bar = "#" * int(share * 40)
        print(f"\r[{bar:<40}] {share:4.0%} of {self.rows:,} requests", end="", file=sys.stderr)

    def close(self) -> None:
        print(file=sys.stderr)
