"""Charges and ways to pay: bills worked by hand from the rates of data/charges/aws.yaml.

p2.xlarge in us-east-1 is 0.90 USD/h; 365 days at 2 h/day are 730 h, which cost 657.00 USD, and
twelve months of 730 h.
"""

import re

import pytest

YEAR = ("--catalog", "aws-2020-04", "--region", "us-east-1", "--instance", "p2.xlarge",
        "--days", "365", "--hours-per-day", "2")
MACHINE = 657.0


def bill(answer, *flags):
    cost = answer(*YEAR, *flags)["choices"][0]["cost"]
    return cost["total_usd"], {i["charge"]: i for i in cost["items"]}


@pytest.mark.parametrize(
    ("flags", "charge", "usd"),
    [
        ("--storage 100", "storage_gp3", 100 * 0.08 * 12),
        ("--storage 100 --storage-type gp2", "storage_gp2", 100 * 0.10 * 12),
        ("--storage 100 --storage-iops 5000", "storage_gp3_iops", 2000 * 0.005 * 12),
        ("--storage 100 --storage-throughput 200", "storage_gp3_throughput", 75 * 0.04 * 12),
        ("--snapshots 100", "snapshots", 100 * 0.05 * 12),
        ("--egress 100", "egress", 0),
        ("--egress 1000", "egress", 900 * 0.09 * 12),
        ("--inter-region 100", "inter_region", 100 * 0.02 * 12),
        ("--inter-zone 100", "inter_zone", 100 * 0.01 * 12),
        ("--public-ipv4 1", "public_ipv4", 0.005 * 8760),
        ("--object-storage 100", "object_storage", 100 * 0.023 * 12),
        ("--nat-gateways 1", "nat_gateway", 0.045 * 8760),
        ("--nat-gateways 1 --nat-data 10", "nat_data", 10 * 0.045 * 12),
        ("--reserved-capacity 3", "unused_capacity", 0.90 * 3 * 365),
        ("--starts-per-day 240", "compute", 0.90 * 4 * 365),
    ],
)
def test_a_charge_is_billed(answer, flags, charge, usd):
    total, items = bill(answer, *flags.split())
    assert items[charge]["amount_usd"] == pytest.approx(usd)
    assert total == pytest.approx(sum(i["amount_usd"] for i in items.values()), rel=1e-15)


def test_a_line_has_its_tiers_and_its_source(answer):
    _, items = bill(answer, "--egress", "1000")
    egress = items["egress"]
    assert (egress["quantity"], egress["unit"]) == (12000, "GiB")
    assert egress["tiers"][:2] == [{"from": 0, "usd": 0.0}, {"from": 100, "usd": 0.09}]
    assert re.search(r", (\d{4}|undated)", egress["source"])


def test_the_report_says_by_how_much_the_ceiling_falls(report, answer):
    flags = (*YEAR, "--budget", "2000", "--storage", "500")  # 500 * 0.08 * 12 = 480
    text = re.sub(r"\s+", " ", report(*flags))
    assert "Price ceiling 2.082 USD/h = (2,000.00 - 480.00) USD / (365 days x 2 h/day)" in text
    assert "Charges of 480.00 USD in us-east-1 lower the ceiling by 0.6575 USD/h" in text
    assert "Bill of p2.xlarge in us-east-1" in text
    found = answer(*flags)
    assert found["price_ceiling_usd_per_hour"] == pytest.approx(1520 / 730)
    assert found["charges"]["price_ceiling_before_usd_per_hour"] == pytest.approx(2000 / 730)


def test_a_budget_to_the_cent(answer):
    flags = (*YEAR, "--storage", "100", "--budget")  # 657 + 96
    assert answer(*flags, "753")["admitted"] == 1
    refused = answer(*flags, "752.99", status=1)["refusals"]["nearest"][0]
    assert refused["relaxation"]["budget_usd"] == pytest.approx(753)
    assert refused["reason"] == (
        "costs 753.00 USD with all charges, the budget has 752.99 USD"
    )


def test_each_format_shows_the_bill_and_the_ways_to_pay(report):
    flags = ("--instance", "g5.xlarge", "--region", "us-east-1", "--days", "365",
             "--hours-per-day", "8", "--storage", "100")
    for name in ("table", "markdown"):
        out = report(*flags, "--format", name)
        assert "storage_gp3" in out
        assert "reserved_1yr_no_upfront" in out
        assert "unknown" not in out
    assert report(*flags, "--format", "csv").splitlines()[1].startswith("1,aws,g5.xlarge,")


