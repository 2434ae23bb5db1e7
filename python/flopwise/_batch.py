"""Tables of requests as columns, and the answers of a sweep as a table of the same kind."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from . import _core
from ._core import FlopwiseError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_NAMES = ("instance", "provider", "region", "purchase")
_NUMBERS = ("price_usd_per_hour", "total_usd", "score", "price_ceiling_usd_per_hour")
_RUNNER_UP = tuple(f"runner_up_{name}" for name in _NAMES)
# The last two are codes -2 and -1.
_OUTCOMES = ["found", "nothing_fits", "nothing_affordable", "missing", "refused"]
USUAL = (*_NAMES, *_NUMBERS, "outcome")
# Of a span of time, what counts as 1 of the setting.
_SPANS = {"days": datetime.timedelta(days=1), "hours_per_day": datetime.timedelta(hours=1)}


def answer_columns() -> list[str]:
    """All that an answer may have, the usual ones first."""
    figures = _core._sweep_figures()
    beside = [name for name in figures if not name.startswith("runner_up")]
    second = [name for name in figures if name.startswith("runner_up")]
    return [*USUAL, *beside, *_RUNNER_UP, *second]


def refusal(field: str, reason: str) -> FlopwiseError:
    error = FlopwiseError(f"{field}: {reason}")
    error.field = field
    return error


_TIMES = {"M": "datetime64[D]", "m": "timedelta64[us]"}


class _Columns:
    """A mapping of arrays; what the other tables have in common."""

    absent: Collection[str] = ()  # given as None for all rows, so that they are not given

    def __init__(self, requests: Mapping[str, Any]) -> None:
        self.columns = {}
        scalars = {}
        for name, values in requests.items():
            one = (str, bytes, Mapping, _core.Catalog, _core.Charges)
            if isinstance(values, one) or not hasattr(values, "__len__"):
                scalars[name] = values
                continue
            ragged = isinstance(values, (list, tuple)) and any(
                isinstance(v, (list, tuple, dict, _core.Catalog, _core.Charges)) for v in values
            )
            array = values if ragged else _array(values)
            if getattr(array, "ndim", 1) != 1:
                raise refusal(name, f"must have one dimension, got {array.ndim}")
            self.columns[name] = array
        lengths = {name: len(values) for name, values in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise refusal("requests", f"must have columns of one length, got {lengths}")
        self.rows = next(iter(lengths.values()), 1 if scalars else 0)
        self.columns.update({name: [value] * self.rows for name, value in scalars.items()})
        self.names = list(requests)
        self.absent = {name for name, value in scalars.items() if value is None}

    def __len__(self) -> int:
        return self.rows

    def kept(self, name: str, columns: Collection[str]) -> Any:
        """A column that goes into the answer as it is."""
        if name not in self.names:
            raise refusal("keep", f"must be columns of the requests, got {name!r}")
        if name in columns or name == "error":
            raise refusal("keep", f"must not be a column of the answer, got {name!r}")
        return self._column(name)

    def _column(self, name: str) -> Any:
        return self.columns[name]

    def figures(self, name: str) -> NDArray[numpy.float64]:
        return _numbers(name, self.columns[name])

    def codes(self, name: str) -> tuple[NDArray[numpy.int32], list[Any]]:
        values = self.columns[name]
        kind = getattr(getattr(values, "dtype", None), "kind", "")
        if kind in _TIMES:  # of nanoseconds, tolist() would be numbers
            values = values.astype(_TIMES[kind])
        return _core._encode(values if isinstance(values, list) else values.tolist())

    def build(self, kept: dict[str, Any], answer: dict[str, Any], wanted: Collection[str]) -> Any:
        import numpy

        out = {name: numpy.asarray(values) for name, values in kept.items()}
        for name in wanted:
            if (texts := _texts(name, answer)) is not None:
                out[name] = _taken(*texts)
            else:
                out[name] = _errors(answer) if name == "error" else answer[name]
        return out


class _Pandas(_Columns):
    def __init__(self, frame: Any) -> None:
        self.frame = frame
        self.names = [str(name) for name in frame.columns]
        self.rows = len(frame)
        if len(set(self.names)) < len(self.names):
            raise refusal("requests", f"must have different columns, got {self.names}")

    def _column(self, name: str) -> Any:
        return self.frame.iloc[:, self.names.index(name)]  # whose own name may be no text

    def figures(self, name: str) -> NDArray[numpy.float64]:
        import numpy
        from pandas.api import types

        column = self._column(name)
        if types.is_numeric_dtype(column) and not types.is_bool_dtype(column):
            return column.to_numpy(dtype="float64", na_value=numpy.nan)  # type: ignore[no-any-return]
        return _numbers(name, column.tolist())

    def codes(self, name: str) -> tuple[NDArray[numpy.int32], list[Any]]:
        import pandas

        column = self._column(name)
        if column.dtype == object:
            return _core._encode(column.tolist())
        codes, values = pandas.factorize(column)
        return _without_empty(codes.astype("int32"), values.tolist())

    def build(self, kept: dict[str, Any], answer: dict[str, Any], wanted: Collection[str]) -> Any:
        import pandas

        columns = super().build({}, answer, wanted)
        return pandas.DataFrame({**kept, **columns}, index=self.frame.index)


class _Arrow(_Columns):
    """A table or a record batch of pyarrow."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.names = list(table.schema.names)
        self.rows = table.num_rows

    def _column(self, name: str) -> Any:
        return self.table.column(name)

    def figures(self, name: str) -> NDArray[numpy.float64]:
        import pyarrow

        column = self.table.column(name)
        if not (pyarrow.types.is_integer(column.type) or pyarrow.types.is_floating(column.type)):
            return _numbers(name, column.to_pylist())
        column = column.cast(pyarrow.float64(), safe=False)
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
        return _without_empty(codes, column.dictionary.to_pylist())

    def build(self, kept: dict[str, Any], answer: dict[str, Any], wanted: Collection[str]) -> Any:
        import pyarrow

        columns = dict(kept)
        for name in wanted:
            if (texts := _texts(name, answer)) is not None:
                values, codes = texts
                columns[name] = pyarrow.array(values, pyarrow.string()).take(
                    pyarrow.array(codes, mask=codes < 0)
                )
            elif name == "error":
                columns[name] = pyarrow.array(_errors(answer), pyarrow.string())
            else:
                columns[name] = pyarrow.array(answer[name], from_pandas=True)
        return type(self.table).from_arrays(list(columns.values()), names=list(columns))


