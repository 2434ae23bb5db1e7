"""What the compiled module offers. Written by hand; tests compare it with the module."""

import datetime
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import (
    Any, ClassVar, Generic, Literal, NoReturn, TypeVar, final, overload, type_check_only,
)

import numpy
import pandas
import polars
from numpy.typing import ArrayLike, NDArray
from typing_extensions import Self, Unpack

from ._settings import Day, Settings
from ._table import Table

__version__: str

Outcome = Literal["found", "nothing_fits", "nothing_affordable"]
Sold = Literal["yes", "no", "unknown"]

R = TypeVar("R", covariant=True)

class FlopwiseError(ValueError):
    field: str
    file: str
    line: int
    byte: int

class MissingFileError(FlopwiseError, FileNotFoundError): ...
class UnknownSettingError(FlopwiseError, TypeError): ...

@type_check_only
class _Record:
    _fields: ClassVar[tuple[str, ...]]
    def _asdict(self) -> dict[str, Any]: ...
    @staticmethod
    def _field_types() -> dict[str, str]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object, /) -> Self: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@type_check_only
class _Rows(Generic[R]):
    def __init__(self, rows: Iterable[R], /) -> None: ...
    def __len__(self) -> int: ...
    def __getitem__(self, i: int, /) -> R: ...
    def __eq__(self, other: object, /) -> bool: ...
    def _columns(self) -> dict[str, tuple[str, list[Any]]]: ...
    def _text(self, rows: int, /) -> str: ...
    def _arrow_stream(self) -> object: ...
    def _arrow_schema(self) -> object: ...
    def __reduce__(self) -> NoReturn: ...
    _record: ClassVar[Any]

@final
class Source(_Record):
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def as_of(self) -> str: ...
    @property
    def recalled(self) -> bool: ...
    def __init__(
        self,
        *,
        name: str | None = ...,
        title: str | None = ...,
        as_of: str | None = ...,
        recalled: bool | None = ...,
    ) -> None: ...

