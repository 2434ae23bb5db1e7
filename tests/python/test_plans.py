"""Bills, ways to pay, uncertain use, owning and regions, as a notebook asks for them."""

import json
import math
import pickle

import flopwise
import numpy as np
import pytest

PLAN = {"budget_usd": 8000, "days": 365, "hours_per_day": 8, "storage_gib": 200,
        "egress_gib_per_month": 50, "purchase": "best", "own_price_usd": 10_000, "near": "vn"}


@pytest.fixture(scope="module")
def planned():
    return flopwise.recommend(**PLAN)


# ---- bills --------------------------------------------------------------------------


def test_a_bill_by_hand():
    # us-east-1: 500 GiB * 0.08 * 12 months; (5000 - 3000) IOPS * 0.005 * 12;
    # (1000 - 100) GiB * 0.09 * 12; 365 days are 12 months of 730 h.
    bill = flopwise.bill(price_usd_per_hour=0.9, region="us-east-1", days=365, hours_per_day=2,
                         storage_gib=500, storage_iops=5000, egress_gib_per_month=1000)
    assert {item.charge: item.amount_usd for item in bill.items} == pytest.approx(
        {"compute": 657, "storage_gp3": 480, "storage_gp3_iops": 120, "egress": 972})
    assert bill.total_usd == pytest.approx(2229)
    assert bill.complete
    assert bill.items[1].tiers == [{"from": 0.0, "usd": 0.08}]
    assert bill.items[1].source
    frame = bill.items.to_pandas()
    assert frame["amount_usd"].sum() == pytest.approx(bill.total_usd)


def test_a_charge_that_is_not_known_is_none():
    bill = flopwise.bill(price_usd_per_hour=1, region="ap-southeast-7", days=1, storage_gib=10)
    disk = bill.items[1]
    assert disk.amount_usd is None
    assert disk.assumed_usd > 0
    assert not bill.complete
    assert bill.total_usd == 24


def test_bad_bills():
    with pytest.raises(flopwise.FlopwiseError, match="region: must be given"):
        flopwise.bill(price_usd_per_hour=1, days=1, storage_gib=10)
    with pytest.raises(flopwise.FlopwiseError, match="storage_gib: must not be negative, got -10 GiB"):
        flopwise.bill(price_usd_per_hour=1, days=1, storage_gib=-10)
    with pytest.raises(flopwise.FlopwiseError, match="days: must be given"):
        flopwise.bill(price_usd_per_hour=1)


def test_charges_are_read_and_looked_up(tmp_path):
    charges = flopwise.Charges.bundled()
    assert len(charges) > 1000
    assert "gp3" in charges.storage_types
    assert charges.default_storage() == "gp3"
    assert charges.default_storage("gcp") == "pd-balanced"
    assert charges.default_storage("azure") is None
    assert charges.rate("egress", "nowhere") is None
    assert charges.rate("egress", "us-east-1").tiers[0] == {"from": 0.0, "usd": 0.0}
    regions = {rate.region for rate in charges.rates("storage_gp3")}
    assert {"us-east-1", "ap-southeast-1"} <= regions
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "provider: aws\nsources:\n  - {name: me, title: my contract, as_of: 2026-01-01}\n"
        "charges:\n  - {charge: storage_gp3, region: us-east-1, usd: 0.05, source: me}\n")
    plan = {"days": 365, "storage_gib": 100, "region": "us-east-1", "top": 1}
    for written in (mine, str(mine), [mine], flopwise.Charges.read(mine)):
        items = flopwise.recommend(charges=written, **plan).choices[0].cost.items
        assert items[1].amount_usd == pytest.approx(0.05 * 100 * 12)
        bill = flopwise.bill(price_usd_per_hour=1, region="us-east-1", days=365, storage_gib=100,
                             charges=written)
        assert bill.items[1].amount_usd == pytest.approx(60)
    file = tmp_path / "bad.yaml"
    file.write_text("charges: [3]\n")
    with pytest.raises(flopwise.FlopwiseError) as caught:
        flopwise.Charges.read(file)
    assert caught.value.file == str(file)
    with pytest.raises(FileNotFoundError):
        flopwise.Charges.read(tmp_path / "none.yaml")


