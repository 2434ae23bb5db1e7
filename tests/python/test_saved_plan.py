"""A choice that is kept with its question, and what it costs later."""

import datetime

import flopwise
import pytest

QUESTION = {"budget_usd": 2000, "days": 365, "hours_per_day": 2, "region": "us-east-1",
            "precision": "fp64"}


@pytest.fixture
def plan(tmp_path):
    advice = flopwise.recommend(**QUESTION, catalog="aws-2020-04", today="2020-04-15")
    flopwise.save_plan(advice, tmp_path / "plan.yaml")
    return tmp_path / "plan.yaml"


def test_a_plan_holds_while_nothing_moves(plan):
    check = flopwise.check_plan(plan, catalog="aws-2020-04", today=datetime.date(2020, 6, 1))
    assert (check.state, check.rise, check.why_gone) == ("holds", 0, None)
    assert check.plan["total_usd"] == check.now["total_usd"] == pytest.approx(657)  # 0.90 * 730
    assert check.plan["saved_on"] == "2020-04-15"
    assert check.checked_on == datetime.date(2020, 6, 1)
    assert str(check).endswith("holds: no change, 0 % more is allowed\n")


def test_a_plan_costs_more_or_is_gone(plan):
    assert flopwise.check_plan(plan, catalog="aws-2020-04").catalog == "aws-2020-04"
    text = plan.read_text()
    plan.write_text(text.replace("total_usd: 657", "total_usd: 600"))
    check = flopwise.check_plan(plan, catalog="aws-2020-04", tolerance=0.05)
    assert check.state == "costs_more"
    assert check.rise == pytest.approx(657 / 600 - 1)
    assert flopwise.check_plan(plan, catalog="aws-2020-04", tolerance=0.1).state == "holds"
    plan.write_text(text.replace("budget_usd: 2000", "budget_usd: 500"))
    gone = flopwise.check_plan(plan, catalog="aws-2020-04")
    assert (gone.state, gone.now, gone.rise) == ("gone", None, None)
    assert gone.why_gone


def test_what_is_no_plan_is_refused(plan, tmp_path):
    plan.write_text("days: 3\n")
    with pytest.raises(flopwise.FlopwiseError, match="saved_plan: must be there to be checked"):
        flopwise.check_plan(plan)
    nothing = flopwise.recommend(budget_usd=1, days=365)
    with pytest.raises(flopwise.FlopwiseError, match="save: must have a choice to save"):
        flopwise.save_plan(nothing, tmp_path / "none.yaml")
    assert [p.name for p in tmp_path.iterdir()] == ["plan.yaml"]


def test_what_was_there_stays_if_a_plan_cannot_be_written(plan, tmp_path):
    advice = flopwise.recommend(**QUESTION, catalog="aws-2020-04")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        flopwise.save_plan(advice, tmp_path / "folder")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "plan.yaml"]


def test_a_day_is_read_as_recommend_reads_it(plan):
    days = ["2026-03-01", datetime.date(2026, 3, 1), datetime.datetime(2026, 3, 1, 12)]
    checks = [flopwise.check_plan(plan, catalog="aws-2020-04", today=day) for day in days]
    assert {check.checked_on for check in checks} == {datetime.date(2026, 3, 1)}


def test_a_deadline_that_is_a_day_is_counted_from_now(tmp_path, monkeypatch):
    # Some 40 hours at the confidence: there are 48 from midnight to the end of the next day, 29.5 from 18:30.
    asked = {"model": "resnet-50", "instance": "g5.xlarge", "region": "us-east-1",
             "deadline": "2026-12-01", "epochs": 40}
    path = tmp_path / "plan.yaml"
    flopwise.save_plan(flopwise.recommend(**asked, today="2026-11-01"), path)
    at = {time: flopwise.check_plan(path, today=f"2026-11-30T{time}").state
          for time in ("00:00", "18:30")}
    assert at == {"00:00": "holds", "18:30": "gone"}
    monkeypatch.setattr(flopwise._saved_plan, "now", lambda: "2026-11-30T18:30:00")
    assert flopwise.check_plan(path).state == "gone"