def test_the_best_way_to_pay(answer):
    flags = ("--instance", "g5.xlarge", "--region", "us-east-1", "--days", "365")
    ways = "on_demand,reserved_1yr_no_upfront"  # even at 24 * 0.63378 / 1.006 = 15.1 h/day
    found = answer(*flags, "--hours-per-day", "8", "--purchase", ways)
    assert found["choices"][0]["purchase"] == "on_demand"
    found = answer(*flags, "--hours-per-day", "16", "--purchase", ways)
    assert found["choices"][0]["purchase"] == "reserved_1yr_no_upfront"
    assert found["choices"][0]["cost"]["total_usd"] == pytest.approx(0.63378 * 8760)
    best = answer(*flags, "--hours-per-day", "16", "--purchase", "best")
    totals = [o["total_usd"] for o in best["purchase_options"] if o["total_usd"] is not None]
    assert totals == sorted(totals)
    assert best["choices"][0]["cost"]["total_usd"] == totals[0]


def test_a_rate_from_before_a_price_cut_is_not_recommended(report, answer):
    # AWS: 98.32 USD/h on demand until June 2025, when a convertible of a year was 77.43; now 55.04
    flags = ("--instance", "p5.48xlarge", "--region", "us-east-1", "--days", "365",
             "--hours-per-day", "24", "--nearest", "0", "--purchase")
    why = "rate of 2025-04-04, when on demand was 98.32 USD/h; today it is 55.04 USD/h"
    left_out = ("left out, not known what they cost in the ways to pay that are asked for: "
                f"p5.48xlarge in us-east-1 ({why})")
    assert answer(*flags, "convertible_1yr_no_upfront", status=1)["warnings"] == [left_out]
    for name in ("table", "markdown"):
        text = re.sub(r"\s+", " ", report(*flags, "convertible_1yr_no_upfront", "--format", name,
                                          status=1))
        assert left_out in text
    best = answer(*flags, "best")
    ways = {o["purchase"]: o for o in best["purchase_options"]}
    assert ways["convertible_1yr_no_upfront"]["total_usd"] is None
    assert ways["convertible_1yr_no_upfront"]["price_usd_per_hour"] is None
    assert ways["convertible_1yr_no_upfront"]["notes"] == [why]
    assert best["choices"][0]["purchase"] == "spot"
    text = re.sub(r"\s+", " ", report(*flags, "best"))
    assert re.search(r"convertible_1yr_no_upfront, [^:]*: " + re.escape(why), text)
    assert "capacity_block: a block is of 182 d at most, the plan of 365 d" in text
    assert "of the 2 of 27 purchase options whose cost is known, spot costs " in text


def test_what_is_dearer_than_on_demand_says_so(report, answer):
    flags = ("--instance", "g5.2xlarge", "--region", "us-east-1", "--days", "10", "--purchase",
             "reserved_1yr_no_upfront")
    # 0.76356 USD/h * 8,760 h, against 1.212 * 240
    warning = ("dearer than on demand: g5.2xlarge in us-east-1, reserved_1yr_no_upfront "
               "6688.79 USD against 290.88 USD")
    assert warning in answer(*flags)["warnings"]
    for name in ("table", "markdown"):
        assert warning in re.sub(r"\s+", " ", report(*flags, "--format", name))
    for best in ("best", "on_demand,reserved_1yr_no_upfront"):
        found = answer(*flags[:-1], best)
        assert found["choices"][0]["purchase"] in ("spot", "on_demand")
        assert not [w for w in found["warnings"] if "dearer than on demand" in w]


def test_least_is_said_only_of_what_is_known(report, answer, tmp_path):
    none = tmp_path / "charges.yaml"
    none.write_text("provider: aws\n", encoding="utf-8")
    # c9g.large has no row of us-east-1 in data/prices/aws-spot.csv; on demand it is 0.08694 USD/h
    flags = ("--instance", "c9g.large", "--min-gpus", "0", "--region", "us-east-1", "--days", "365",
             "--purchase", "best", "--charges", str(none))
    text = re.sub(r"\s+", " ", report(*flags))
    assert "reserved" not in text  # no such machine is known to be sold
    assert "1 whose cost is not known: spot" in text
    assert "on_demand is the only one of 2 purchase options whose cost is known" in text
    assert "costs least" not in text
    none.write_text("provider: aws\nsources:\n  - {name: s, title: t, as_of: 2026}\nreserved:\n"
                    "  - {instance: c9g.large, region: us-east-1, offering: standard_3yr, "
                    "usd_per_hour: 0.04, source: s}\n", encoding="utf-8")
    text = re.sub(r"\s+", " ", report(*flags))  # 0.04 * 3 * 8,760 h are more than 0.08694 * 8,760
    assert ("of the 2 of 5 purchase options whose cost is known, on_demand costs least for "
            "24 h/day") in text
    assert ("3 whose cost is not known: spot, reserved_3yr_partial_upfront, "
            "reserved_3yr_all_upfront") in text


