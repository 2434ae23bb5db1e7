"""Bad flags: status 2, nothing on stdout, and one line that says where, what and got what."""

import re
from pathlib import Path

import pytest

# Numeric flags: the unit in their messages, whether zero is allowed, and the largest value.
POSITIVE, NOT_NEGATIVE = "must be positive", "must not be negative"
NUMBERS = {
    "--budget": (" USD", POSITIVE, "1000000000000"),
    "--days": (" d", POSITIVE, "36525"),
    "--hours-per-day": (" h/d", POSITIVE, "24"),
    "--fixed": (" USD", NOT_NEGATIVE, "1000000000000"),
    "--max-price": (" USD/h", POSITIVE, "1000000000"),
    "--min-gpus": ("", NOT_NEGATIVE, "1000000"),
    "--max-gpus": ("", NOT_NEGATIVE, "1000000"),
    "--min-gpu-memory": (" GiB", NOT_NEGATIVE, "1000000000"),
    "--min-memory": (" GiB", POSITIVE, "1000000000"),
    "--min-vcpus": (" vCPUs", POSITIVE, "1000000"),
    "--max-vcpus": (" vCPUs", POSITIVE, "1000000"),
    "--max-memory": (" GiB", POSITIVE, "1000000000"),
    "--max-gpu-memory": (" GiB", NOT_NEGATIVE, "1000000000"),
    "--min-network": (" Gbps", POSITIVE, "1000000"),
    "--use-cv": ("", NOT_NEGATIVE, "1000000"),
    "--confidence": ("", POSITIVE, "1000000"),
    "--own-price": (" USD", POSITIVE, "1000000000000"),
    "--own-years": (" years", POSITIVE, "100"),
    "--own-residual": (" USD", NOT_NEGATIVE, "1000000000000"),
    "--own-rate": ("", NOT_NEGATIVE, "1000000"),
    "--own-gpus": ("", POSITIVE, "1000000"),
    "--own-watts": (" W", NOT_NEGATIVE, "1000000000"),
    "--own-pue": ("", POSITIVE, "1000000"),
    "--own-upkeep": ("", NOT_NEGATIVE, "1000000"),
    "--own-staff-hours": (" h", NOT_NEGATIVE, "8760"),
    "--own-staff-price": (" USD/h", NOT_NEGATIVE, "1000000000"),
    "--dataset": (" GiB", POSITIVE, "1000000000"),
    "--batch": ("", POSITIVE, "1000000000"),
    "--epochs": ("", POSITIVE, "1000000000"),
    "--lora-rank": ("", POSITIVE, "1000000"),
    "--memory-confidence": ("", POSITIVE, "1"),
    "--max-machines": ("", NOT_NEGATIVE, "1000000000"),
    "--tensor-parallel": ("", NOT_NEGATIVE, "1000000000"),
    "--pipeline-parallel": ("", NOT_NEGATIVE, "1000000000"),
    "--max-rtt": (" ms", POSITIVE, "1000000"),
    "--top": ("", NOT_NEGATIVE, "1000000000"),
    "--idle-minutes": ("", NOT_NEGATIVE, "1000000000"),
    "--nearest": ("", NOT_NEGATIVE, "1000000000"),
}

by_number = pytest.mark.parametrize("flag", NUMBERS)


@by_number
@pytest.mark.parametrize("value", ["nan", "-inf", "inf", "1e400", "two", "1,5"])
def test_a_number_is_a_number(complaint, flag, value):
    assert complaint(flag, value) == f'{flag}: must be a number, got "{value}"'


@by_number
def test_a_unit_is_one_of_its_kind(complaint, flag):
    message = complaint(flag, "3x")
    assert message.startswith(f"{flag}: must be a number, alone or with ")
    assert message.endswith(', got "3x"')


@by_number
@pytest.mark.parametrize("value", ["-1", "-1e+300"])
def test_no_number_is_negative(complaint, flag, value):
    unit, rule, _ = NUMBERS[flag]
    assert complaint(flag, value) == f"{flag}: {rule}, got {value}{unit}"


@pytest.mark.parametrize("flag", [f for f, (_, rule, _) in NUMBERS.items() if rule == POSITIVE])
def test_zero_is_not_positive(complaint, flag):
    assert complaint(flag, "0") == f"{flag}: must be positive, got 0{NUMBERS[flag][0]}"


