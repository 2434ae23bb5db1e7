"""A choice that was made, kept with its question, and what it costs later."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
from typing import TYPE_CHECKING, Any

from . import _core
from ._asked import CatalogLike, now
from ._core import Request
from ._files import PathLike, write_text
from ._recommendation import Recommendation

if TYPE_CHECKING:
    from ._settings import Day


@dataclasses.dataclass(frozen=True)
class PlanCheck:
    """What a saved plan comes to on another day. ``print()`` says it in words.

    Attributes
    ----------
    state : str
        ``"holds"``, ``"costs_more"``, or ``"gone"`` if the machine does not qualify any more.
    rise : float or None
        Share by which the total rose, or where there is none, the price of the machines.
    tolerance : float
    plan : dict
        What was chosen, at what it cost, on which day and in which catalog.
    now : dict or None
        The same machine, bought in the same way.
    best : dict or None
        The best of all machines for the same question.
    checked_on : datetime.date
    catalog : str
        The name of the catalog.
    why_gone : str or None
    """

    state: str
    rise: float | None
    tolerance: float
    plan: dict[str, Any]
    now: dict[str, Any] | None
    best: dict[str, Any] | None
    checked_on: datetime.date
    catalog: str
    why_gone: str | None
    _text: str = dataclasses.field(repr=False, default="")

    def __str__(self) -> str:
        return self._text


def save_plan(advice: Recommendation, path: PathLike) -> None:
    """Writes the question and the first choice of an answer as a request file.

    The command asks it again with ``recommend FILE``, and looks at what the choice costs by then
    with ``recommend FILE --check``. The file is written whole or not at all.

    Raises
    ------
    FlopwiseError
        If the answer has no choice.
    """
    write_text(path, _core._saved_plan(advice))


def check_plan(
    path: PathLike,
    *,
    tolerance: float = 0,
    catalog: CatalogLike = None,
    today: Day | None = None,
) -> PlanCheck:
    """Asks the question of a saved plan again, of all machines and of the one that was chosen.

    Parameters
    ----------
    path : str or path
        A file of :func:`save_plan` or of the command's ``--save``.
    tolerance : float
        Share by which the plan may cost more: 0.05.
    catalog : Catalog, str or path, optional
        As for :func:`recommend`; the one that the plan names, or the newest bundled one if absent.
    today : datetime.date or str, optional
        As in :func:`recommend`; now in UTC if absent. A deadline that is a date is counted from it.

    Returns
    -------
    PlanCheck

    Raises
    ------
    FlopwiseError
        For what is no saved plan, and a tolerance below 0.

    Examples
    --------
    >>> import datetime, flopwise, os, tempfile
    >>> advice = flopwise.recommend(
    ...     budget_usd=2000, days=365, hours_per_day=2, catalog="aws-2020-04",
    ...     region="us-east-1", precision="fp64",
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plan = os.path.join(folder, "plan.yaml")
    ...     flopwise.save_plan(advice, plan)
    ...     check = flopwise.check_plan(plan, catalog="aws-2020-04")
    >>> check.state, check.rise, check.now["instance"]
    ('holds', 0.0, 'p2.xlarge')
    """
    moment = Request(today=today or now())
    text, found = _core._check_plan(os.fspath(path), catalog, moment, tolerance)
    fields = json.loads(found)
    fields["checked_on"] = datetime.date.fromisoformat(fields["checked_on"])
    return PlanCheck(**fields, _text=text)
