"""Pictures as Vega-Lite: valid by its schema, and with the data of the answer."""

import json
import math
from pathlib import Path

import flopwise
import pytest

jsonschema = pytest.importorskip("jsonschema")

ASKED = {
    "article": dict(
        budget_usd=2000, days=365, hours_per_day=2, catalog="aws-2020-04", region="us-east-1"
    ),
    "spot": dict(gpu="A100,H100,T4,A10G", purchase=["spot", "on_demand"], top=14),
    "vcpus": dict(min_gpus=0, max_gpus=0, days=30, budget_usd=1000),
    "uncertain": dict(budget_usd=2000, days=30, hours_per_day=4, use_cv=0.5, fixed_usd=100, region="us-east-1"),
    "job": dict(model="llama-2-7b", tokens=2e9, budget_usd=1000, deadline="48h"),
}


@pytest.fixture(scope="module")
def schema():
    altair = pytest.importorskip("altair")
    (path,) = Path(altair.__file__).parent.rglob("vega-lite-schema.json")
    found = json.loads(path.read_text())
    return jsonschema.validators.validator_for(found)(found)


def specs(advice):
    for kind in ("pareto", "scores", "budget"):
        try:
            yield advice.vega(kind)
        except flopwise.FlopwiseError as error:
            assert error.field in ("budget_usd", "model")


@pytest.mark.parametrize("name", ASKED)
def test_every_picture_is_valid(schema, name):
    found = list(specs(flopwise.recommend(**ASKED[name])))
    assert len(found) == (2 if name in ("spot", "job") else 3)
    for spec in found:
        schema.validate(json.loads(json.dumps(spec, allow_nan=False)))


def test_prices_are_valid(schema):
    for rows in (flopwise.price_history("p3.2xlarge"), flopwise.gpu_prices("H100")):
        spec = flopwise.vega_prices(rows)
        schema.validate(json.loads(json.dumps(spec, allow_nan=False)))
        assert len(spec["data"]["values"]) == len([row for row in rows if "-" in row.as_of])


def test_what_is_no_specification_is_refused(schema):
    spec = flopwise.recommend(**ASKED["article"]).vega("pareto")
    spec["layer"][0]["mark"]["type"] = "lines"
    assert not schema.is_valid(spec)


def test_pareto_has_every_choice_and_the_budget():
    advice = flopwise.recommend(**ASKED["article"])
    spec = advice.vega("pareto")
    points = [(row["total_usd"], row["speed"], row["pareto"]) for row in spec["data"]["values"]]
    assert points == [(c.cost.total_usd, c.predicted_tflops, c.pareto) for c in advice.choices]
    (limit,) = [layer for layer in spec["layer"] if layer["mark"]["type"] == "rule"]  # no deadline
    assert limit["data"]["values"] == [{"total_usd": 2000, "what": "budget 2,000 USD"}]
    priced = flopwise.recommend(**{**ASKED["spot"], "max_price_usd_per_hour": 30})
    assert {row["price_usd_per_hour"] for row in priced.vega()["data"]["values"]} == {
        c.price_usd_per_hour for c in priced.choices
    }


def test_the_front_is_of_what_no_cheaper_one_equals():
    advice = flopwise.recommend(budget_usd=20000, days=90)
    front = advice.vega("pareto")["layer"][0]["data"]["values"]
    every = flopwise.recommend(budget_usd=20000, days=90, top=1000).choices
    assert len(every) > len(advice.choices)
    for point in front:
        for c in every:
            cheaper = c.cost.total_usd < point["total_usd"]
            assert not (cheaper and (c.predicted_tflops or c.tflops or 0) >= point["speed"])


def test_a_job_has_hours_with_their_interval():
    advice = flopwise.recommend(**ASKED["job"])
    spec = advice.vega("pareto")
    for row, c in zip(spec["data"]["values"], advice.choices, strict=True):
        assert row["hours_p50"] == c.job.time.hours
        assert row["hours_p10"] == c.job.time.quantile(0.1)
    front = [(point["total_usd"], point["hours_p50"]) for point in spec["layer"][0]["data"]["values"]]
    assert front == [(point.cost_usd, point.hours) for point in advice.front]


def test_a_job_has_its_deadline_and_its_budget():
    layers = flopwise.recommend(**ASKED["job"]).vega("pareto")["layer"]
    limits = [layer["data"]["values"][0] for layer in layers if layer["mark"].get("strokeDash")]
    assert limits == [
        {"total_usd": 1000, "what": "budget 1,000 USD"}, {"hours_p50": 48, "what": "deadline 48 h"},
    ]  # fmt: skip


def test_a_small_budget_is_not_rounded_to_nothing():
    asked = dict(budget_usd=0.4, days=1, hours_per_day=0.5, catalog="aws-2020-04", region="us-east-1")
    advice = flopwise.recommend(**asked)
    limits = [layer["data"]["values"][0] for layer in advice.vega("pareto")["layer"] if layer["mark"].get("strokeDash")]
    assert limits == [{"total_usd": 0.4, "what": "budget 0.4 USD"}]
    pyplot = pytest.importorskip("matplotlib.pyplot")
    assert "budget 0.4 USD" in [line.get_label() for line in advice.plot_pareto().lines]
    pyplot.close("all")


