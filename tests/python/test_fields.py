"""The fields of rows: the same in tables, Arrow, JSON and CSV, and as the stub says them."""

import csv
import importlib.util
import io
import json

import flopwise
import pytest

# Count and memory of one GPU, or of the share of one: aws.amazon.com/ec2/instance-types/g6 (an L4 of
# 24 GiB) and learn.microsoft.com, "NVads A10 v5 series" (an A10 of 24 GiB).
SHARES = {
    "g6f.xlarge": (1 / 8, 3),
    "g6f.2xlarge": (1 / 4, 6),
    "g6f.4xlarge": (1 / 2, 12),
    "gr6f.4xlarge": (1 / 2, 12),
    "Standard_NV6ads_A10_v5": (1 / 6, 4),
    "Standard_NV12ads_A10_v5": (1 / 3, 8),
    "Standard_NV18ads_A10_v5": (1 / 2, 12),
    "Standard_NV36ads_A10_v5": (1, 24),
    "Standard_NV72ads_A10_v5": (2, 24),
}


@pytest.fixture(scope="module")
def clouds():
    return flopwise.Catalog.bundled("clouds-2026-11")


def of_shares(rows):
    return {
        row["instance"]: (float(row["gpu_count"]), float(row["gpu_memory_gib"]))
        for row in rows
        if row["instance"] in SHARES
    }


def test_of_a_share_of_a_gpu_every_form_has_its_share_of_the_memory(clouds):
    expected = {name: pytest.approx(share) for name, share in SHARES.items()}
    assert of_shares(o._asdict() for o in clouds.offers) == expected
    assert of_shares(json.loads(clouds.to_json())) == expected
    assert of_shares(csv.DictReader(io.StringIO(clouds.to_csv()))) == expected
    choices = flopwise.recommend(catalog=clouds, provider="any", region="any", top=1_000_000, min_gpus=0.1).choices
    assert of_shares(c._asdict() for c in choices) == expected
    machines = {i.name: i.gpu_count for i in clouds.instances if i.name in SHARES}
    assert machines == {name: pytest.approx(count) for name, (count, _) in SHARES.items()}


def test_of_a_share_of_a_gpu_arrow_has_its_share_of_the_memory(clouds):
    pa = pytest.importorskip("pyarrow")
    rows = pa.table(clouds.offers).to_pylist()
    assert of_shares(rows) == {name: pytest.approx(share) for name, share in SHARES.items()}


def test_offers_are_the_rows_of_the_export(clouds):
    def key(row):
        return row["provider"], row["instance"], row["region"], row["purchase"]

    exported = {key(row): row for row in json.loads(clouds.to_json())}
    arch = {(i.provider, i.name): i.arch for i in clouds.instances}
    shared = "family price_usd_per_hour gpu gpu_count gpu_memory_gib vcpus memory_gib network_gbps".split()
    assert len(exported) == len(clouds.offers)
    for offer in clouds.offers:
        row = exported[key(offer._asdict())]
        assert {name: getattr(offer, name) for name in shared} == {name: row[name] for name in shared}
        assert row["arch"] == arch[offer.provider, offer.instance]
        assert row["as_of"] == offer.price_as_of
        assert row["offered"] == (offer.offered and not offer.retired)


@pytest.mark.parametrize("name", "Source Gpu Family Instance Region Offering Price Explanation".split())
def test_every_field_of_a_row_says_what_it_means(name):
    record = getattr(flopwise._core, name)
    for field in record._fields:
        assert vars(record)[field].__doc__, field


def test_the_stub_has_the_fields_of_now(root):
    spec = importlib.util.spec_from_file_location("stub", root / "tests/python/stub.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    text = tool.STUB.read_text()
    assert tool.stub(text) == text, "python tests/python/stub.py writes it"
    settings = tool.SETTINGS.read_text()
    assert tool.settings(settings) == settings, "python tests/python/stub.py writes it"
    assert tool.stub(text.replace("def tdp_watts", "def tdp", 1)) == text
