"""A catalog with the prices of your own AWS account, by boto3: ``pip install "flopwise[aws]"``.

:func:`refresh` asks AWS, writes the answers as the files that :func:`flopwise.import_feeds`
reads, and joins them over a catalog: one way for prices, wherever they come from.
"""

from __future__ import annotations

import contextlib
import datetime
import fnmatch
import json
import os
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO, Union

from . import _core
from ._asked import CatalogLike
from ._batch import refusal
from ._core import Catalog, Import, ImportEffect, Skipped
from ._feed import join
from ._progress import Progress, Wanted
from ._table import Table, rows_columns

__all__ = ["Refreshed", "refresh"]

_PRICING_REGION = "us-east-1"  # the price list service is not in every region
_DAYS_KEPT = 90  # of spot prices, by AWS
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
_NOT_ENABLED = ("AuthFailure", "InvalidClientTokenId", "OptInRequired", "UnrecognizedClientException")
_PRODUCTS = {  # what is rented by the hour without a license or a reservation
    "capacitystatus": "Used",
    "operatingSystem": "Linux",
    "preInstalledSw": "NA",
    "tenancy": "Shared",
}


class _Refreshed(NamedTuple):
    catalog: Catalog
    imports: list[Import]
    left_out: Table[Skipped]


class Refreshed(_Refreshed):
    """The catalog that :func:`refresh` makes, and what became of AWS's answers: a tuple.

    ``print()`` tells for each kind of answer how many rows were kept, skipped and rejected, and
    what its prices did to the catalog.

    Attributes
    ----------
    catalog : Catalog
    imports : list of Import
    left_out : Table of Skipped
        Rows of machines or regions that no table describes, and prices that are not used because
        there is a newer one, by reason.
    effects : Table of ImportEffect
        What each import did to the catalog, in their order; beside the tuple.
    """

    effects: Table[ImportEffect]

    def __new__(
        cls,
        catalog: Catalog,
        imports: list[Import],
        left_out: Table[Skipped],
        effects: Table[ImportEffect],
    ) -> Refreshed:
        self = super().__new__(cls, catalog, imports, left_out)
        self.effects = effects
        return self

    def __getnewargs__(
        self,
    ) -> tuple[Catalog, list[Import], Table[Skipped], Table[ImportEffect]]:
        return self.catalog, self.imports, self.left_out, self.effects

    def __str__(self) -> str:
        left_out = [f"left out: {skipped.rows} rows: {skipped.why}\n" for skipped in self.left_out]
        effects = [f"{effect.file}: {effect}" for effect in self.effects if effect.prices > 0]
        return "".join([*map(str, self.imports), *left_out, *effects])


# ---- errors -------------------------------------------------------------------------