@by_number
@pytest.mark.parametrize("value", ["1e+300", "1.5e+12"])
def test_a_number_out_of_all_reason_is_a_slip(complaint, flag, value):
    unit, _, most = NUMBERS[flag]
    got = "1500000000000" if value == "1.5e+12" else value
    assert complaint(flag, value) == f"{flag}: must be at most {most}{unit}, got {got}{unit}"


@by_number
def test_a_number_is_given_once(complaint, flag):
    assert complaint(flag, "1", flag, "2") == f"{flag}: must be given once, got 2 values"


@pytest.mark.parametrize("days", ["1e-300", "5e-324"])
def test_a_time_too_short_for_a_ceiling_is_refused(complaint, days):
    assert complaint("--budget", "1e12", "--days", days).startswith("--days: must be ")


# ---- names ---------------------------------------------------------------------------

PRECISIONS = "mixed, fp64, fp32, tf32, fp16, bf16, fp8 or int8"
CRITERIA = "cost, speed, gpu_memory, memory, vcpus or network"
DISKS = ("cloud-ssd, disk, gp2, gp3, io1, io2, network-volume, network_ssd, network_ssd_io_m3, "
         "network_ssd_non_replicated, pd-balanced, pd-ssd, pd-standard, persistent-disk, sc1, st1, "
         "standard, standard-hdd or standard-ssd")
WAYS = "on_demand, spot, best or a reservation such as reserved_1yr_no_upfront"
PROVIDERS = ", ".join(sorted(  # a file of data/ with tables of prices each
    re.search("^provider: (.+)$", text, re.M).group(1)
    for text in (path.read_text(encoding="utf-8") for path in
                 (Path(__file__).resolve().parents[2] / "data").glob("*.yaml"))
    if "\nprice_tables:" in text)) + " or any"
UNKNOWN = [
    # flag and value, what it must be, and what was meant
    ("--gpu", "RTX 4090 Ti", "a GPU of the catalog", "RTX 4090"),
    ("--gpu", "nvidia-t44", "a GPU of the catalog", "; of that family there are nvidia-t4, nvidia-t4g"),
    ("--gpu", "quantum", "a GPU of the catalog", None),
    ("--arch", "x86-64", "an architecture of the catalog", "x86_64"),
    ("--arch", "arm46", "an architecture of the catalog", "arm64"),
    ("--family", "g4dnn", "a family of the catalog", "g4dn"),
    ("--instance", "p3.2xlrage", "a machine of the catalog", "p3.2xlarge"),
    ("--exclude", "g4dnn", "a machine or family of the catalog", "g4dn"),
    ("--provider", "awz", PROVIDERS, "aws"),
    ("--provider", "nope", PROVIDERS, None),
    ("--region", "us-esat-1", "a region of the catalog", "us-east-1"),
    ("--dataset-region", "us-esat-1", "a region of the catalog", "us-east-1"),
    ("--region", "us-east1", "a region of the catalog", "us-east-1"),
    ("--region", "US-EAST-1", "a region of the catalog", "us-east-1"),
    ("--region", "moon", "a region of the catalog", None),
    ("--purchase", "sport", WAYS, "spot"),
    ("--purchase", "on-demand", WAYS, "on_demand"),
    ("--purchase", "reserved_1yr", WAYS, "reserved_1yr_no_upfront"),
    ("--storage-type", "gp4", DISKS, "gp2"),
    ("--profile", "trainig", "training, inference, graphics or hpc", "training"),
    ("--precision", "fp46", PRECISIONS, "fp64"),
    ("--precision", "double", PRECISIONS, None),
    ("--weights", "cots=1", CRITERIA, "cost"),
    ("--weights", "gpu-memory=1", CRITERIA, "gpu_memory"),
    ("--model", "lama-2-7b", "a model of data/models.yaml", "llama-2-7b"),
    ("--model", "xyzzy", "a model of data/models.yaml", None),
    ("--fine-tune", "qlara", "none, full, lora or qlora", "qlora"),
    ("--optimiser", "adamw", "adam, adam_8bit, paged_adam_8bit, adafactor, sgd or none", "adam"),
    ("--sharding", "zero4", "none, zero1, zero2, zero3 or fsdp", "zero1"),
    ("--objective", "costs", "cost, time or balanced", "cost"),
    ("--by", "familly", "instance, family, machine, gpu, provider or region", "family"),
    ("--sort", "prize", "score, cost, price or speed", "price"),
    ("--format", "jsn", "table, json, csv, markdown or html", "json"),
    ("--color", "alway", "auto, always or never", "always"),
]


