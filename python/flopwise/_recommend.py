"""recommend() and its answer, with what only Python does: data frames, HTML and plots."""

from __future__ import annotations

import datetime
import html
import inspect
import os
from itertools import compress
from typing import TYPE_CHECKING, Any, Union

from . import _core
from ._core import Catalog, Choice, Request
from ._table import Table, _plain, html_table, rows_columns

if TYPE_CHECKING:
    import pandas
    import polars
    from matplotlib.axes import Axes

# The columns of a notebook's table, in the order of the command's: what matters fits a page.
_SHOWN = (
    "rank", "instance", "provider", "region", "purchase", "gpu", "gpu_count", "gpu_memory_gib",
    "memory_gib", "vcpus", "tflops", "predicted_tflops", "rtt_ms", "machines", "hours_p50", "hours_p90",
    "price_usd_per_hour", "effective_usd_per_hour", "total_usd", "lasts_days",
    "probability_in_time", "probability_within_budget", "cost_p90_usd", "score", "pareto", "tied",
)  # fmt: skip
_SHOWN_IF_DIFFERENT = {"provider", "region", "purchase"}
_BILL = ("charge", "quantity", "unit", "amount_usd", "usd_per_month", "source")
_WAYS = (
    "purchase", "price_usd_per_hour", "hours", "hours_p90", "upfront_usd", "total_usd",
    "effective_usd_per_hour",
)  # fmt: skip

CatalogLike = Union[Catalog, str, "os.PathLike[str]", None]