# ---- ways to pay --------------------------------------------------------------------


def test_ways_to_pay_are_sorted_and_add_up():
    ways = flopwise.purchase_options(instance="g5.xlarge", region="us-east-1", days=365,
                                     hours_per_day=24)
    known = [way for way in ways if way.total_usd is not None]
    totals = [way.total_usd for way in known]
    assert totals == sorted(totals)
    by_name = {way.purchase: way for way in ways}
    assert by_name["on_demand"].total_usd == pytest.approx(1.006 * 8760)
    reserved = by_name["reserved_1yr_no_upfront"]
    assert reserved.total_usd == pytest.approx(0.63378 * 8760)  # the published rate
    assert reserved.break_even_hours_per_day == pytest.approx(24 * 0.63378 / 1.006)
    for way in known:
        assert sum(item.amount_usd for item in way.items) == pytest.approx(way.total_usd)
    assert {"purchase", "total_usd", "notes"} <= set(ways.to_pandas().columns)
    with pytest.raises(flopwise.FlopwiseError, match="instance: must have a price"):
        flopwise.purchase_options(instance="g99", region="us-east-1", days=1)


def test_lost_work_against_a_search_over_the_formula():
    work, rate, checkpoint, restart = 100.0, 0.01, 0.1, 0.2
    interval = np.linspace(0.5, 30, 50_000)  # Daly 2006
    wall = work / interval / rate * math.exp(rate * restart) * np.expm1(
        rate * (interval + checkpoint))
    got = flopwise.spot_hours(work_hours=work, interruptions_per_hour=rate,
                              checkpoint_minutes=6, restart_minutes=12)
    assert got.expected_hours == pytest.approx(wall.min(), rel=1e-8)
    assert got.checkpoint_interval_hours == pytest.approx(interval[wall.argmin()], rel=1e-3)
    assert got.hours_p90 > got.expected_hours
    # Reclaimed within 730 h with probability f: 1 - e^(-730 rate) = f.
    rate = flopwise.interruptions_per_hour(reclaimed_per_month=0.2)
    assert 1 - math.exp(-730 * rate) == pytest.approx(0.2)
    with pytest.raises(flopwise.FlopwiseError, match="work_hours"):
        flopwise.spot_hours(work_hours=0, interruptions_per_hour=0.1)


# ---- uncertain use ------------------------------------------------------------------


def test_uncertain_use_against_draws():
    rng = np.random.default_rng(7)
    days, use, cv, price = 30, 4.0, 0.8, 1.5
    hours = rng.gamma(1 / cv**2, use * cv**2, (100_000, days)).sum(axis=1)
    budget = 200.0
    p = flopwise.probability_within_budget(
        price_usd_per_hour=price, budget_usd=budget, days=days, hours_per_day=use, use_cv=cv)
    assert p == pytest.approx((hours * price <= budget).mean(), abs=0.005)
    q = flopwise.hours_quantile(p=[0.5, 0.8, 0.9], days=days, hours_per_day=use, use_cv=cv)
    assert q == pytest.approx(np.quantile(hours, [0.5, 0.8, 0.9]), rel=0.005)
    ceiling = flopwise.price_ceiling_usd_per_hour(
        budget_usd=budget, days=days, hours_per_day=use, use_cv=cv, confidence=0.8)
    assert ceiling == pytest.approx(budget / q[1])
    assert flopwise.affordable(price_usd_per_hour=ceiling * 0.999, budget_usd=budget, days=days,
                               hours_per_day=use, use_cv=cv, confidence=0.8)
    assert not flopwise.affordable(price_usd_per_hour=ceiling * 1.001, budget_usd=budget,
                                   days=days, hours_per_day=use, use_cv=cv, confidence=0.8)


