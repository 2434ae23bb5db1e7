"""What an answer would be otherwise, and machines side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import _core
from ._asked import CatalogLike, now, now_for
from ._batch import refusal
from ._core import Comparison, Request, Vary, WhatIf

_VALUES = 8  # of a setting, unless it is said how many


def _dated(request: Request | None, settings: dict[str, Any]) -> dict[str, Any]:
    if settings.get("today") is None and getattr(request, "today", None) is None:
        settings["today"] = now_for(request, settings)
    return settings


def what_if(
    request: Request | None = None,
    /,
    *,
    vary: Mapping[str, tuple[float, float] | tuple[float, float, int]],
    catalog: CatalogLike = None,
    **settings: Any,
) -> WhatIf:
    """The first choice at each value of one setting, or of two and all of their pairs.

    Parameters
    ----------
    request : Request, optional
        A request, over which the settings given here are laid.
    vary : mapping
        Of one or two settings, the least and the greatest value, and how many there are (8).
    catalog : Catalog, str or path, optional
        As in :func:`recommend`.
    **settings
        As in :func:`recommend`.

    Returns
    -------
    WhatIf

    Raises
    ------
    FlopwiseError
        As :func:`recommend`, and for ``vary`` if a setting is not a number, or has no range or no
        whole number of values.

    Examples
    --------
    >>> import flopwise
    >>> map = flopwise.what_if(
    ...     vary={"hours_per_day": (1, 8, 3)}, budget_usd=2000, days=365,
    ...     catalog="aws-2020-04", region="us-east-1", precision="fp64",
    ... )
    >>> [(cell.x, cell.instance) for cell in map.cells]
    [(1.0, 'p3.2xlarge'), (4.5, 'p2.xlarge'), (8.0, 'g4dn.xlarge')]
    """
    varied = [_vary(key, span) for key, span in vary.items()]
    return _core._what_if(request, catalog, _dated(request, settings), varied)


def _vary(key: str, span: Iterable[float]) -> Vary:
    figures = tuple(span) if isinstance(span, Iterable) and not isinstance(span, str) else ()
    if len(figures) not in (2, 3):
        raise refusal("vary", f"must have two or three numbers for {key}, got {span!r}")
    low, high, steps = (*figures, _VALUES)[:3]
    if not float(steps).is_integer():
        raise refusal("vary", f"must have a whole number of values for {key}, got {steps:g}")
    return Vary(key=key, low=low, high=high, steps=int(steps))


def compare(
    *names: str, request: Request | None = None, catalog: CatalogLike = None, **settings: Any
) -> Comparison:
    """Machines or days side by side, for the same work.

    Parameters
    ----------
    *names : str
        Two or more machines, days such as ``"2025-04-04"``, or files of saved plans
        (``"a.yaml"``), each of which has its own question.
    request : Request, optional
        A request, over which the settings given here are laid.
    catalog : Catalog, str or path, optional
        As in :func:`recommend`.
    **settings
        As in :func:`recommend`.

    Returns
    -------
    Comparison

    Raises
    ------
    FlopwiseError
        As :func:`recommend`, and for ``compare`` if there are not two names.

    Examples
    --------
    >>> import flopwise
    >>> both = flopwise.compare(
    ...     "p2.xlarge", "p3.2xlarge", days=365, hours_per_day=2,
    ...     catalog="aws-2020-04", region="us-east-1",
    ... )
    >>> {figure.key: figure.values for figure in both.figures}["total_usd"]
    [657.0, 2233.8]
    """
    undated = settings.get("today") is None and getattr(request, "today", None) is None
    if undated and any(name.endswith((".yaml", ".yml")) for name in names):
        settings["today"] = now()  # the deadline of a plan may be a day
    return _core._compare(request, catalog, _dated(request, settings), list(names))
