"""The server for agents, asked by the client of the package mcp: in memory and over stdio."""

import asyncio
import datetime
import doctest
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import flopwise
import pytest

mcp = pytest.importorskip("mcp")
jsonschema = pytest.importorskip("jsonschema")

from flopwise._mcp.arguments import offered, withheld  # noqa: E402
from flopwise._mcp.server import server  # noqa: E402
from flopwise._mcp.tools import tools  # noqa: E402

ARTICLE = {
    "budget_usd": 2000, "days": 365, "hours_per_day": 2,
    "catalog": "aws-2020-04", "region": "us-east-1", "precision": "fp64",
}  # fmt: skip
TODAY = str(datetime.datetime.now(datetime.timezone.utc).date())


async def called(to, name, arguments, **how):
    async with mcp.Client(to, **how) as client:
        await client.list_tools()  # whose forms of answers the client then checks
        return await client.call_tool(name, arguments)


def ask(tool, **arguments):
    result = asyncio.run(called(server(), tool, arguments))
    assert not result.is_error, result.content[0].text
    json.dumps(result.structured_content, allow_nan=False)
    return result.structured_content, result.content[0].text


def refused(tool, **arguments):
    result = asyncio.run(called(server(), tool, arguments))
    assert result.is_error
    assert result.structured_content is None
    return result.content[0].text


# ---- what is offered ----------------------------------------------------------------


@pytest.fixture(scope="module")
def listed():
    async def names():
        async with mcp.Client(server()) as client:
            return {tool.name: tool for tool in (await client.list_tools()).tools}

    return asyncio.run(names())


def test_the_tools(listed):
    assert list(listed) == [
        "recommend", "explain", "compare", "what_if", "why_not", "bill", "estimate", "prices",
        "price_history", "models", "gpus",
    ]  # fmt: skip
    for tool in listed.values():
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        assert tool.description and tool.title
        assert tool.input_schema["additionalProperties"] is False
        assert set(tool.input_schema.get("required", [])) <= set(tool.input_schema["properties"])


def test_none_changes_anything(listed):
    for tool in listed.values():
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False


def test_every_setting_is_offered_or_withheld(listed):
    assert set(offered()) | set(withheld()) == set(flopwise.settings())
    assert not set(offered()) & set(withheld())
    assert {"charges", "today", "launch", "key_name", "keep_running", "dataset_url"} <= set(withheld())
    properties = listed["recommend"].input_schema["properties"]
    assert list(properties) == offered()
    assert all(form["description"] for form in properties.values())
    request = listed["explain"].input_schema["properties"]["request"]
    assert list(request["properties"]) == offered()


def test_forms_have_the_unit_and_the_kind(listed):
    properties = listed["recommend"].input_schema["properties"]
    assert properties["budget_usd"]["type"] == ["number", "string"]
    assert properties["budget_usd"]["description"].endswith("(USD)")
    assert properties["include_retired"]["type"] == "boolean"
    assert properties["currency"]["type"] == "string"
    assert properties["gpu"]["type"] == ["array", "string"]
    assert properties["catalog"]["enum"] == flopwise.Catalog.bundled_names()
    assert properties["weights"]["additionalProperties"] == {"type": "number"}


# ---- answers ------------------------------------------------------------------------


def test_recommend_says_what_the_library_says():
    data, text = ask("recommend", **ARTICLE, top=3)
    said = json.loads(flopwise.recommend(**ARTICLE, top=3).to_json())
    assert [c["instance"] for c in data["choices"]] == [c["instance"] for c in said["choices"]]
    for key in ("outcome", "price_ceiling_usd_per_hour", "refusals", "price_dates", "warnings", "request"):
        assert data[key] == said[key], key
    best = data["choices"][0]
    assert best["instance"] == "p2.xlarge"
    assert best["cost"]["total_usd"] == pytest.approx(0.90 * 365 * 2)  # the price of that feed
    assert data["price_ceiling_usd_per_hour"] == pytest.approx(2000 / 730)
    assert "contributions" not in best and "items" not in best["cost"]
    assert data["today"] == data["request"]["today"] == TODAY
    assert best["price_as_of"] == "2020-06-18"
    lines = text.splitlines()
    assert lines[1].startswith("1. p2.xlarge in us-east-1, on demand: 0.9 USD/h; 657.00 USD in all; score 47.3")
    assert f"warning: {data['warnings'][0]}" in lines