@pytest.mark.parametrize(
    ("flag", "value", "what", "meant"), UNKNOWN, ids=[f"{u[0]}={u[1]}" for u in UNKNOWN]
)
def test_an_unknown_name_is_refused_with_the_one_that_may_be_meant(
    complaint, flag, value, what, meant
):
    hint = meant if (meant or "").startswith(";") else f", did you mean {meant}?" if meant else ""
    name = value.removesuffix("=1")
    assert complaint(flag, value) == f'{flag}: must be {what}, got "{name}"{hint}'


@pytest.mark.parametrize(
    ("name", "hint"),
    [("aws-2020-05", ", did you mean aws-2020-04?"), ("today", "")],
)
def test_an_unknown_catalog_is_refused_with_those_that_there_are(
    complaint, newest_catalog, name, hint
):
    what = f"the name of a bundled catalog ({newest_catalog}, clouds-2026-11 or aws-2020-04) or a file"
    assert complaint("--catalog", name) == f'--catalog: must be {what}, got "{name}"{hint}'


def test_one_unknown_name_of_many_is_refused(complaint):
    message = '--family: must be a family of the catalog, got "p33", did you mean p3?'
    assert complaint("--family", "g*,p2", "--family", "p33") == message


@pytest.mark.parametrize(
    "flag", ["--gpu", "--arch", "--family", "--instance", "--exclude", "--provider", "--region"]
)
@pytest.mark.parametrize("value", ["g*,", ", g*"])
def test_a_list_has_no_empty_name(complaint, flag, value):
    assert complaint(flag, value) == f"{flag}: must not have an empty name"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param("a\nb", "a\\x0ab", id="line-break"),
        pytest.param("a\x1b[31mb", "a\\x1b[31mb", id="escape-code"),
        pytest.param("x" * 500, "x" * 60 + "...", id="long"),
        pytest.param("größe", "größe", id="letters"),
    ],
)
def test_what_was_found_is_shown_as_readable_text_on_one_line(complaint, value, shown):
    assert complaint("--gpu", value) == f'--gpu: must be a GPU of the catalog, got "{shown}"'


def test_what_was_found_is_never_cut_within_a_letter(complaint):
    assert complaint("--gpu", "x" + "é" * 200).endswith('é..."')  # each é has two bytes


# ---- weights -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("cost=-1", "must not be negative, got cost=-1"),
        ("cost=1,memory=-0.5", "must not be negative, got memory=-0.5"),
        ("cost=0", "must not all be zero"),
        ("cost=0,speed=0", "must not all be zero"),
        ("cost", 'must be NAME=NUMBER, got "cost"'),
        ("cost=", 'must be NAME=NUMBER, got "cost="'),
        ("cost=a", 'must be NAME=NUMBER, got "cost=a"'),
        ("cost=1=2", 'must be NAME=NUMBER, got "cost=1=2"'),
        ("cost=nan", 'must be NAME=NUMBER, got "cost=nan"'),
        ("cost=inf", 'must be NAME=NUMBER, got "cost=inf"'),
        ("cost=1,cost=2", 'must not be given twice, got "cost=2"'),
        ("cost=1,", "must not have an empty name"),
    ],
)
def test_weights_are_numbers_of_which_one_is_positive(complaint, weights, message):
    assert complaint("--weights", weights) == f"--weights: {message}"


def test_weights_whose_sum_is_out_of_range_are_not_called_zero(complaint):
    message = complaint("--weights", "cost=1e308,speed=1e308")
    assert message.startswith("--weights: must ") and "zero" not in message


# ---- places and days -----------------------------------------------------------------

DEGREES = "must be LAT,LON with LAT in [-90, 90] and LON in [-180, 180]"
COUNTRY = (
    "must be LAT,LON in degrees, a country such as vn or Vietnam, "
    "or a city such as Hanoi or Valencia,es"
)


@pytest.mark.parametrize(
    ("place", "rule"),
    [
        ("90.1,0", DEGREES),
        ("-91,0", DEGREES),
        ("0,180.5", DEGREES),
        ("1,2,3", DEGREES),
        ("nan,0", DEGREES),
        ("north,0", DEGREES),
        ("10,", DEGREES),
        ("xx", COUNTRY),
        ("nowhere", COUNTRY),
        ("10", COUNTRY),
    ],
)
def test_a_place_is_a_point_on_the_globe_or_a_country(complaint, place, rule):
    assert complaint("--near", place) == f'--near: {rule}, got "{place}"'


