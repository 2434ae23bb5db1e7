"""A panel of sliders around a recommendation, with ipywidgets."""

from __future__ import annotations

import html
import io
import math
from typing import Any

from ._asked import CatalogLike
from ._core import FlopwiseError, Request, settings
from ._extra import missing
from ._recommend import recommend
from ._recommendation import Recommendation

try:
    import ipywidgets
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
except ImportError as error:
    package = (error.name or "").partition(".")[0]
    if package not in ("ipywidgets", "matplotlib"):
        raise
    raise missing("explore", package, "explore") from error

_BUDGET_POWERS = (0.0, 7.0)  # of ten: 1 to 10 million USD
_MOST_DAYS = 3650
_UNASKED = {"budget_usd": 2000.0, "days": 365.0}  # where a slider stands before it counts
_WIDE = {"description_width": "7em"}
_WIDTH = "25em"  # of a slider with its words and its figure


class Explorer(ipywidgets.VBox):  # type: ignore[misc]
    """Sliders for budget, days, hours a day and weights, beside the picture and above the table.

    Attributes
    ----------
    advice : Recommendation
        The answer to what the sliders say; while they have none, the last one.
    controls : dict of str to ipywidgets.Widget
        The sliders by the name of their setting, those of the weights as ``weights.cost`` and so
        on. Budget and days count where ``budget_usd.given`` and ``days.given`` are ticked; a
        training job has no days.
    message : ipywidgets.HTML
        Why the sliders have no answer; else empty.
    table : ipywidgets.HTML
    picture : ipywidgets.Image
    """

    def __init__(self, advice: Recommendation, catalog: CatalogLike = None) -> None:
        self.advice = advice
        self._catalog, self._charges = advice._where(catalog)
        self.controls: dict[str, Any] = _controls(advice)
        self._first_weights = self._weights()
        self._first_request = advice.request if catalog is None else advice.request.replace(catalog=None)
        self.message = ipywidgets.HTML()
        self.table = ipywidgets.HTML()
        self.picture = ipywidgets.Image(format="png")
        for control in self.controls.values():
            control.observe(self._moved, names="value")
        above = ipywidgets.HBox([_laid_out(self.controls), self.picture])
        above.layout.flex_flow = "row wrap"
        super().__init__([above, self.message, self.table])
        self._show()

    def request(self) -> Request:
        """The question that the sliders ask."""
        at = {name: control.value for name, control in self.controls.items()}
        weights = self._weights()
        changes: dict[str, Any] = {"hours_per_day": at["hours_per_day"]}
        if weights != self._first_weights:
            changes["weights"] = weights
        for name in _UNASKED:
            if name in at:
                changes[name] = at[name] if at[f"{name}.given"] else None
        return self._first_request.replace(**changes)

    def _weights(self) -> dict[str, float]:
        return {
            name.removeprefix("weights."): control.value
            for name, control in self.controls.items()
            if name.startswith("weights.")
        }

    def _moved(self, _: object) -> None:
        try:
            self.advice = recommend(self.request(), catalog=self._catalog, **self._charges)
        except FlopwiseError as error:
            self.message.value = f"<p><b>{html.escape(str(error))}</b></p>"
            return
        self._show()

    def _show(self) -> None:
        self.message.value = ""
        self.table.value = self.advice._repr_html_()
        self.picture.value = _png(self.advice)
        self.picture.layout.display = None if self.picture.value else "none"


def _is_job(request: Request) -> bool:
    """Of which the days follow from the hours of the work."""
    groups = {name: group for name, (_, group, _, _) in settings().items()}
    return any(groups[name] in ("Training job", "A net of one's own") for name in request.to_dict())


def _slider(kind: Any, text: str, **more: Any) -> Any:
    """Asks when it is let go, not while it moves."""
    layout = {"width": _WIDTH}
    return kind(description=text, continuous_update=False, style=_WIDE, layout=layout, **more)


def _controls(advice: Recommendation) -> dict[str, Any]:
    asked = advice.request
    out = _limit("budget_usd", asked.budget_usd, _budget_slider)
    if not _is_job(asked):
        out |= _limit("days", asked.days, _days_slider)
    hours = asked.hours_per_day or 24
    slider = ipywidgets.FloatSlider
    out["hours_per_day"] = _slider(
        slider, "hours a day", value=hours, min=min(0.1, hours), max=24, step=0.1
    )
    for name, weight in advice.weights.items():
        words = name.replace("_", " ")
        out[f"weights.{name}"] = _slider(slider, words, value=weight, min=0, max=1, step=0.01)
    return out


def _limit(name: str, asked: float | None, slider: Any) -> dict[str, Any]:
    """A slider, and a box that says whether it counts."""
    tick = ipywidgets.Checkbox(
        value=asked is not None, description="counts", indent=False, layout={"width": "6em"}
    )
    return {name: slider(_UNASKED[name] if asked is None else asked), f"{name}.given": tick}


def _budget_slider(usd: float) -> Any:
    low, high = _BUDGET_POWERS
    ends = {"min": min(low, math.log10(usd)), "max": max(high, math.log10(usd))}
    kind = ipywidgets.FloatLogSlider
    return _slider(kind, "budget (USD)", value=usd, step=0.02, readout_format=",.0f", **ends)


def _days_slider(days: float) -> Any:
    ends = {"min": min(1.0, days), "max": max(_MOST_DAYS, days)}
    kind = ipywidgets.FloatSlider
    return _slider(kind, "days", value=days, step=1, readout_format=",.0f", **ends)


def _laid_out(controls: dict[str, Any]) -> Any:
    def row(name: str) -> Any:
        tick = controls.get(f"{name}.given")
        return controls[name] if tick is None else ipywidgets.HBox([controls[name], tick])

    return ipywidgets.VBox([row(name) for name in controls if not name.endswith(".given")])


def _png(advice: Recommendation) -> bytes:
    """The picture of cost against speed, drawn without a window; empty where there is none."""
    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    try:
        advice.plot_pareto(ax=figure.subplots())
    except FlopwiseError:  # without choices
        return b""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=100)
    return out.getvalue()
