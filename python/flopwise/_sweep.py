"""sweep(): the best machine for each of many requests, in C++ threads."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from . import _core
from ._asked import CatalogLike, now, today
from ._batch import USUAL, answer_columns, refusal, table_of
from ._progress import Progress, Wanted

if TYPE_CHECKING:
    import numpy
    import pandas
    import polars
    from numpy.typing import NDArray

T = TypeVar("T")

# Rows that differ only in these share one ranking of the offers.
_FIGURES = ("budget_usd", "days", "hours_per_day", "fixed_usd", "max_price_usd_per_hour")
# What counts the age of prices too.
_AGED = frozenset({"cost_p50_usd", "cost_p80_usd", "cost_p90_usd", "probability_within_budget"})


@overload
def sweep(
    requests: Mapping[str, Any],
    catalog: CatalogLike = None,
    *,
    threads: int | None = None,
    progress: Wanted = None,
    keep: str | Collection[str] = (),
    columns: str | Collection[str] | None = None,
    on_error: Literal["raise", "mark"] = "raise",
    on_missing: Literal["mark", "ignore"] = "mark",
) -> dict[str, NDArray[Any]]: ...
@overload
def sweep(
    requests: pandas.DataFrame,
    catalog: CatalogLike = None,
    *,
    threads: int | None = None,
    progress: Wanted = None,
    keep: str | Collection[str] = (),
    columns: str | Collection[str] | None = None,
    on_error: Literal["raise", "mark"] = "raise",
    on_missing: Literal["mark", "ignore"] = "mark",
) -> pandas.DataFrame: ...
@overload
def sweep(
    requests: polars.DataFrame,
    catalog: CatalogLike = None,
    *,
    threads: int | None = None,
    progress: Wanted = None,
    keep: str | Collection[str] = (),
    columns: str | Collection[str] | None = None,
    on_error: Literal["raise", "mark"] = "raise",
    on_missing: Literal["mark", "ignore"] = "mark",
) -> polars.DataFrame: ...
@overload
def sweep(
    requests: T,
    catalog: CatalogLike = None,
    *,
    threads: int | None = None,
    progress: Wanted = None,
    keep: str | Collection[str] = (),
    columns: str | Collection[str] | None = None,
    on_error: Literal["raise", "mark"] = "raise",
    on_missing: Literal["mark", "ignore"] = "mark",
) -> T: ...
def sweep(
    requests: Any,
    catalog: CatalogLike = None,
    *,
    threads: int | None = None,
    progress: Wanted = None,
    keep: str | Collection[str] = (),
    columns: str | Collection[str] | None = None,
    on_error: Literal["raise", "mark"] = "raise",
    on_missing: Literal["mark", "ignore"] = "mark",
) -> Any:
    """The best machine for each of many requests.

    Each row is a request; each column is a setting of :func:`recommend`, by its name. A row in
    which a value is missing (None, NaN, null, an empty text) is no question: its outcome is
    "missing", and it has no machine. The answers are those of ``recommend`` row by row,
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
    keep : str or collection of str, optional
        Columns that stand first in the answer as they are: an identifier, or settings, which are
        used as well. A name that the answer has itself, such as ``region``, is refused.
    columns : str or collection of str, optional
        The columns of the answer, in this order, if not the usual ones; see Returns.
    on_error : {"raise", "mark"}
        "mark" gives a row that is refused the outcome "refused" and a text in a column
        ``error``, which else is not there.
    on_missing : {"mark", "ignore"}
        "ignore" takes a value that is missing for one that is not given, as if its column was
        not there: without a budget, the best machine at any price.

    Returns
    -------
    the same kind of table as `requests`
        With n rows and the columns of `keep`, ``instance``, ``provider``, ``region``,
        ``purchase``, ``price_usd_per_hour``, ``total_usd`` (where days are known), ``score``,
        ``price_ceiling_usd_per_hour`` (where budget and days are known) and ``outcome``:
        "found", "nothing_fits", "nothing_affordable", "missing". Without a machine the columns
        before it are None or NaN, null in polars and Arrow. A data frame of pandas keeps its
        index. `columns` may name any of these and, each where it is known:

        ``hours``: the mean, the median of a job, expected ones on spot;
        ``hours_p90``, ``cost_p50_usd``, ``cost_p80_usd``, ``cost_p90_usd``,
        ``probability_within_budget`` and ``probability_in_time``: where the hours vary;
        ``machines``; ``memory_needed_gib``, ``memory_available_gib`` and ``memory_probability``: of a GPU, for a job;
        ``charges_usd``: what is charged beside the machine;
        ``runner_up_instance``, ``runner_up_provider``, ``runner_up_region``,
        ``runner_up_purchase``, ``runner_up_price_usd_per_hour``, ``runner_up_total_usd`` and
        ``runner_up_score``: the second choice, which costs a search for each row.

    Raises
    ------
    FlopwiseError
        For an unknown column, here or in `columns`, a name in `keep` that is no column, columns
        of different lengths,
        and what `recommend` refuses; ``field`` has the row: ``days[3]``.
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
    if on_missing not in ("mark", "ignore"):
        raise TypeError(f"on_missing: must be 'mark' or 'ignore', got {on_missing!r}")
    keep = [keep] if isinstance(keep, str) else list(keep)
    wanted = _wanted(columns)
    if isinstance(requests, Iterator):
        return (
            sweep(
                batch,
                catalog,
                threads=threads,
                progress=progress,
                keep=keep,
                columns=wanted,
                on_error=on_error,
                on_missing=on_missing,
            )
            for batch in requests
        )
    table = table_of(requests)
    kept = {name: table.kept(name, wanted) for name in keep}
    names = _checked([name for name in table.names if name not in kept or _is_setting(name)])
    names = [name for name in names if name not in table.absent]
    rows = len(table)
    with Progress(progress, rows) as shown:
        figures = {name: table.figures(name) for name in names if name in _FIGURES}
        keys = [(name, *table.codes(name)) for name in names if name not in _FIGURES]
        missing = _missing(rows, figures, keys) if on_missing == "mark" else _missing(0, {}, [])
        of_a_day = "deadline" in names or any(name in _AGED for name in wanted)
        if of_a_day and "today" not in names:  # all else is the same on any day
            keys.append(("today", *_core._encode([now() if "deadline" in names else today()] * rows)))
        more = [name for name in wanted if name not in USUAL]
        answer = _core._sweep(
            rows, figures, keys, missing, more, catalog, _threads(threads), shown
        )
    if answer["errors"] and on_error == "raise":
        row, field, reason = answer["errors"][0]
        raise refusal(f"{field}[{row}]", reason)
    errors = ["error"] if on_error == "mark" else []
    return table.build(kept, answer, [*wanted, *errors])