def test_recommend_shows_five_unless_asked():
    data, _ = ask("recommend")
    assert len(data["choices"]) == 5
    data, _ = ask("recommend", top=7, budget_usd="$2k", days=None)
    assert len(data["choices"]) == 7
    assert data["request"]["budget_usd"] == 2000
    assert "days" not in data["request"]


def test_nothing_found_is_an_answer():
    data, text = ask("recommend", budget_usd=1, days=365)
    assert (data["outcome"], data["choices"]) == ("nothing_affordable", [])
    assert data["refusals"]["nearest"][0]["relaxation"]["budget_usd"] > 1
    assert text.startswith("Nothing qualifies")


def test_a_job_has_its_intervals():
    data, text = ask("recommend", model="llama-2-7b", tokens=2e9, budget_usd=1000, deadline="48h")
    best = data["choices"][0]
    hours = best["job"]["hours"]
    assert hours["p10"] < hours["p50"] < hours["p90"]
    assert best["cost_quantiles_usd"]["p50"] < best["cost_quantiles_usd"]["p90"]
    assert "factors" not in best["job"]
    assert f"8 of 10 such jobs from {hours['p10']:,.4g} to {hours['p90']:,.4g} h" in text


def test_explain_adds_up():
    data, text = ask("explain", request=ARTICLE)
    choice = data["choice"]
    assert (choice["rank"], choice["instance"]) == (1, "p2.xlarge")
    assert choice["score"] == pytest.approx(100 * math.exp(sum(choice["contributions"].values())))
    items = choice["cost"]["items"]
    assert sum(item["amount_usd"] for item in items) == pytest.approx(choice["cost"]["total_usd"])
    assert data["explanation"] == flopwise.recommend(**ARTICLE).explanation(
        flopwise.recommend(**ARTICLE).choices[0]
    )
    assert data["explanation"] in text
    assert choice["price_source"] in text


def test_how_firm_it_is():
    firm = {**ARTICLE, "firmness": True, "top": 10}
    said = json.loads(flopwise.recommend(**firm).to_json())["firmness"]
    assert ask("recommend", **firm)[0]["firmness"] == said
    assert ask("explain", request=firm)[0]["firmness"] == said
    assert ask("recommend", **ARTICLE)[0]["firmness"] is None
    assert ask("explain", request=ARTICLE)[0]["firmness"] is None


def test_explain_any_machine_that_qualifies():
    whole = flopwise.recommend(**ARTICLE, top=100)
    last = whole.choices[-1]
    data, _ = ask("explain", request={**ARTICLE, "top": 1, "by": "gpu"}, instance=last.instance)
    assert data["choice"]["rank"] == last.rank == len(whole.choices)
    assert data["choice"]["score"] == pytest.approx(last.score)


def of_key(data):
    return {figure["key"]: figure for figure in data["figures"]}


def test_compare_says_what_the_library_says():
    names = ["p2.xlarge", "g4dn.xlarge", "p3.2xlarge"]
    data, text = ask("compare", request=ARTICLE, machines=names)
    said = json.loads(flopwise.compare(*names, **ARTICLE).to_json())
    assert data["figures"] == said["figures"]
    assert [column["name"] for column in data["columns"]] == names
    figures = of_key(data)
    assert figures["price_usd_per_hour"]["ratios"] == [1, pytest.approx(0.526 / 0.90), None]
    assert figures["memory_gib"]["ratios"][1] == pytest.approx(16 / 61)
    assert figures["bill.compute"]["values"] == [pytest.approx(0.90 * 730), pytest.approx(0.526 * 730), None]
    _, _, third = data["columns"]
    assert (third["qualifies"], third["choice"]) == (False, None)
    assert third["reason"] == "costs 3.06 USD/h, the ceiling is 2.74 USD/h"
    assert third["refusal"]["relaxation"]["budget_usd"] == pytest.approx(3.06 * 730)
    lines = text.splitlines()
    assert lines[1].startswith("g4dn.xlarge in us-east-1, on demand: 0.526 USD/h, 383.98 USD in all (0.584x)")
    assert lines[2] == f"p3.2xlarge: does not qualify: {third['reason']}"
    old = "1 of 1 prices shown are older than 90 days on"
    assert data["warnings"][0].startswith(f"p2.xlarge, g4dn.xlarge: {old} {TODAY}")
    assert data["price_dates"] == {"oldest": "2020-06-18", "newest": "2020-06-18", "undated": False}
    assert data["request"]["budget_usd"] == 2000 and "instance" not in data["request"]


