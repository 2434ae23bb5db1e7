"""How firm an answer is, what it would be otherwise, and machines side by side."""

import json
import pickle

import flopwise
import pytest

ARTICLE = {
    "budget_usd": 2000, "days": 365, "hours_per_day": 2, "catalog": "aws-2020-04",
    "region": "us-east-1", "precision": "fp64",
}


def test_firmness_is_there_if_it_is_asked_for():
    assert flopwise.recommend(**ARTICLE).firmness is None
    advice = flopwise.recommend(**ARTICLE, firmness=True)
    firm = advice.firmness
    assert [c.instance for c in firm.choices][: len(advice.choices)] == [c.instance for c in advice.choices]
    assert 0 < firm.choices[0].weights_share < 1
    assert sum(firm.choices[0].central_weights.values()) == pytest.approx(1)
    assert firm.choices[0].rank_shares[0] == firm.choices[0].weights_share
    said = json.loads(advice.to_json())["firmness"]
    assert said["flips"][0]["key"] == firm.flips[0].key
    assert pickle.loads(pickle.dumps(firm)) == firm
    table = firm.choices.to_dicts()[0]
    assert table["rank_shares"][0] == firm.choices[0].weights_share
    assert "How firm" in str(advice)


def test_a_flip_put_in_flips_the_answer():
    advice = flopwise.recommend(**ARTICLE, firmness=True)
    settings = [f for f in advice.firmness.flips if f.key in flopwise.settings()]
    assert {f.key for f in settings} >= {"budget_usd", "days", "hours_per_day"}
    for flip in settings:
        for factor, first in [(1 + 1e-6, flip.above), (1 - 1e-6, not flip.above)]:
            now = flopwise.recommend(**{**ARTICLE, flip.key: flip.value * factor}).choices[0]
            assert (now.instance == flip.instance) == first, flip
            assert (now.instance == advice.choices[0].instance) == (not first), flip


def test_what_if_has_the_answers_of_recommend():
    asked = {name: value for name, value in ARTICLE.items() if name not in ("days", "budget_usd")}
    map_ = flopwise.what_if(vary={"days": (30, 365, 3), "budget_usd": (500, 2000, 2)}, **asked)
    assert len(map_.cells) == 6
    for cell in map_.cells:
        now = flopwise.recommend(**asked, days=cell.x, budget_usd=cell.y).choices[0]
        assert (cell.instance, cell.price_usd_per_hour) == (now.instance, now.price_usd_per_hour)
        assert cell.total_usd == pytest.approx(now.cost.total_usd)
    assert {index.key for index in map_.sobol} == {"days", "budget_usd"}
    assert json.loads(map_.to_json())["cells"][0]["instance"] == map_.cells[0].instance
    assert map_.to_csv().startswith("days,budget_usd,outcome,")
    assert "First choice by days" in str(map_)
    assert map_.to_markdown().startswith("# What if")
    with pytest.raises(flopwise.FlopwiseError, match="vary: must be one or two settings, got 0"):
        flopwise.what_if(vary={}, **asked)


@pytest.mark.parametrize(("span", "found"), [
    ((30, 365, 2.9), "a whole number of values for days, got 2.9"),
    ((30, 365, 2, 7), "two or three numbers for days, got (30, 365, 2, 7)"),
    ((30,), "two or three numbers for days, got (30,)"),
    (30, "two or three numbers for days, got 30"),
    ("3:4", "two or three numbers for days, got '3:4'"),
])
def test_what_is_no_span_is_refused(span, found):
    with pytest.raises(flopwise.FlopwiseError) as raised:
        flopwise.what_if(vary={"days": span}, **ARTICLE)
    assert (str(raised.value), raised.value.field) == (f"vary: must have {found}", "vary")


def test_compare_has_the_bills_side_by_side():
    asked = {name: value for name, value in ARTICLE.items() if name != "budget_usd"}
    both = flopwise.compare("p2.xlarge", "p3.2xlarge", **asked)
    figures = {figure.key: figure for figure in both.figures}
    assert figures["total_usd"].values == [657.0, pytest.approx(2233.8)]  # 730 h at 0.90 and 3.06
    assert figures["total_usd"].ratios == [1, pytest.approx(3.4)]
    assert [column.choice.instance for column in both.columns] == ["p2.xlarge", "p3.2xlarge"]
    assert "2,233.80 (3.4x)" in str(both)
    with pytest.raises(flopwise.FlopwiseError, match="compare: must name at least two"):
        flopwise.compare("p2.xlarge", **asked)
