"""All clouds in one ranking: which catalog answers, and what is said of what is not comparable."""

import csv
import io
import re
from collections import Counter

import pytest

PROVIDERS = ["aws", "azure", "cudo", "gcp", "hyperstack", "jarvislabs", "lambda", "nebius",
             "paperspace", "runpod", "verda"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_provider_can_be_asked_for(answer, newest_catalog, provider):
    found = answer("--provider", provider)
    assert found["outcome"] == "found"
    assert {c["provider"] for c in found["choices"]} == {provider}
    assert found["catalog"]["name"] == (newest_catalog if provider == "aws" else "clouds-2026-11")


def test_any_provider_is_all_of_them_in_one_ranking(answer):
    found = answer("--provider", "any")
    assert {c["provider"] for c in found["choices"]} == set(PROVIDERS)
    scores = [c["score"] for c in found["choices"]]
    assert scores == sorted(scores, reverse=True)
    assert [w for w in found["warnings"] if w.startswith("network rate not known, scored as 1 Gbps")]
    assert [w for w in found["warnings"] if w.startswith("prices of different dates are compared")]


def test_machines_of_a_provider_are_those_of_its_file(report, data):
    """Counted in the files themselves, line by line, without the reader."""
    for provider in PROVIDERS[1:]:
        text = (data / f"{provider}.yaml").read_text()
        prices = re.findall(r"^  - \{instance: [^,]+, region: [^,]+, purchase: on_demand", text, re.M)
        retired = set(re.findall(r"^  - \{name: ([^,]+),.*retired: true", text, re.M))
        offered = [p for p in prices
                   if re.search(r"instance: ([^,]+),", p).group(1) not in retired]
        out = report("--provider", provider, "--weights", "cost=1", "--format", "csv",
                     "--top", "100000")
        rows = Counter(row["provider"] for row in csv.DictReader(io.StringIO(out)))
        assert rows == {provider: len(offered)}


def test_the_table_says_who_rents_a_machine_out(report):
    rows = [line.split() for line in report("--provider", "any").splitlines()]
    assert next(r for r in rows if r[:1] == ["#"])[:3] == ["#", "machine", "provider"]
    assert "provider" not in report("--provider", "azure").split("Why not")[0]


def test_a_named_catalog_is_not_changed_for_a_provider(complaint):
    said = complaint("--catalog", "aws-2020-04", "--provider", "azure")
    assert said == '--provider: must be aws or any, got "azure"'


def test_what_is_everywhere_is_near_to_nothing(answer):
    found = answer("--provider", "lambda,gcp", "--near", "vn")
    assert {(c["provider"], c["region"]) for c in found["choices"]} == {("gcp", "asia-southeast1")}
    assert all(c["rtt_ms"] is not None for c in found["choices"])
    nearer = [region["provider"] for region in found["region_choice"]["nearer"]]
    assert nearer == []  # AWS and Azure are in Singapore too, and nobody asked for them
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
