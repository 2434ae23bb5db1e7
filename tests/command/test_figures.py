"""The article's example and other figures that can be worked out by hand."""

import re

import pytest

SNAPSHOT_MACHINES = [
    *("g2.2xlarge", "g2.8xlarge"),
    *("g3.4xlarge", "g3.8xlarge", "g3.16xlarge", "g3s.xlarge"),
    *("g4dn.xlarge", "g4dn.2xlarge", "g4dn.4xlarge"),
    *("g4dn.8xlarge", "g4dn.12xlarge", "g4dn.16xlarge"),
    *("p2.xlarge", "p2.8xlarge", "p2.16xlarge"),
    *("p3.2xlarge", "p3.8xlarge", "p3.16xlarge", "p3dn.24xlarge"),
]


def choice(found, instance):
    return next(c for c in found["choices"] if c["instance"] == instance)


# ---- the article, as it stood in April 2020 ------------------------------------------


def test_the_ceiling_is_the_budget_spread_over_the_hours(answer, article):
    found = answer(*article)
    assert found["price_ceiling_usd_per_hour"] == 2.7397260273972603  # 2000 / (365 * 2)


def test_ten_of_the_nineteen_offers_are_below_the_ceiling(answer, article):
    found = answer(*article)
    assert found["outcome"] == "found"
    assert found["admitted"] == 10
    assert found["refusals"]["count"] == 9
    assert found["refusals"]["by_reason"] == {"above the price ceiling": 9}
    # 239 rows of data/snapshots/aws-2020-04.yaml, 19 of them in us-east-1
    assert found["out_of_scope"] == 220


def test_the_article_s_p2_xlarge_costs_657_usd_a_year(answer, article):
    p2 = choice(answer(*article), "p2.xlarge")
    assert (p2["gpu"], p2["gpu_count"], p2["gpu_memory_gib"]) == ("nvidia-k80-gk210", 1, 12)
    assert (p2["vcpus"], p2["memory_gib"], p2["tflops"]) == (4, 61, 4.365)
    assert p2["price_usd_per_hour"] == 0.9
    assert p2["cost"] == {
        "total_usd": 657.0,  # 0.90 * 365 * 2
        "usd_per_month": 54.75,  # of 12 months
        "items": [
            {
                "charge": "compute",
                "quantity": 730,
                "unit": "h",
                "amount_usd": 657.0,
                "usd_per_month": 54.75,
                "tiers": [{"from": 0, "usd": 0.9}],
            }
        ],
    }


def test_in_singapore_the_p2_xlarge_costs_almost_twice_as_much(answer, article):
    p2 = choice(answer(*article[:-1], "ap-southeast-1"), "p2.xlarge")
    assert p2["price_usd_per_hour"] == 1.718
    assert p2["cost"]["total_usd"] == pytest.approx(1254.14, rel=1e-12)  # 1.718 * 730


@pytest.mark.parametrize(
    ("precision", "machine", "family"),
    [("fp64", "p2.xlarge", "p2"), ("mixed", "g4dn.xlarge", "g4dn")],
)
def test_precision_decides_between_deep_learning_and_graphics_machines(
    answer, article, precision, machine, family
):
    found = answer(*article, "--precision", precision)
    assert found["choices"][0]["instance"] == machine
    assert found["families"][0]["family"] == family


def test_three_more_machines_fall_for_32_gib_of_memory(answer, article, machines):
    without = machines(answer(*article))
    found = answer(*article, "--min-memory", "32")
    assert found["admitted"] == 7
    assert set(without) - set(machines(found)) == {"g2.2xlarge", "g3s.xlarge", "g4dn.xlarge"}