def test_compare_places_and_ways_to_pay():
    plan = {"days": 30, "storage_gib": 100, "region": "us-east-1"}
    there = {"instance": "g5.xlarge", "region": "eu-west-1"}
    data, _ = ask("compare", request=plan, machines=["g5.xlarge", there, {"instance": "g6.xlarge", "purchase": "spot"}])
    figures = of_key(data)
    each = [
        flopwise.recommend(**{**plan, **more}).choices[0].total_usd
        for more in ({"instance": "g5.xlarge"}, there, {"instance": "g6.xlarge", "purchase": "spot"})
    ]
    assert figures["total_usd"]["values"] == pytest.approx(each)
    assert figures["total_usd"]["ratios"] == pytest.approx([total / each[0] for total in each])
    assert figures["hours_p90"]["values"][:2] == [None, None]  # only spot has lost work
    assert figures["hours_p90"]["ratios"][2] is None
    keys = [figure["key"] for figure in data["figures"]]
    assert keys.index("bill.storage_gp3") < keys.index("total_usd")
    assert [column["choice"]["region"] for column in data["columns"]] == ["us-east-1", "eu-west-1", "us-east-1"]
    assert data["columns"][1]["name"] == "g5.xlarge, eu-west-1"


def test_compare_days():
    data, _ = ask("compare", request={"days": 30, "gpu": "A10G", "region": "us-east-1"}, machines=["2023-01-01", "2026-09-01"])
    said = flopwise.compare("2023-01-01", "2026-09-01", days=30, gpu="A10G", region="us-east-1")
    assert [column["choice"]["instance"] for column in data["columns"]] == [
        column.choice.instance for column in said.columns
    ]
    assert data["price_dates"]["oldest"] <= "2023-01-01"


def test_compare_says_which_bills_are_not_whole():
    request = {"days": 30, "storage_gib": 10, "egress_gib_per_month": 50}
    machines = [{"instance": "g5.xlarge", "region": "us-east-1"}, {"instance": "1RTX6000ADA.10V", "provider": "verda"}]
    data, text = ask("compare", request=request, machines=machines)
    unknown = data["columns"][1]["unknown_charges"]
    assert data["columns"][0]["unknown_charges"] == [] and unknown
    assert f"{data['columns'][1]['name']}: total without what is not known: {', '.join(unknown)}" in data["warnings"]


def test_a_figure_that_is_not_known_has_no_ratio():
    request = {"catalog": "aws-2020-04", "region": "us-east-1", "min_gpus": 0}
    data, _ = ask("compare", request=request, machines=["p2.xlarge", "g4dn.xlarge"])
    assert "total_usd" not in of_key(data)  # without days
    data, _ = ask("compare", request=ARTICLE, machines=["p3.2xlarge", "p2.xlarge"])
    assert of_key(data)["total_usd"]["ratios"] == [None, None]  # the first has none


# ---- what if ------------------------------------------------------------------------

DAYS = {"key": "days", "low": 30, "high": 365, "steps": 4}
HOURS = {"key": "hours_per_day", "low": 1, "high": 8, "steps": 3}
FREE = {key: value for key, value in ARTICLE.items() if key not in ("days", "hours_per_day")}


def test_what_if_says_what_the_library_says():
    data, text = ask("what_if", request=FREE, vary=[DAYS, HOURS])
    map = flopwise.what_if(vary={"days": (30, 365, 4), "hours_per_day": (1, 8, 3)}, **FREE)
    said = json.loads(map.to_json())
    for key in ("varied", "cells", "sobol", "with_cost"):
        assert data[key] == said[key], key
    assert text.startswith(str(map).rstrip())
    assert data["request"] == {**FREE, "region": ["us-east-1"], "today": TODAY}
    assert {index["key"] for index in data["sobol"]} == {"days", "hours_per_day"}