@pytest.mark.parametrize(
    "day",
    ["2026", "2026-07", "2026-7-1", "2026-13-01", "2026-02-29", "0000-01-01", "today", "undated", "2026-07-20T",
     "2026-07-20T24:00", "2026-07-20T12:60", "2026-07-20T9:30", "2026-07-20T12:00+02:00", "2026-07-20T-1:00"],
)
def test_today_is_a_day(complaint, day):
    assert complaint("--today", day) == f'--today: must be a date such as 2026-07-20 or 2026-07-20T18:30, got "{day}"'


# ---- what does not go together -------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--hours-per-day 25", "--hours-per-day: must be at most 24 h/d, got 25 h/d"),
        ("--max-rtt 30", "--max-rtt: must come with a place to be near to"),
        (
            "--min-gpus 3 --max-gpus 2",
            "--max-gpus: must not be below the least number of GPUs, got 2 and 3",
        ),
        (
            "--min-gpus 1 --max-gpus 0",
            "--max-gpus: must not be below the least number of GPUs, got 0 and 1",
        ),
        ("--fixed 10", "--fixed: must come with a budget or with days"),
        ("--fixed 10 --budget 10", "--fixed: must be below the budget of 10 USD, got 10 USD"),
        (
            "--fixed 10 --budget 5 --days 3",
            "--fixed: must be below the budget of 5 USD, got 10 USD",
        ),
        (
            "--min-gpus 0 --weights gpu_memory=1",
            "--weights: must weigh more than GPU memory where no GPU is asked for",
        ),
        ("--model gpt2-xl", "--tokens: must be given, to say how much is trained"),
        ("--model resnet-50 --tokens 2e9", "--tokens: must not be given for a net over images: use --samples"),
        ("--model gpt2-xl --tokens 1e9 --samples 3",
         "--tokens: must come alone: --tokens, --samples and --flops each say how much is trained"),
        ("--model gpt2-xl --tokens 1e9 --days 3",
         "--days: must not come with a training job, whose hours are estimated: use --deadline"),
        ("--gpu 8xV100", '--gpu: must be a GPU without a number of them, which is --min-gpus, got "8xV100"'),
        ("--columns regoin", '--columns: must be columns of the answer, got "regoin", did you mean region?'),
        ("--columns region --format csv", "--columns: must come with the format table or markdown"),
        ("--columns region --columns gpu", "--columns: must be given once, got 2 values"),
        ("--top 0", "--top: must be a whole number of at least 1, got 0"),
        ("--top 1.5", "--top: must be a whole number of at least 1, got 1.5"),
        ("--nearest 1.5", "--nearest: must be a whole number of at least 0, got 1.5"),
    ],
)
def test_a_contradiction_is_refused(complaint, flags, message):
    assert complaint(*flags.split()) == message


@pytest.mark.parametrize(("flags", "hint"), [
    (["--gpu", "T5"], "; of that family there are nvidia-t4, nvidia-t4g"),  # no T4 for a T5
    (["--own-price", "9", "--own-gpu", "T5"], "; of that family there are nvidia-t4, nvidia-t4g"),
    (["--model", "lama-2-7b"], ", did you mean llama-2-7b?"),
    (["--model", "lama-3-7b"], ""),  # no other net for one
    (["--model", "resnet-51"], None),
    (["--region", "us-east-9"], "; there are us-east-1, us-east-2"),
    (["--region", "us-eest-1"], ", did you mean us-east-1?"),
])
def test_no_other_net_or_gpu_is_offered_as_a_spelling(complaint, flags, hint):
    message = complaint(*flags)
    assert message.startswith(f"{flags[-2]}: must be ")
    if hint is None:
        assert "of the family resnet there are resnet-101, resnet-152, resnet-18" in message
    else:
        assert message.endswith(f'"{flags[-1]}"{hint}')


# ---- the command line itself ---------------------------------------------------------


COMMAND_LINES = [
    (["--bugdet", "3"], "--bugdet: must be a known flag, did you mean --budget?"),
    (["--Budget", "3"], "--Budget: must be a known flag, did you mean --budget?"),
    (["--bugdet=3"], "--bugdet=3: must be a known flag, did you mean --budget?"),
    (["--top", "3", "--frobnicate"], "--frobnicate: must be a known flag"),
    (["-x"], "-x: must be a known flag"),
    (["--budget"], "--budget: must have a value"),
    (["--budget="], "--budget: must have a value"),
    (["--budget=", "--top", "3"], "--budget: must have a value"),
    (["--budget", "--explain"], "--budget: must have a value"),
    (["--max-price", "--nearest", "0"], "--max-price: must have a value"),
    (["--gpu", "--top", "1"], "--gpu: must have a value"),
    (["--format", "--top", "1"], "--format: must have a value"),
    (["--top", "3", "--output"], "--output: must have a value"),
    (["--format", "json", "--format", "csv"], "--format: must be given once, got 2 values"),
    (["--output", "a", "--output", "b"], "--output: must be given once, got 2 values"),
    (["--profile", "hpc", "--profile", "hpc"], "--profile: must be given once, got 2 values"),
    (["--nothing\nhere"], "--nothing\\x0ahere: must be a known flag"),
]