@final
class Gpu(_Record):
    @property
    def name(self) -> str: ...
    @property
    def marketing_name(self) -> str | None: ...
    @property
    def vendor(self) -> str | None: ...
    @property
    def architecture(self) -> str | None: ...
    @property
    def year(self) -> int | None: ...
    @property
    def memory_gib(self) -> float: ...
    @property
    def usable_memory_gib(self) -> float | None: ...
    @property
    def memory_bandwidth_gb_per_s(self) -> float | None: ...
    @property
    def fp64_tflops(self) -> float | None: ...
    @property
    def fp64_tensor_tflops(self) -> float | None: ...
    @property
    def fp32_tflops(self) -> float | None: ...
    @property
    def tf32_tensor_tflops(self) -> float | None: ...
    @property
    def fp16_tflops(self) -> float | None: ...
    @property
    def fp16_tensor_tflops(self) -> float | None: ...
    @property
    def bf16_tensor_tflops(self) -> float | None: ...
    @property
    def fp8_tensor_tflops(self) -> float | None: ...
    @property
    def int8_tops(self) -> float | None: ...
    @property
    def fp4_tensor_tflops(self) -> float | None: ...
    @property
    def interconnect(self) -> str | None: ...
    @property
    def interconnect_gb_per_s(self) -> float | None: ...
    @property
    def tdp_watts(self) -> float | None: ...
    @property
    def aliases(self) -> list[str]: ...
    @property
    def stack(self) -> str | None: ...
    @property
    def compute_capability(self) -> str | None: ...
    @property
    def devices(self) -> int | None: ...
    @property
    def unsupported(self) -> list[str]: ...
    @property
    def not_for(self) -> list[str]: ...
    @property
    def note(self) -> str | None: ...
    @property
    def source(self) -> str: ...
    def __init__(
        self,
        *,
        name: str | None = ...,
        marketing_name: str | None = ...,
        vendor: str | None = ...,
        architecture: str | None = ...,
        year: int | None = ...,
        memory_gib: float | None = ...,
        usable_memory_gib: float | None = ...,
        memory_bandwidth_gb_per_s: float | None = ...,
        fp64_tflops: float | None = ...,
        fp64_tensor_tflops: float | None = ...,
        fp32_tflops: float | None = ...,
        tf32_tensor_tflops: float | None = ...,
        fp16_tflops: float | None = ...,
        fp16_tensor_tflops: float | None = ...,
        bf16_tensor_tflops: float | None = ...,
        fp8_tensor_tflops: float | None = ...,
        int8_tops: float | None = ...,
        fp4_tensor_tflops: float | None = ...,
        interconnect: str | None = ...,
        interconnect_gb_per_s: float | None = ...,
        tdp_watts: float | None = ...,
        aliases: list[str] | None = ...,
        stack: str | None = ...,
        compute_capability: str | None = ...,
        devices: int | None = ...,
        unsupported: list[str] | None = ...,
        not_for: list[str] | None = ...,
        note: str | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class Family(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def year(self) -> int | None: ...
    @property
    def successor(self) -> str | None: ...
    @property
    def source(self) -> str: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        name: str | None = ...,
        purpose: str | None = ...,
        year: int | None = ...,
        successor: str | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class Instance(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def vcpus(self) -> float | None: ...
    @property
    def memory_gib(self) -> float | None: ...
    @property
    def arch(self) -> str | None: ...
    @property
    def cpu_vendor(self) -> str | None: ...
    @property
    def clock_ghz(self) -> float | None: ...
    @property
    def gpu(self) -> str | None: ...
    @property
    def gpu_count(self) -> float: ...
    @property
    def reported_gpu_memory_gib(self) -> float | None: ...
    @property
    def local_storage_gb(self) -> float | None: ...
    @property
    def local_storage_kind(self) -> str | None: ...
    @property
    def network_gbps(self) -> float | None: ...
    @property
    def network_peak_gbps(self) -> float | None: ...
    @property
    def network_estimated(self) -> bool: ...
    @property
    def ebs_gbps(self) -> float | None: ...
    @property
    def burstable(self) -> bool: ...
    @property
    def bare_metal(self) -> bool: ...
    @property
    def community(self) -> bool: ...
    @property
    def retired(self) -> bool: ...
    @property
    def source(self) -> str: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        name: str | None = ...,
        family: str | None = ...,
        vcpus: float | None = ...,
        memory_gib: float | None = ...,
        arch: str | None = ...,
        cpu_vendor: str | None = ...,
        clock_ghz: float | None = ...,
        gpu: str | None = ...,
        gpu_count: float | None = ...,
        reported_gpu_memory_gib: float | None = ...,
        local_storage_gb: float | None = ...,
        local_storage_kind: str | None = ...,
        network_gbps: float | None = ...,
        network_peak_gbps: float | None = ...,
        network_estimated: bool | None = ...,
        ebs_gbps: float | None = ...,
        burstable: bool | None = ...,
        bare_metal: bool | None = ...,
        community: bool | None = ...,
        retired: bool | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class Region(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def city(self) -> str | None: ...
    @property
    def country(self) -> str | None: ...
    @property
    def latitude(self) -> float | None: ...
    @property
    def longitude(self) -> float | None: ...
    @property
    def year(self) -> int | None: ...
    @property
    def note(self) -> str | None: ...
    @property
    def source(self) -> str: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        code: str | None = ...,
        name: str | None = ...,
        city: str | None = ...,
        country: str | None = ...,
        latitude: float | None = ...,
        longitude: float | None = ...,
        year: int | None = ...,
        note: str | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class Price(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def purchase(self) -> str: ...
    @property
    def price_usd_per_hour(self) -> float: ...
    @property
    def source(self) -> str: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        instance: str | None = ...,
        region: str | None = ...,
        purchase: str | None = ...,
        price_usd_per_hour: float | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class Offer(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def purchase(self) -> str: ...
    @property
    def price_usd_per_hour(self) -> float: ...
    @property
    def gpu(self) -> str | None: ...
    @property
    def gpu_count(self) -> float: ...
    @property
    def gpu_memory_gib(self) -> float | None: ...
    @property
    def vcpus(self) -> float | None: ...
    @property
    def memory_gib(self) -> float | None: ...
    @property
    def network_gbps(self) -> float | None: ...
    @property
    def offered(self) -> bool: ...
    @property
    def retired(self) -> bool: ...
    @property
    def price_source(self) -> str: ...
    @property
    def price_as_of(self) -> str: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        instance: str | None = ...,
        family: str | None = ...,
        region: str | None = ...,
        purchase: str | None = ...,
        price_usd_per_hour: float | None = ...,
        gpu: str | None = ...,
        gpu_count: float | None = ...,
        gpu_memory_gib: float | None = ...,
        vcpus: float | None = ...,
        memory_gib: float | None = ...,
        network_gbps: float | None = ...,
        offered: bool | None = ...,
        retired: bool | None = ...,
        price_source: str | None = ...,
        price_as_of: str | None = ...,
    ) -> None: ...

@final
class Finding(_Record):
    @property
    def what(self) -> str: ...
    @property
    def where(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def why(self) -> str: ...
    def __init__(
        self,
        *,
        what: str | None = ...,
        where: str | None = ...,
        detail: str | None = ...,
        why: str | None = ...,
    ) -> None: ...

@final
class Explanation(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def finding(self) -> str: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def regions(self) -> list[str]: ...
    @property
    def why(self) -> str: ...
    @property
    def inherited(self) -> bool: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        finding: str | None = ...,
        names: list[str] | None = ...,
        regions: list[str] | None = ...,
        why: str | None = ...,
        inherited: bool | None = ...,
    ) -> None: ...

@final
class Offering(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def regions(self) -> list[str]: ...
    @property
    def source(self) -> str: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        instance: str | None = ...,
        regions: list[str] | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class ReservedPrice(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def years(self) -> int: ...
    @property
    def offering_class(self) -> str: ...
    @property
    def payment(self) -> str: ...
    @property
    def hourly_usd_per_hour(self) -> float: ...
    @property
    def upfront_usd(self) -> float: ...
    @property
    def effective_usd_per_hour(self) -> float: ...
    @property
    def source(self) -> str: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        instance: str | None = ...,
        region: str | None = ...,
        years: int | None = ...,
        offering_class: str | None = ...,
        payment: str | None = ...,
        hourly_usd_per_hour: float | None = ...,
        upfront_usd: float | None = ...,
        effective_usd_per_hour: float | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class InterruptionBand(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def at_least(self) -> float: ...
    @property
    def below(self) -> float: ...
    @property
    def source(self) -> str: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        instance: str | None = ...,
        region: str | None = ...,
        at_least: float | None = ...,
        below: float | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class Skipped(_Record):
    @property
    def why(self) -> str: ...
    @property
    def rows(self) -> int: ...
    def __init__(
        self,
        *,
        why: str | None = ...,
        rows: int | None = ...,
    ) -> None: ...

@final
class Rejected(_Record):
    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int | None: ...
    @property
    def byte(self) -> int | None: ...
    @property
    def field(self) -> str | None: ...
    @property
    def reason(self) -> str: ...
    def __init__(
        self,
        *,
        file: str | None = ...,
        line: int | None = ...,
        byte: int | None = ...,
        field: str | None = ...,
        reason: str | None = ...,
    ) -> None: ...

@final
class PriceChange(_Record):
    @property
    def kind(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def region(self) -> str | None: ...
    @property
    def purchase(self) -> str: ...
    @property
    def before_usd_per_hour(self) -> float | None: ...
    @property
    def after_usd_per_hour(self) -> float | None: ...
    def __init__(
        self,
        *,
        kind: str | None = ...,
        provider: str | None = ...,
        instance: str | None = ...,
        family: str | None = ...,
        region: str | None = ...,
        purchase: str | None = ...,
        before_usd_per_hour: float | None = ...,
        after_usd_per_hour: float | None = ...,
    ) -> None: ...

@final
class ImportEffect(_Record):
    @property
    def file(self) -> str: ...
    @property
    def prices(self) -> int: ...
    @property
    def added(self) -> int: ...
    @property
    def rose(self) -> int: ...
    @property
    def fell(self) -> int: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def older(self) -> int: ...
    @property
    def overtaken(self) -> int: ...
    @property
    def unplaced(self) -> int: ...
    @property
    def not_offered(self) -> int: ...
    @property
    def outliers(self) -> int: ...
    @property
    def to_come(self) -> int: ...
    @property
    def prices_retired(self) -> int: ...
    @property
    def machines_retired(self) -> int: ...
    @property
    def whole(self) -> bool: ...
    @property
    def undated(self) -> bool: ...
    @property
    def incomplete(self) -> bool: ...
    @property
    def in_effect(self) -> int: ...
    def __init__(
        self,
        *,
        file: str | None = ...,
        prices: int | None = ...,
        added: int | None = ...,
        rose: int | None = ...,
        fell: int | None = ...,
        unchanged: int | None = ...,
        older: int | None = ...,
        overtaken: int | None = ...,
        unplaced: int | None = ...,
        not_offered: int | None = ...,
        outliers: int | None = ...,
        to_come: int | None = ...,
        prices_retired: int | None = ...,
        machines_retired: int | None = ...,
        whole: bool | None = ...,
        undated: bool | None = ...,
        incomplete: bool | None = ...,
    ) -> None: ...

@final
class Import(_Record):
    @property
    def format(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def as_of(self) -> str: ...
    @property
    def sources(self) -> Table[Source]: ...
    @property
    def families(self) -> Table[Family]: ...
    @property
    def instances(self) -> Table[Instance]: ...
    @property
    def offerings(self) -> Table[Offering]: ...
    @property
    def prices(self) -> Table[Price]: ...
    @property
    def covered(self) -> list[tuple[str, str]]: ...
    @property
    def whole(self) -> list[str]: ...
    @property
    def unread(self) -> list[str]: ...
    @property
    def undated(self) -> bool: ...
    @property
    def incomplete(self) -> bool: ...
    @property
    def reserved(self) -> Table[ReservedPrice]: ...
    @property
    def interruptions(self) -> Table[InterruptionBand]: ...
    @property
    def rows(self) -> int: ...
    @property
    def kept(self) -> int: ...
    @property
    def to_come(self) -> int: ...
    @property
    def skipped(self) -> Table[Skipped]: ...
    @property
    def rejected(self) -> Table[Rejected]: ...
    @property
    def rows_rejected(self) -> int: ...
    def __init__(
        self,
        *,
        format: str | None = ...,
        file: str | None = ...,
        name: str | None = ...,
        as_of: str | None = ...,
        sources: Iterable[Source] | None = ...,
        families: Iterable[Family] | None = ...,
        instances: Iterable[Instance] | None = ...,
        offerings: Iterable[Offering] | None = ...,
        prices: Iterable[Price] | None = ...,
        covered: list[tuple[str, str]] | None = ...,
        whole: list[str] | None = ...,
        unread: list[str] | None = ...,
        undated: bool | None = ...,
        incomplete: bool | None = ...,
        reserved: Iterable[ReservedPrice] | None = ...,
        interruptions: Iterable[InterruptionBand] | None = ...,
        rows: int | None = ...,
        kept: int | None = ...,
        to_come: int | None = ...,
        skipped: Iterable[Skipped] | None = ...,
        rejected: Iterable[Rejected] | None = ...,
        rows_rejected: int | None = ...,
    ) -> None: ...

@final
class Rate(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def charge(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def tiers(self) -> list[dict[str, float]]: ...
    @property
    def smallest_size(self) -> float | None: ...
    @property
    def source(self) -> str: ...
    @property
    def as_of(self) -> str: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        region: str | None = ...,
        charge: str | None = ...,
        unit: str | None = ...,
        tiers: list[dict[str, float]] | None = ...,
        smallest_size: float | None = ...,
        source: str | None = ...,
        as_of: str | None = ...,
    ) -> None: ...

@final
class LineItem(_Record):
    @property
    def charge(self) -> str: ...
    @property
    def quantity(self) -> float: ...
    @property
    def unit(self) -> str: ...
    @property
    def amount_usd(self) -> float | None: ...
    @property
    def usd_per_month(self) -> float | None: ...
    @property
    def assumed_usd(self) -> float | None: ...
    @property
    def tiers(self) -> list[dict[str, float]]: ...
    @property
    def source(self) -> str | None: ...
    def __init__(
        self,
        *,
        charge: str | None = ...,
        quantity: float | None = ...,
        unit: str | None = ...,
        amount_usd: float | None = ...,
        usd_per_month: float | None = ...,
        assumed_usd: float | None = ...,
        tiers: list[dict[str, float]] | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class Bill(_Record):
    @property
    def total_usd(self) -> float: ...
    @property
    def usd_per_month(self) -> float | None: ...
    @property
    def items(self) -> Table[LineItem]: ...
    @property
    def complete(self) -> bool: ...
    def __init__(
        self,
        *,
        total_usd: float | None = ...,
        usd_per_month: float | None = ...,
        items: Iterable[LineItem] | None = ...,
    ) -> None: ...

@final
class PurchaseOption(_Record):
    @property
    def purchase(self) -> str: ...
    @property
    def price_usd_per_hour(self) -> float | None: ...
    @property
    def total_usd(self) -> float | None: ...
    @property
    def present_usd(self) -> float | None: ...
    @property
    def effective_usd_per_hour(self) -> float | None: ...
    @property
    def upfront_usd(self) -> float: ...
    @property
    def hours(self) -> float | None: ...
    @property
    def hours_p90(self) -> float | None: ...
    @property
    def reclaimed_per_month(self) -> float | None: ...
    @property
    def break_even_interruptions_per_hour(self) -> float | None: ...
    @property
    def break_even_hours_per_day(self) -> float | None: ...
    @property
    def items(self) -> Table[LineItem]: ...
    @property
    def notes(self) -> list[str]: ...
    @property
    def source(self) -> str | None: ...
    @property
    def as_of(self) -> str: ...
    def __init__(
        self,
        *,
        purchase: str | None = ...,
        price_usd_per_hour: float | None = ...,
        total_usd: float | None = ...,
        present_usd: float | None = ...,
        effective_usd_per_hour: float | None = ...,
        upfront_usd: float | None = ...,
        hours: float | None = ...,
        hours_p90: float | None = ...,
        reclaimed_per_month: float | None = ...,
        break_even_interruptions_per_hour: float | None = ...,
        break_even_hours_per_day: float | None = ...,
        items: Iterable[LineItem] | None = ...,
        notes: list[str] | None = ...,
        source: str | None = ...,
        as_of: str | None = ...,
    ) -> None: ...

@final
class HoursDistribution:
    def __init__(
        self,
        *,
        hours: float | None = None,
        ln_scale: float | None = None,
        degrees_of_freedom: float | None = None,
        days: float | None = None,
        hours_per_day: float | None = None,
        use_cv: float | None = None,
        interruptions_per_hour: float | None = None,
        checkpoint_minutes: float | None = None,
        restart_minutes: float | None = None,
    ) -> None: ...
    @property
    def is_certain(self) -> bool: ...
    @property
    def central_hours(self) -> float: ...
    def quantile(self, p: float) -> float: ...
    def probability(self, hours: float) -> float: ...
    def __eq__(self, other: object) -> bool: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class SpotHours(_Record):
    @property
    def checkpoint_interval_hours(self) -> float: ...
    @property
    def expected_hours(self) -> float: ...
    @property
    def hours_p90(self) -> float: ...
    def __init__(
        self,
        *,
        checkpoint_interval_hours: float | None = ...,
        expected_hours: float | None = ...,
        hours_p90: float | None = ...,
    ) -> None: ...

@final
class Nearby(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def city(self) -> str | None: ...
    @property
    def distance_km(self) -> float: ...
    @property
    def rtt_ms(self) -> float: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        region: str | None = ...,
        city: str | None = ...,
        distance_km: float | None = ...,
        rtt_ms: float | None = ...,
    ) -> None: ...

@final
class Ownership(_Record):
    @property
    def own_price_usd(self) -> float | None: ...
    @property
    def own_years(self) -> float: ...
    @property
    def own_residual_usd(self) -> float: ...
    @property
    def own_rate(self) -> float: ...
    @property
    def own_watts(self) -> float | None: ...
    @property
    def own_pue(self) -> float: ...
    @property
    def electricity_usd_per_kwh(self) -> float | None: ...
    @property
    def own_upkeep(self) -> float: ...
    @property
    def own_staff_hours(self) -> float: ...
    @property
    def own_staff_usd_per_hour(self) -> float: ...
    @property
    def own_gpu(self) -> str | None: ...
    @property
    def own_gpus(self) -> float: ...
    def __init__(
        self,
        *,
        own_price_usd: float | None = ...,
        own_years: float | None = ...,
        own_residual_usd: float | None = ...,
        own_rate: float | None = ...,
        own_watts: float | None = ...,
        own_pue: float | None = ...,
        electricity_usd_per_kwh: float | None = ...,
        own_upkeep: float | None = ...,
        own_staff_hours: float | None = ...,
        own_staff_usd_per_hour: float | None = ...,
        own_gpu: str | None = ...,
        own_gpus: float | None = ...,
    ) -> None: ...

@final
class OwningCost(_Record):
    @property
    def capital_usd_per_day(self) -> float: ...
    @property
    def upkeep_usd_per_day(self) -> float: ...
    @property
    def staff_usd_per_day(self) -> float: ...
    @property
    def energy_usd_per_day(self) -> float: ...
    @property
    def own_usd_per_day(self) -> float: ...
    @property
    def own_usd_per_year(self) -> float: ...
    @property
    def own_usd_per_hour(self) -> float: ...
    def __init__(
        self,
        *,
        capital_usd_per_day: float | None = ...,
        upkeep_usd_per_day: float | None = ...,
        staff_usd_per_day: float | None = ...,
        energy_usd_per_day: float | None = ...,
        own_usd_per_day: float | None = ...,
        own_usd_per_year: float | None = ...,
        own_usd_per_hour: float | None = ...,
    ) -> None: ...

@final
class Sensitivity(_Record):
    @property
    def key(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def elasticity(self) -> float: ...
    def __init__(
        self,
        *,
        key: str | None = ...,
        value: float | None = ...,
        elasticity: float | None = ...,
    ) -> None: ...

@final
class Model(_Record):
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def parameters(self) -> float | None: ...
    @property
    def active_parameters(self) -> float | None: ...
    @property
    def matmul_parameters(self) -> float | None: ...
    @property
    def layers(self) -> float | None: ...
    @property
    def hidden(self) -> float | None: ...
    @property
    def heads(self) -> float | None: ...
    @property
    def head_dim(self) -> float | None: ...
    @property
    def seq_len(self) -> float | None: ...
    @property
    def max_seq_len(self) -> float | None: ...
    @property
    def attention_window(self) -> float | None: ...
    @property
    def window_layers(self) -> float | None: ...
    @property
    def vocab(self) -> float | None: ...
    @property
    def forward_gmacs(self) -> float | None: ...
    @property
    def image_px(self) -> float | None: ...
    @property
    def activations_m(self) -> float | None: ...
    @property
    def operations(self) -> float | None: ...
    @property
    def dataset(self) -> str | None: ...
    @property
    def samples(self) -> float | None: ...
    @property
    def epochs(self) -> float | None: ...
    @property
    def recipe(self) -> str | None: ...
    @property
    def aliases(self) -> list[str]: ...
    @property
    def source(self) -> str: ...
    def __init__(
        self,
        *,
        name: str | None = ...,
        kind: str | None = ...,
        parameters: float | None = ...,
        active_parameters: float | None = ...,
        matmul_parameters: float | None = ...,
        layers: float | None = ...,
        hidden: float | None = ...,
        heads: float | None = ...,
        head_dim: float | None = ...,
        seq_len: float | None = ...,
        max_seq_len: float | None = ...,
        attention_window: float | None = ...,
        window_layers: float | None = ...,
        vocab: float | None = ...,
        forward_gmacs: float | None = ...,
        image_px: float | None = ...,
        activations_m: float | None = ...,
        operations: float | None = ...,
        dataset: str | None = ...,
        samples: float | None = ...,
        epochs: float | None = ...,
        recipe: str | None = ...,
        aliases: list[str] | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class Estimate(_Record):
    @property
    def hours(self) -> float: ...
    @property
    def ln_scale(self) -> float: ...
    @property
    def degrees_of_freedom(self) -> float: ...
    def quantile(self, p: float) -> float: ...
    def probability(self, hours: float) -> float: ...
    def __init__(
        self,
        *,
        hours: float | None = ...,
        ln_scale: float | None = ...,
        degrees_of_freedom: float | None = ...,
    ) -> None: ...

@final
class MemoryFit(_Record):
    @property
    def fits(self) -> bool: ...
    @property
    def sharding(self) -> str: ...
    @property
    def micro_batch(self) -> float: ...
    @property
    def needed_gib(self) -> float: ...
    @property
    def available_gib(self) -> float: ...
    @property
    def probability(self) -> float: ...
    @property
    def needed_p10_gib(self) -> float: ...
    @property
    def needed_p90_gib(self) -> float: ...
    @property
    def offloaded_gib(self) -> float: ...
    @property
    def confidence(self) -> float: ...
    @property
    def partial(self) -> bool: ...
    def __init__(
        self,
        *,
        fits: bool | None = ...,
        sharding: str | None = ...,
        micro_batch: float | None = ...,
        needed_gib: float | None = ...,
        available_gib: float | None = ...,
        probability: float | None = ...,
        needed_p10_gib: float | None = ...,
        needed_p90_gib: float | None = ...,
        offloaded_gib: float | None = ...,
        confidence: float | None = ...,
        partial: bool | None = ...,
    ) -> None: ...

@final
class Factor(_Record):
    @property
    def name(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def unit(self) -> str: ...
    @property
    def source(self) -> str: ...
    def __init__(
        self,
        *,
        name: str | None = ...,
        value: float | None = ...,
        unit: str | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class JobChoice(_Record):
    @property
    def machines(self) -> int: ...
    @property
    def time(self) -> Estimate: ...
    @property
    def hours_p10(self) -> float: ...
    @property
    def hours_p90(self) -> float: ...
    @property
    def cost_p10_usd(self) -> float: ...
    @property
    def probability_in_time(self) -> float | None: ...
    @property
    def precision(self) -> str: ...
    @property
    def memory(self) -> MemoryFit | None: ...
    @property
    def host_needed_gib(self) -> float | None: ...
    @property
    def recompute(self) -> str: ...
    @property
    def seq_len(self) -> float | None: ...
    @property
    def seq_len_assumed(self) -> bool: ...
    @property
    def tied(self) -> bool: ...
    @property
    def input_bound(self) -> bool: ...
    @property
    def samples_per_second_per_vcpu(self) -> float | None: ...
    @property
    def factors(self) -> Table[Factor]: ...
    def __init__(
        self,
        *,
        machines: int | None = ...,
        time: Estimate | None = ...,
        hours_p10: float | None = ...,
        hours_p90: float | None = ...,
        cost_p10_usd: float | None = ...,
        probability_in_time: float | None = ...,
        precision: str | None = ...,
        memory: MemoryFit | None = ...,
        host_needed_gib: float | None = ...,
        recompute: str | None = ...,
        seq_len: float | None = ...,
        seq_len_assumed: bool | None = ...,
        tied: bool | None = ...,
        input_bound: bool | None = ...,
        samples_per_second_per_vcpu: float | None = ...,
        factors: Iterable[Factor] | None = ...,
    ) -> None: ...

@final
class FrontPoint(_Record):
    @property
    def instance(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def machines(self) -> int: ...
    @property
    def cost_usd(self) -> float: ...
    @property
    def hours(self) -> float: ...
    @property
    def knee(self) -> bool: ...
    def __init__(
        self,
        *,
        instance: str | None = ...,
        region: str | None = ...,
        machines: int | None = ...,
        cost_usd: float | None = ...,
        hours: float | None = ...,
        knee: bool | None = ...,
    ) -> None: ...

@final
class DatedPrice(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def purchase(self) -> str: ...
    @property
    def as_of(self) -> str: ...
    @property
    def price_usd_per_hour(self) -> float | None: ...
    @property
    def source(self) -> str: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        instance: str | None = ...,
        region: str | None = ...,
        purchase: str | None = ...,
        as_of: str | None = ...,
        price_usd_per_hour: float | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class GpuPrice(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def as_of(self) -> str: ...
    @property
    def usd_per_gpu_hour(self) -> float: ...
    @property
    def instance(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def source(self) -> str: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        as_of: str | None = ...,
        usd_per_gpu_hour: float | None = ...,
        instance: str | None = ...,
        region: str | None = ...,
        source: str | None = ...,
    ) -> None: ...

@final
class PriceAge(_Record):
    @property
    def changes_per_year(self) -> float: ...
    @property
    def median_change(self) -> float: ...
    @property
    def spread(self) -> float: ...
    @property
    def grows(self) -> bool: ...
    def __init__(
        self,
        *,
        changes_per_year: float | None = ...,
        median_change: float | None = ...,
        spread: float | None = ...,
        grows: bool | None = ...,
    ) -> None: ...

@final
class FirmChoice(_Record):
    @property
    def rank(self) -> int: ...
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def purchase(self) -> str: ...
    @property
    def weights_share(self) -> float | None: ...
    @property
    def rank_shares(self) -> list[float]: ...
    @property
    def central_weights(self) -> dict[str, float] | None: ...
    @property
    def probability_first(self) -> float | None: ...
    @property
    def probability_cheapest(self) -> float | None: ...
    @property
    def expected_regret_usd(self) -> float | None: ...
    @property
    def first_below_usd_per_hour(self) -> float | None: ...
    def __init__(
        self,
        *,
        rank: int | None = ...,
        provider: str | None = ...,
        instance: str | None = ...,
        region: str | None = ...,
        purchase: str | None = ...,
        weights_share: float | None = ...,
        rank_shares: list[float] | None = ...,
        central_weights: dict[str, float] | None = ...,
        probability_first: float | None = ...,
        probability_cheapest: float | None = ...,
        expected_regret_usd: float | None = ...,
        first_below_usd_per_hour: float | None = ...,
    ) -> None: ...

@final
class Flip(_Record):
    @property
    def key(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def above(self) -> bool: ...
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def purchase(self) -> str: ...
    def __init__(
        self,
        *,
        key: str | None = ...,
        value: float | None = ...,
        above: bool | None = ...,
        provider: str | None = ...,
        instance: str | None = ...,
        region: str | None = ...,
        purchase: str | None = ...,
    ) -> None: ...

@final
class Firmness(_Record):
    @property
    def spread(self) -> float: ...
    @property
    def exact(self) -> bool: ...
    @property
    def choices(self) -> Table[FirmChoice]: ...
    @property
    def flips(self) -> Table[Flip]: ...
    def __init__(
        self,
        *,
        spread: float | None = ...,
        exact: bool | None = ...,
        choices: Iterable[FirmChoice] | None = ...,
        flips: Iterable[Flip] | None = ...,
    ) -> None: ...

@final
class Vary(_Record):
    @property
    def key(self) -> str: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def steps(self) -> int: ...
    def __init__(
        self,
        *,
        key: str | None = ...,
        low: float | None = ...,
        high: float | None = ...,
        steps: int | None = ...,
    ) -> None: ...

@final
class SobolIndex(_Record):
    @property
    def key(self) -> str: ...
    @property
    def first(self) -> float: ...
    @property
    def total(self) -> float: ...
    def __init__(
        self,
        *,
        key: str | None = ...,
        first: float | None = ...,
        total: float | None = ...,
    ) -> None: ...

@final
class WhatIfCell(_Record):
    @property
    def x(self) -> float: ...
    @property
    def y(self) -> float | None: ...
    @property
    def outcome(self) -> str | None: ...
    @property
    def provider(self) -> str | None: ...
    @property
    def instance(self) -> str | None: ...
    @property
    def region(self) -> str | None: ...
    @property
    def purchase(self) -> str | None: ...
    @property
    def price_usd_per_hour(self) -> float | None: ...
    @property
    def total_usd(self) -> float | None: ...
    @property
    def error(self) -> str | None: ...
    def __init__(
        self,
        *,
        x: float | None = ...,
        y: float | None = ...,
        outcome: str | None = ...,
        provider: str | None = ...,
        instance: str | None = ...,
        region: str | None = ...,
        purchase: str | None = ...,
        price_usd_per_hour: float | None = ...,
        total_usd: float | None = ...,
        error: str | None = ...,
    ) -> None: ...

@final
class WhatIf(_Record):
    @property
    def catalog_name(self) -> str: ...
    @property
    def varied(self) -> list[Vary]: ...
    @property
    def cells(self) -> Table[WhatIfCell]: ...
    @property
    def sobol(self) -> list[SobolIndex]: ...
    @property
    def with_cost(self) -> float: ...
    def __init__(
        self,
        *,
        catalog_name: str | None = ...,
        varied: list[Vary] | None = ...,
        cells: Iterable[WhatIfCell] | None = ...,
        sobol: list[SobolIndex] | None = ...,
        with_cost: float | None = ...,
    ) -> None: ...
    def to_json(self) -> str: ...
    def to_csv(self) -> str: ...
    def to_markdown(self) -> str: ...

@final
class ComparedColumn(_Record):
    @property
    def name(self) -> str: ...
    @property
    def choice(self) -> Choice | None: ...
    @property
    def reason(self) -> str | None: ...
    def __init__(
        self,
        *,
        name: str | None = ...,
        choice: Choice | None = ...,
        reason: str | None = ...,
    ) -> None: ...

@final
class ComparedFigure(_Record):
    @property
    def key(self) -> str: ...
    @property
    def values(self) -> list[float | None]: ...
    @property
    def ratios(self) -> list[float | None]: ...
    def __init__(
        self,
        *,
        key: str | None = ...,
        values: list[float | None] | None = ...,
        ratios: list[float | None] | None = ...,
    ) -> None: ...

@final
class Comparison(_Record):
    @property
    def catalog_name(self) -> str: ...
    @property
    def columns(self) -> list[ComparedColumn]: ...
    @property
    def figures(self) -> list[ComparedFigure]: ...
    def __init__(
        self,
        *,
        catalog_name: str | None = ...,
        columns: list[ComparedColumn] | None = ...,
        figures: list[ComparedFigure] | None = ...,
    ) -> None: ...
    def to_json(self) -> str: ...
    def to_csv(self) -> str: ...
    def to_markdown(self) -> str: ...

@final
class AnswerChange(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def purchase(self) -> str: ...
    @property
    def then_usd_per_hour(self) -> float | None: ...
    @property
    def now_usd_per_hour(self) -> float | None: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        instance: str | None = ...,
        region: str | None = ...,
        purchase: str | None = ...,
        then_usd_per_hour: float | None = ...,
        now_usd_per_hour: float | None = ...,
    ) -> None: ...

@final
class Choice(_Record):
    @property
    def rank(self) -> int: ...
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def also(self) -> list[str]: ...
    @property
    def purchase(self) -> str: ...
    @property
    def price_usd_per_hour(self) -> float: ...
    @property
    def price_p10_usd_per_hour(self) -> float | None: ...
    @property
    def price_p90_usd_per_hour(self) -> float | None: ...
    @property
    def spot_usd_per_hour(self) -> float | None: ...
    @property
    def spot_p10_usd_per_hour(self) -> float | None: ...
    @property
    def spot_p90_usd_per_hour(self) -> float | None: ...
    @property
    def spot_as_of(self) -> str | None: ...
    @property
    def spot_reclaimed_per_month(self) -> float | None: ...
    @property
    def effective_usd_per_hour(self) -> float | None: ...
    @property
    def gpu(self) -> str | None: ...
    @property
    def gpu_count(self) -> float: ...
    @property
    def gpu_memory_gib(self) -> float | None: ...
    @property
    def arch(self) -> str: ...
    @property
    def vcpus(self) -> float | None: ...
    @property
    def memory_gib(self) -> float | None: ...
    @property
    def network_gbps(self) -> float | None: ...
    @property
    def network_estimated(self) -> bool: ...
    @property
    def tflops(self) -> float | None: ...
    @property
    def predicted_tflops(self) -> float | None: ...
    @property
    def score(self) -> float: ...
    @property
    def contributions(self) -> dict[str, float]: ...
    @property
    def pareto(self) -> bool: ...
    @property
    def tied(self) -> bool: ...
    @property
    def cost(self) -> Bill | None: ...
    @property
    def present_usd(self) -> float | None: ...
    @property
    def upfront_usd(self) -> float: ...
    @property
    def lasts_days(self) -> float | None: ...
    @property
    def hours(self) -> float | None: ...
    @property
    def hours_p90(self) -> float | None: ...
    @property
    def probability_within_budget(self) -> float | None: ...
    @property
    def cost_quantiles_usd(self) -> dict[str, float] | None: ...
    @property
    def job(self) -> JobChoice | None: ...
    @property
    def rtt_ms(self) -> float | None: ...
    @property
    def retired(self) -> bool: ...
    @property
    def price_source(self) -> str: ...
    @property
    def price_as_of(self) -> str: ...
    @property
    def price_dates(self) -> dict[str, str | bool | None]: ...
    @property
    def stack(self) -> str | None: ...
    @property
    def stack_note(self) -> str | None: ...
    @property
    def total_usd(self) -> float | None: ...
    def __init__(
        self,
        *,
        rank: int | None = ...,
        provider: str | None = ...,
        instance: str | None = ...,
        family: str | None = ...,
        region: str | None = ...,
        also: list[str] | None = ...,
        purchase: str | None = ...,
        price_usd_per_hour: float | None = ...,
        price_p10_usd_per_hour: float | None = ...,
        price_p90_usd_per_hour: float | None = ...,
        spot_usd_per_hour: float | None = ...,
        spot_p10_usd_per_hour: float | None = ...,
        spot_p90_usd_per_hour: float | None = ...,
        spot_as_of: str | None = ...,
        spot_reclaimed_per_month: float | None = ...,
        effective_usd_per_hour: float | None = ...,
        gpu: str | None = ...,
        gpu_count: float | None = ...,
        gpu_memory_gib: float | None = ...,
        arch: str | None = ...,
        vcpus: float | None = ...,
        memory_gib: float | None = ...,
        network_gbps: float | None = ...,
        network_estimated: bool | None = ...,
        tflops: float | None = ...,
        predicted_tflops: float | None = ...,
        score: float | None = ...,
        contributions: dict[str, float] | None = ...,
        pareto: bool | None = ...,
        tied: bool | None = ...,
        cost: Bill | None = ...,
        present_usd: float | None = ...,
        upfront_usd: float | None = ...,
        lasts_days: float | None = ...,
        hours: float | None = ...,
        hours_p90: float | None = ...,
        probability_within_budget: float | None = ...,
        cost_quantiles_usd: dict[str, float] | None = ...,
        job: JobChoice | None = ...,
        rtt_ms: float | None = ...,
        retired: bool | None = ...,
        price_source: str | None = ...,
        price_as_of: str | None = ...,
        price_dates: dict[str, str | bool | None] | None = ...,
        stack: str | None = ...,
        stack_note: str | None = ...,
    ) -> None: ...

@final
class FamilyChoice(_Record):
    @property
    def rank(self) -> int: ...
    @property
    def provider(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def gpu(self) -> str | None: ...
    @property
    def score(self) -> float: ...
    @property
    def best(self) -> str: ...
    @property
    def price_from_usd_per_hour(self) -> float: ...
    @property
    def price_to_usd_per_hour(self) -> float: ...
    @property
    def price_dates(self) -> dict[str, str | bool | None]: ...
    @property
    def admitted(self) -> int: ...
    @property
    def refused(self) -> int: ...
    @property
    def arch(self) -> str | None: ...
    @property
    def stack(self) -> str | None: ...
    @property
    def stack_note(self) -> str | None: ...
    def __init__(
        self,
        *,
        rank: int | None = ...,
        provider: str | None = ...,
        family: str | None = ...,
        purpose: str | None = ...,
        gpu: str | None = ...,
        score: float | None = ...,
        best: str | None = ...,
        price_from_usd_per_hour: float | None = ...,
        price_to_usd_per_hour: float | None = ...,
        price_dates: dict[str, str | bool | None] | None = ...,
        admitted: int | None = ...,
        refused: int | None = ...,
        arch: str | None = ...,
        stack: str | None = ...,
        stack_note: str | None = ...,
    ) -> None: ...

@final
class Refusal(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def purchase(self) -> str: ...
    @property
    def price_usd_per_hour(self) -> float: ...
    @property
    def price_as_of(self) -> str: ...
    @property
    def reasons(self) -> list[str]: ...
    @property
    def reason(self) -> str: ...
    @property
    def relaxation(self) -> dict[str, float | str | bool]: ...
    @property
    def alternatives(self) -> list[dict[str, float | str | bool]]: ...
    @property
    def cost(self) -> Bill | None: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        instance: str | None = ...,
        family: str | None = ...,
        region: str | None = ...,
        purchase: str | None = ...,
        price_usd_per_hour: float | None = ...,
        price_as_of: str | None = ...,
        reasons: list[str] | None = ...,
        reason: str | None = ...,
        relaxation: dict[str, float | str | bool] | None = ...,
        alternatives: list[dict[str, float | str | bool]] | None = ...,
        cost: Bill | None = ...,
    ) -> None: ...

@final
class Refusals(_Record):
    @property
    def count(self) -> int: ...
    @property
    def by_reason(self) -> dict[str, int]: ...
    @property
    def nearest(self) -> Table[Refusal]: ...
    def __init__(
        self,
        *,
        count: int | None = ...,
        by_reason: dict[str, int] | None = ...,
        nearest: Iterable[Refusal] | None = ...,
    ) -> None: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, at: int, /) -> Refusal: ...
    @overload
    def __getitem__(self, at: slice, /) -> Table[Refusal]: ...
    @overload
    def __getitem__(self, at: str, /) -> NDArray[Any]: ...
    @overload
    def __getitem__(self, at: Sequence[bool] | NDArray[Any], /) -> Table[Refusal]: ...
    def __iter__(self) -> Iterator[Refusal]: ...
    def __reversed__(self) -> Iterator[Refusal]: ...
    def __contains__(self, value: object, /) -> bool: ...
    def index(self, value: Refusal, /) -> int: ...
    def head(self, rows: int = 5) -> Table[Refusal]: ...
    def filter(
        self, where: Callable[[Refusal], object] | Sequence[bool] | NDArray[Any]
    ) -> Table[Refusal]: ...
    def sort(
        self, by: str | Callable[[Refusal], Any], *, reverse: bool = False
    ) -> Table[Refusal]: ...
    @overload
    def to_csv(self) -> str: ...
    @overload
    def to_csv(self, path: str | os.PathLike[str]) -> None: ...
    def to_parquet(self, path: str | os.PathLike[str]) -> None: ...
    def to_pandas(self) -> pandas.DataFrame: ...
    def to_polars(self) -> polars.DataFrame: ...
    def to_dicts(self) -> list[dict[str, Any]]: ...
    def to_json(self) -> str: ...
    def _repr_html_(self) -> str: ...
    def __arrow_c_stream__(self, requested_schema: object = None, /) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

@final
class GpuMatch(_Record):
    @property
    def name(self) -> str: ...
    @property
    def gpus(self) -> list[str]: ...
    def __init__(
        self,
        *,
        name: str | None = ...,
        gpus: list[str] | None = ...,
    ) -> None: ...

@final
class Unpriced(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def sold(self) -> Sold: ...
    @property
    def regions(self) -> list[str]: ...
    @property
    def reason(self) -> str: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        instance: str | None = ...,
        family: str | None = ...,
        sold: Sold | None = ...,
        regions: list[str] | None = ...,
        reason: str | None = ...,
    ) -> None: ...

@final
class UnpricedMachines(_Record):
    @property
    def count(self) -> int: ...
    @property
    def machines(self) -> Table[Unpriced]: ...
    def __init__(
        self,
        *,
        count: int | None = ...,
        machines: Iterable[Unpriced] | None = ...,
    ) -> None: ...

@final
class ChargeSummary(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def total_usd(self) -> float: ...
    @property
    def unknown(self) -> list[str]: ...
    @property
    def hours(self) -> float: ...
    @property
    def price_ceiling_usd_per_hour(self) -> float | None: ...
    @property
    def price_ceiling_before_usd_per_hour(self) -> float | None: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        region: str | None = ...,
        total_usd: float | None = ...,
        unknown: list[str] | None = ...,
        hours: float | None = ...,
        price_ceiling_usd_per_hour: float | None = ...,
        price_ceiling_before_usd_per_hour: float | None = ...,
    ) -> None: ...

@final
class Elsewhere(_Record):
    @property
    def region(self) -> str: ...
    @property
    def price_usd_per_hour(self) -> float: ...
    @property
    def total_usd(self) -> float | None: ...
    @property
    def extra_rtt_ms(self) -> float: ...
    @property
    def price_dates(self) -> dict[str, str | bool | None]: ...
    def __init__(
        self,
        *,
        region: str | None = ...,
        price_usd_per_hour: float | None = ...,
        total_usd: float | None = ...,
        extra_rtt_ms: float | None = ...,
        price_dates: dict[str, str | bool | None] | None = ...,
    ) -> None: ...

@final
class Farther(_Record):
    @property
    def provider(self) -> str: ...
    @property
    def instance(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def purchase(self) -> str: ...
    @property
    def price_usd_per_hour(self) -> float: ...
    @property
    def total_usd(self) -> float | None: ...
    @property
    def score(self) -> float: ...
    @property
    def extra_rtt_ms(self) -> float: ...
    @property
    def price_dates(self) -> dict[str, str | bool | None]: ...
    def __init__(
        self,
        *,
        provider: str | None = ...,
        instance: str | None = ...,
        region: str | None = ...,
        purchase: str | None = ...,
        price_usd_per_hour: float | None = ...,
        total_usd: float | None = ...,
        score: float | None = ...,
        extra_rtt_ms: float | None = ...,
        price_dates: dict[str, str | bool | None] | None = ...,
    ) -> None: ...

@final
class RegionChoice(_Record):
    @property
    def region(self) -> Nearby: ...
    @property
    def alike(self) -> Table[Nearby]: ...
    @property
    def nearer(self) -> Table[Nearby]: ...
    @property
    def unpriced(self) -> Table[Nearby]: ...
    @property
    def cheapest(self) -> Elsewhere | None: ...
    @property
    def farther(self) -> Farther | None: ...
    def __init__(
        self,
        *,
        region: Nearby | None = ...,
        alike: Iterable[Nearby] | None = ...,
        nearer: Iterable[Nearby] | None = ...,
        unpriced: Iterable[Nearby] | None = ...,
        cheapest: Elsewhere | None = ...,
        farther: Farther | None = ...,
    ) -> None: ...

@final
class OwnJob(_Record):
    @property
    def rented_usd(self) -> float: ...
    @property
    def hours(self) -> float | None: ...
    @property
    def share_usd(self) -> float | None: ...
    @property
    def alone_usd(self) -> float: ...
    @property
    def jobs_per_year(self) -> float | None: ...
    @property
    def jobs_per_month(self) -> float | None: ...
    def decided(self) -> bool: ...
    def __init__(
        self,
        *,
        rented_usd: float | None = ...,
        hours: float | None = ...,
        share_usd: float | None = ...,
        alone_usd: float | None = ...,
        jobs_per_year: float | None = ...,
        jobs_per_month: float | None = ...,
    ) -> None: ...

@final
class OwnOrRent(_Record):
    @property
    def owned(self) -> Ownership: ...
    @property
    def cost(self) -> OwningCost: ...
    @property
    def tflops(self) -> float | None: ...
    @property
    def predicted_tflops(self) -> float | None: ...
    @property
    def rented(self) -> Choice | None: ...
    @property
    def rent_usd_per_day(self) -> float: ...
    @property
    def own_is_cheaper(self) -> bool: ...
    @property
    def break_even_hours_per_day(self) -> float | None: ...
    @property
    def break_even_month(self) -> int | None: ...
    @property
    def sensitivities(self) -> list[Sensitivity]: ...
    @property
    def job(self) -> OwnJob | None: ...
    @property
    def verdict(self) -> Literal["own", "rent"] | None: ...
    def __init__(
        self,
        *,
        owned: Ownership | None = ...,
        cost: OwningCost | None = ...,
        tflops: float | None = ...,
        predicted_tflops: float | None = ...,
        rented: Choice | None = ...,
        rent_usd_per_day: float | None = ...,
        own_is_cheaper: bool | None = ...,
        break_even_hours_per_day: float | None = ...,
        break_even_month: int | None = ...,
        sensitivities: list[Sensitivity] | None = ...,
        job: OwnJob | None = ...,
    ) -> None: ...

@final
class Against(_Record):
    @property
    def as_of(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def best(self) -> Choice | None: ...
    @property
    def changes(self) -> Table[AnswerChange]: ...
    @property
    def unchanged(self) -> int: ...
    def __init__(
        self,
        *,
        as_of: str | None = ...,
        outcome: str | None = ...,
        best: Choice | None = ...,
        changes: Iterable[AnswerChange] | None = ...,
        unchanged: int | None = ...,
    ) -> None: ...

class Recommendation(_Record):
    @property
    def catalog_name(self) -> str: ...
    @property
    def catalog_as_of(self) -> str: ...
    @property
    def catalog_offers(self) -> int: ...
    @property
    def request(self) -> Request: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def gpu_matches(self) -> Table[GpuMatch]: ...
    @property
    def weights(self) -> dict[str, float]: ...
    @property
    def on_vcpus(self) -> bool: ...
    @property
    def price_ceiling_usd_per_hour(self) -> float | None: ...
    @property
    def charges(self) -> ChargeSummary | None: ...
    @property
    def admitted(self) -> int: ...
    @property
    def choices(self) -> Table[Choice]: ...
    @property
    def purchase_options(self) -> Table[PurchaseOption]: ...
    @property
    def families(self) -> Table[FamilyChoice]: ...
    @property
    def front(self) -> Table[FrontPoint]: ...
    @property
    def refusals(self) -> Refusals: ...
    @property
    def unpriced(self) -> UnpricedMachines: ...
    @property
    def out_of_scope(self) -> int: ...
    @property
    def instead(self) -> Choice | None: ...
    @property
    def region_choice(self) -> RegionChoice | None: ...
    @property
    def ownership(self) -> OwnOrRent | None: ...
    @property
    def still_first(self) -> float | None: ...
    @property
    def firmness(self) -> Firmness | None: ...
    @property
    def against(self) -> Against | None: ...
    @property
    def price_dates(self) -> dict[str, str | bool | None]: ...
    @property
    def warnings(self) -> list[str]: ...
    @overload
    def __init__(self, other: Recommendation, /) -> None: ...
    @overload
    def __init__(
        self,
        *,
        catalog_name: str | None = ...,
        catalog_as_of: str | None = ...,
        catalog_offers: int | None = ...,
        request: Request | None = ...,
        outcome: Outcome | None = ...,
        gpu_matches: Iterable[GpuMatch] | None = ...,
        weights: dict[str, float] | None = ...,
        on_vcpus: bool | None = ...,
        price_ceiling_usd_per_hour: float | None = ...,
        charges: ChargeSummary | None = ...,
        admitted: int | None = ...,
        choices: Iterable[Choice] | None = ...,
        purchase_options: Iterable[PurchaseOption] | None = ...,
        families: Iterable[FamilyChoice] | None = ...,
        front: Iterable[FrontPoint] | None = ...,
        refusals: Refusals | None = ...,
        unpriced: UnpricedMachines | None = ...,
        out_of_scope: int | None = ...,
        instead: Choice | None = ...,
        region_choice: RegionChoice | None = ...,
        ownership: OwnOrRent | None = ...,
        still_first: float | None = ...,
        firmness: Firmness | None = ...,
        against: Against | None = ...,
        price_dates: dict[str, str | bool | None] | None = ...,
        warnings: list[str] | None = ...,
    ) -> None: ...
    def to_json(self) -> str: ...
    def to_csv(self) -> str: ...
    def brief(self) -> str: ...
    def _text(
        self, explain: bool = False, wide: bool = False, width: int = 80, columns: Sequence[str] = ...
    ) -> str: ...
    def _markdown(self, explain: bool = False, columns: Sequence[str] = ...) -> str: ...
    def _sections(self) -> list[tuple[str, list[str]]]: ...
    def _html(self) -> str: ...
    def _write_html(self, path: str | os.PathLike[str], /) -> None: ...
    def _launch_script(self, choice: Choice, /) -> str: ...
    def _explanation(self, choice: Choice, /) -> str: ...

@final
class SourceRows(_Rows[Source]):
    _record: ClassVar[type[Source]]

@final
class GpuRows(_Rows[Gpu]):
    _record: ClassVar[type[Gpu]]

@final
class FamilyRows(_Rows[Family]):
    _record: ClassVar[type[Family]]

@final
class InstanceRows(_Rows[Instance]):
    _record: ClassVar[type[Instance]]

@final
class RegionRows(_Rows[Region]):
    _record: ClassVar[type[Region]]

@final
class PriceRows(_Rows[Price]):
    _record: ClassVar[type[Price]]

@final
class OfferRows(_Rows[Offer]):
    _record: ClassVar[type[Offer]]

@final
class FindingRows(_Rows[Finding]):
    _record: ClassVar[type[Finding]]

@final
class ExplanationRows(_Rows[Explanation]):
    _record: ClassVar[type[Explanation]]

@final
class OfferingRows(_Rows[Offering]):
    _record: ClassVar[type[Offering]]

@final
class ReservedPriceRows(_Rows[ReservedPrice]):
    _record: ClassVar[type[ReservedPrice]]

@final
class InterruptionBandRows(_Rows[InterruptionBand]):
    _record: ClassVar[type[InterruptionBand]]

@final
class SkippedRows(_Rows[Skipped]):
    _record: ClassVar[type[Skipped]]

@final
class ImportEffectRows(_Rows[ImportEffect]):
    _record: ClassVar[type[ImportEffect]]

@final
class RejectedRows(_Rows[Rejected]):
    _record: ClassVar[type[Rejected]]

@final
class PriceChangeRows(_Rows[PriceChange]):
    _record: ClassVar[type[PriceChange]]

@final
class ChoiceRows(_Rows[Choice]):
    _record: ClassVar[type[Choice]]

@final
class FamilyChoiceRows(_Rows[FamilyChoice]):
    _record: ClassVar[type[FamilyChoice]]

@final
class PurchaseOptionRows(_Rows[PurchaseOption]):
    _record: ClassVar[type[PurchaseOption]]

@final
class ModelRows(_Rows[Model]):
    _record: ClassVar[type[Model]]

@final
class FactorRows(_Rows[Factor]):
    _record: ClassVar[type[Factor]]

@final
class GpuMatchRows(_Rows[GpuMatch]):
    _record: ClassVar[type[GpuMatch]]

@final
class GpuPriceRows(_Rows[GpuPrice]):
    _record: ClassVar[type[GpuPrice]]

@final
class DatedPriceRows(_Rows[DatedPrice]):
    _record: ClassVar[type[DatedPrice]]

@final
class FirmChoiceRows(_Rows[FirmChoice]):
    _record: ClassVar[type[FirmChoice]]

@final
class FlipRows(_Rows[Flip]):
    _record: ClassVar[type[Flip]]

@final
class WhatIfCellRows(_Rows[WhatIfCell]):
    _record: ClassVar[type[WhatIfCell]]

@final
class AnswerChangeRows(_Rows[AnswerChange]):
    _record: ClassVar[type[AnswerChange]]

@final
class FrontPointRows(_Rows[FrontPoint]):
    _record: ClassVar[type[FrontPoint]]

@final
class LineItemRows(_Rows[LineItem]):
    _record: ClassVar[type[LineItem]]

@final
class NearbyRows(_Rows[Nearby]):
    _record: ClassVar[type[Nearby]]

@final
class RateRows(_Rows[Rate]):
    _record: ClassVar[type[Rate]]

@final
class RefusalRows(_Rows[Refusal]):
    _record: ClassVar[type[Refusal]]

@final
class UnpricedRows(_Rows[Unpriced]):
    _record: ClassVar[type[Unpriced]]

class Request:
    def __init__(
        self, *, catalog: str | os.PathLike[str] | None = ..., **settings: Unpack[Settings]
    ) -> None: ...
    @staticmethod
    def read(file: str | os.PathLike[str]) -> Request: ...
    @staticmethod
    def parse(yaml: str, name: str = "text") -> Request: ...
    def replace(
        self, *, catalog: str | os.PathLike[str] | None = ..., **settings: Unpack[Settings]
    ) -> Request: ...
    def to_dict(self) -> dict[str, Any]: ...
    # One property for each of settings(), of which the library has the list.
    def __getattr__(self, key: str, /) -> Any: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object, /) -> Self: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

class Catalog:
    @staticmethod
    def bundled(name: str | None = None) -> Catalog: ...
    @staticmethod
    def bundled_names() -> list[str]: ...
    @staticmethod
    def read(
        files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    ) -> Catalog: ...
    @staticmethod
    def parse(yaml: str, name: str = "text") -> Catalog: ...
    @staticmethod
    def from_table(
        table: Any,
        *,
        name: str = "own",
        provider: str = "own",
        as_of: Day | None = None,
        today: Day | None = None,
        known: Catalog | str | os.PathLike[str] | None = None,
    ) -> Catalog: ...
    @property
    def name(self) -> str: ...
    @property
    def as_of(self) -> str: ...
    @property
    def rates(self) -> str: ...
    @property
    def gpus(self) -> Table[Gpu]: ...
    @property
    def families(self) -> Table[Family]: ...
    @property
    def instances(self) -> Table[Instance]: ...
    @property
    def regions(self) -> Table[Region]: ...
    @property
    def sources(self) -> Table[Source]: ...
    @property
    def superseded(self) -> Table[Price]: ...
    @property
    def explained(self) -> Table[Explanation]: ...
    @property
    def offers(self) -> Table[Offer]: ...
    def __len__(self) -> int: ...
    def filter(self, **settings: Unpack[Settings]) -> Table[Offer]: ...
    def why_not(
        self, instance: str, region: str, purchase: str = "on_demand", **settings: Any
    ) -> Refusal | None: ...
    @property
    def providers(self) -> list[str]: ...
    def find_instance(self, provider: str, name: str) -> Instance | None: ...
    def find_region(self, provider: str, code: str) -> Region | None: ...
    def find_gpu(self, name: str) -> Gpu | None: ...
    def find_gpus(self, name: str) -> list[Gpu]: ...
    def with_prices(self, prices: Iterable[Price], sources: Iterable[Source] = ()) -> Catalog: ...
    def merged(self, other: Catalog) -> Catalog: ...
    def check(self) -> Table[Finding]: ...
    def to_yaml(self) -> str: ...
    @overload
    def to_csv(self) -> str: ...
    @overload
    def to_csv(self, path: str | os.PathLike[str]) -> None: ...
    def to_parquet(self, path: str | os.PathLike[str]) -> None: ...
    def to_json(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object, /) -> Self: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    @staticmethod
    def _unpickled(build: str, image: bytes) -> Catalog: ...

class Charges:
    @staticmethod
    def bundled() -> Charges: ...
    @staticmethod
    def read(
        files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    ) -> Charges: ...
    @staticmethod
    def parse(yaml: str, name: str = "text") -> Charges: ...
    def merged(self, others: Charges) -> Charges: ...
    def rate(self, charge: str, region: str, provider: str = "aws") -> Rate | None: ...
    def rates(self, charge: str, provider: str = "aws") -> Table[Rate]: ...
    @property
    def storage_types(self) -> list[str]: ...
    def default_storage(self, provider: str = "aws") -> str | None: ...
    def __len__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, memo: object, /) -> Self: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    @staticmethod
    def _unpickled(build: str, image: bytes) -> Charges: ...

def bill(
    *,
    price_usd_per_hour: float,
    region: str = "",
    provider: str = "aws",
    on_demand_usd_per_hour: float | None = None,
    charges: Charges | str | os.PathLike[str] | None = None,
    **settings: Any,
) -> Bill: ...
def purchase_options(
    *,
    instance: str,
    region: str,
    provider: str = "aws",
    catalog: Catalog | str | os.PathLike[str] | None = None,
    charges: Charges | str | os.PathLike[str] | None = None,
    **settings: Any,
) -> Table[PurchaseOption]: ...
def interruptions_per_hour(*, reclaimed_per_month: float) -> float: ...
def spot_hours(
    *,
    work_hours: float,
    interruptions_per_hour: float,
    checkpoint_minutes: float = 5.0,
    restart_minutes: float = 10.0,
) -> SpotHours: ...
def owning_cost(**settings: Unpack[Settings]) -> OwningCost: ...
def break_even_use_hours_per_day(
    rent_usd_per_hour: float, **settings: Unpack[Settings]
) -> float | None: ...
def break_even_years(rent_usd_per_hour: float, **settings: Unpack[Settings]) -> float | None: ...
def nearby(
    near: str | tuple[float, float],
    catalog: Catalog | str | os.PathLike[str] | None = None,
) -> Table[Nearby]: ...
def price_history(
    instance: str,
    region: str | None = None,
    *,
    provider: str = "aws",
    purchase: str = "on_demand",
) -> Table[DatedPrice]: ...
def gpu_prices(
    gpu: str,
    purchase: str = "on_demand",
    catalog: Catalog | str | os.PathLike[str] | None = None,
) -> Table[GpuPrice]: ...
def catalog_on(
    day: Day, catalog: Catalog | str | os.PathLike[str] | None = None
) -> Catalog: ...
def price_age(provider: str, family: str, purchase: str = "on_demand") -> PriceAge: ...
def price_ratio_quantile(age: PriceAge, years: float, p: float) -> float: ...
def predicted_tflops(
    *,
    gpu: str,
    gpus: float = 1.0,
    precision: str = "mixed",
    catalog: Catalog | str | os.PathLike[str] | None = None,
) -> float | None: ...
def models() -> Table[Model]: ...
def find_model(name: str) -> Model: ...
def read_model_config(path: str | os.PathLike[str]) -> Model: ...
def model_from_config(text: str) -> Model: ...
def estimate(
    *,
    gpu: str,
    gpus: float = 1.0,
    machines: float = 1.0,
    network_gbps: float | None = None,
    catalog: Catalog | str | os.PathLike[str] | None = None,
    **settings: Any,
) -> Estimate | None: ...
def memory_fit(
    *,
    gpu: str,
    gpus: float = 1.0,
    catalog: Catalog | str | os.PathLike[str] | None = None,
    **settings: Any,
) -> MemoryFit | None: ...
def import_feed(
    file: str | os.PathLike[str],
    known: Catalog | str | os.PathLike[str] | None = None,
    *,
    format: str = "auto",
    strict: bool = False,
    provider: str | None = None,
    as_of: Day | None = None,
    today: Day | None = None,
    window_days: float = 7.0,
) -> Import: ...
def import_all(
    paths: Sequence[str | os.PathLike[str]],
    known: Catalog | str | os.PathLike[str] | None = None,
    *,
    format: str = "auto",
    strict: bool = False,
    provider: str | None = None,
    as_of: Day | None = None,
    today: Day | None = None,
    window_days: float = 7.0,
) -> tuple[list[Import], Table[Rejected]]: ...
def import_feeds(
    files: Sequence[str | os.PathLike[str]],
    known: Catalog | str | os.PathLike[str] | None = None,
    *,
    format: str = "auto",
    strict: bool = False,
    provider: str | None = None,
    as_of: Day | None = None,
    today: Day | None = None,
    window_days: float = 7.0,
) -> list[Import]: ...
def settings() -> dict[str, tuple[str, str, str, str]]: ...
def run_command(arguments: list[str]) -> int: ...
def run_catalog(arguments: list[str]) -> int: ...
@overload
def price_ceiling_usd_per_hour(
    *,
    budget_usd: float,
    days: float,
    hours_per_day: float = 24.0,
    fixed_usd: float = 0.0,
    use_cv: float = 0.0,
    confidence: float = 0.9,
) -> float: ...
@overload
def price_ceiling_usd_per_hour(
    *,
    budget_usd: ArrayLike,
    days: ArrayLike,
    hours_per_day: ArrayLike = 24.0,
    fixed_usd: ArrayLike = 0.0,
    use_cv: ArrayLike = 0.0,
    confidence: ArrayLike = 0.9,
) -> Any: ...
@overload
def total_needed_usd(
    *, price_usd_per_hour: float, days: float, hours_per_day: float = 24.0, fixed_usd: float = 0.0
) -> float: ...
@overload
def total_needed_usd(
    *,
    price_usd_per_hour: ArrayLike,
    days: ArrayLike,
    hours_per_day: ArrayLike = 24.0,
    fixed_usd: ArrayLike = 0.0,
) -> Any: ...
@overload
def days_affordable(
    *,
    price_usd_per_hour: float,
    budget_usd: float,
    hours_per_day: float = 24.0,
    fixed_usd: float = 0.0,
    use_cv: float = 0.0,
    confidence: float = 0.9,
) -> float: ...
@overload
def days_affordable(
    *,
    price_usd_per_hour: ArrayLike,
    budget_usd: ArrayLike,
    hours_per_day: ArrayLike = 24.0,
    fixed_usd: ArrayLike = 0.0,
    use_cv: ArrayLike = 0.0,
    confidence: ArrayLike = 0.9,
) -> Any: ...
@overload
def hours_per_day_affordable(
    *,
    price_usd_per_hour: float,
    budget_usd: float,
    days: float,
    fixed_usd: float = 0.0,
    use_cv: float = 0.0,
    confidence: float = 0.9,
) -> float: ...
@overload
def hours_per_day_affordable(
    *,
    price_usd_per_hour: ArrayLike,
    budget_usd: ArrayLike,
    days: ArrayLike,
    fixed_usd: ArrayLike = 0.0,
    use_cv: ArrayLike = 0.0,
    confidence: ArrayLike = 0.9,
) -> Any: ...
@overload
def affordable(
    *,
    price_usd_per_hour: float,
    budget_usd: float,
    days: float,
    hours_per_day: float = 24.0,
    fixed_usd: float = 0.0,
    use_cv: float = 0.0,
    confidence: float = 0.9,
) -> bool: ...
@overload
def affordable(
    *,
    price_usd_per_hour: ArrayLike,
    budget_usd: ArrayLike,
    days: ArrayLike,
    hours_per_day: ArrayLike = 24.0,
    fixed_usd: ArrayLike = 0.0,
    use_cv: ArrayLike = 0.0,
    confidence: ArrayLike = 0.9,
) -> Any: ...
@overload
def probability_within_budget(
    *,
    price_usd_per_hour: float,
    budget_usd: float,
    days: float,
    use_cv: float,
    hours_per_day: float = 24.0,
    fixed_usd: float = 0.0,
) -> float: ...
@overload
def probability_within_budget(
    *,
    price_usd_per_hour: ArrayLike,
    budget_usd: ArrayLike,
    days: ArrayLike,
    use_cv: ArrayLike,
    hours_per_day: ArrayLike = 24.0,
    fixed_usd: ArrayLike = 0.0,
) -> Any: ...
@overload
def hours_quantile(
    *, p: float, days: float, use_cv: float, hours_per_day: float = 24.0
) -> float: ...
@overload
def hours_quantile(
    *, p: ArrayLike, days: ArrayLike, use_cv: ArrayLike, hours_per_day: ArrayLike = 24.0
) -> Any: ...
def _recommend(
    request: Request | None, catalog: object, settings: Mapping[str, Any]
) -> Recommendation: ...
def _what_if(
    request: Request | None, catalog: object, settings: dict[str, Any], vary: list[Vary]
) -> WhatIf: ...
def _compare(
    request: Request | None, catalog: object, settings: dict[str, Any], names: list[str]
) -> Comparison: ...
def _own_catalog(
    csv: str,
    known: Catalog | str | os.PathLike[str] | None,
    name: str,
    provider: str,
    as_of: Day | None,
    today: Day | None,
) -> Catalog: ...
def _join(
    base: object, imports: list[Import], accept_outliers: bool
) -> tuple[Catalog, Table[Skipped], Table[ImportEffect], Table[Rejected]]: ...
def _diff(before: object, after: object) -> Table[PriceChange]: ...
def _changes_text(changes: object) -> str: ...
def _changes_json(changes: object) -> str: ...
def _saved_plan(advice: Recommendation) -> str: ...
def _check_plan(
    file: str, catalog: object, moment: Request, tolerance: float
) -> tuple[str, str]: ...
def _sealed(content: bytes) -> bytes: ...
def _unsealed(content: bytes) -> bytes: ...
def _encode(objects: list[Any]) -> tuple[NDArray[numpy.int32], list[Any]]: ...
def _sweep_figures() -> list[str]: ...
def _did_you_mean(name: str, names: list[str]) -> str: ...
def _sweep(
    rows: int,
    figures: dict[str, NDArray[numpy.float64]],
    columns: list[tuple[str, NDArray[numpy.int32], list[Any]]],
    missing: NDArray[numpy.uint8],
    more: list[str],
    catalog: object,
    threads: int,
    progress: Callable[[int], object] | None,
) -> dict[str, Any]: ...
