"""All clouds in one ranking: which catalog answers, and what is said of what is not comparable."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
# each has a table of prices; the hosts of salad are only sold as spot
PROVIDERS = sorted(path.name.removesuffix("-on-demand.csv")
                   for path in (DATA / "prices").glob("*-on-demand.csv"))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_provider_can_be_asked_for(answer, newest_catalog, provider):
    found = answer("--provider", provider)
    assert found["outcome"] == "found"
    assert {c["provider"] for c in found["choices"]} == {provider}
    assert found["catalog"]["name"] == (newest_catalog if provider == "aws" else "clouds-2026-11")


def test_a_provider_of_spot_alone_is_asked_for_with_spot(answer):
    spot = {path.name.removesuffix("-spot.csv") for path in (DATA / "prices").glob("*-spot.csv")}
    assert spot - set(PROVIDERS) == {"salad"}
    assert len(PROVIDERS) == 33
    found = answer("--provider", "salad", "--purchase", "spot")
    assert {c["provider"] for c in found["choices"]} == {"salad"}


def test_any_provider_is_all_of_them_in_one_ranking(answer):
    found = answer("--provider", "any", "--sort", "score")
    assert {c["provider"] for c in found["choices"]} == set(PROVIDERS)
    scores = [c["score"] for c in found["choices"]]
    assert scores == sorted(scores, reverse=True)
    assert [w for w in found["warnings"] if w.startswith("network rate not known, scored as 1 Gbps")]
    assert [w for w in found["warnings"] if w.startswith("prices of different dates are compared")]


def columns_of_complete_lists(text, file):
    """Where the file of a provider says so: lists of all that was sold that day."""
    found = re.search(rf"file: prices/{file}, purchase: on_demand, complete: \[([^]]*)\]", text)
    return found.group(1).split(", ") if found else []


def offered(path):
    """The machines with GPUs in a table of prices that are still sold, one for each region."""
    text = (DATA / f"{path.name.removesuffix('-on-demand.csv')}.yaml").read_text()
    machines = re.findall(r"^  - \{name: ([^,]+), family: (.*)", text, re.M)
    sold = {name for name, facts in machines if " gpu: " in facts and "retired: true" not in facts}
    with open(path, newline="", encoding="utf-8") as file:
        (_, _, *columns), *rows = csv.reader(file)
    complete = columns_of_complete_lists(text, path.name)
    listed = [i for i, column in enumerate(columns) if column.split()[1] in complete]
    names = {i: {row[1] for row in rows if row[2 + i]} for i in listed}  # regions of a list
    for machine, region, *prices in rows:
        last = max(i for i, price in enumerate(prices) if price)
        if machine in sold and not any(i > last and region in names[i] for i in listed):
            yield machine, region


def test_machines_of_a_provider_are_those_of_its_file(report):
    """Counted in the tables of prices and the files beside them, without the reader."""
    for provider in PROVIDERS:
        if provider == "aws":  # some of its machines are not offered, or not for training
            continue
        out = report("--provider", provider, "--weights", "cost=1", "--format", "csv",
                     "--top", "100000")
        rows = Counter((row["instance"], row["region"])
                       for row in csv.DictReader(io.StringIO(out)))
        assert rows == Counter(offered(DATA / f"prices/{provider}-on-demand.csv")), provider


def test_the_table_says_who_rents_a_machine_out(report):
    rows = [line.split() for line in report("--provider", "any").splitlines()]
    assert next(r for r in rows if r[:1] == ["#"])[:3] == ["#", "machine", "provider"]
    assert "provider" not in report("--provider", "azure").split("Why not")[0]


def test_a_named_catalog_is_not_changed_for_a_provider(complaint):
    said = complaint("--catalog", "aws-2020-04", "--provider", "azure")
    assert said == '--provider: must be aws or any, got "azure"'


def test_what_is_everywhere_is_near_to_nothing(answer):
    found = answer("--provider", "lambda,gcp", "--near", "vn")
    # Singapore, and Hong Kong, which is 6.6 ms farther: alike
    assert {(c["provider"], c["region"]) for c in found["choices"]} == {
        ("gcp", "asia-southeast1"), ("gcp", "asia-east2")}
    assert all(c["rtt_ms"] is not None for c in found["choices"])
    # Bangkok is nearer, and data/prices/gcp-on-demand.csv has no machine with GPUs there; AWS and
    # Azure are near too, and nobody asked for them
    nearer = [(region["provider"], region["region"]) for region in found["region_choice"]["nearer"]]
    assert nearer == [("gcp", "asia-southeast3")]
    alone = answer("--provider", "lambda", "--near", "vn")
    assert {c["region"] for c in alone["choices"]} == {"all"}
    assert all(c["rtt_ms"] is None for c in alone["choices"])


def test_a_longest_round_trip_is_not_met_by_an_unknown_one(answer):
    found = answer("--provider", "lambda", "--near", "vn", "--max-rtt", "500", status=1)
    refusal = found["refusals"]["nearest"][0]
    assert refusal["reason"] == "is in all of lambda, whose distance is not known"
    assert refusal["relaxation"] == {}


def test_a_charge_of_another_cloud_that_is_not_known_is_said(answer):
    found = answer("--provider", "azure", "--instance", "Standard_NC4as_T4_v3", "--region", "eastus",
                   "--days", "30", "--storage", "100", "--egress", "10")
    items = {i["charge"]: i["amount_usd"] for i in found["choices"][0]["cost"]["items"]}
    assert items.pop("compute") == pytest.approx(0.526 * 720)
    assert items == {"storage": None, "egress": 0}  # 100 GB a month are free in eastus
    assert any(w.startswith("not known and not in the total") for w in found["warnings"])
