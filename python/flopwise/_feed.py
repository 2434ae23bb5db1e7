"""Price files joined over a catalog, and what changed from one catalog to another."""

from __future__ import annotations

import collections
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from . import _core
from ._asked import CatalogLike
from ._core import (
    Catalog,
    DatedPrice,
    GpuPrice,
    Import,
    ImportEffect,
    PriceChange,
    Rejected,
    Skipped,
)
from ._table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class _Joined(NamedTuple):
    catalog: Catalog
    left_out: Table[Skipped]


class Joined(_Joined):
    """The catalog that :func:`join` makes, and what did not get into it: a tuple of both.

    Attributes
    ----------
    catalog : Catalog
    left_out : Table of Skipped
        Rows of machines or regions that no table describes, and prices that are not used because
        there is a newer one, by reason.
    effects : Table of ImportEffect
        What each import did to the catalog, in their order.
    outliers : Table of Rejected
        Prices and machines that are set apart, each with its figure and that of its like.
    """

    effects: Table[ImportEffect]
    outliers: Table[Rejected]

    def __new__(
        cls,
        catalog: Catalog,
        left_out: Table[Skipped],
        effects: Table[ImportEffect],
        outliers: Table[Rejected],
    ) -> Joined:
        self = super().__new__(cls, catalog, left_out)
        self.effects = effects
        self.outliers = outliers
        return self

    def __getnewargs__(
        self,
    ) -> tuple[Catalog, Table[Skipped], Table[ImportEffect], Table[Rejected]]:
        return self.catalog, self.left_out, self.effects, self.outliers


def join(
    base: CatalogLike, imports: Iterable[Import], *, accept_outliers: bool = False
) -> Joined:
    """The imports over a catalog, the later over the earlier.

    Of two prices the newer counts; where they differ by more than 1 %, the older one is in
    ``catalog.superseded``, for ``catalog.check()`` to report. Machines that the files do not
    offer in a region that they cover are not offered there.

    Parameters
    ----------
    base : Catalog, str or path
        A catalog, the name of a bundled one, or a file; None is the newest in the package, with
        what the package has of other providers in the imports.
    imports : iterable of Import
    accept_outliers : bool
        Take prices that are more than a hundred times those of their like, or less than a
        hundredth, and machines of a hundred times the size. Without it they are in ``outliers``,
        and what the catalog has of them stays.

    Returns
    -------
    Joined
        A tuple of ``catalog`` and ``left_out``, which has ``effects`` and ``outliers`` too.

    Examples
    --------
    >>> import flopwise
    >>> catalog, left_out = flopwise.join("aws-2020-04", [])
    >>> catalog == flopwise.Catalog.bundled("aws-2020-04"), len(left_out)
    (True, 0)
    """
    return Joined(*_core._join(base, list(imports), accept_outliers))


class Changes(Table[PriceChange]):
    """What :func:`diff` found: a table of :class:`PriceChange`.

    ``print()`` and :meth:`to_json` give what the command ``catalog diff`` prints.
    """

    __slots__ = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many prices rose, fell, appeared and went, and machines; only what there is."""
        return dict(collections.Counter(change.kind for change in self))

    def __str__(self) -> str:
        return _core._changes_text(self._rows)

    def to_json(self) -> str:
        """Counts and changes as a JSON object."""
        return _core._changes_json(self._rows)


def plot_prices(rows: Table[DatedPrice] | Table[GpuPrice], *, ax: Axes | None = None) -> Axes:
    """Prices by date, as steps: a line a region, or of :func:`gpu_prices` a provider.

    Parameters
    ----------
    rows : Table
        What :func:`price_history` or :func:`gpu_prices` gave.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure, unless it is given.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    FlopwiseError
        Without rows.
    ImportError
        Without matplotlib (``pip install flopwise[plot]``).
    """
    from ._pictures.prices import prices

    return prices(list(rows), ax=ax)


def diff(before: CatalogLike, after: CatalogLike) -> Changes:
    """What changed from one catalog to another: prices, and machines that came or went.

    Parameters
    ----------
    before, after : Catalog, str or path
        Catalogs, names of bundled ones, or files.

    Returns
    -------
    Changes
        By provider, instance, region and purchase.

    Examples
    --------
    >>> import flopwise
    >>> then = flopwise.Catalog.bundled("aws-2020-04")
    >>> cheaper = then.with_prices([flopwise.Price(
    ...     provider="aws", instance="p2.xlarge", region="us-east-1",
    ...     price_usd_per_hour=0.45, source=then.sources[0].name)])
    >>> print(flopwise.diff(then, cheaper))
    1 fell
    aws p2: 1 fell; median -50.0 %
    <BLANKLINE>
    aws p2.xlarge in us-east-1, on_demand, fell: 0.9 -> 0.45 USD/h (-50.0 %)
    <BLANKLINE>
    """
    return Changes(_core._diff(before, after)._rows)