def test_a_certain_use_is_the_rule_to_the_last_bit():
    figures = {"budget_usd": [2000, 333.3], "days": [365, 7], "hours_per_day": 2}
    certain = flopwise.price_ceiling_usd_per_hour(**figures)
    assert (flopwise.price_ceiling_usd_per_hour(**figures, use_cv=0) == certain).all()


def test_an_answer_with_uncertain_use():
    advice = flopwise.recommend(budget_usd=2000, days=365, hours_per_day=2, use_cv=1,
                                confidence=0.95, region="us-east-1")
    best = advice.choices[0]
    assert best.probability_within_budget >= 0.95
    quantiles = best.cost_quantiles_usd
    assert quantiles["p50"] < quantiles["p80"] < quantiles["p90"]
    assert {"probability_within_budget", "cost_p90_usd"} <= set(advice.to_pandas().columns)
    charged = flopwise.recommend(days=365, hours_per_day=2, use_cv=1, storage_gib=10).choices[0]
    assert charged.cost.total_usd < charged.cost_quantiles_usd["p90"]


# ---- owning and regions -------------------------------------------------------------


def test_owning_by_hand():
    cost = flopwise.owning_cost(own_price_usd=10_000, own_years=5, hours_per_day=2)
    assert cost.own_usd_per_day == pytest.approx(10_000 / 5 / 365)  # the article's 5.479
    assert cost.own_usd_per_hour == pytest.approx(10_000 / 5 / 365 / 2)
    assert flopwise.break_even_use_hours_per_day(
        0.9, own_price_usd=10_000) == pytest.approx(10_000 / 5 / 365 / 0.9)
    assert flopwise.break_even_use_hours_per_day(0.1, own_price_usd=10_000) is None
    assert flopwise.break_even_years(
        0.9, own_price_usd=10_000, hours_per_day=8) == pytest.approx(10_000 / (0.9 * 8 * 365))
    assert flopwise.break_even_years(0.9, own_price_usd=10_000, hours_per_day=1) is None
    # 400 W * 1.5 * 0.20 USD/kWh * 2 h
    powered = flopwise.owning_cost(own_price_usd=10_000, own_watts=400, own_pue=1.5,
                                   electricity=0.2, hours_per_day=2)
    assert powered.energy_usd_per_day == pytest.approx(0.24)
    with pytest.raises(flopwise.FlopwiseError, match="own_price_usd"):
        flopwise.owning_cost(own_years=5)


def test_regions_by_distance():
    near = flopwise.nearby((10.8, 106.7), "aws-2020-04")
    assert near[0].region == "ap-southeast-1"  # Singapore from Ho Chi Minh City
    there = next(r for r in flopwise.Catalog.bundled("aws-2020-04").regions
                 if r.code == near[0].region)
    a, b = map(math.radians, (10.8, there.latitude))
    cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(
        math.radians(106.7 - there.longitude))  # spherical law of cosines
    assert near[0].distance_km == pytest.approx(6371 * math.acos(cosine), rel=1e-4)
    distances = [region.distance_km for region in near]
    assert distances == sorted(distances)
    with pytest.raises(flopwise.FlopwiseError, match="near"):
        flopwise.nearby("atlantis")


# ---- the whole answer ---------------------------------------------------------------