@contextlib.contextmanager
def _asked(action: str, region: str) -> Iterator[None]:
    """Says of a refusal which permission is missing, and for which region."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _DENIED:
            raise refusal(region, f"must be allowed {action}, got {error}") from error
        if code in _NOT_ENABLED:
            reason = f"must accept the credentials and be enabled for the account, got {error}"
            raise refusal(region, reason) from error
        raise


def _session(given: Any) -> Any:
    try:
        import boto3
    except ImportError as error:
        raise ImportError('flopwise.aws needs boto3: pip install "flopwise[aws]"') from error
    return boto3.Session() if given is None else given


# ---- what is asked for --------------------------------------------------------------


def _words(written: Union[str, Iterable[str]]) -> list[str]:
    """A list, or one text with commas."""
    words = written.split(",") if isinstance(written, str) else list(written)
    return [word.strip() for word in words]


def _priced_regions(base: Catalog) -> list[str]:
    columns = rows_columns(base.offers)
    offers = zip(columns["provider"][1], columns["region"][1])
    return sorted({region for provider, region in offers if provider == "aws"})


def _regions(wanted: Union[str, Iterable[str], None], base: Catalog, client: Any) -> list[str]:
    """Those that are asked for; else those with prices that the account can use."""
    if wanted is None:
        ec2 = client("ec2", None)
        with _asked("ec2:DescribeRegions", ec2.meta.region_name):
            enabled = {region["RegionName"] for region in ec2.describe_regions()["Regions"]}
        return [region for region in _priced_regions(base) if region in enabled]
    known = {region.code for region in base.regions if region.provider == "aws"}
    regions = _words(wanted)
    for region in regions:
        if region not in known:
            raise refusal("regions", f'must be regions of the catalog, got "{region}"')
    return list(dict.fromkeys(regions))


# ---- the answers --------------------------------------------------------------------


def _in_utc(time: datetime.datetime) -> str:
    """botocore gives some times in the zone of this machine."""
    return time.astimezone(datetime.timezone.utc).isoformat()


class _List:
    """A JSON file of one list, written item by item as the pages come."""

    def __init__(self, folder: Path, key: str, prefix: str = "") -> None:
        self.file = folder / f"{key}.json"
        self.items = 0
        self._key = key
        self._out: TextIO = self.file.open("w", encoding="utf-8")
        self._out.write(f'{{{prefix}"{key}": [')

    def fill(
        self,
        client: Any,
        operation: str,
        seen: Callable[[Any], object] = lambda item: None,
        **arguments: Any,
    ) -> None:
        """Writes all that a query answers, or nothing if it fails on the way."""
        begun, items = self._out.tell(), self.items
        try:
            for page in client.get_paginator(operation).paginate(**arguments):
                for item in page[self._key]:
                    self._out.write(",\n" if self.items else "\n")
                    json.dump(item, self._out, default=_in_utc)
                    self.items += 1
                    seen(item)
        except BaseException:
            self._out.seek(begun)  # what a list leaves out would count as not offered
            self._out.truncate()
            self.items = items
            raise

    def close(self) -> None:
        if not self._out.closed:
            self._out.write("\n]}\n")
            self._out.close()


class _Answers:
    """The lists of all regions, one file each."""

    def __init__(self, folder: Path, client: Callable[[str, str | None], Any]) -> None:
        self._client = client
        self._described: set[str] = set()
        self.types = _List(folder, "InstanceTypes")
        self.offerings = _List(folder, "InstanceTypeOfferings")
        self.products = _List(folder, "PriceList", prefix='"FormatVersion": "aws_v1", ')
        self.history = _List(folder, "SpotPriceHistory")

    def close(self) -> list[Path]:
        """The files that have something."""
        lists = [self.types, self.offerings, self.products, self.history]
        for one in lists:
            one.close()
        return [one.file for one in lists if one.items > 0]

    def add_offerings(self, region: str) -> set[str]:
        """Always all of a region: what a list leaves out counts as not offered there."""
        offered: set[str] = set()
        with _asked("ec2:DescribeInstanceTypeOfferings", region):
            self.offerings.fill(
                self._client("ec2", region),
                "describe_instance_type_offerings",
                lambda offering: offered.add(offering["InstanceType"]),
                LocationType="region",
                PaginationConfig={"PageSize": 1000},
            )
        return offered

    def add_types(self, region: str, names: Iterable[str]) -> None:
        """Those that no region before had: machines are the same everywhere."""
        most = 100  # names in one request
        new = sorted(set(names) - self._described)
        self._described.update(new)
        with _asked("ec2:DescribeInstanceTypes", region):
            for begin in range(0, len(new), most):
                self.types.fill(
                    self._client("ec2", region),
                    "describe_instance_types",
                    Filters=[{"Name": "instance-type", "Values": new[begin : begin + most]}],
                )

    def add_products(self, region: str, names: list[str] | None) -> None:
        asked = {**_PRODUCTS, "regionCode": region}
        queries = [asked] if names is None else [{**asked, "instanceType": n} for n in names]
        with _asked("pricing:GetProducts", region):
            for query in queries:
                self.products.fill(
                    self._client("pricing", _PRICING_REGION),
                    "get_products",
                    ServiceCode="AmazonEC2",
                    Filters=[
                        {"Type": "TERM_MATCH", "Field": field, "Value": value}
                        for field, value in query.items()
                    ],
                    PaginationConfig={"PageSize": 100},
                )

    def add_history(
        self, region: str, names: list[str] | None, since: datetime.datetime
    ) -> None:
        if names == []:
            return  # AWS takes an empty list for all machines
        only: dict[str, Any] = {} if names is None else {"InstanceTypes": names}
        with _asked("ec2:DescribeSpotPriceHistory", region):
            self.history.fill(
                self._client("ec2", region),
                "describe_spot_price_history",
                ProductDescriptions=["Linux/UNIX"],
                StartTime=since,
                PaginationConfig={"PageSize": 1000},
                **only,
            )


def _matching(names: set[str], patterns: list[str]) -> list[str]:
    return sorted(n for n in names if any(fnmatch.fnmatchcase(n, p) for p in patterns))


def _download(
    answers: _Answers,
    regions: list[str],
    patterns: list[str] | None,
    since: datetime.datetime | None,
    progress: Wanted,
) -> None:
    steps = len(regions) * (3 if since is None else 4)
    done = 0
    with Progress(progress, steps, unit="queries") as shown:

        def step() -> None:
            nonlocal done
            done += 1
            if shown is not None:
                shown(done)

        for region in regions:
            offered = answers.add_offerings(region)
            step()
            only = None if patterns is None else _matching(offered, patterns)
            answers.add_types(region, offered if only is None else only)
            step()
            answers.add_products(region, only)
            step()
            if since is not None:
                answers.add_history(region, only, since)
                step()


def _warn_of_rejected(imports: list[Import]) -> None:
    for one in imports:
        if one.rows_rejected > 0:
            first = one.rejected[0]
            warnings.warn(
                f"{one.format}: {one.rows_rejected} of {one.rows} rows rejected; the first: "
                f"{first.field or 'row'}: {first.reason}",
                stacklevel=3,
            )


# ---- the whole ----------------------------------------------------------------------


def _clients(session: Any, config: Any) -> Callable[[str, str | None], Any]:
    """Clients by service and region, each made once; None is the session's own region."""
    made: dict[tuple[str, str], Any] = {}

    def client(service: str, region: str | None) -> Any:
        where = region or session.region_name or _PRICING_REGION
        if (service, where) not in made:
            made[service, where] = session.client(service, region_name=where, config=config)
        return made[service, where]

    return client