@pytest.mark.parametrize(
    ("flags", "message"), COMMAND_LINES, ids=[" ".join(flags) for flags, _ in COMMAND_LINES]
)
def test_a_command_line_that_makes_no_sense_is_refused(complaint, flags, message):
    assert complaint(*flags) == message


def test_a_switch_has_no_value(complaint):
    message = complaint("--include-retired=maybe")
    assert message.startswith("--include-retired: must ")


@pytest.mark.parametrize("flag", sorted(NUMBERS) + ["--family", "--near", "--catalog", "--format"])
def test_an_empty_value_is_not_taken_for_no_flag(complaint, flag):
    assert complaint(flag, "") == f"{flag}: must have a value"  # an unset variable of a script
    assert complaint(f"{flag}=") == f"{flag}: must have a value"


# ---- plans ---------------------------------------------------------------------------

PLAN = "--budget 2000 --days 365 --hours-per-day 2"


@pytest.mark.parametrize(
    "flags, message",
    [
        ("--use-cv 0.5", "--use-cv: must leave at most 1 % of the days above 24 h, "
         "got 43 % at 24 h/d on average"),
        ("--hours-per-day 2 --use-cv 0.5", "--use-cv: must come with a budget or with days"),
        (f"{PLAN} --use-cv 20", "--use-cv: must be 0 or from 0.001 to 10, got 20"),
        (f"{PLAN} --use-cv 1 --confidence 1",
         "--confidence: must be above 0 and below 1, got 1"),
        ("--budget 5 --days 0.5 --hours-per-day 2 --use-cv 1",
         "--days: must be at least 1 d if the use varies, got 0.5 d"),
        ("--region any,us-east-1", "--region: must not name regions beside any"),
        ("--own-years 3", "--own-price: must be given with the other figures of owning"),
        ("--own-price 10 --own-residual 10",
         "--own-residual: must be below the price, got 10 USD"),
        ("--own-price 10 --own-rate 8", "--own-rate: must be from 0 to 1, got 8"),
        ("--own-price 10 --own-pue 0.5", "--own-pue: must be at least 1, got 0.5"),
        ("--own-price 10 --own-upkeep 3", "--own-upkeep: must be from 0 to 1, got 3"),
        ("--own-price 10 --own-gpu K81",
         '--own-gpu: must be a GPU of the catalog, got "K81"; of that family there are nvidia-grid-k520, '
         "nvidia-k520-gk104, nvidia-k80, nvidia-k80-gk210"),
        ("--electricity mars", "--electricity: must be USD per kWh or asia-business, de, "
         "de-industry, europe-business, north-america-business, sg, us, us-industry, vn, world "
         'or world-business, got "mars"'),
        ("--electricity 101", "--electricity: must be from 0 to 100 USD/kWh, got 101"),
        ("--dataset-url ftp://x", "--dataset-url: must be kaggle:OWNER/NAME, https://... or "
         's3://..., got "ftp://x"'),
        ("--key-name a/b", "--key-name: must be at most 64 letters, digits, '.', '_' and '-', "
         'beginning with a letter or digit, got "a/b"'),
        ("--currency euro=0.92", "--currency: must be CODE=RATE or CODE=RATE@DATE with a code of three "
         'capital letters: EUR=0.92@2026-11-30, got "euro=0.92"'),
        ("--currency EUR=0", "--currency: must be positive, got 0"),
        ("--currency EUR=1,2", '--currency: must be a number, got "1,2"'),
        ("--currency EUR=0.92 --currency GBP=0.8", "--currency: must be given once, got 2 values"),
        ("--currency EUR=0.92@2026-12-01 --today 2026-11-30",
         "--currency: must not be after today, 2026-11-30, got 2026-12-01"),
        ("--launch --format csv", "--launch: must not come with the format csv"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(complaint, flags, message):
    assert complaint(*flags.split()) == message