def test_what_if_tells_who_is_first_where_at_which_price():
    data, _ = ask("what_if", request=FREE, vary=[DAYS, HOURS])
    cells, winners = data["cells"], data["winners"]
    assert sum(winner["cells"] for winner in winners) == len(cells) == 12
    for winner in winners:
        own = [cell for cell in cells if cell["instance"] == winner["instance"]]
        totals = [cell["total_usd"] for cell in own]
        assert winner["cells"] == len(own)
        assert (winner["total_usd_lowest"], winner["total_usd_highest"]) == (min(totals), max(totals))
        assert winner["price_usd_per_hour"] == own[0]["price_usd_per_hour"]
        assert winner["price_p10_usd_per_hour"] <= winner["price_p90_usd_per_hour"]
        assert winner["price_as_of"] == "2020-06-18" and winner["price_source"]
    assert data["price_dates"] == {"oldest": "2020-06-18", "newest": "2020-06-18", "undated": False}
    assert all(any(winner["instance"] in warning for winner in winners) for warning in data["warnings"])


def test_what_if_of_one_setting_has_eight_values():
    data, _ = ask("what_if", request=ARTICLE, vary=[{"key": "budget_usd", "low": 1, "high": 3000}])
    assert [cell["y"] for cell in data["cells"]] == [None] * 8
    assert [cell["x"] for cell in data["cells"]][::7] == [1, 3000]
    assert (data["cells"][0]["outcome"], data["cells"][0]["instance"]) == ("nothing_affordable", None)
    assert sum(winner["cells"] for winner in data["winners"]) == 7
    assert (data["sobol"], data["with_cost"] < 1) == ([], True)  # not an answer everywhere


def test_what_if_nothing_is_ever_found():
    data, _ = ask("what_if", request={**ARTICLE, "budget_usd": 1}, vary=[DAYS])
    assert (data["winners"], data["warnings"]) == ([], [])
    assert data["price_dates"] == {"oldest": None, "newest": None, "undated": False}
    assert data["catalog"]["name"] == "aws-2020-04"


def test_what_if_counts_cells_that_are_refused():
    data, _ = ask("what_if", request={"days": 30, "max_memory_gib": 64, "region": "us-east-1"},
                  vary=[{"key": "min_memory_gib", "low": 16, "high": 112, "steps": 4}])  # fmt: skip
    refused = [cell["error"] for cell in data["cells"] if cell["error"]]
    assert len(refused) == 2
    assert data["warnings"][-1] == f"2 cells are refused: {refused[0]}"


def test_every_setting_that_is_a_number_may_be_varied(listed):
    names = listed["what_if"].input_schema["properties"]["vary"]["items"]["properties"]["key"]["enum"]
    assert {"budget_usd", "days", "tokens", "min_vcpus", "use_cv"} <= set(names) <= set(offered())
    for name in names:  # of a text it would be said that it is none
        try:
            flopwise.what_if(vary={name: (1, 2, 2)}, days=30, top=1)
        except flopwise.FlopwiseError as error:
            assert "must name a setting that is a number" not in str(error), name


def test_why_not_says_what_would_do():
    data, text = ask("why_not", request=ARTICLE, instance="p3.2xlarge")
    assert data["qualifies"] is False
    change = data["refusal"]["relaxation"]
    assert change["budget_usd"] == pytest.approx(3.06 * 730)
    assert text.startswith("p3.2xlarge: costs 3.06 USD/h, the ceiling is 2.74 USD/h; qualifies with budget_usd 2233.8, or ")
    for alternative in data["refusal"]["alternatives"]:
        after, _ = ask("why_not", request={**ARTICLE, **alternative}, instance="p3.2xlarge")
        assert after["qualifies"] is True, alternative


def test_why_not_of_what_qualifies_is_its_rank():
    data, text = ask("why_not", request=ARTICLE, instance="g4dn.xlarge")
    assert (data["qualifies"], data["choice"]["rank"]) == (True, 2)
    assert text.endswith("qualifies: 2 of 10, after p2.xlarge in us-east-1, on demand")


def test_why_not_there():
    request = {"budget_usd": 2000, "days": 365, "hours_per_day": 2, "region": "us-east-1"}
    data, _ = ask("why_not", request=request, instance="p5.48xlarge", region="eu-west-2")
    assert data["refusal"]["region"] == "eu-west-2"
    data, _ = ask("why_not", request=request, instance="g5.xlarge", region="us-west-2")
    assert data["qualifies"] is False
    assert data["reason"] == "qualifies, but the request asks for others: region us-east-1"


def test_why_not_of_what_has_no_price():
    data, _ = ask("why_not", request={"budget_usd": 2000}, instance="p5e.48xlarge")
    rows = flopwise.recommend(budget_usd=2000, nearest=100).unpriced.machines
    expected = next(row for row in rows if row.instance == "p5e.48xlarge")
    assert (data["refusal"], data["unpriced"]["reason"]) == (None, expected.reason)