def test_the_machine_nearest_to_the_budget_says_what_would_admit_it(answer, article):
    nearest = answer(*article)["refusals"]["nearest"][0]
    assert (nearest["instance"], nearest["price_usd_per_hour"]) == ("p3.2xlarge", 3.06)
    assert nearest["reason"] == "costs 3.06 USD/h, the ceiling is 2.74 USD/h"
    assert nearest["relaxation"] == {
        "budget_usd": pytest.approx(3.06 * 730, rel=1e-12),  # 2233.80
        "days": pytest.approx(2000 / (2 * 3.06), rel=1e-12),  # 326.797
        "hours_per_day": pytest.approx(2000 / (365 * 3.06), rel=1e-12),  # 1.7907
    }


@pytest.mark.parametrize(
    ("key", "flag"),
    [("budget_usd", "--budget"), ("days", "--days"), ("hours_per_day", "--hours-per-day")],
)
def test_what_would_admit_the_nearest_machine_admits_it(answer, article, machines, key, flag):
    relaxation = answer(*article)["refusals"]["nearest"][0]["relaxation"]
    changed = list(article)
    changed[changed.index(flag) + 1] = repr(relaxation[key])
    assert "p3.2xlarge" in machines(answer(*changed))


# ---- today's catalog -----------------------------------------------------------------


def test_no_retired_machine_is_chosen_today(answer, machines, data):
    retired = re.findall(r"\{name: ([^,]+),.*retired: true", (data / "aws.yaml").read_text())
    assert {"p2.xlarge", "p3.2xlarge", "g2.2xlarge", "g3.4xlarge"} <= set(retired)
    found = answer("--budget", "2000", "--days", "365", "--hours-per-day", "2")
    assert found["choices"]
    assert not set(machines(found)) & set(retired)
    assert not any(c["retired"] for c in found["choices"])


def test_a_retired_family_is_refused_with_the_one_that_succeeds_it(recommend):
    done = recommend("--family", "p2")
    assert (done.status, done.err) == (1, "")
    assert "Nothing qualifies: no machine has all that is asked for.\n" in done.out
    refusal = "p2.xlarge (us-east-1): is no longer offered, p4d succeeds it\n"  # p3 is retired too
    assert refusal + "    --include-retired\n" in done.out


def test_when_no_named_machine_qualifies_the_best_of_the_others_is_told(answer):
    found = answer("--family", "p2", status=1)
    assert found["outcome"] == "nothing_fits"
    assert found["choices"] == found["families"] == []
    assert found["instead"] == answer("--top", "1")["choices"][0]


# ---- cents ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "status"),
    [
        pytest.param("0.30", 0, id="exact-fit-although-0.1-times-3-exceeds-0.3-in-doubles"),
        pytest.param("0.2951", 0, id="rounds-to-the-cent"),
        pytest.param("0.295", 1, id="half-a-cent-short"),
        pytest.param("0.29", 1, id="a-cent-short"),
    ],
)
def test_money_is_compared_to_the_cent(answer, write, small_catalog, budget, status):
    write("small.yaml", small_catalog)
    time = ("--days", "3", "--hours-per-day", "1")
    found = answer("--catalog", "small.yaml", "--budget", budget, *time, status=status)
    assert found["admitted"] == 1 - status
    assert found["outcome"] == ("nothing_affordable" if status else "found")


# ---- a ratio scale -------------------------------------------------------------------


def test_the_reference_machine_scores_100(answer):
    for profile in ("training", "inference", "graphics", "hpc"):
        found = answer("--catalog", "aws-2020-04", "--region", "us-east-1", "--profile", profile)
        reference = choice(found, "p3.2xlarge")
        assert reference["score"] == 100
        assert set(reference["contributions"].values()) == {0}


@pytest.mark.parametrize("removed", SNAPSHOT_MACHINES)
def test_leaving_out_a_machine_changes_no_other_score_nor_their_order(answer, removed):
    def scores(*flags):
        found = answer("--catalog", "aws-2020-04", *flags)
        return [(c["instance"], c["region"], c["score"]) for c in found["choices"]]

    everything = scores()
    assert {name for name, _, _ in everything} == set(SNAPSHOT_MACHINES)
    rest = [row for row in everything if row[0] != removed]
    assert scores("--exclude", removed) == rest
