"""A plan that is kept, and a pipeline that looks whether it costs more by now."""

import json

import pytest
from conftest import SMALL_CATALOG

QUESTION = ["--budget", "100", "--days", "100", "--hours-per-day", "2"]


@pytest.fixture
def catalogs(workdir):
    def of(price):
        path = workdir / f"at-{price}.yaml"
        path.write_text(SMALL_CATALOG.replace("usd_per_hour: 0.10", f"usd_per_hour: {price}"))
        return str(path)

    return of


@pytest.fixture
def plan(recommend, catalogs, workdir):
    done = recommend(*QUESTION, "--catalog", catalogs("0.10"), "--today", "2026-01-01",
                     "--save", "plan.yaml")
    assert done.status == 0
    return workdir / "plan.yaml"


def test_a_plan_asks_again_what_it_was_asked(recommend, plan, catalogs):
    assert "saved_plan:\n  saved_on: 2026-01-01\n" in plan.read_text()
    again = recommend(plan, "--format", "json", "--today", "2026-01-01")
    assert json.loads(again.out)["request"]["days"] == 100


@pytest.mark.parametrize(("price", "tolerance", "status"), [
    ("0.10", "0", 0), ("0.09", "0", 0), ("0.104", "5%", 0), ("0.104", "0.03", 3), ("0.12", "0", 3),
    ("0.90", "0", 1)])  # the budget is 0.50 USD/h
def test_a_check_has_a_status_of_its_own(recommend, plan, catalogs, price, tolerance, status):
    done = recommend(plan, "--check", "--tolerance", tolerance, "--catalog", catalogs(price))
    assert (done.status, done.err) == (status, "")
    assert done.out.splitlines()[0] == "plan     g4dn.xlarge in us-east-1, on_demand"
    as_json = recommend(plan, "--check", "--tolerance", tolerance, "--catalog", catalogs(price),
                        "--format", "json")
    assert as_json.status == status
    state = json.loads(as_json.out)["state"]
    assert state == {0: "holds", 1: "gone", 3: "costs_more"}[status]


def test_what_it_says(recommend, plan, catalogs):
    done = recommend(plan, "--check", "--catalog", catalogs("0.12"), "--today", "2026-02-01")
    assert done.out == """\
plan     g4dn.xlarge in us-east-1, on_demand
then     20.00 USD at 0.10 USD/h  (2026-01-01, small)
now      24.00 USD at 0.12 USD/h  (2026-02-01, small, price of 2024-01-15)
best     still that machine
costs more: 20.0 % more, 0 % more is allowed
"""


@pytest.mark.parametrize(("flags", "message"), [
    (["--check"], "--check: must have a request file, which --save writes"),
    (["--tolerance", "5%"], "--tolerance: must come with --check"),
    (["PLAN", "--check", "--tolerance", "much"],
     '--tolerance: must be a share such as 0.05 or 5%, got "much"'),
    (["PLAN", "--check", "--tolerance=-1"],
     "tolerance: must be a share of 0 or more, got -1"),
    (["PLAN", "--check", "--save", "x.yaml"], "--save: must not come with --check"),
    (["PLAN", "--check", "--format", "csv"],
     '--check: must come with the format table or json, got "csv"')])
def test_what_cannot_be_checked(recommend, plan, flags, message):
    done = recommend(*[str(plan) if f == "PLAN" else f for f in flags])
    assert done == (2, "", message + "\n")


def test_nothing_is_saved_where_nothing_qualifies(recommend, workdir):
    done = recommend("--budget", "1", "--days", "365", "--save", "none.yaml")
    assert done.status == 1
    assert not (workdir / "none.yaml").exists()


def test_saved_plans_stand_side_by_side_each_with_its_question(recommend, plan, catalogs, workdir):
    done = recommend("--budget", "100", "--days", "50", "--hours-per-day", "2", "--catalog", catalogs("0.12"), "--today", "2026-01-01",
                     "--save", "half.yaml")
    assert done.status == 0, done.err
    done = recommend("--compare", "plan.yaml,half.yaml", "--format", "csv", "--today", "2026-01-01")
    assert (done.status, done.err) == (0, "")
    rows = {row.split(",")[0]: row.split(",")[1:] for row in done.out.splitlines()}
    assert rows["figure"] == ["plan.yaml", "half.yaml"]
    assert rows["price_usd_per_hour"] == ["0.1", "0.12"]
    assert rows["total_usd"] == ["20", "12"]  # 200 h and 100 h
    for other, message in (("g4dn.xlarge", 'compare: must be saved plans alone, or none, got "g4dn.xlarge"'),
                           ("none.yaml", "none.yaml: ")):
        done = recommend("--compare", f"plan.yaml,{other}")
        assert done.status == 2
        assert message in done.err