@pytest.mark.parametrize("ways", ["spot", "spot,on_demand", "spot,reserved_1yr_no_upfront", "best"])
def test_spot_costs_the_same_whatever_is_offered_beside_it(report, answer, ways):
    flags = ("--instance", "g5.xlarge", "--region", "us-east-1", "--days", "365", "--purchase", ways)
    found = answer(*flags)
    choice = found["choices"][0]
    assert choice["purchase"] == "spot"
    # 0.5089 USD/h, of data/prices/aws-spot.csv, for 8,760 h and the 63.27 h that reclaims cost
    assert choice["cost"]["total_usd"] == pytest.approx(4490.16, abs=0.005)
    assert choice["effective_usd_per_hour"] == pytest.approx(4490.16 / 8760, abs=1e-6)
    ways = {o["purchase"]: o for o in found["purchase_options"]}
    assert ways["spot"]["total_usd"] == choice["cost"]["total_usd"]
    for name in ("table", "markdown"):
        assert "4,490.16" in report(*flags, "--format", name)


def test_spot_whose_interruptions_are_not_known_is_a_lower_bound(report, answer):
    flags = ("--provider", "gcp", "--instance", "a2-highgpu-1g", "--region", "us-central1",
             "--days", "10", "--purchase")
    found = answer(*flags, "spot")
    items = found["choices"][0]["cost"]["items"]
    assert [i["charge"] for i in items] == ["compute", "lost_work"]
    assert items[1]["amount_usd"] is None
    assert items[1]["assumed_usd"] > 0
    assert ("how often spot is interrupted is not known, so lost work is not in the total, but "
            "ranked as at the highest rate known: a2-highgpu-1g") in found["warnings"]
    assert answer(*flags, "spot,reserved_1yr_no_upfront")["choices"][0]["cost"] == (
        found["choices"][0]["cost"])
    assert "> " in report(*flags, "spot")


def test_longer_checkpoints_and_restarts_make_spot_dearer(answer):
    def spot(*flags):
        found = answer("--instance", "g5.xlarge", "--region", "us-east-1", "--days", "30",
                       "--purchase", "best", *flags)
        return next(o for o in found["purchase_options"] if o["purchase"] == "spot")

    usual = spot()
    assert usual["hours"] > 720
    assert spot("--checkpoint-minutes", "30")["hours"] > usual["hours"]
    assert spot("--restart-minutes", "60")["hours"] > usual["hours"]
    assert spot("--checkpoint-minutes", "5", "--restart-minutes", "10") == usual


def test_an_unknown_charge_is_said_and_not_zero(answer, report):
    flags = ("--region", "us-west-2", "--gpu", "T4", "--days", "30", "--object-storage", "100",
             "--top", "1")
    found = answer(*flags)
    item = found["choices"][0]["cost"]["items"][-1]
    assert (item["charge"], item["amount_usd"]) == ("object_storage", None)
    assert item["assumed_usd"] == pytest.approx(100 * 0.025 * 720 / 730)  # of Singapore
    assert any("object_storage in us-west-2" in w for w in found["warnings"])
    assert "unknown" in report(*flags)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--storage -1", "--storage: must not be negative, got -1 GiB"),
        ("--storage-iops 5", "--storage-iops: must come with storage_gib"),
        ("--storage-throughput 5", "--storage-throughput: must come with storage_gib"),
        ("--nat-data 5", "--nat-data: must come with nat_gateways"),
        ("--egress x", '--egress: must be a number, got "x"'),
        ("--public-ipv4 -1", "--public-ipv4: must not be negative, got -1"),
        ("--reserved-capacity 23 --hours-per-day 2",
         "--reserved-capacity: must be at most the 22 h/d left of the day, got 23 h/d"),
        ("--starts-per-day 0", "--starts-per-day: must be positive, got 0"),
        ("--purchase best", "--purchase: must come with --days to compare ways to pay"),
        ("--checkpoint-minutes -1", "--checkpoint-minutes: must not be negative, got -1 min"),
        ("--restart-minutes -1", "--restart-minutes: must not be negative, got -1 min"),
    ],
)
def test_a_bad_figure_is_refused_at_its_flag(complaint, flags, message):
    joined = []  # a negative value is not taken for a flag
    for word in flags.split():
        if word.startswith("--"):
            joined.append(word)
        else:
            joined[-1] += "=" + word
    assert complaint(*joined) == message