def test_the_bill_at_a_price():
    data, text = ask(
        "bill", price_usd_per_hour=0.9, region="us-east-1", days=365, hours_per_day=2, storage_gib=500
    )
    amounts = {item["charge"]: item["amount_usd"] for item in data["bill"]["items"]}
    assert amounts == pytest.approx({"compute": 0.9 * 730, "storage_gp3": 500 * 0.08 * 12})
    assert data["bill"]["total_usd"] == pytest.approx(1137)
    assert data["bill"]["complete"] is True
    assert text.splitlines()[-1] == "total: 1,137.00 USD"


def test_a_charge_that_is_not_known_is_said():
    data, text = ask("bill", price_usd_per_hour=1, days=30, region="nowhere", provider="verda", storage_gib=10)
    unknown = [item["charge"] for item in data["bill"]["items"] if item["amount_usd"] is None]
    assert unknown and data["bill"]["complete"] is False
    assert data["warnings"] == [f"{charge}: the rate is not known there" for charge in unknown]
    assert "total: 720.00 USD, without what is not known" in text.splitlines()


def test_the_bill_of_a_machine_has_all_ways_to_pay():
    plan = {"days": 365, "hours_per_day": 8, "storage_gib": 100}
    data, _ = ask("bill", instance="g5.xlarge", region="us-east-1", **plan)
    ways = flopwise.purchase_options(instance="g5.xlarge", region="us-east-1", **plan)
    assert {way["purchase"] for way in data["purchase_options"]} == {way.purchase for way in ways}
    assert data["price_usd_per_hour"] * 2920 + 96 == pytest.approx(data["bill"]["total_usd"])
    assert data["price_as_of"] and data["price_source"]


def test_estimate_is_that_of_the_library():
    job = {"gpu": "A100-SXM4-80GB", "gpus": 8, "model": "llama-2-7b", "tokens": 2e9}
    data, text = ask("estimate", **job)
    time = flopwise.estimate(**job, today=TODAY)
    expected = {f"p{p}": time.quantile(p / 100) for p in (10, 50, 90)}
    assert data["hours"] == pytest.approx(expected)
    assert data["memory"]["sharding"] == flopwise.memory_fit(**job).sharding
    assert data["warnings"] == []
    assert text.startswith(f"{time.quantile(0.5):,.4g} h, 8 of 10 such jobs from ")


def test_the_memory_of_several_machines_is_that_of_all_their_gpus():
    job = {"gpu": "H100", "model": "llama-2-7b", "tokens": 2e9, "batch": 64, "tensor_parallel": 8, "pipeline_parallel": 2}
    data, _ = ask("estimate", gpus=8, machines=2, network_gbps=3200, **job)
    assert data["memory"]["needed_gib"] == flopwise.memory_fit(**job, gpus=16).needed_gib


def test_estimate_warns_where_it_does_not_fit():
    data, text = ask("estimate", gpu="K80", model="llama-2-7b", tokens=1e9)
    assert data["memory"]["fits"] is False
    assert data["warnings"] == ["does not fit into the memory of the GPUs"]
    assert "warning: does not fit" in text


def test_prices_have_their_days_and_intervals():
    data, text = ask("prices", gpu="H100", provider="any", limit=10)
    rows = data["prices"]
    assert (len(rows), data["count"] > 100) == (10, True)
    assert [row["usd_per_gpu_hour"] for row in rows] == sorted(row["usd_per_gpu_hour"] for row in rows)
    for row in rows:
        assert row["usd_per_gpu_hour"] == pytest.approx(row["price_usd_per_hour"] / row["gpu_count"])
        assert row["price_as_of"] and row["price_source"]
        assert row["price_p10_usd_per_hour"] <= row["price_p90_usd_per_hour"]
    assert text.startswith(f"{data['count']:,} prices, the lowest first\n")


def test_prices_of_a_machine_without_gpus():
    data, _ = ask("prices", instance="m5.large", region="us-east-1")
    (row,) = data["prices"]
    catalog = flopwise.Catalog.bundled()
    (offer,) = catalog.filter(instance="m5.large", region="us-east-1", min_gpus=0)
    assert (row["price_usd_per_hour"], row["usd_per_gpu_hour"]) == (offer.price_usd_per_hour, None)


