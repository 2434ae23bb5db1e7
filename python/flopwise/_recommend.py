"""recommend(): the question, documented from the library's own list of settings."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from . import _core
from ._asked import Asked, CatalogLike, now_for
from ._core import Charges, Request
from ._recommendation import Recommendation

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._settings import Settings


def recommend(
    request: Request | None = None, /, *, catalog: CatalogLike = None, **settings: Unpack[Settings]
) -> Recommendation:
    # The docstring and the signature are made below, from the library's table of settings.
    if settings.get("today") is None and getattr(request, "today", None) is None:
        settings["today"] = now_for(request, settings)
    advice = Recommendation(_core._recommend(request, catalog, settings))
    charges = settings.get("charges")
    advice._asked = Asked(catalog, charges if isinstance(charges, Charges) else None)
    return advice


_TEXT = """Ranks the machines of a catalog for a request, best first.

    Each setting has the name it has in a request file and in JSON; None is the same as not
    given. Lists are a list of text or one text with commas; ``near`` takes (latitude,
    longitude) in degrees too, days a ``datetime.date`` or one of NumPy or pandas (``today`` is
    that in UTC if it is not given), ``weights`` a dictionary. :class:`flopwise.Settings` has the
    type of each.

    Parameters
    ----------
    request : Request, optional
        A request, over which the settings given here are laid.
    catalog : Catalog, str or path, optional
        A catalog, the name of a bundled one, or a YAML file; the newest bundled one if absent.
    **settings
        The following, all optional.
{settings}

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
        If a value has a type that no setting takes, or for a keyword that is no setting (an
        UnknownSettingError, which is a FlopwiseError too).

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


def meaning_of(text: str) -> str:
    """What the help of the command says of a setting, with keywords for its flags."""
    said = re.sub(r"--([a-z][a-z-]*)", lambda flag: flag[1].replace("-", "_"), text)
    return said if said.endswith(".") else f"{said}."


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
        lines += [f"    {name}{kind}", f"        {meaning_of(text)}"]
    recommend.__doc__ = _TEXT.format(settings="\n".join(lines))
    only = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("request", inspect.Parameter.POSITIONAL_ONLY, default=None),
        *(inspect.Parameter(name, only, default=None) for name in table),
    ]
    recommend.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]


_document()