def _wanted(columns: str | Collection[str] | None) -> list[str]:
    """The columns of the answer."""
    if columns is None:
        return list(USUAL)
    wanted = [columns] if isinstance(columns, str) else list(columns)
    known = answer_columns()
    for i, name in enumerate(wanted):
        if name not in known:
            meant = _core._did_you_mean(str(name), known)
            raise refusal("columns", f'must be columns of the answer, got "{name}"{meant}')
        if name in wanted[:i]:
            raise refusal("columns", f'must not be given twice, got "{name}"')
    return wanted


def _missing(
    rows: int,
    figures: dict[str, NDArray[numpy.float64]],
    keys: list[tuple[str, NDArray[numpy.int32], list[Any]]],
) -> NDArray[numpy.uint8]:
    """1 for each row in which a value is missing."""
    import numpy

    out = numpy.zeros(rows, dtype=bool)
    for values in figures.values():
        out |= numpy.isnan(values)
    for _, codes, _ in keys:
        out |= codes < 0
    return out.view(numpy.uint8)


def _is_setting(name: str) -> bool:
    return isinstance(getattr(_core.Request, name, None), property)


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
    if isinstance(wanted, bool) or wanted not in range(1, 1025):
        raise refusal("threads", f"must be a whole number between 1 and 1024, got {wanted}")
    return int(wanted)
