"""The formulas of the model, written a second time and read from the same facts."""

import math
from decimal import Decimal

import pytest
import yaml

CRITERIA = ("cost", "speed", "gpu_memory", "memory", "vcpus", "network")
RATES = {
    "mixed": ("bf16_tensor", "fp16_tensor", "fp16", "tf32_tensor", "fp32"),
    "fp64": ("fp64", "fp64_tensor"),
    "fp32": ("fp32",),
    "fp16": ("fp16", "fp16_tensor"),
}


class Model:
    """Ceiling, admission and score for the snapshot of April 2020."""

    def __init__(self, data):
        gpus = yaml.safe_load((data / "gpus.yaml").read_text())
        snapshot = yaml.safe_load((data / "snapshots/aws-2020-04.yaml").read_text())
        self.gpus = {g["name"]: g for g in gpus["gpus"]}
        self.types = {i["name"]: i for i in snapshot["instances"]}
        self.prices = {(p["instance"], p["region"]): p["usd_per_hour"] for p in snapshot["prices"]}

    def rate(self, instance, precision):
        machine = self.types[instance]
        if precision is None:  # no GPU is asked for
            return machine["vcpus"]
        gpu = self.gpus[machine["gpu"]]
        known = [gpu[f"{r}_tflops"] for r in RATES[precision] if f"{r}_tflops" in gpu]
        return max(known) * machine["gpu_count"] if known else None

    def merits(self, offer, precision):
        machine = self.types[offer[0]]
        gpu = self.gpus[machine["gpu"]]
        rate = self.rate(offer[0], precision)
        sizes = (gpu["memory_gib"], machine["memory_gib"], machine["vcpus"])
        return (rate / self.prices[offer], rate, *sizes, machine["network_gbps"])

    def weights(self, given, precision):
        if precision is None:
            given = dict(given, gpu_memory=0)
        return {criterion: given[criterion] / sum(given.values()) for criterion in CRITERIA}

    def contributions(self, offer, precision, weights):
        reference = self.merits(("p3.2xlarge", "us-east-1"), precision)
        ratios = [a / b for a, b in zip(self.merits(offer, precision), reference)]
        return {c: weights[c] * math.log(ratio) for c, ratio in zip(CRITERIA, ratios)}

    def admits(self, offer, precision, budget, hours):
        if self.rate(offer[0], precision) is None:
            return False
        due = Decimal(str(self.prices[offer])) * Decimal(hours)
        return due - Decimal(budget) < Decimal("0.005")


@pytest.fixture(scope="module")
def model(data):
    return Model(data)


def near(value):
    return pytest.approx(value, rel=1e-9, abs=1e-11)  # logarithms come with 12 digits


def flags(settings):
    return [text for name, value in settings.items() for text in (f"--{name}", str(value))]


WORK = {
    "training": ("mixed", {}),
    "fp64": ("fp64", {"precision": "fp64"}),
    "fp32": ("fp32", {"precision": "fp32"}),
    "fp16": ("fp16", {"precision": "fp16"}),
    "inference": ("mixed", {"profile": "inference"}),
    "graphics": ("fp32", {"profile": "graphics"}),
    "hpc": ("fp64", {"profile": "hpc"}),
    "own-weights": ("mixed", {"weights": "cost=3,memory=1,network=0.5"}),
    "without-gpu": (None, {"min-gpus": "0"}),
}
MONEY = {
    "the-article": ("2000", 365, 2),
    "a-month": ("1500", 30, 24),
    "plenty": ("1000000", 100, 24),
    "exactly-p3": ("2233.80", 365, 2),
    "a-cent-short-of-p3": ("2233.79", 365, 2),
}


@pytest.mark.parametrize("region", ["us-east-1", "ap-southeast-1"])
@pytest.mark.parametrize("money", MONEY)
@pytest.mark.parametrize("work", WORK)
def test_the_answer_is_that_of_the_formulas(answer, model, work, money, region):
    (precision, settings), (budget, days, hours_per_day) = WORK[work], MONEY[money]
    asked = {"budget": budget, "days": days, "hours-per-day": hours_per_day, "region": region}
    found = answer("--catalog", "aws-2020-04", *flags(asked), *flags(settings), "--speed", "peak")
    hours = days * hours_per_day

    assert found["price_ceiling_usd_per_hour"] == near(float(budget) / hours)
    in_scope = [offer for offer in model.prices if offer[1] == region]
    admitted = [o for o in in_scope if model.admits(o, precision, budget, hours)]
    chosen = {(c["instance"], c["region"]): c for c in found["choices"]}
    assert set(chosen) == set(admitted)
    assert found["admitted"] == len(found["choices"]) == len(admitted)
    assert found["refusals"]["count"] == len(in_scope) - len(admitted)

    weights = model.weights(found["request"]["weights"], precision)
    assert found["weights"] == near(weights)
    for offer, choice in chosen.items():
        parts = model.contributions(offer, precision, weights)
        assert choice["contributions"] == near(parts)
        assert choice["score"] == near(100 * math.exp(sum(parts.values())))
        assert choice["price_usd_per_hour"] == model.prices[offer]
        assert choice["cost"]["total_usd"] == near(model.prices[offer] * hours)
    scores = [c["score"] for c in found["choices"]]
    assert scores == sorted(scores, reverse=True)
    assert [c["rank"] for c in found["choices"]] == list(range(1, len(scores) + 1))


def test_a_choice_is_marked_if_no_other_beats_it_in_price_speed_and_gpu_memory(answer, model):
    found = answer("--catalog", "aws-2020-04")
    merits = {}
    for c in found["choices"]:
        offer = (c["instance"], c["region"])
        _, rate, memory, *_ = model.merits(offer, "mixed")
        merits[offer] = (-model.prices[offer], rate, memory)
    best = {
        offer
        for offer, own in merits.items()
        if not any(o != own and all(a >= b for a, b in zip(o, own)) for o in merits.values())
    }
    assert {(c["instance"], c["region"]) for c in found["choices"] if c["pareto"]} == best
