"""All clouds in one ranking, from Python."""

import flopwise
import pytest


def test_a_provider_brings_its_catalog():
    assert flopwise.recommend(provider="azure").catalog_name == "clouds-2026-11"
    assert flopwise.recommend(provider="aws").catalog_name == "aws-2026-10"
    assert flopwise.recommend().catalog_name == "aws-2026-10"


def test_any_is_every_provider():
    advice = flopwise.recommend(provider="any", gpu="L40S", top=1000)
    # those that have a machine with it in a table of prices on demand
    assert {c.provider for c in advice.choices} == {
        "aws", "coreweave", "crusoe", "cudo", "digitalocean", "modal", "nebius", "novita",
        "oci", "packet-ai", "replicate", "runpod", "scaleway", "thunder-compute", "vast",
        "verda", "vultr"}


def test_a_sweep_takes_the_catalog_of_each_provider():
    providers = ["aws", "verda", "nebius", "verda"]
    found = flopwise.sweep({"provider": providers, "gpu": "L40S"})
    assert list(found["provider"]) == providers
    alone = [flopwise.recommend(provider=p, gpu="L40S").choices[0].score for p in providers]
    assert list(found["score"]) == pytest.approx(alone)


def test_an_unknown_provider_is_refused_with_those_there_are():
    with pytest.raises(flopwise.FlopwiseError) as refused:
        flopwise.recommend(provider="nope")
    assert str(refused.value) == (
        "provider: must be "
        "akamai, akash, aws, azure, coreweave, crusoe, cudo, dataoorts, digitalocean, "
        "gcp, genesis-cloud, gpuhub, hyperstack, jarvislabs, lambda, modal, nebius, "
        "novita, oci, openrelay, packet-ai, paperspace, qubrid, replicate, runpod, salad, "
        "scaleway, sf-compute, thunder-compute, together, vast, verda, voltage-park, "
        'vultr or any, got "nope"')


def test_a_network_rate_that_is_not_known_is_scored_as_1_gbps():
    # Lambda's gpu_1x_a10, by hand in tests/recommend_test.cpp.
    advice = flopwise.recommend(provider="lambda", instance="gpu_1x_a10", speed="peak")
    assert advice.choices[0].score == pytest.approx(169.7511)
    assert advice.choices[0].network_gbps is None
    assert "network rate not known, scored as 1 Gbps: gpu_1x_a10" in advice.warnings


def test_a_region_that_is_no_one_place():
    clouds = flopwise.Catalog.bundled("clouds-2026-11")
    everywhere = [r for r in clouds.regions if r.code == "all"]
    assert {r.provider for r in everywhere} == {  # whose files have that region
        "akamai", "akash", "coreweave", "crusoe", "dataoorts", "digitalocean",
        "genesis-cloud", "gpuhub", "hyperstack", "jarvislabs", "lambda", "modal", "nebius",
        "novita", "oci", "openrelay", "packet-ai", "paperspace", "qubrid", "replicate",
        "runpod", "salad", "sf-compute", "thunder-compute", "together", "vast", "verda",
        "voltage-park", "vultr"}
    assert [(r.latitude, r.longitude) for r in everywhere] == [(None, None)] * 29
    assert flopwise.Region(code="x", latitude=1, longitude=2).latitude == 1
    assert flopwise.Region(code="x").longitude is None
    assert "all" not in {r.region for r in flopwise.nearby("vn", "clouds-2026-11")}