def refresh(
    session: Any = None,
    base: CatalogLike = None,
    *,
    regions: Union[str, Iterable[str], None] = None,
    instance_types: Union[str, Iterable[str], None] = None,
    spot: bool = True,
    window_days: float = 7.0,
    folder: Union[str, os.PathLike[str], None] = None,
    config: Any = None,
    progress: Wanted = None,
) -> Refreshed:
    """A catalog with what AWS tells your account today: machines, where they are offered, prices.

    Asks ``DescribeInstanceTypeOfferings``, ``DescribeInstanceTypes``, ``GetProducts`` (Linux,
    shared tenancy) and ``DescribeSpotPriceHistory``, page by page in constant memory. What AWS
    answers is read and joined as :func:`flopwise.import_feeds` and :func:`flopwise.join` do.

    Parameters
    ----------
    session : boto3.Session, optional
        Whose credentials are used; ``boto3.Session()`` if absent.
    base : Catalog, str or path, optional
        What the answers are joined over: it has the GPUs and regions. The newest catalog in the
        package if absent.
    regions : list of str or str with commas, optional
        Without, all regions in which ``base`` has prices and that are enabled for the account.
    instance_types : list of str or str with commas, optional
        Names, or patterns such as ``"g5.*"``, of the machines to price; the others keep the
        prices of ``base``. Where machines are offered is asked for all of them.
    spot : bool, optional
        Whether to ask for spot prices.
    window_days : float, optional
        Days of spot prices of which the mean is taken; at most 90, which AWS keeps.
    folder : path, optional
        Where AWS's answers are kept, as JSON that :func:`flopwise.import_feed` reads. Without,
        they are in a temporary folder that is removed.
    config : botocore.config.Config, optional
        Of the clients, such as ``Config(retries={"mode": "adaptive", "max_attempts": 10})``.
    progress : bool or callable, optional
        As in :func:`flopwise.sweep`; a callable gets the queries done and all.

    Returns
    -------
    Refreshed
        A tuple of ``catalog``, ``imports`` and ``left_out``, which has ``effects`` too. Rejected
        rows are a warning too.

    Raises
    ------
    FlopwiseError
        If a permission is missing: the message names the action and the region, which is
        ``field``; or if an argument is out of its range.
    ImportError
        Without boto3.
    """
    session = _session(session)
    if not 0 < window_days <= _DAYS_KEPT:
        reason = f"must be positive and at most {_DAYS_KEPT} d, got {window_days:g} d"
        raise refusal("window_days", reason)
    catalog = base if isinstance(base, Catalog) else join(base, []).catalog
    client = _clients(session, config)
    asked = _regions(regions, catalog, client)
    patterns = None if instance_types is None else _words(instance_types)
    now = datetime.datetime.now(datetime.timezone.utc)
    since = now - datetime.timedelta(days=window_days) if spot else None
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="flopwise-"))
        Path(folder).mkdir(parents=True, exist_ok=True)
        answers = _Answers(Path(folder), client)
        stack.callback(answers.close)
        _download(answers, asked, patterns, since, progress)
        files = answers.close()
        today = now.date()
        imports = _core.import_feeds(
            files, catalog, as_of=today, today=today, window_days=window_days
        )
    _warn_of_rejected(imports)
    joined = join(catalog, imports)
    return Refreshed(joined.catalog, imports, joined.left_out, joined.effects)