def test_prices_over_the_years():
    data, text = ask("price_history", instance="p3.2xlarge", region="ap-southeast-1")
    rows = flopwise.price_history("p3.2xlarge", "ap-southeast-1")
    assert data["count"] == len(rows)
    assert data["prices"] == rows.to_dicts()
    assert text.startswith(f"{len(rows)} prices; 2020-06-18: 4.234 USD/h (aws, ap-southeast-1); ")
    newest, _ = ask("price_history", gpu="H100", limit=2)
    assert newest["count"] == len(flopwise.gpu_prices("H100"))
    days = sorted(row.as_of for row in flopwise.gpu_prices("H100"))
    assert [row["as_of"] for row in newest["prices"]] == days[-2:]
    nothing, text = ask("price_history", instance="p99.large")
    assert (nothing["count"], text) == (0, "no price")
    assert nothing["warnings"] == ["no price of it is known on any day"]


def test_names():
    data, _ = ask("models")
    assert [row["name"] for row in data["models"]] == [model.name for model in flopwise.models()]
    data, _ = ask("models", name="ResNet50")
    assert data["models"] == [next(m for m in flopwise.models().to_dicts() if m["name"] == "resnet-50")]
    data, _ = ask("gpus", name="A100")
    assert [row["name"] for row in data["gpus"]] == [g.name for g in flopwise.Catalog.bundled().find_gpus("A100")]
    data, _ = ask("gpus", catalog="aws-2020-04")
    assert data["count"] == len(flopwise.Catalog.bundled("aws-2020-04").gpus)


# ---- errors -------------------------------------------------------------------------