class Recommendation(_core.Recommendation):
    """All that :func:`recommend` found. It owns its data.

    ``print()`` shows it as the command's table, a notebook as HTML. As a table (data frames,
    Arrow) it is its choices.

    Attributes
    ----------
    outcome : str
        ``"found"``, ``"nothing_fits"`` or ``"nothing_affordable"``.
    price_ceiling_usd_per_hour : float or None
        Of the budget, if money and days are known; less the charges, at the confidence.
    charges : ChargeSummary or None
        What is charged beside the machine, and the ceiling without it.
    choices : Table of Choice
        The best offers that qualify, best first; at most ``top``.
    purchase_options : Table of PurchaseOption
        All ways to pay for the best choice, with days and charges, spot or ways to pay; else
        empty.
    families : Table of FamilyChoice
        Families with a choice, ranked by their best.
    front : Table of FrontPoint
        With a training job: the machines that no other beats in cost and in hours.
    refusals : Refusals
        How many offers do not qualify, why, and the nearest of them.
    unpriced : UnpricedMachines
        Machines without a known price where they are asked for: how many of them are sold
        there and have all else that is asked for, and what is known of the first.
    admitted, out_of_scope : int
        Offers that qualify, and offers that were not asked for.
    instead : Choice or None
        If nothing was found among the machines named: the best of all others.
    region_choice : RegionChoice or None
        With ``near``: the region that was taken, nearer ones, and the cheapest.
    ownership : OwnOrRent or None
        With ``own_price_usd``: buying compared with renting.
    price_dates : dict
        ``oldest`` and ``newest`` of the prices shown, and whether some are ``undated``.
    warnings : list of str
    weights : dict
        Of each criterion, adding up to 1.
    request : Request
        With profile, precision, speed and weights filled in.
    catalog_name, catalog_as_of : str
    catalog_offers : int
    """

    def __str__(self) -> str:
        return self._text()

    def explain(self) -> str:
        """The command's table with what made each score, in words and figures."""
        return self._text(explain=True)

    def to_markdown(self, *, explain: bool = False) -> str:
        """The report as Markdown."""
        return self._markdown(explain)

    def to_dict(self) -> dict[str, Any]:
        """All of the recommendation as plain dictionaries and lists."""
        return {key: _plain(value) for key, value in self._asdict().items()}

    def to_dicts(self) -> list[dict[str, Any]]:
        """The choices as plain dictionaries."""
        return self.choices.to_dicts()

    def to_pandas(self) -> pandas.DataFrame:
        """The choices as a pandas data frame."""
        return self.choices.to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The choices as a polars data frame."""
        return self.choices.to_polars()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.choices.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self.choices.__arrow_c_schema__()

    def plot_pareto(self, *, x: str = "auto", ax: Axes | None = None) -> Axes:
        """Price or cost against speed, with the front and the ceiling.

        Each choice is a point; of a machine that is among them in several regions, the
        cheapest bears the name.

        Parameters
        ----------
        x : {"auto", "price_usd_per_hour", "total_usd"}
            What speed is paid with; "auto" is the total where days are known.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure if absent.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        FlopwiseError
            If there are no choices, or no total to plot.
        ImportError
            If matplotlib is not installed: ``pip install flopwise[plot]``.

        Examples
        --------
        >>> import matplotlib
        >>> matplotlib.use("agg")
        >>> import flopwise
        >>> advice = flopwise.recommend(catalog="aws-2020-04", budget_usd=2000, days=90)
        >>> advice.plot_pareto().get_xlabel()
        'total (USD)'
        """
        from . import _plot

        return _plot.pareto(self, x=x, ax=ax)

    def plot_scores(self, *, ax: Axes | None = None) -> Axes:
        """What made each score: the contributions of the criteria, stacked.

        A bar to the right makes a machine better than the reference (score 100), a bar to
        the left worse; they add up to ln(score / 100). Parameters, result and errors are
        those of :meth:`plot_pareto`.
        """
        from . import _plot

        return _plot.scores(self, ax=ax)

    def plot_budget(self, *, ax: Axes | None = None) -> Axes:
        """What the budget affords with each machine: hours a day against days.

        Needs ``budget_usd`` in the request. Parameters, result and errors are those of
        :meth:`plot_pareto`.
        """
        from . import _plot

        return _plot.budget(self, ax=ax)

    def explanation(self, choice: Choice) -> str:
        """What made the score of a choice, in words: "0.52x cheaper work, 3.8x memory"."""
        return self._explanation(choice)

    def launch_script(self, choice: Choice | None = None) -> str:
        """The start plan: a bash script that rents a machine and starts work on it.

        Parameters
        ----------
        choice : Choice, optional
            Which of the choices; the best if absent.

        Returns
        -------
        str
            For ``bash FILE rent`` and the other steps that it names. Nothing is rented
            before that. Where there is no plan for a machine, the script says so and fails.

        Raises
        ------
        FlopwiseError
            If there are no choices, or the request has a name that no script may hold.
        """
        if choice is None:
            if len(self.choices) == 0:
                raise _core.FlopwiseError("choices: must not be empty to start a machine")
            choice = self.choices[0]
        return self._launch_script(choice)

    def _plan_html(self) -> list[str]:
        """The bill and the ways to pay of the best choice, its region, and owning."""
        parts = []
        best = self.choices[0]
        if best.effective_usd_per_hour is not None and best.cost is not None:
            parts.append(f"<p><b>Bill of {html.escape(best.instance)}</b></p>")
            parts.append(_table_of(best.cost.items, _BILL))
        if len(self.purchase_options) > 0:
            parts.append("<p><b>Ways to pay for the machine</b></p>")
            priced = [way.price_usd_per_hour is not None for way in self.purchase_options]
            parts.append(_table_of(self.purchase_options, _WAYS, priced))
        return parts + [f"<p>{html.escape(line)}</p>" for line in self._plan_lines()]

    def _repr_html_(self) -> str:
        parts = [f"<p><b>{html.escape(self.brief().rstrip())}</b></p>"]
        if len(self.choices) > 0:
            columns = rows_columns(self.choices)
            shown = {
                name: columns[name]
                for name in _SHOWN
                if not (name in _SHOWN_IF_DIFFERENT and len(set(columns[name][1])) == 1)
                and not (name == "machines" and set(columns[name][1]) == {1})
            }
            parts.append(html_table(shown, rows=len(self.choices)))
            parts += self._plan_html()
        refusals = self.refusals
        reasons = ", ".join(f"{n:,} {reason}" for reason, n in refusals.by_reason.items())
        if refusals.count > 0:
            parts.append(f"<p>{refusals.count:,} offers refused: {html.escape(reasons)}</p>")
        if len(self.choices) == 0 and len(refusals) > 0:
            parts.append(refusals._repr_html_())
        parts += [f"<p>Note: {html.escape(warning)}</p>" for warning in self.warnings]
        return "".join(parts)


def today() -> datetime.date:
    """In UTC, as the command has it."""
    return datetime.datetime.now(datetime.timezone.utc).date()


def _table_of(table: Table[Any], names: tuple[str, ...], rows: list[bool] | None = None) -> str:
    """Some columns as HTML; of all rows, or of those that are marked."""
    marked = [True] * len(table) if rows is None else rows
    shown = {
        name: (kind, list(compress(values, marked)))
        for name, (kind, values) in rows_columns(table).items()
        if name in names
    }
    return html_table({name: shown[name] for name in names}, rows=sum(marked))


def recommend(
    request: Request | None = None, /, *, catalog: CatalogLike = None, **settings: Any
) -> Recommendation:
    # The docstring and the signature are made below, from the library's table of settings.
    if settings.get("today") is None and getattr(request, "today", None) is None:
        settings["today"] = today()
    return Recommendation(_core._recommend(request, catalog, settings))


def _document() -> None:
    table = _core.settings()
    lines: list[str] = []
    heading = ""
    for name, (flag, group, value, text) in table.items():
        if name == "catalog":
            continue
        if group != heading:
            heading = group
            lines += ["", f"    *{group}*", ""]
        kind = f" : {value}" if value else " : bool"
        lines += [f"    {name}{kind}", f"        {text[:1].upper()}{text[1:]}."]
    recommend.__doc__ = f"""Ranks the machines of a catalog for a request, best first.

    Each setting has the name it has in a request file and in JSON; None is the same as not
    given. Lists are a list of text or one text with commas; ``near`` takes (latitude,
    longitude) in degrees too, ``today`` a ``datetime.date`` (today's in UTC if it is not
    given), ``weights`` a dictionary.

    Parameters
    ----------
    request : Request, optional
        A request, over which the settings given here are laid.
    catalog : Catalog, str or path, optional
        A catalog, the name of a bundled one, or a YAML file; the newest bundled one if absent.
    **settings
        The following, all optional.
{chr(10).join(lines)}

    Returns
    -------
    Recommendation

    Raises
    ------
    FlopwiseError
        If a figure is out of its range, if figures contradict one another, or if a name is
        not in the catalog. ``field`` names the setting.
    FileNotFoundError
        If the catalog's file is not there (a FlopwiseError too).
    TypeError
        If a value has a type that no setting takes.

    Examples
    --------
    >>> import flopwise
    >>> advice = flopwise.recommend(
    ...     budget_usd=2000, days=365, hours_per_day=2, catalog="aws-2020-04",
    ...     region="us-east-1", precision="fp64",
    ... )
    >>> round(advice.price_ceiling_usd_per_hour, 2)
    2.74
    >>> [choice.instance for choice in advice.choices][:2]
    ['p2.xlarge', 'g4dn.xlarge']
    """
    only = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("request", inspect.Parameter.POSITIONAL_ONLY, default=None),
        *(inspect.Parameter(name, only, default=None) for name in table),
    ]
    recommend.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]


_document()
