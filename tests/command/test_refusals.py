"""A refusal names changes that admit the machine; made, they do."""

import re

import pytest

FLAGS = {
    "budget_usd": "budget",
    "days": "days",
    "hours_per_day": "hours-per-day",
    "max_price_usd_per_hour": "max-price",
    "gpu": "gpu",
    "min_gpus": "min-gpus",
    "max_gpus": "max-gpus",
    "min_gpu_memory_gib": "min-gpu-memory",
    "max_gpu_memory_gib": "max-gpu-memory",
    "min_memory_gib": "min-memory",
    "max_memory_gib": "max-memory",
    "min_vcpus": "min-vcpus",
    "max_vcpus": "max-vcpus",
    "min_network_gbps": "min-network",
    "arch": "arch",
    "family": "family",
    "instance": "instance",
    "exclude": "exclude",
    "region": "region",
    "max_rtt_ms": "max-rtt",
    "include_retired": "include-retired",
    "profile": "profile",
    "precision": "precision",
}
ALTERNATIVES = {"budget_usd", "days", "hours_per_day"}  # one of them is enough

SNAPSHOT = {"catalog": "aws-2020-04"}
MONEY = {"budget": "2000", "days": "365", "hours-per-day": "2"}
REQUESTS = {
    "the-article": SNAPSHOT | MONEY | {"region": "us-east-1"},
    "everywhere": SNAPSHOT | MONEY,
    "a-year-for-a-dollar": SNAPSHOT | {"budget": "1", "days": "365", "family": "p3*"},
    "large-and-cheap": SNAPSHOT | MONEY | {"min-gpus": "8", "min-memory": "700"},
    "small-and-fast": SNAPSHOT | {"max-gpus": "1", "min-vcpus": "10", "min-network": "20"},
    "fixed-charges": SNAPSHOT | {"max-price": "1", "fixed": "100", "budget": "300", "days": "30"},
    "not-too-large": SNAPSHOT | {"max-vcpus": "4", "max-memory": "30", "max-gpu-memory": "12"},
    "gpu-memory": SNAPSHOT | {"gpu": "T4", "min-gpu-memory": "17"},
    "one-family": SNAPSHOT | {"family": "g4dn"},
    "some-machines": SNAPSHOT | {"instance": "g4dn.xlarge,p2*"},
    "left-out": SNAPSHOT | {"exclude": "g4dn,p3.2xlarge"},
    "too-far": SNAPSHOT | {"near": "vn", "max-rtt": "10", "max-price": "0.5"},
    "no-such-rate": SNAPSHOT | {"precision": "bf16"},
    "spot": {"purchase": "spot", "instance": "dl*,p2.*"},
    "graphics": {"profile": "graphics", "instance": "inf1.*,g2.*"},
    "arm": {"arch": "arm64", "family": "g4dn,p2"},
    "without-gpus": {"max-gpus": "0", "instance": "g4ad.*,dl1.*"},
    "with-gpus": {"instance": "c5.l*,c5.2*", "min-memory": "100"},
}

NEAREST = ("--nearest", "8")
by_request = pytest.mark.parametrize("asked", REQUESTS.values(), ids=REQUESTS)


def arguments(asked):
    return [f"--{flag}" if value is True else f"--{flag}={value}" for flag, value in asked.items()]


def changed(asked, changes):
    """The request with changes made, each a key and its value."""
    out = dict(asked)
    for key, value in changes.items():
        flag = FLAGS[key]
        if key == "exclude":
            out[flag] = ",".join(name for name in asked[flag].split(",") if name != value)
        else:
            out[flag] = value if isinstance(value, (bool, str)) else repr(value)
    return {flag: value for flag, value in out.items() if value != ""}


def ways(relaxation):
    """The sets of changes of which each is said to be enough."""
    needed = {key: value for key, value in relaxation.items() if key not in ALTERNATIVES}
    either = [key for key in relaxation if key in ALTERNATIVES]
    return [needed | {key: relaxation[key]} for key in either] or [needed]


@by_request
def test_each_relaxation_admits_its_machine(answer, recommend, asked):
    status = recommend(*arguments(asked)).status
    refused = answer(*arguments(asked), *NEAREST, status=status)["refusals"]["nearest"]
    not_admitted = []
    for refusal in (r for r in refused if r["relaxation"]):
        assert refusal["alternatives"] == ways(refusal["relaxation"])
        for changes in refusal["alternatives"]:
            relaxed = arguments(changed(asked, changes))
            out = recommend(*relaxed, "--top", "100000", "--format", "csv").out
            if f",{refusal['instance']},{refusal['family']},{refusal['region']}," not in out:
                not_admitted.append((refusal["instance"], refusal["reason"], changes))
    assert not_admitted == []


@by_request
def test_each_relaxation_still_admits_its_machine_as_the_report_prints_it(recommend, asked):
    keys = {flag: key for key, flag in FLAGS.items()}
    out = recommend(*arguments(asked), *NEAREST, "--format", "markdown").out
    not_admitted = []
    for machine, region, printed in re.findall(r"^- (\S+) \((\S+?)[,)].*\(`(.*)`\)$", out, re.M):
        printed = re.sub(r"no (--exclude)", r"\1", printed)
        *needed, last = printed.split(" and ")
        for either in re.split(r", or |, ", last.removeprefix("one of ")):
            words = [part.removeprefix("--").partition(" ") for part in (*needed, either)]
            changes = {keys[flag]: value or True for flag, _, value in words}
            relaxed = arguments(changed(asked, changes))
            table = recommend(*relaxed, "--top", "100000", "--format", "csv").out
            if not re.search(rf",{re.escape(machine)},[^,]*,{region},", table):
                not_admitted.append((machine, " ".join(relaxed)))
    assert not_admitted == []


def test_the_nearest_refusals_come_first(answer, article):
    refused = answer(*article, "--nearest", "9")["refusals"]["nearest"]
    prices = [r["price_usd_per_hour"] for r in refused]
    assert len(prices) == 9
    assert prices == sorted(prices)


def test_machines_that_were_named_come_before_all_others(answer):
    found = answer("--family", "p2,p3", "--nearest", "7", status=1)
    families = [r["family"] for r in found["refusals"]["nearest"]]
    assert sorted(families[:6]) == ["p2"] * 3 + ["p3"] * 3
    assert families[6] not in ("p2", "p3")
