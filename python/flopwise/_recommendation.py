"""The answer of recommend(), with what only Python does: data frames, files and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from . import _core
from ._asked import Asked, CatalogLike, settings_beside
from ._batch import refusal
from ._core import Catalog, Choice
from ._files import PathLike, written
from ._page import Page
from ._plain import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy
    import pandas
    import polars
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ._explore import Explorer
    from ._pictures.vega import Kind
    from ._pictures.vega_spec import VegaLite


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

    __slots__ = ("__dict__", "_asked")  # the second is in no pickle: a catalog is large
    _asked: Asked
    _left_behind: tuple[str, ...] = ()  # by a pickle

    def __str__(self) -> str:
        return self._text()

    def __repr__(self) -> str:
        of = f"{self.admitted:,} of {self.admitted + self.refusals.count:,} offers qualify"
        return f"<Recommendation: {self.brief().strip().rstrip('.')}; {of}>"

    def _where(self, other: CatalogLike = None) -> tuple[CatalogLike, dict[str, Any]]:
        """The catalog in which the answer was found, or another one, and its charges as settings."""
        asked = getattr(self, "_asked", None)
        if asked is None:
            return self._at_hand() if other is None else other, self._charges_at_hand()
        charges = {} if asked.charges is None else {"charges": asked.charges}
        return asked.catalog if other is None else other, charges

    def __reduce__(self) -> Any:
        asked = getattr(self, "_asked", None)
        if asked is not None:
            self._left_behind = asked.own()
        return super().__reduce__()

    def _at_hand(self) -> CatalogLike:
        """Of an answer that was unpickled: what its request names, or the bundled one of that name."""
        if self.request.catalog is not None:
            return None
        if "catalog" in self._left_behind or self.catalog_name not in Catalog.bundled_names():
            raise refusal("catalog", f"must be at hand to ask again, {self.catalog_name} is not")
        return self.catalog_name

    def _charges_at_hand(self) -> dict[str, Any]:
        if "charges" in self._left_behind:
            raise refusal("charges", "must be at hand to ask again, those of the answer are not")
        return {}

    def _again(self, **changes: Any) -> Recommendation:
        """The answer to the same request, some settings of which are changed.

        What only adds to an answer is not asked for again.
        """
        catalog, charges = self._where()
        changes = {**dict.fromkeys(settings_beside()), **changes}
        from ._recommend import recommend

        return recommend(self.request.replace(**changes), catalog=catalog, **charges)

    def _qualify(self, requests: dict[str, Any]) -> NDArray[numpy.bool_]:
        """Whether something qualifies for the same request with these columns of settings."""
        from ._sweep import sweep

        catalog, charges = self._where()
        named = ("provider", "region", "near", "max_rtt_ms", "purchase", "weights", *settings_beside())
        asked = {
            name: ",".join(value) if isinstance(value, list) else value
            for name, value in self.request.to_dict().items()
            if name not in named
        }
        answer = sweep(
            {**asked, **charges, **requests}, catalog, columns="outcome", on_error="mark",
            progress=False,
        )
        return answer["outcome"] == "found"  # type: ignore[no-any-return]

    def explain(self) -> str:
        """The command's table with what made each score, in words and figures."""
        return self._text(explain=True)

    def to_text(
        self,
        *,
        explain: bool = False,
        wide: bool = False,
        width: int = 80,
        columns: Sequence[str] = (),
    ) -> str:
        """The command's table, for a terminal of so many columns, with these columns of the choices."""
        return self._text(explain, wide, width, list(columns))

    def to_markdown(self, *, explain: bool = False, columns: Sequence[str] = ()) -> str:
        """The report as Markdown."""
        return self._markdown(explain, list(columns))

    def report(self, path: PathLike | None = None) -> Page:
        """The report as one page of HTML that needs nothing beside it.

        Parameters
        ----------
        path : str or path, optional
            Where to write it, whole or not at all.

        Returns
        -------
        Page
            The text of the page, which a notebook shows.

        Raises
        ------
        FlopwiseError
            If the file cannot be written. What was there before is untouched.
        """
        if path is not None:
            self._write_html(path)
        return Page(self._html())

    def to_dict(self) -> dict[str, Any]:
        """All of the recommendation as plain dictionaries and lists."""
        return {key: plain(value) for key, value in self._asdict().items()}

    @overload
    def to_csv(self) -> str: ...
    @overload
    def to_csv(self, path: PathLike) -> None: ...
    def to_csv(self, path: PathLike | None = None) -> str | None:
        """The report as the command's CSV, as text or in a file that appears whole or not at all."""
        return written(super().to_csv(), path)

    def to_parquet(self, path: PathLike) -> None:
        """Writes the choices as a Parquet file; needs pyarrow or polars."""
        self.choices.to_parquet(path)

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
        """Price or cost against speed, with the front and the ceiling; of a job, hours against cost.

        Each choice is a point. The front is that of all that qualifies, shown or not: the catalog
        is asked again. Names stand at the front and at the first ten, where they have room. Of a
        job, x is what all machines cost, y the median of the hours with a line from the 10th to
        the 90th percentile, and budget and deadline are lines.

        Parameters
        ----------
        x : {"auto", "price_usd_per_hour", "total_usd"}
            What speed is paid with; "auto" is the total where days are known. Of a job it is the
            total.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure if absent.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        FlopwiseError
            If there are no choices, or no total to plot; if the answer was unpickled and its
            catalog is not at hand.
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
        from ._pictures.pareto import pareto

        return pareto(self, x=x, ax=ax)

    def plot_scores(self, *, ax: Axes | None = None) -> Axes:
        """What made each score: the contributions of the criteria, stacked.

        A bar to the right makes a machine better than the reference (score 100), a bar to
        the left worse; they add up to ln(score / 100). At most 40 are shown. Parameters, result
        and errors are those of :meth:`plot_pareto`.
        """
        from ._pictures.scores import scores

        return scores(self, ax=ax)

    def plot_budget(self, *, ax: Axes | None = None) -> Axes:
        """What the budget affords with each machine: hours a day against days.

        Needs ``budget_usd`` in the request, and is refused for a job, whose hours are its own.
        With charges, commitments or spot, the catalog is asked which hours still qualify, and
        with an uncertain use, the money is enough with the confidence of the request. Parameters,
        result and errors are those of :meth:`plot_pareto`.
        """
        from ._pictures.budget import budget

        return budget(self, ax=ax)

    def vega(self, kind: Kind = "pareto") -> VegaLite:
        """A picture as a Vega-Lite specification with its data, which a notebook draws.

        Parameters
        ----------
        kind : {"pareto", "scores", "budget"}
            What :meth:`plot_pareto`, :meth:`plot_scores` and :meth:`plot_budget` draw; of a job,
            "pareto" has cost against hours.

        Returns
        -------
        VegaLite
            A dictionary: ``altair.Chart.from_dict(spec)``, ``json.dumps(spec)``.

        Raises
        ------
        FlopwiseError
            If there are no choices, or nothing of this kind to draw.

        Examples
        --------
        >>> import flopwise
        >>> advice = flopwise.recommend(catalog="aws-2020-04", budget_usd=2000, days=90)
        >>> spec = advice.vega("scores")
        >>> spec["$schema"], len(spec["layer"])
        ('https://vega.github.io/schema/vega-lite/v5.json', 3)
        """
        from ._pictures.vega import vega

        return vega(self, kind)

    def explore(self, catalog: CatalogLike = None) -> Explorer:
        """Sliders for budget, days, hours a day and weights, above the answer that they give.

        Parameters
        ----------
        catalog : Catalog, str or path, optional
            Where to ask again, if not in the catalog of the answer.

        Returns
        -------
        Explorer
            A widget, which a notebook shows; its ``advice`` is the answer to what the sliders say.

        Raises
        ------
        MissingExtraError
            Without ipywidgets and matplotlib: ``pip install flopwise[explore]``.
        """
        from ._explore import Explorer

        return Explorer(self, catalog)

    def explanation(self, choice: Choice) -> str:
        """What made the score of a choice, in words: "0.52x cheaper work, 3.8x memory"."""
        return self._explanation(choice)

    def launch_script(self, choice: Choice | None = None) -> str:
        """The start plan: a script that rents machines and starts work on them.

        Parameters
        ----------
        choice : Choice, optional
            Which of the choices; the best if absent.

        Returns
        -------
        str
            For ``bash FILE rent`` and the other steps that it names, or a task or module if the
            request has a ``launch_format``. Nothing is rented before it is run.

        Raises
        ------
        FlopwiseError
            If there are no choices, there is no plan for the machine in that form, or the
            request has a name that no script may hold.
        """
        if choice is None:
            if len(self.choices) == 0:
                raise _core.FlopwiseError("choices: must not be empty to start a machine")
            choice = self.choices[0]
        return self._launch_script(choice)

    def _repr_html_(self) -> str:
        from ._recommendation_html import html_of

        return html_of(self)
