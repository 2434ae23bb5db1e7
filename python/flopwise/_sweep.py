"""sweep(): the best machine for each of many requests, in C++ threads."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from typing import Literal, TypeVar

from . import _core
from ._batch import refusal, table_of
from ._progress import Progress, Wanted
from ._recommend import CatalogLike, today

T = TypeVar("T")

# Rows that differ only in these share one ranking of the offers.
_FIGURES = ("budget_usd", "days", "hours_per_day", "fixed_usd", "max_price_usd_per_hour")


def sweep(
    requests: T,
    catalog: CatalogLike = None,
    *,
    threads: int | None = None,
    progress: Wanted = None,
    keep: str | Collection[str] = (),
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
    keep : str or collection of str, optional
        Columns that stand first in the answer as they are: an identifier, or settings, which are
        used as well. A name that the answer has itself, such as ``region``, is refused.
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
        For an unknown column, a name in `keep` that is no column, columns of different lengths,
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
    table = table_of(requests)
    kept = {name: table.kept(name) for name in ([keep] if isinstance(keep, str) else keep)}
    names = [name for name in table.names if name not in kept or _is_setting(name)]
    rows = len(table)
    with Progress(progress, rows) as shown:
        columns = [(name, *table.codes(name)) for name in _checked(names) if name not in _FIGURES]
        if "deadline" in names and "today" not in names:  # all else is the same on any day
            columns.append(("today", *_core._encode([today()] * rows)))
        answer = _core._sweep(
            rows,
            {name: table.figures(name) for name in names if name in _FIGURES},
            columns,
            catalog,
            _threads(threads),
            shown,
        )
    if answer["errors"] and on_error == "raise":
        row, field, reason = answer["errors"][0]
        raise refusal(f"{field}[{row}]", reason)
    return table.build(kept, answer, errors=on_error == "mark")  # type: ignore[no-any-return]


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
    if not 1 <= wanted <= 1024:
        raise refusal("threads", f"must be between 1 and 1024, got {wanted}")
    return int(wanted)