def test_the_answer_has_what_its_json_has(planned):
    shown = json.loads(planned.to_json())
    records = planned.to_dict()
    for key in ("region", "total_usd", "unknown", "price_ceiling_before_usd_per_hour"):
        assert records["charges"][key] == shown["charges"][key]
    assert len(records["purchase_options"]) == len(shown["purchase_options"]) > 3
    for record, way in zip(records["purchase_options"], shown["purchase_options"]):
        for key, value in way.items():
            if key == "as_of" and value is None:
                value = "undated"  # without a source there is no date
            assert record[key] == pytest.approx(value), key
    for record, choice in zip(records["choices"], shown["choices"]):
        for key in ("purchase", "effective_usd_per_hour", "arch"):
            assert record[key] == choice[key]
        assert record["cost_quantiles_usd"] == pytest.approx(choice["cost_quantiles_usd"])
        for item, line in zip(record["cost"]["items"], choice["cost"]["items"]):
            assert {key: item[key] for key in line} == line
    region = records["region_choice"]
    assert region["region"]["region"] == shown["region_choice"]["region"]["region"]
    assert [n["region"] for n in region["nearer"]] == [
        n["region"] for n in shown["region_choice"]["nearer"]]
    own = planned.ownership
    assert own.verdict == shown["ownership"]["verdict"]
    assert own.cost.own_usd_per_day == pytest.approx(shown["ownership"]["own_usd_per_day"])
    assert own.rent_usd_per_day == pytest.approx(shown["ownership"]["rent_usd_per_day"])
    assert {s.key: s.elasticity for s in own.sensitivities} == pytest.approx(
        shown["ownership"]["sensitivities"])


def test_the_cost_of_a_choice_is_the_sum_of_its_lines(planned):
    for choice in planned.choices:
        known = [i.amount_usd for i in choice.cost.items if i.amount_usd is not None]
        assert choice.cost.total_usd == pytest.approx(sum(known))
        hours = PLAN["days"] * PLAN["hours_per_day"]
        if choice.cost.complete:
            assert choice.effective_usd_per_hour == pytest.approx(choice.cost.total_usd / hours)


def test_the_notebook_shows_bill_ways_and_owning(planned):
    page = planned._repr_html_()
    for text in ("Bill of", "storage_gp3", "Ways to pay", "on_demand", "Owning costs",
                 "Nearest region"):
        assert text in page, text
    plain = flopwise.recommend(days=1)._repr_html_()
    assert "Bill of" not in plain
    assert "Ways to pay" not in plain


def test_a_start_plan_for_any_choice():
    advice = flopwise.recommend(family="g4dn", region="us-east-1", storage_gib=200, days=1)
    script = advice.launch_script()
    assert script.startswith("#!/usr/bin/env bash\n# Start plan: " + advice.choices[0].instance)
    assert "VolumeSize=200,VolumeType=gp3" in script
    assert advice.choices[1].instance in advice.launch_script(advice.choices[1])
    asked = {"family": "g4dn", "region": "us-east-1"}
    assert "\n  instance_type: " in flopwise.recommend(**asked, launch_format="sky").launch_script()
    with pytest.raises(flopwise.FlopwiseError, match="checkpoint_url: must be s3://"):
        flopwise.recommend(**asked, checkpoint_url="gs://bucket/run").launch_script()
    nothing = flopwise.recommend(budget_usd=1, days=365)
    with pytest.raises(flopwise.FlopwiseError, match="choices: must not be empty"):
        nothing.launch_script()


def test_a_sweep_with_ways_to_pay_answers_as_recommend_does():
    hours = [1, 8, 24]
    settings = {"days": 365, "instance": "g5.xlarge", "region": "us-east-1",
                "purchase": "best", "storage_gib": 100}
    answer = flopwise.sweep({"hours_per_day": hours, **settings})
    for i, use in enumerate(hours):
        best = flopwise.recommend(hours_per_day=use, **settings).choices[0]
        assert answer["purchase"][i] == best.purchase
        assert answer["total_usd"][i] == best.cost.total_usd
        assert answer["price_usd_per_hour"][i] == best.price_usd_per_hour


def test_a_sweep_over_spot_counts_lost_work_as_recommend_does():
    settings = {"days": 365, "instance": "g5.xlarge", "region": "us-east-1"}
    alone = flopwise.sweep({"hours_per_day": [1, 24], "purchase": "spot", **settings})
    for i, use in enumerate([1, 24]):
        for ways in ("spot", "spot,reserved_1yr_no_upfront"):
            best = flopwise.recommend(hours_per_day=use, purchase=ways, **settings).choices[0]
            assert best.purchase == "spot"
            assert alone["total_usd"][i] == best.cost.total_usd
    assert alone["total_usd"][1] == pytest.approx(4490.16, abs=0.005)  # 0.5089 USD/h


