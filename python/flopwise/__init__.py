"""Which machine to rent: what fits a budget, what it costs, and why not the others.

>>> import flopwise
>>> advice = flopwise.recommend(
...     budget_usd=2000, days=365, hours_per_day=2,
...     catalog="aws-2020-04", region="us-east-1", precision="fp64",
... )
>>> advice.choices[0].instance, advice.choices[0].cost.total_usd
('p2.xlarge', 657.0)
"""

from __future__ import annotations

from ._core import (
    Bill,
    Catalog,
    Choice,
    Family,
    FamilyChoice,
    Finding,
    FlopwiseError,
    Gpu,
    Instance,
    LineItem,
    MissingFileError,
    Offer,
    Price,
    Refusal,
    Refusals,
    Region,
    Request,
    Source,
    __version__,
    affordable,
    days_affordable,
    hours_per_day_affordable,
    price_ceiling_usd_per_hour,
    settings,
    total_needed_usd,
)
from ._recommend import Recommendation, recommend
from ._sweep import sweep
from ._table import Table

__all__ = [
    "Bill",
    "Catalog",
    "Choice",
    "Family",
    "FamilyChoice",
    "Finding",
    "FlopwiseError",
    "Gpu",
    "Instance",
    "LineItem",
    "MissingFileError",
    "Offer",
    "Price",
    "Recommendation",
    "Refusal",
    "Refusals",
    "Region",
    "Request",
    "Source",
    "Table",
    "__version__",
    "affordable",
    "days_affordable",
    "hours_per_day_affordable",
    "price_ceiling_usd_per_hour",
    "recommend",
    "settings",
    "sweep",
    "total_needed_usd",
]