def test_a_request_file_has_the_same_settings(answer, write):
    write("plan.yaml", "catalog: aws-2020-04\nregion: us-east-1\ninstance: p2.xlarge\n"
                       "days: 365\nhours_per_day: 2\nstorage_gib: 100\npublic_ipv4: 1\n")
    found = answer("plan.yaml")
    assert found["request"]["storage_gib"] == 100
    assert found["choices"][0]["cost"]["total_usd"] == pytest.approx(MACHINE + 96 + 43.8)


CLOUD = """
catalog: {name: new, as_of: 2026-11-01}
provider: newcloud
sources:
  - {name: s, title: "made up for a test", as_of: 2026-11-01}
families:
  - {name: m, purpose: general, source: s}
instances:
  - {name: m1, family: m, vcpus: 4, memory_gib: 16, source: s}
regions:
  - {code: here, source: s}
prices:
  - {instance: m1, region: here, purchase: on_demand, usd_per_hour: 1, source: s}
"""
CHARGES = """
provider: newcloud
sources:
  - {name: s, title: "made up for a test", as_of: 2026-11-01}
charges:
  - {charge: storage_fast-ssd, region: all, usd: 0.2, source: s}
reserved:
  - {instance: m1, region: here, offering: standard_1yr, usd_per_hour: 0.6, source: s}
reserved_ratios:
  - {offering: standard_1yr, payment: partial_upfront, upfront: 0.3, ratio: 0.9, source: s}
"""


def test_a_new_provider_has_its_own_types_of_disk_and_upfront_shares(answer, write):
    flags = ("--catalog", write("new.yaml", CLOUD), "--charges", write("charges.yaml", CHARGES),
             "--min-gpus", "0", "--days", "365", "--storage", "100", "--storage-type", "fast-ssd")
    cost = answer(*flags)["choices"][0]["cost"]
    lines = {i["charge"]: i["amount_usd"] for i in cost["items"]}
    assert lines == {"compute": 8760, "storage_fast-ssd": pytest.approx(100 * 0.2 * 12)}
    found = answer(*flags, "--purchase", "reserved_1yr_partial_upfront")
    cost = found["choices"][0]["cost"]
    lines = {i["charge"]: i["amount_usd"] for i in cost["items"]}
    total = 0.6 * 0.9 * 8760
    assert lines["upfront"] == pytest.approx(0.3 * total)
    assert lines["reservation"] == pytest.approx(0.7 * total)


def test_a_type_of_disk_that_no_charges_have_is_refused_at_its_line(complaint, write):
    file = write("plan.yaml", "days: 365\nstorage_gib: 100\nstorage_type: fast-sdd\n")
    charges = write("charges.yaml", CHARGES)
    assert complaint(file, "--charges", charges) == (
        f"{file}:3: storage_type: must be cloud-ssd, disk, fast-ssd, gp2, gp3, io1, io2, network-volume, "
        "network_ssd, network_ssd_io_m3, network_ssd_non_replicated, pd-balanced, pd-ssd, pd-standard, "
        "persistent-disk, sc1, st1, standard, standard-hdd or standard-ssd, "
        'got "fast-sdd", did you mean fast-ssd?')
    assert complaint("--storage-type", "gp3,Encrypted=false") == (
        '--storage-type: must be a name of letters, digits, - and _, got "gp3,Encrypted=false"')


def test_starting_up_is_a_line_of_the_bill(answer):
    found = answer("--instance", "g5.xlarge", "--region", "us-east-1", "--days", "10", "--hours-per-day", "8",
                   "--startup-minutes", "6")
    (line,) = [i for i in found["choices"][0]["cost"]["items"] if i["charge"] == "startup"]
    assert line["quantity"] == 1  # ten starts of 6 minutes
    assert line["amount_usd"] == 1.006
    job = ("--model", "resnet-50", "--instance", "g5.xlarge", "--region", "us-east-1")
    with_start = answer(*job)["choices"][0]["cost"]["total_usd"]
    without = answer(*job, "--startup-minutes", "0")["choices"][0]["cost"]["total_usd"]
    assert with_start - without == pytest.approx(1.006 / 6)  # 10 minutes
