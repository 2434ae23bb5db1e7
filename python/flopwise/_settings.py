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
    # all there is to spend.
    budget_usd: Optional[Figure]
    # days the budget has to last.
    days: Optional[Duration]
    # hours rented on each day (24).
    hours_per_day: Optional[Duration]
    # charges that no choice of machine changes (0).
    fixed_usd: Optional[Figure]
    # highest price per hour, beside the budget's.
    max_price_usd_per_hour: Optional[Figure]

    # What the machine must have
    # GPU by name or pattern: T4, "A100 80GB", "nvidia-a100*".
    gpu: Optional[Names]
    # who makes the GPU: nvidia, amd, aws, intel, ...
    vendor: Optional[Names]
    # what programs for the GPU are built on: cuda, rocm, neuron, ...
    stack: Optional[Names]
    # GPUs at least; 0 admits machines without.
    min_gpus: Optional[Figure]
    # GPUs at most; 0 admits only machines without.
    max_gpus: Optional[Figure]
    # memory of each GPU at least.
    min_gpu_memory_gib: Optional[Figure]
    # memory of each GPU at most.
    max_gpu_memory_gib: Optional[Figure]
    # memory of the machine at least.
    min_memory_gib: Optional[Figure]
    # memory of the machine at most.
    max_memory_gib: Optional[Figure]
    # vCPUs at least.
    min_vcpus: Optional[Figure]
    # vCPUs at most.
    max_vcpus: Optional[Figure]
    # sustained network rate at least.
    min_network_gbps: Optional[Figure]
    # processor: x86_64, arm64.
    arch: Optional[Names]
    # families by name or pattern: g4dn, "g*".
    family: Optional[Names]
    # machines by name or pattern: p3.2xlarge, "*.metal".
    instance: Optional[Names]
    # machines or families to leave out.
    exclude: Optional[Names]

    # Where and how
    # who rents it out: aws, azure, gcp, ..., any.
    provider: Optional[Names]
    # regions by code or pattern: us-east-1, "eu-*"; any.
    region: Optional[Names]
    # where you are: LAT,LON, a country or a city: vn, Hanoi.
    near: Optional[Union[str, Sequence[Figure]]]
    # longest estimated round trip; needs near.
    max_rtt_ms: Optional[Figure]
    # on_demand, spot, best, or reserved_1yr_no_upfront and the like (on_demand).
    purchase: Optional[Names]
    # a year, on what is paid later, where ways to pay are compared: 0.08 (0).
    discount_rate: Optional[Figure]
    # admit machines that can no longer be launched.
    include_retired: Optional[bool]

    # Charges and interruptions
    # block storage, billed while the machine is stopped too.
    storage_gib: Optional[Figure]
    # a type of disk that the charges have: gp3, io2, pd-ssd (the provider's usual one).
    storage_type: Optional[str]
    # provisioned in all.
    storage_iops: Optional[Figure]
    # provisioned in all.
    storage_throughput_mib_per_s: Optional[Figure]
    # snapshots kept.
    snapshots_gib: Optional[Figure]
    # data to the internet each month.
    egress_gib_per_month: Optional[Figure]
    # data to other regions each month.
    inter_region_gib_per_month: Optional[Figure]
    # data between zones each month, in either direction.
    inter_zone_gib_per_month: Optional[Figure]
    # public addresses, attached or kept.
    public_ipv4: Optional[Figure]
    # objects kept, standard class.
    object_storage_gib: Optional[Figure]
    # NAT gateways.
    nat_gateways: Optional[Figure]
    # data through NAT gateways each month.
    nat_gib_per_month: Optional[Figure]
    # hours a day that capacity is held while none runs.
    reserved_capacity_hours_per_day: Optional[Duration]
    # starts, each billed a minute at least (1).
    starts_per_day: Optional[Figure]
    # from a start until work begins (job: 10).
    startup_minutes: Optional[Figure]
    # to save work before an interruption (5).
    checkpoint_minutes: Optional[Figure]
    # to go on after an interruption (10).
    restart_minutes: Optional[Figure]

    # What for
    # training, inference, graphics or hpc (training).
    profile: Optional[str]
    # mixed, fp64, fp32, tf32, fp16, bf16, fp8 or int8.
    precision: Optional[str]
    # your own weights: cost=0.5,speed=0.3,memory=0.2.
    weights: Optional[Union[str, Mapping[str, Figure]]]

    # Catalog
    # files of charges instead of the bundled ones.
    charges: Optional[Union[Charges, PathLike, Iterable[PathLike]]]
    # the prices, regions and machines of that day.
    as_of: Optional[Day]
    # say what is different in the answer of that day.
    against: Optional[Day]
    # the day to count from (the system's); 2026-11-30T18:30: UTC.
    today: Optional[Day]

    # Output
    # most choices to show (10).
    top: Optional[Figure]
    # most refusals to spell out (3).
    nearest: Optional[Figure]
    # one row for each instance, machine, gpu, family, provider or region (instance).
    by: Optional[str]
    # price, cost, speed or score (cost; score with a budget, a highest price, a job or
    # weights).
    sort: Optional[str]
    # say for how much the first choice stays first, and what would change it.
    firmness: Optional[bool]

    # Training job
    # net to train: llama-2-7b, Qwen/Qwen3-8B, ./config.json.
    model: Optional[PathLike]
    # tokens of an epoch: 2e9.
    tokens: Optional[Figure]
    # images or sequences of an epoch (those of the model's data set).
    samples: Optional[Figure]
    # times that all of them are seen (the net's recipe, or 1).
    epochs: Optional[Figure]
    # the work itself, in place of tokens or samples: 3e20.
    flops: Optional[Figure]
    # rates that you have seen: "400/s on g4dn.xlarge", V100=900.
    measured: Optional[Union[Figure, Iterable[str], Mapping[str, Figure]]]
    # images or sequences of a step, on all GPUs together.
    batch: Optional[Figure]
    # none, full, lora or qlora: what of the net is trained (none: from the start).
    fine_tune: Optional[str]
    # rank of the adapters (16).
    lora_rank: Optional[Figure]
    # none, selective or full: what is computed again (full where needed).
    recompute: Optional[str]
    # adam, adam_8bit, paged_adam_8bit, adafactor, sgd or none (adam).
    optimiser: Optional[str]
    # mixed or bf16: 16-bit weights with a copy of 32 bits, or 16 bits only (mixed).
    recipe: Optional[str]
    # plain, chunked or fused: how logits are kept (plain).
    loss: Optional[str]
    # none, optimiser or parameters: what the host's memory holds (none).
    offload: Optional[str]
    # hours of a benchmark's rate, not of a whole run.
    rate: Optional[bool]
    # of the programs (that of today).
    software_year: Optional[Figure]
    # that trains: pytorch, huggingface, megatron, ... (not stated: their mean).
    program: Optional[str]
    # probability with which the net must fit (0.5).
    memory_confidence: Optional[Figure]
    # none, zero1, zero2, zero3 or fsdp (the least that fits).
    sharding: Optional[str]
    # GPUs that share each layer (1).
    tensor_parallel: Optional[Figure]
    # stages of layers, each on GPUs of its own (1); needs a batch.
    pipeline_parallel: Optional[Figure]
    # done by then: 48h, or the end of 2026-12-31, from now or today on.
    deadline: Optional[Union[Duration, Day]]
    # cost, time or balanced: what the best machine has least of (cost).
    objective: Optional[str]
    # equal machines that may work on it together (1).
    max_machines: Optional[Figure]

    # A net of one's own
    # transformer_decoder, transformer_encoder, encoder_decoder, moe, vit, cnn, diffusion,
    # detector or segmentation.
    kind: Optional[str]
    # parameters: 7e9.
    parameters: Optional[Figure]
    # of a mixture of experts, those that a token meets.
    active_parameters: Optional[Figure]
    # layers.
    layers: Optional[Figure]
    # width of a layer.
    hidden: Optional[Figure]
    # heads of attention.
    heads: Optional[Figure]
    # width of a head of attention (hidden / heads).
    head_dim: Optional[Figure]
    # length of a training sequence (that of the model).
    seq_len: Optional[Figure]
    # that a token sees in a layer of local attention.
    attention_window: Optional[Figure]
    # layers of local attention (all, with a window).
    window_layers: Optional[Figure]
    # tokens in the vocabulary.
    vocab: Optional[Figure]
    # 10^9 multiply-adds of an image, forward.
    forward_gmacs: Optional[Figure]
    # outputs of all layers for an image.
    activations_m: Optional[Figure]
    # side of the images (that of the model).
    image_px: Optional[Figure]

    # Money and time
    # standard deviation of a day's hours, divided by their mean (0).
    use_cv: Optional[Figure]
    # probability with which the money has to last, with use_cv (0.9).
    confidence: Optional[Figure]
    # amounts in it too, at so many units for a USD: EUR=0.92@2026-11-30 (date: today).
    currency: Optional[Union[str, Mapping[str, Figure]]]

    # What for
    # predicted, or peak as published (predicted for training and inference).
    speed: Optional[str]

    # Own or rent
    # price of a machine to buy instead.
    own_price_usd: Optional[Figure]
    # years it is used (5).
    own_years: Optional[Figure]
    # what it is then sold for (0).
    own_residual_usd: Optional[Figure]
    # cost of capital, a year: 0.08 (0).
    own_rate: Optional[Figure]
    # GPU that is in it: its speed and its power.
    own_gpu: Optional[str]
    # how many of these (1).
    own_gpus: Optional[Figure]
    # power it draws in use (that of its GPUs).
    own_watts: Optional[Figure]
    # power with cooling, divided by power (1).
    own_pue: Optional[Figure]
    # price of electricity, or where: vn, de-industry (world).
    electricity: Optional[Figure]
    # repairs a year, a share of the price (0).
    own_upkeep: Optional[Figure]
    # hours of work on it in a year (0).
    own_staff_hours: Optional[Duration]
    # what an hour of that work costs (0).
    own_staff_usd_per_hour: Optional[Figure]

    # Data and start
    # size of the data to work on.
    dataset_gib: Optional[Figure]
    # region in which the data lies.
    dataset_region: Optional[str]
    # kaggle:OWNER/NAME, https://... or s3://...
    dataset_url: Optional[str]
    # write the commands that rent the best machine.
    launch: Optional[bool]
    # key pair of the start plan (flopwise).
    key_name: Optional[str]
    # script, sky, dstack or terraform (script).
    launch_format: Optional[str]
    # without work, after which machines of the start plan stop (60; 0: never).
    idle_minutes: Optional[Figure]
    # bucket in which the start plan saves checkpoints: s3://...
    checkpoint_url: Optional[str]
    # the start plan does not stop the machine after its hours a day.
    keep_running: Optional[bool]
