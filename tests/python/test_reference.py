"""The answer against the rule and the score written down plainly."""

import math

import flopwise
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

WEIGHTS = {
    "training": dict(cost=0.45, speed=0.25, gpu_memory=0.15, memory=0.05, vcpus=0.05, network=0.05),
    "inference": dict(cost=0.6, speed=0.1, gpu_memory=0.15, memory=0.05, vcpus=0.05, network=0.05),
    "hpc": dict(cost=0.4, speed=0.25, gpu_memory=0.05, memory=0.1, vcpus=0.05, network=0.15),
}
REFERENCE_RATE = {"mixed": 125.0, "fp64": 7.8, "fp32": 15.7, "fp16": 125.0}


def rate(gpu, precision):
    names = {
        "mixed": ("bf16_tensor", "fp16_tensor", "fp16", "tf32_tensor", "fp32"),
        "fp64": ("fp64", "fp64_tensor"),
        "fp32": ("fp32",),
        "fp16": ("fp16", "fp16_tensor"),
    }[precision]
    known = [getattr(gpu, f"{name}_tflops") for name in names]
    return max((r for r in known if r is not None), default=None)


def plain_answer(catalog, budget_usd, days, hours_per_day, profile, precision, min_memory_gib):
    """Best first: (score, instance, region)."""
    gpus = {gpu.name: gpu for gpu in catalog.gpus}
    hours = days * hours_per_day
    out = []
    for o in catalog.offers:
        if o.gpu is None or o.purchase != "on_demand" or o.retired or not o.offered:
            continue
        if profile in gpus[o.gpu].not_for or o.memory_gib is None or o.memory_gib < min_memory_gib:
            continue
        one = rate(gpus[o.gpu], precision)
        if one is None:
            continue
        if not o.price_usd_per_hour * hours < budget_usd + 0.005:
            continue
        speed = one * o.gpu_count
        ratios = {
            "cost": speed / o.price_usd_per_hour / (REFERENCE_RATE[precision] / 3.06),
            "speed": speed / REFERENCE_RATE[precision],
            "gpu_memory": o.gpu_memory_gib / 16,
            "memory": o.memory_gib / 61,
            "vcpus": (2 if o.vcpus is None else o.vcpus) / 8,  # assumed
            "network": (1 if o.network_gbps is None else o.network_gbps) / 2.5,  # assumed
        }
        score = 100 * math.prod(r ** WEIGHTS[profile][k] for k, r in ratios.items())
        out.append((-score, o.instance, o.region))
    return [(-s, i, r) for s, i, r in sorted(out)]


@settings(max_examples=60, deadline=None)
@given(
    budget_usd=st.floats(10, 1e5),
    days=st.floats(1, 400),
    hours_per_day=st.floats(0.5, 24),
    profile=st.sampled_from(sorted(WEIGHTS)),
    precision=st.sampled_from(sorted(REFERENCE_RATE)),
    min_memory_gib=st.sampled_from([1, 32, 200]),
    catalog=st.sampled_from(flopwise.Catalog.bundled_names()),
)
def test_recommend_is_the_rule_and_the_score(catalog, **asked):
    catalog = flopwise.Catalog.bundled(catalog)
    expected = plain_answer(catalog, **asked)
    advice = flopwise.recommend(catalog=catalog, top=10_000, nearest=0, speed="peak", **asked)
    assert advice.admitted == len(expected)
    got = {(c.instance, c.region): c.score for c in advice.choices}
    assert got == pytest.approx({(i, r): s for s, i, r in expected}, rel=1e-9)
    scores = [c.score for c in advice.choices]
    assert scores == sorted(scores, reverse=True)
    for c in advice.choices[:20]:
        assert sum(c.contributions.values()) == pytest.approx(math.log(c.score / 100))
        assert c.cost.total_usd == pytest.approx(c.price_usd_per_hour * asked["days"] * asked["hours_per_day"])


@given(st.floats(1, 1e5), st.floats(1, 400), st.floats(1.01, 10))
@settings(max_examples=40, deadline=None)
def test_more_money_refuses_nothing(budget_usd, days, factor):
    asked = dict(days=days, catalog="aws-2020-04", top=1000, nearest=0)
    less = flopwise.recommend(budget_usd=budget_usd, **asked)
    more = flopwise.recommend(budget_usd=budget_usd * factor, **asked)
    assert {(c.instance, c.region) for c in less.choices} <= {
        (c.instance, c.region) for c in more.choices
    }