def test_several_machines_are_counted():
    advice = flopwise.recommend(model="llama-2-7b", tokens=2e9, max_machines=8, objective="time", gpu="V100,A10G",
                                batch=256, seq_len=2048)  # fmt: skip
    spec = advice.vega("pareto")
    expected = [("" if p.machines == 1 else f"{p.machines} x ") + p.instance for p in advice.front]
    assert any(" x " in name for name in expected)
    assert [point["machine"] for point in spec["layer"][0]["data"]["values"]] == expected
    names = [layer for layer in spec["layer"] if layer["mark"]["type"] == "text"][0]["data"]["values"]
    machines = {c.rank: c.job.machines for c in advice.choices}
    assert names and all((machines[row["rank"]] > 1) == row["name"].startswith(f"{machines[row['rank']]} x ") for row in names)


def test_ways_to_pay_at_one_price_are_two_lines(then):
    spot = flopwise.Price(
        provider="aws", instance="p2.xlarge", region="us-east-1", purchase="spot", price_usd_per_hour=0.9,
        source=then.sources[0].name,
    )  # fmt: skip
    advice = flopwise.recommend(
        catalog=then.with_prices([spot]), instance="p2.xlarge", region="us-east-1", budget_usd=2000, days=90,
        purchase=["spot", "on_demand"], by="instance",
    )  # fmt: skip
    ways = {c.purchase for c in advice.choices}
    lines = {row["machine"] for row in advice.vega("budget")["data"]["values"]}
    assert ways == {"spot", "on_demand"} and len(lines) == 2


def test_scores_add_up():
    advice = flopwise.recommend(**ASKED["article"])
    bars, ends, _ = advice.vega("scores")["layer"]
    for c in advice.choices:
        parts = [row["contribution"] for row in bars["data"]["values"] if row["rank"] == c.rank]
        assert 100 * math.exp(sum(parts)) == pytest.approx(c.score)
    assert [row["score"] for row in ends["data"]["values"]] == [f"{c.score:.1f}" for c in advice.choices]
    assert bars["encoding"]["y"]["sort"][0].startswith("1. g4dn.xlarge")


def test_budget_follows_the_rule():
    advice = flopwise.recommend(**ASKED["article"])
    price = {c.instance: c.price_usd_per_hour for c in advice.choices}
    for row in advice.vega("budget")["data"]["values"]:
        hours = min(24, 2000 / (price[row["machine"].split(",")[0]] * row["days"]))
        assert row["hours_per_day"] == pytest.approx(hours)


def test_budget_asks_again_where_more_is_charged():
    asked = dict(budget_usd=900, days=30, storage_gib=1000, region="us-east-1", instance="g5.xlarge")
    rows = flopwise.recommend(**asked).vega("budget")["data"]["values"]
    assert len(rows) > 3
    for row in rows[1:]:
        plan = {**asked, "days": row["days"], "hours_per_day": row["hours_per_day"]}
        assert flopwise.recommend(**plan).outcome == "found"
        if row["hours_per_day"] < 23:
            plan["hours_per_day"] = min(24, row["hours_per_day"] * 1.02)
            assert flopwise.recommend(**plan).outcome == "nothing_affordable"


def test_a_notebook_draws_it():
    spec = flopwise.recommend(**ASKED["article"]).vega()
    bundle = spec._repr_mimebundle_()
    assert bundle["application/vnd.vegalite.v5+json"] == dict(spec)


def test_altair_takes_it():
    altair = pytest.importorskip("altair")
    spec = flopwise.recommend(**ASKED["article"]).vega("scores")
    chart = altair.LayerChart.from_dict(dict(spec))
    assert [layer["mark"]["type"] for layer in chart.to_dict()["layer"]] == ["bar", "text", "rule"]


def test_what_cannot_be_drawn_is_refused():
    nothing = flopwise.recommend(budget_usd=1, days=365)
    for kind in ("pareto", "scores", "budget"):
        with pytest.raises(flopwise.FlopwiseError, match="choices: must not be empty"):
            nothing.vega(kind)
    with pytest.raises(flopwise.FlopwiseError, match="budget_usd: must be given"):
        flopwise.recommend(days=3).vega("budget")
    with pytest.raises(flopwise.FlopwiseError, match="model: must not be given to plot hours a day"):
        flopwise.recommend(**ASKED["job"]).vega("budget")
    with pytest.raises(flopwise.FlopwiseError, match="kind: must be one of pareto, scores, budget, got 'cost'"):
        flopwise.recommend(days=3).vega("cost")
    with pytest.raises(flopwise.FlopwiseError, match="rows: must not be empty"):
        flopwise.vega_prices(flopwise.price_history("p99.large"))