def test_a_rate_that_is_not_used_and_one_that_is_dearer_are_said():
    where = {"region": "us-east-1", "nearest": 0}
    advice = flopwise.recommend(instance="p5.48xlarge", days=365,
                                purchase="convertible_1yr_no_upfront", **where)
    assert len(advice.choices) == 0
    why = "rate of 2025-04-04, when on demand was 98.32 USD/h; today it is 55.04 USD/h"
    assert why in advice.warnings[0]
    ways = {way.purchase: way for way in flopwise.purchase_options(
        instance="p5.48xlarge", region="us-east-1", days=365)}
    assert ways["convertible_1yr_no_upfront"].total_usd is None
    assert ways["convertible_1yr_no_upfront"].notes == [why]
    dear = flopwise.recommend(instance="g5.2xlarge", days=10,
                              purchase="reserved_1yr_no_upfront", **where)
    # 0.76356 USD/h * 8,760 h, against 1.212 * 240
    warning = ("dearer than on demand: g5.2xlarge in us-east-1, reserved_1yr_no_upfront "
               "6688.79 USD against 290.88 USD")
    assert warning in dear.warnings
    assert warning in dear._repr_html_()


def test_hours_are_one_distribution():
    make = flopwise.HoursDistribution
    known = make(hours=10)
    assert known.is_certain and known.central_hours == known.quantile(0.9) == 10
    assert (known.probability(9.99), known.probability(10)) == (0, 1)
    job = make(hours=10, ln_scale=0.3, degrees_of_freedom=5)
    # 10 * e^(0.3 * 1.475884), the 0.9 quantile of a Student-t of 5 degrees of freedom (published table: 1.476)
    assert job.quantile(0.9) == pytest.approx(10 * math.exp(0.3 * 1.475884), rel=1e-6)
    assert not job.is_certain and job.central_hours == 10
    plan = make(days=365, hours_per_day=2, use_cv=1)
    assert plan.quantile(0.9) == flopwise.hours_quantile(p=0.9, days=365, hours_per_day=2, use_cv=1)
    spot = make(hours=100, interruptions_per_hour=0.01, checkpoint_minutes=5, restart_minutes=10)
    assert spot.central_hours == flopwise.spot_hours(work_hours=100, interruptions_per_hour=0.01).expected_hours
    assert spot.quantile(0.9) == flopwise.spot_hours(work_hours=100, interruptions_per_hour=0.01).hours_p90


def test_hours_are_shown_compared_and_pickled_as_they_were_made():
    spot = flopwise.HoursDistribution(hours=100, interruptions_per_hour=0.01)
    assert repr(spot) == "HoursDistribution(hours=100.0, interruptions_per_hour=0.01)"
    assert spot == flopwise.HoursDistribution(hours=100, interruptions_per_hour=0.01) != 3
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(spot, protocol))
        assert again == spot and repr(again) == repr(spot)


@pytest.mark.parametrize("figures, message", [
    ({}, "hours: must be given, or days, and not both"),
    ({"hours": 1, "days": 1}, "hours: must be given, or days, and not both"),
    ({"hours": 1, "ln_scale": 1}, "degrees_of_freedom: must come with the other figure of the spread"),
    ({"hours": 1, "use_cv": 1}, "use_cv: must come with days"),
    ({"days": 9, "ln_scale": 1, "degrees_of_freedom": 3}, "ln_scale: must come with hours"),
    ({"hours": 1, "restart_minutes": 1}, "restart_minutes: must come with interruptions_per_hour"),
    ({"hours": -1}, "hours: must be positive and finite, got -1 h"),
])
def test_hours_that_are_refused(figures, message):
    with pytest.raises(flopwise.FlopwiseError) as raised:
        flopwise.HoursDistribution(**figures)
    assert str(raised.value) == message