class _Polars(_Columns):
    def __init__(self, frame: Any) -> None:
        self.frame = frame
        self.names = list(frame.columns)
        self.rows = frame.height

    def _column(self, name: str) -> Any:
        return self.frame[name]

    def figures(self, name: str) -> NDArray[numpy.float64]:
        column = self.frame[name]
        if column.dtype.is_numeric():
            return column.cast(float).fill_null(float("nan")).to_numpy()  # type: ignore[no-any-return]
        return _numbers(name, column.to_list())

    def codes(self, name: str) -> tuple[NDArray[numpy.int32], list[Any]]:
        return _core._encode(self.frame[name].to_list())

    def build(self, kept: dict[str, Any], answer: dict[str, Any], wanted: Collection[str]) -> Any:
        import polars

        columns = dict(kept)
        for name in wanted:
            if (texts := _texts(name, answer)) is not None:
                values, codes = texts
                at = polars.Series(codes)
                texts_at = at.set(at < 0, None)
                columns[name] = polars.Series(values, dtype=polars.String).gather(texts_at)
            elif name == "error":
                columns[name] = polars.Series(_errors(answer), dtype=polars.String)
            else:
                columns[name] = polars.Series(answer[name], nan_to_null=True)
        return polars.DataFrame(columns)


def table_of(requests: Any, called: str = "requests") -> _Columns:
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
        f"{called}: must be a mapping of arrays, a data frame of pandas or polars, an Arrow "
        f"table or an iterator of these, got {name}"
    )


def _array(values: Any) -> NDArray[Any]:
    """An array; what a masked one hides is missing."""
    import numpy

    if not isinstance(values, numpy.ma.MaskedArray):
        return numpy.asarray(values)
    out = numpy.array(values.data, dtype=object)
    out[numpy.ma.getmaskarray(values)] = None
    return out


def _numbers(name: str, values: Any) -> NDArray[numpy.float64]:
    """An array of floats; None and NaN are NaN, and what is no number is refused by its row."""
    import numpy

    kind = values.dtype.kind if isinstance(values, numpy.ndarray) else ""
    if kind in ("f", "i", "u"):
        return values.astype(numpy.float64, copy=False)  # type: ignore[no-any-return]
    if kind == "m" and name in _SPANS:
        return values / numpy.timedelta64(_SPANS[name])  # type: ignore[no-any-return]
    out = numpy.empty(len(values))
    for i, value in enumerate(values):
        out[i] = _number(name, i, value)
    return out


def _number(name: str, row: int, value: Any) -> float:
    """A figure of a table, NaN if it is missing."""
    import numpy

    if value is None or value == "" or type(value).__name__ in ("NAType", "NaTType"):
        return numpy.nan
    if isinstance(value, datetime.timedelta) and name in _SPANS:
        return value / _SPANS[name]
    other = (bool, complex, numpy.bool_, numpy.datetime64, numpy.timedelta64)
    if isinstance(value, other) or not (isinstance(value, str) or hasattr(value, "__float__")):
        raise TypeError(f"{name}[{row}]: must be a number, got {type(value).__name__}")
    try:
        number = float(value)
    except ValueError:
        number = numpy.nan
    if number != number and isinstance(value, str):
        raise refusal(f"{name}[{row}]", f'must be a number, got "{value}"')
    return number


def _without_empty(
    codes: NDArray[numpy.int32], values: list[Any]
) -> tuple[NDArray[numpy.int32], list[Any]]:
    """The codes with -1 for those of None, NaN and an empty text."""
    for i, value in enumerate(values):
        if value is None or value != value or value == "":
            codes[codes == i] = -1
    return codes, values


def _texts(name: str, answer: dict[str, Any]) -> tuple[list[str], NDArray[Any]] | None:
    """The values of a column of text, and for each row which of them; -1 is none."""
    if name == "outcome":
        return _OUTCOMES, answer["outcome"] % len(_OUTCOMES)
    if name in _NAMES:
        return answer["names"][name], answer["offer"]
    if name in _RUNNER_UP:
        return answer["runner_up_names"][name.removeprefix("runner_up_")], answer["runner_up"]
    return None


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