REQUEST = {"budget_usd": 2000, "days": 365, "hours_per_day": 2, "region": "us-east-1"}
WRONG = [
    ("recommend", {"days": -1}, "days: must be positive, got -1 d"),
    ("recommend", {"region": "us-eest-1"},
     'region: must be a region of the catalog, got "us-eest-1", did you mean us-east-1?'),
    ("recommend", {"budget": 2000}, "budget: must be a known key, did you mean budget_usd?"),
    ("recommend", {"top": 5000}, "top: must be at most 100, got 5000"),
    ("recommend", {"nearest": "1k"}, "nearest: must be at most 100, got 1000"),
    ("recommend", {"days": {"a": {}}}, "days: must be text, a number, a date or a list of these, got dict"),
    ("explain", {"request": {"budget_usd": 1, "days": 365}},
     "request: must have a choice to explain, the outcome is nothing_affordable"),
    ("explain", {"request": REQUEST, "instance": "p5.48xlarge"},
     'instance: must qualify to be explained, got "p5.48xlarge": costs 55.04 USD/h, the ceiling is 2.74 USD/h'),
    ("explain", {"request": [1]}, "request: must be an object of settings, got an array"),
    ("explain", {"reqest": {}}, "reqest: must be an argument of explain, did you mean request?"),
    ("compare", {"machines": ["p3.2xlarge"]}, "machines: must be an array of 2 to 20 machines or days, got 1"),
    ("compare", {"machines": 21 * ["p3.2xlarge"]}, "machines: must be an array of 2 to 20 machines or days, got 21"),
    ("compare", {}, "machines: must be an array of 2 to 20 machines or days, got nothing"),
    ("what_if", {}, "vary: must be an array of one or two settings, got nothing"),
    ("what_if", {"vary": [DAYS, HOURS, DAYS]}, "vary: must be an array of one or two settings, got 3"),
    ("what_if", {"vary": {"days": [1, 2]}}, "vary: must be an array of one or two settings, got an object"),
    ("what_if", {"vary": ["days"]}, "vary[0]: must be an object, got text"),
    ("what_if", {"vary": [{"key": "days", "low": 1}]}, "vary[0].high: must be given, got nothing"),
    ("what_if", {"vary": [DAYS, {**HOURS, "steps": 2.5}]},
     "vary[1].steps: must be a whole number from 2 to 100, got 2.5"),
    ("what_if", {"vary": [{**DAYS, "steps": 101}]}, "vary[0].steps: must be a whole number from 2 to 100, got 101"),
    ("what_if", {"vary": [{**DAYS, "steps": 13}, {**HOURS, "steps": 12}]},
     "vary: must have at most 144 pairs of values, got 156"),
    ("what_if", {"vary": [DAYS, DAYS]}, 'vary[1].key: must be another setting than the first, got "days"'),
    ("what_if", {"vary": [{**DAYS, "key": "day"}]},
     'vary[0].key: must be a setting that is a number, got "day", did you mean days?'),
    ("what_if", {"vary": [{**DAYS, "key": "gpu"}]}, 'vary[0].key: must be a setting that is a number, got "gpu"'),
    ("what_if", {"vary": [{**DAYS, "key": "idle_minutes"}]},
     "idle_minutes: must not be given to the server, which writes no start plan"),
    ("what_if", {"vary": [{**DAYS, "high": 30}]}, 'vary: must go from a number to a greater one, got "30:30"'),
    ("what_if", {"vary": [{**DAYS, "high": "x"}]}, "high: must be a number, got text"),
    ("compare", {"machines": ["g5.xlarge", 3]}, "machines[1]: must be a name or an object, got a number"),
    ("compare", {"machines": ["g5.xlarge", "plan.yaml"]}, 'machines[1]: must be a machine or a day, got "plan.yaml"'),
    ("compare", {"machines": ["g5.xlarge", {"region": "us-east-1"}]}, "instance: must be given, got nothing"),
    ("compare", {"machines": ["g5.xlarge", "g99"]},
     'instance: must be a machine of the catalog, got "g99"'),
    ("why_not", {}, "instance: must be given, got nothing"),
    ("why_not", {"instance": 5}, "instance: must be text, got a number"),
    ("bill", {"price_usd_per_hour": 1}, "days: must be given, got nothing"),
    ("bill", {"days": 3}, "price_usd_per_hour: must be given, or instance and region"),
    ("bill", {"days": 3, "price_usd_per_hour": "x"}, "price_usd_per_hour: must be a number, got text"),
    ("bill", {"days": 3, "instance": "g5.xlarge"}, "region: must be given with instance"),
    ("bill", {"days": 3, "instance": "g5.xlarge", "region": "us-east-1", "price_usd_per_hour": 1},
     "price_usd_per_hour: must not be given beside instance, which has a price"),
    ("bill", {"days": 3, "price_usd_per_hour": 1, "purchase": "spot"},
     "purchase: must not be given beside price_usd_per_hour, which says what is paid"),
    ("estimate", {"gpu": "A100-SXM4-80GB", "model": "llama-2-7b"},
     "tokens: must be given, to say how much is trained"),
    ("estimate", {"gpu": "A100-SXM4-80GB", "gpus": True}, "gpus: must be a number, got true or false"),
    ("prices", {}, "instance: must be given, or gpu"),
    ("prices", {"gpu": "T4", "limit": 101}, "limit: must be a whole number from 1 to 100, got 101"),
    ("prices", {"gpu": "T4", "limit": 2.5}, "limit: must be a whole number from 1 to 100, got 2.5"),
    ("compare", {"machines": ["g5.xlarge", "g9\u202e\n" + 200 * "x"]},
     'instance: must be a machine of the catalog, got "g9\\xe2\\x80\\xae\\x0a' + 54 * "x" + '..."'),
    ("why_not", {"instance": "g9\u202e\n" + 200 * "x"},
     'instance: must be a machine that the request is about, got "g9\\u202e\\n' + 96 * "x" + '..."'),
    ("price_history", {"instance": "p3.2xlarge", "purchase": "best"},
     'purchase: must be one way to pay, got "best"'),
    ("price_history", {"instance": "p3.2xlarge", "gpu": "T4"}, "gpu: must not be given beside instance"),
    ("price_history", {"gpu": "T4", "region": "us-east-1"},
     "region: must not be given with gpu, of which each provider is shown"),
    ("gpus", {"name": "Z9"}, 'name: must be a GPU of the catalog, got "Z9"'),
    ("recomend", {}, 'name: must be a tool, got "recomend", did you mean recommend?'),
]  # fmt: skip


@pytest.mark.parametrize(("tool", "arguments", "message"), WRONG)
def test_errors_are_those_of_the_library(tool, arguments, message):
    assert refused(tool, **arguments) == message


@pytest.mark.parametrize("name", sorted(withheld()))
def test_what_is_withheld_is_refused_everywhere(name):
    for tool, arguments in (
        ("recommend", {name: "x"}),
        ("explain", {"request": {name: "x"}}),
        ("compare", {"machines": ["g5.xlarge", "g4dn.xlarge"], "request": {name: "x"}}),
        ("what_if", {"vary": [DAYS], "request": {name: "x"}}),
        ("why_not", {"instance": "g5.xlarge", "request": {name: "x"}}),
    ):
        assert refused(tool, **arguments) == f"{name}: {withheld()[name]}"


