"""The types of settings. Written by tests/python/stub.py from the library's list."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Optional, TypedDict, Union

from ._core import Charges

if TYPE_CHECKING:
    import numpy

Figure = Union[float, str, Decimal, "numpy.integer[Any]", "numpy.floating[Any]"]
Duration = Union[Figure, datetime.timedelta, "numpy.timedelta64"]
Day = Union[str, datetime.date, "numpy.datetime64"]  # a pandas.Timestamp is a datetime.date
Names = Union[str, Iterable[str]]
PathLike = Union[str, "os.PathLike[str]"]


class Settings(TypedDict, total=False):
    """The keyword arguments of :func:`flopwise.recommend`, each with its type."""

    # Money and time
    # All there is to spend.
    budget_usd: Optional[Figure]
    # Days the budget has to last.
    days: Optional[Duration]
    # Hours rented on each day (24).
    hours_per_day: Optional[Duration]
    # Charges that no choice of machine changes (0).
    fixed_usd: Optional[Figure]
    # Highest price per hour, beside the budget's.
    max_price_usd_per_hour: Optional[Figure]

    # What the machine must have
    # GPU by name or pattern: T4, "A100 80GB", "nvidia-a100*".
    gpu: Optional[Names]
    # Who makes the GPU: nvidia, amd, aws, intel, .
    vendor: Optional[Names]
    # What programs for the GPU are built on: cuda, rocm, neuron, .
    stack: Optional[Names]
    # GPUs at least; 0 admits machines without.
    min_gpus: Optional[Figure]
    # GPUs at most; 0 admits only machines without.
    max_gpus: Optional[Figure]
    # Memory of each GPU at least.
    min_gpu_memory_gib: Optional[Figure]
    # Memory of each GPU at most.
    max_gpu_memory_gib: Optional[Figure]
    # Memory of the machine at least.
    min_memory_gib: Optional[Figure]
    # Memory of the machine at most.
    max_memory_gib: Optional[Figure]
    # VCPUs at least.
    min_vcpus: Optional[Figure]
    # VCPUs at most.
    max_vcpus: Optional[Figure]
    # Sustained network rate at least.
    min_network_gbps: Optional[Figure]
    # Processor: x86_64, arm64.
    arch: Optional[Names]
    # Families by name or pattern: g4dn, "g*".
    family: Optional[Names]
    # Machines by name or pattern: p3.2xlarge, "*.metal".
    instance: Optional[Names]
    # Machines or families to leave out.
    exclude: Optional[Names]

    # Where and how
    # Who rents it out: aws, azure, gcp, ..., any.
    provider: Optional[Names]
    # Regions by code or pattern: us-east-1, "eu-*"; any.
    region: Optional[Names]
    # Where you are: LAT,LON, a country or a city: vn, Hanoi.
    near: Optional[Union[str, Sequence[Figure]]]
    # Longest estimated round trip; needs --near.
    max_rtt_ms: Optional[Figure]
    # On_demand, spot, best, or reserved_1yr_no_upfront and the like (on_demand).
    purchase: Optional[Names]
    # A year, on what is paid later, where ways to pay are compared: 0.08 (0).
    discount_rate: Optional[Figure]
    # Admit machines that can no longer be launched.
    include_retired: Optional[bool]

    # Charges and interruptions
    # Block storage, billed while the machine is stopped too.
    storage_gib: Optional[Figure]
    # A type of disk that the charges have: gp3, io2, pd-ssd (the provider's usual one).
    storage_type: Optional[str]
    # Provisioned in all.
    storage_iops: Optional[Figure]
    # Provisioned in all.
    storage_throughput_mib_per_s: Optional[Figure]
    # Snapshots kept.
    snapshots_gib: Optional[Figure]
    # Data to the internet each month.
    egress_gib_per_month: Optional[Figure]
    # Data to other regions each month.
    inter_region_gib_per_month: Optional[Figure]
    # Data between zones each month, in either direction.
    inter_zone_gib_per_month: Optional[Figure]
    # Public addresses, attached or kept.
    public_ipv4: Optional[Figure]
    # Objects kept, standard class.
    object_storage_gib: Optional[Figure]
    # NAT gateways.
    nat_gateways: Optional[Figure]
    # Data through NAT gateways each month.
    nat_gib_per_month: Optional[Figure]
    # Hours a day that capacity is held while none runs.
    reserved_capacity_hours_per_day: Optional[Duration]
    # Starts, each billed a minute at least (1).
    starts_per_day: Optional[Figure]
    # From a start until work begins (job: 10).
    startup_minutes: Optional[Figure]
    # To save work before an interruption (5).
    checkpoint_minutes: Optional[Figure]
    # To go on after an interruption (10).
    restart_minutes: Optional[Figure]

    # What for
    # Training, inference, graphics or hpc (training).
    profile: Optional[str]
    # Mixed, fp64, fp32, tf32, fp16, bf16, fp8 or int8.
    precision: Optional[str]
    # Your own weights: cost=0.5,speed=0.3,memory=0.2.
    weights: Optional[Union[str, Mapping[str, Figure]]]

    # Catalog
    # Files of charges instead of the bundled ones.
    charges: Optional[Union[Charges, PathLike, Iterable[PathLike]]]
    # The prices, regions and machines of that day.
    as_of: Optional[Day]
    # Say what is different in the answer of that day.
    against: Optional[Day]
    # The day to count from (the system's); 2026-11-30T18:30: UTC.
    today: Optional[Day]

    # Output
    # Most choices to show (10).
    top: Optional[Figure]
    # Most refusals to spell out (3).
    nearest: Optional[Figure]
    # One row for each instance, machine, gpu, family, provider or region (instance).
    by: Optional[str]
    # Price, cost, speed or score (cost; score with a budget, a highest price, a job or
    # weights).
    sort: Optional[str]
    # Say for how much the first choice stays first, and what would change it.
    firmness: Optional[bool]

    # Training job
    # Net to train: llama-2-7b, Qwen/Qwen3-8B, ./config.json.
    model: Optional[PathLike]
    # Tokens of an epoch: 2e9.
    tokens: Optional[Figure]
    # Images or sequences of an epoch (those of the model's data set).
    samples: Optional[Figure]
    # Times that all of them are seen (the net's recipe, or 1).
    epochs: Optional[Figure]
    # The work itself, in place of tokens or samples: 3e20.
    flops: Optional[Figure]
    # Rates that you have seen: "400/s on g4dn.xlarge", V100=900.
    measured: Optional[Union[Figure, Iterable[str], Mapping[str, Figure]]]
    # Images or sequences of a step, on all GPUs together.
    batch: Optional[Figure]
    # None, full, lora or qlora: what of the net is trained (none: from the start).
    fine_tune: Optional[str]
    # Rank of the adapters (16).
    lora_rank: Optional[Figure]
    # None, selective or full: what is computed again (full where needed).
    recompute: Optional[str]
    # Adam, adam_8bit, paged_adam_8bit, adafactor, sgd or none (adam).
    optimiser: Optional[str]
    # Mixed or bf16: 16-bit weights with a copy of 32 bits, or 16 bits only (mixed).
    recipe: Optional[str]
    # Plain, chunked or fused: how logits are kept (plain).
    loss: Optional[str]
    # None, optimiser or parameters: what the host's memory holds (none).
    offload: Optional[str]
    # Hours of a benchmark's rate, not of a whole run.
    rate: Optional[bool]
    # Of the programs (that of today).
    software_year: Optional[Figure]
    # Probability with which the net must fit (0.5).
    memory_confidence: Optional[Figure]
    # None, zero1, zero2, zero3 or fsdp (the least that fits).
    sharding: Optional[str]
    # Done by then: 48h, or the end of 2026-12-31, from now or --today on.
    deadline: Optional[Union[Duration, Day]]
    # Cost, time or balanced: what the best machine has least of (cost).
    objective: Optional[str]
    # Equal machines that may work on it together (1).
    max_machines: Optional[Figure]

    # A net of one's own
    # Transformer_decoder, transformer_encoder, encoder_decoder, moe, vit, cnn, diffusion,
    # detector or segmentation.
    kind: Optional[str]
    # Parameters: 7e9.
    parameters: Optional[Figure]
    # Of a mixture of experts, those that a token meets.
    active_parameters: Optional[Figure]
    # Layers.
    layers: Optional[Figure]
    # Width of a layer.
    hidden: Optional[Figure]
    # Heads of attention.
    heads: Optional[Figure]
    # Width of a head of attention (hidden / heads).
    head_dim: Optional[Figure]
    # Length of a training sequence (that of the model).
    seq_len: Optional[Figure]
    # That a token sees in a layer of local attention.
    attention_window: Optional[Figure]
    # Layers of local attention (all, with a window).
    window_layers: Optional[Figure]
    # Tokens in the vocabulary.
    vocab: Optional[Figure]
    # 10^9 multiply-adds of an image, forward.
    forward_gmacs: Optional[Figure]
    # Outputs of all layers for an image.
    activations_m: Optional[Figure]
    # Side of the images (that of the model).
    image_px: Optional[Figure]

    # Money and time
    # Standard deviation of a day's hours, divided by their mean (0).
    use_cv: Optional[Figure]
    # Probability with which the money has to last, with --use-cv (0.9).
    confidence: Optional[Figure]
    # Amounts in it too, at so many units for a USD: EUR=0.92@2026-11-30 (date: today).
    currency: Optional[Union[str, Mapping[str, Figure]]]

    # What for
    # Predicted, or peak as published (predicted for training and inference).
    speed: Optional[str]

    # Own or rent
    # Price of a machine to buy instead.
    own_price_usd: Optional[Figure]
    # Years it is used (5).
    own_years: Optional[Figure]
    # What it is then sold for (0).
    own_residual_usd: Optional[Figure]
    # Cost of capital, a year: 0.08 (0).
    own_rate: Optional[Figure]
    # GPU that is in it: its speed and its power.
    own_gpu: Optional[str]
    # How many of these (1).
    own_gpus: Optional[Figure]
    # Power it draws in use (that of its GPUs).
    own_watts: Optional[Figure]
    # Power with cooling, divided by power (1).
    own_pue: Optional[Figure]
    # Price of electricity, or where: vn, de-industry (world).
    electricity: Optional[Figure]
    # Repairs a year, a share of the price (0).
    own_upkeep: Optional[Figure]
    # Hours of work on it in a year (0).
    own_staff_hours: Optional[Duration]
    # What an hour of that work costs (0).
    own_staff_usd_per_hour: Optional[Figure]

    # Data and start
    # Size of the data to work on.
    dataset_gib: Optional[Figure]
    # Region in which the data lies.
    dataset_region: Optional[str]
    # Kaggle:OWNER/NAME, https://... or s3://.
    dataset_url: Optional[str]
    # Write the commands that rent the best machine.
    launch: Optional[bool]
    # Key pair of the start plan (flopwise).
    key_name: Optional[str]
    # Script, sky, dstack or terraform (script).
    launch_format: Optional[str]
    # Without work, after which machines of the start plan stop (60; 0: never).
    idle_minutes: Optional[Figure]
    # Bucket in which the start plan saves checkpoints: s3://.
    checkpoint_url: Optional[str]
    # The start plan does not stop the machine after its hours a day.
    keep_running: Optional[bool]