def test_no_file_is_read(tmp_path):
    secret = tmp_path / "config.json"
    secret.write_text('{"model_type": "llama", "hidden_size": "a secret"}')
    with pytest.raises(flopwise.FlopwiseError, match="a secret"):  # what the library does say
        flopwise.recommend(model=str(secret), tokens=1e9)
    for catalog in (str(secret), [str(secret)], {"a": str(secret)}):
        assert refused("recommend", catalog=catalog).startswith("catalog: must be a bundled catalog (")
        assert refused("prices", gpu="T4", catalog=catalog).startswith("catalog: must be a bundled ")
        assert refused("gpus", catalog=catalog).startswith("catalog: must be a bundled catalog (")
    no_name = f'model: must be a model of data/models.yaml, got "{str(secret)[:20]}'
    for tool, more in (("recommend", {}), ("estimate", {"gpu": "T4"})):
        assert refused(tool, model=str(secret), tokens=1e9, **more).startswith(no_name)
        for hidden in ([str(secret)], {"a": str(secret)}):
            assert "must be the name of a model" in refused(tool, model=hidden, tokens=1e9, **more)
    assert refused("models", name=str(secret)).startswith(no_name)
    assert refused("bill", price_usd_per_hour=1, days=1, charges=str(secret)).startswith("charges: ")


# ---- over stdio ---------------------------------------------------------------------


def over_stdio(**how):
    command = mcp.StdioServerParameters(command=sys.executable, args=["-m", "flopwise", "mcp"])
    return asyncio.run(called(command, "recommend", {**ARTICLE, "top": 1}, **how))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_stdio(mode):
    result = over_stdio(mode=mode)
    assert not result.is_error
    assert result.structured_content["choices"][0]["instance"] == "p2.xlarge"


def run(*arguments, **options):
    command = [sys.executable, "-m", "flopwise", "mcp", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


def test_the_server_ends_with_its_client():
    done = run(input="")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_line_that_is_no_message_ends_nothing():
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}
    lines = [
        "no message",
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}),
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "ping"}),
    ]
    command = [sys.executable, "-m", "flopwise", "mcp"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, **pipes) as process:
        process.stdin.write("\n".join(lines) + "\n")
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        assert process.wait(timeout=60) == 0
    assert answers[0]["result"]["serverInfo"] == {"name": "flopwise", "version": flopwise.__version__}
    assert answers[1] == {"jsonrpc": "2.0", "id": 2, "result": {}}


def test_help_and_what_is_no_argument():
    assert run("--help").stdout.startswith("flopwise mcp: answers the questions of agents")
    wrong = run("--port")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == 'mcp: must have no arguments, got "--port"\n'


def test_without_the_package():
    code = (
        "import sys; sys.modules['mcp'] = None; sys.argv = ['flopwise', 'mcp']; "
        "from flopwise.__main__ import main; sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "mcp: needs the package mcp: pip install flopwise[mcp]\n"


# ---- the page -----------------------------------------------------------------------


def test_the_session_of_the_page(root, monkeypatch):
    scripts = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{scripts}{os.pathsep}{os.environ['PATH']}")
    text = (root / "docs" / "mcp.md").read_text()
    test = doctest.DocTestParser().get_doctest(text, {}, "docs/mcp.md", None, 0)
    assert len(test.examples) >= 5
    report = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)


def test_the_page_names_every_tool_and_argument(root):
    text = (root / "docs" / "mcp.md").read_text()
    sections = {part.partition("\n")[0].strip("`"): part for part in text.split("\n### ")[1:]}
    assert list(sections) == list(tools())
    of_settings = {"recommend", "bill", "estimate", "prices"}
    for name, tool in tools().items():
        own = set(tool.arguments["properties"]) - (set(offered()) if name in of_settings else set())
        for key in own | set(tool.answer["properties"]) - {"flopwise", "today"}:
            assert f"`{key}`" in sections[name], (name, key)


def test_the_page_shows_configurations_that_are_json(root):
    blocks = (root / "docs" / "mcp.md").read_text().split("```json\n")[1:]
    assert blocks
    for block in blocks:
        (entry,) = json.loads(block.partition("```")[0])["mcpServers"].values()
        assert entry["args"][-1] == "mcp"
