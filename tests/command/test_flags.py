"""Each flag has its effect."""

import csv
import json
import math
import re
import subprocess
from datetime import date, datetime, timedelta, timezone

import pytest

from test_training import EFFECTS as TRAINING

SNAPSHOT = ("--catalog", "aws-2020-04", "--region", "us-east-1")

G2 = ["g2.2xlarge", "g2.8xlarge"]
G3 = ["g3.16xlarge", "g3.4xlarge", "g3.8xlarge"]
G3S = ["g3s.xlarge"]
T4_SINGLE = ["g4dn.16xlarge", "g4dn.2xlarge", "g4dn.4xlarge", "g4dn.8xlarge", "g4dn.xlarge"]
G4DN = ["g4dn.12xlarge", *T4_SINGLE]
P2 = ["p2.16xlarge", "p2.8xlarge", "p2.xlarge"]
P3 = ["p3.16xlarge", "p3.2xlarge", "p3.8xlarge"]
P3DN = ["p3dn.24xlarge"]
EVERYTHING = [*G2, *G3, *G3S, *G4DN, *P2, *P3, *P3DN]


# ---- what the machine must have ------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("--gpu T4", G4DN),
        ("--gpu t4", G4DN),
        ("--gpu nvidia-t4", G4DN),
        ("--gpu 'Tesla T4'", G4DN),
        ("--gpu 'T4, K80'", [*G4DN, *P2]),
        ("--gpu 'tesla t*'", G4DN),
        ("--gpu V100", [*P3, *P3DN]),
        ("--gpu V100-16GB", P3),
        ("--gpu nvidia-v100*", [*P3, *P3DN]),
        ("--gpu nvidia-?80-*", P2),
        ("--min-gpus 8", ["p2.16xlarge", "p2.8xlarge", "p3.16xlarge", "p3dn.24xlarge"]),
        ("--min-gpus 8.5", ["p2.16xlarge"]),
        ("--max-gpus 1", ["g2.2xlarge", "g3.4xlarge", *G3S, *T4_SINGLE, "p2.xlarge", "p3.2xlarge"]),
        ("--min-gpus 2 --max-gpus 2", ["g3.8xlarge"]),
        ("--min-gpu-memory 16", [*G4DN, *P3, *P3DN]),
        ("--min-gpu-memory 16.5", P3DN),
        ("--min-memory 488", ["g3.16xlarge", "p2.16xlarge", "p2.8xlarge", "p3.16xlarge", *P3DN]),
        ("--min-vcpus 64", ["g3.16xlarge", "g4dn.16xlarge", "p2.16xlarge", "p3.16xlarge", *P3DN]),
        ("--max-vcpus 4", ["g3s.xlarge", "g4dn.xlarge", "p2.xlarge"]),
        ("--max-memory 16", ["g2.2xlarge", "g4dn.xlarge"]),
        ("--max-gpu-memory 8", ["g2.2xlarge", "g2.8xlarge", *G3S, "g3.4xlarge", "g3.8xlarge", "g3.16xlarge"]),
        ("--min-network 50", ["g4dn.12xlarge", "g4dn.16xlarge", "g4dn.8xlarge", *P3DN]),
        ("--arch x86_64", EVERYTHING),
        ("--family p2", P2),
        ("--family p2,p3", [*P2, *P3]),
        ("--family p2 --family p3", [*P2, *P3]),
        ("--family p2,p3 --family g2,p2", [*G2, *P2, *P3]),
        ("--family g3*", [*G3, *G3S]),
        ("--family p?", [*P2, *P3]),
        ("--instance p3.2xlarge", ["p3.2xlarge"]),
        ("--instance *.xlarge", ["g3s.xlarge", "g4dn.xlarge", "p2.xlarge"]),
        ("--instance g4dn.8*,p3dn.*", ["g4dn.8xlarge", *P3DN]),
        ("--exclude g*", [*P2, *P3, *P3DN]),
        ("--exclude g*,p2.xlarge,p3", ["p2.16xlarge", "p2.8xlarge", *P3DN]),
        ("--exclude g* --exclude p3", [*P2, *P3DN]),
        ("--instance p3* --exclude p3dn", P3),
        ("--max-price 0.9", ["g2.2xlarge", *G3S, "g4dn.2xlarge", "g4dn.xlarge", "p2.xlarge"]),
        ("--max-price 0.8999", ["g2.2xlarge", *G3S, "g4dn.2xlarge", "g4dn.xlarge"]),
    ],
)
def test_only_machines_that_have_all_that_is_asked_for_are_chosen(
    answer, machines, flags, expected
):
    words = [a or b for a, b in re.findall(r"'([^']*)'|(\S+)", flags)]
    assert sorted(machines(answer(*SNAPSHOT, *words))) == sorted(expected)


def test_an_architecture_is_that_of_the_machine(answer, data):
    of_arm = re.findall(r"\{name: ([^,]+),.*arch: arm64", (data / "aws.yaml").read_text())
    chosen = {c["instance"] for c in answer("--arch", "arm64")["choices"]}
    assert "g5g.xlarge" in chosen
    assert chosen < set(of_arm)  # the others have no GPU


def test_a_vendor_and_a_stack_are_those_of_the_gpu(answer, data):
    rows = re.findall(r"\{name: ([^,]+),.*vendor: ([^,]+),.*stack: ([^,}]+)", (data / "gpus.yaml").read_text())
    of_aws = {name for name, vendor, _ in rows if vendor == "AWS"}
    of_neuron = {name for name, _, stack in rows if stack == "Neuron"}
    for flags, gpus in [("--vendor aws", of_aws), ("--stack NEURON", of_neuron)]:
        chosen = {c["gpu"] for c in answer(*flags.split())["choices"]}
        assert chosen and chosen <= gpus
    by_vendor, by_stack = (answer(*flags, status=1)["refusals"]["by_reason"] for flags in
                           [("--vendor", "intel"), ("--stack", "habana")])  # Gaudi alone has both
    assert by_vendor["GPU of another vendor"] == by_stack["another stack"]


def test_a_gpu_by_its_model_is_all_of_its_memories(answer, report):
    found = answer("--gpu", "A100", "--min-gpu-memory", "80")
    assert {c["gpu"] for c in found["choices"]} == {"nvidia-a100-sxm4-80gb"}
    both = ["nvidia-a100-sxm4-40gb", "nvidia-a100-sxm4-80gb"]  # AWS has none on PCIe
    assert found["gpu_matches"] == [{"name": "A100", "gpus": both}]
    assert f"\nGPU A100 = {', '.join(both)}\n" in report("--gpu", "A100")


@pytest.mark.parametrize(
    ("flag", "pattern", "what"),
    [
        ("--gpu", "nvidia-h1oo*", "GPU"),
        ("--family", "z9*", "family"),
        ("--instance", "g4-standard*", "machine"),
        ("--exclude", "p3.?", "machine or family"),
        ("--arch", "arm*", "architecture"),
        ("--region", "z*", "region"),
        ("--provider", "z*", "provider"),
    ],
)
def test_a_pattern_that_matches_nothing_is_refused(complaint, flag, pattern, what):
    assert complaint("--catalog", "aws-2020-04", flag, pattern) == (
        f'{flag}: matches no {what} of the catalog, got "{pattern}"'
    )


def test_without_gpus_machines_are_ranked_on_their_vcpus(answer):
    found = answer("--min-gpus", "0", "--region", "us-east-1", "--weights", "speed=1")
    assert any(c["gpu"] is None for c in found["choices"])
    assert any(c["gpu"] == "nvidia-t4" for c in found["choices"])
    for choice in found["choices"]:  # the reference has 8 vCPUs
        assert choice["score"] == pytest.approx(100 * choice["vcpus"] / 8, rel=1e-9)


def test_at_most_no_gpus_leaves_machines_without(answer):
    found = answer("--max-gpus", "0", "--region", "us-east-1")
    assert {(c["gpu"], c["gpu_count"], c["tflops"]) for c in found["choices"]} == {(None, 0, None)}


@pytest.mark.parametrize("flag", ["--min-gpus", "--max-gpus"])
def test_the_report_says_that_machines_are_ranked_on_their_vcpus(report, flag):
    out = report(flag, "0", "--region", "us-east-1", "--top", "1")
    assert "; us-east-1; on demand; training (vCPUs) " in re.sub(r"\s+", " ", out)  # two lines


# ---- where and how -------------------------------------------------------------------

# where data/snapshots/aws-2020-04.yaml has prices
ASIA = {"ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"}
US_EAST = {"us-east-1", "us-east-2"}
WORLD = {*ASIA, *US_EAST, "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3",
         "me-south-1", "sa-east-1", "us-west-1", "us-west-2"}


def test_the_regions_are_those_of_the_file(data):
    text = (data / "snapshots/aws-2020-04.yaml").read_text()
    assert set(re.findall(r"\{instance: [^,]+, region: ([^,]+), purchase: on_demand", text)) == WORLD


@pytest.mark.parametrize(
    ("flags", "regions"),
    [
        ("", WORLD),
        ("--region us-east-1", {"us-east-1"}),
        ("--region ap-*", ASIA),
        ("--region us-east-?,ap-southeast-1", {*US_EAST, "ap-southeast-1"}),
        ("--region us-east-1 --region ap-southeast-1", {"us-east-1", "ap-southeast-1"}),
        ("--provider aws", WORLD),
        ("--provider a*", WORLD),
        ("--near vn --max-rtt 60", {"ap-southeast-1", "ap-east-1"}),  # 34.1 and 40.5 ms from Saigon
        ("--near vn --max-rtt 40", {"ap-southeast-1"}),
        ("--near us --max-rtt 60", {"us-east-1", "ca-central-1"}),
        ("--near us --max-rtt 60 --region us-*", US_EAST),
        ("--near us --max-rtt 25", {"us-east-1"}),  # 22.2 ms from New York; us-east-2 has 28.4
    ],
)
def test_offers_of_other_places_are_left_out(answer, flags, regions):
    found = answer("--catalog", "aws-2020-04", *flags.split())
    assert {c["region"] for c in found["choices"]} == regions


@pytest.mark.parametrize("flags", ["--region eu-south-*", "--region eu-south-2"])  # opened in 2020-04 and 2022
def test_a_place_without_offers_refuses_nothing_and_finds_nothing(answer, flags):
    found = answer("--catalog", "aws-2020-04", *flags.split(), status=1)
    assert (found["admitted"], found["refusals"]["count"], found["out_of_scope"]) == (0, 0, 239)


SINGAPORE = (1.3, 103.7)


def round_trip_ms(a, b):
    """A line fitted to published round trips over the great circle, above light in fibre."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(math.radians, place)) for place in (a, b))
    dot = math.sin(lat_a) * math.sin(lat_b)
    dot += math.cos(lat_a) * math.cos(lat_b) * math.cos(lon_a - lon_b)
    km = 6371 * math.acos(dot)
    return max(16.7 + 0.0157 * km, 0.01 * km)


@pytest.mark.parametrize(
    "near", ["10.8,106.7", "10.8, 106.7", "-33.9,151.2", "-22.9,-43.2", "0,0", "-90,-180"]
)
def test_near_a_place_each_region_has_a_round_trip(answer, near):
    place = tuple(map(float, near.split(",")))
    found = answer("--catalog", "aws-2020-04", "--region", "ap-southeast-1", "--near", near)
    assert len({c["rtt_ms"] for c in found["choices"]}) == 1
    assert found["choices"][0]["rtt_ms"] == pytest.approx(round_trip_ms(place, SINGAPORE), rel=1e-6)


@pytest.mark.parametrize("code", ["vn", "VN", "no"])
def test_a_country_is_its_largest_city(answer, data, code):
    row = rf'code: "?{code.lower()}"?, .*latitude: ([-\d.]+), longitude: ([-\d.]+)'
    near = ",".join(re.search(row, (data / "countries.yaml").read_text()).groups())
    asked = ("--catalog", "aws-2020-04", "--near")
    assert answer(*asked, code)["choices"] == answer(*asked, near)["choices"]


def test_of_equal_offers_the_nearer_comes_first(answer, write, small_catalog):
    region = "  - {code: us-east-1, latitude: 39, longitude: -77.5, source: made-up}\n"
    price = small_catalog[small_catalog.index("  - {instance:") :]
    catalog = small_catalog.replace(region, region + region.replace("us-east-1", "us-west-2"))
    catalog = catalog.replace("us-west-2, latitude: 39", "us-west-2, latitude: 45")
    write("two.yaml", catalog + price.replace("us-east-1", "us-west-2"))

    def regions(*flags):
        return [c["region"] for c in answer("--catalog", "two.yaml", *flags)["choices"]]

    assert regions() == ["us-east-1", "us-west-2"]  # by name
    assert regions("--near", "45,-80", "--region", "any") == ["us-west-2", "us-east-1"]
    assert regions("--near", "45,-80") == ["us-west-2"]


def test_spot_prices_are_asked_for_by_name(answer):
    def ways(*flags):
        found = answer("--family", "g4dn,g5", *flags)
        return {c["purchase"] for c in found["choices"]}, found["out_of_scope"]

    both, none_left_out = ways("--purchase", "spot,on_demand")
    assert (both, none_left_out) == ({"spot", "on_demand"}, 0)
    on_demand, spots = ways()
    spot, on_demands = ways("--purchase", "spot")
    assert (on_demand, spot) == ({"on_demand"}, {"spot"})
    assert spots + on_demands == answer()["catalog"]["offers"]
    assert ways("--purchase", "spot", "--purchase", "on_demand") == (both, 0)


def test_retired_machines_are_admitted_when_asked_for_and_warned_of(answer):
    found = answer("--family", "p3", "--include-retired", "--region", "us-east-1", "--sort", "score")
    assert [(c["instance"], c["retired"]) for c in found["choices"]] == [
        ("p3.16xlarge", True),
        ("p3.8xlarge", True),
        ("p3.2xlarge", True),
    ]
    warning = "priced but no longer offered: p3.16xlarge, p3.8xlarge, p3.2xlarge"
    assert warning in found["warnings"]


# ---- what for ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "precision", "best"),
    [
        ("training", "mixed", "p3dn.24xlarge"),
        ("inference", "mixed", "p3dn.24xlarge"),
        ("graphics", "fp32", "p3dn.24xlarge"),
        ("hpc", "fp64", "p3dn.24xlarge"),
    ],
)
def test_a_profile_fixes_precision_and_weights(answer, profile, precision, best):
    found = answer(*SNAPSHOT, "--profile", profile, "--sort", "score")
    weights = found["request"]["weights"]
    assert found["request"]["precision"] == precision
    assert sum(weights.values()) == pytest.approx(1)
    assert (weights == answer(*SNAPSHOT)["request"]["weights"]) == (profile == "training")
    assert found["choices"][0]["instance"] == best


def test_a_gpu_is_not_recommended_for_work_it_cannot_do(answer):
    asked = ("--instance", "g4ad.xlarge", "--region", "us-east-1")  # AMD's for graphics
    refused = answer(*asked, status=1)["refusals"]["nearest"][0]
    assert refused["reason"] == "amd-radeon-pro-v520 cannot be used for training"
    assert refused["relaxation"] == {"profile": "graphics"}
    assert answer(*asked, "--profile", "graphics")["admitted"] == 1


@pytest.mark.parametrize(
    ("precision", "tflops"), [("mixed", 125), ("fp16", 125), ("fp32", 15.7), ("fp64", 7.8)]
)
def test_precision_decides_which_rate_counts(answer, precision, tflops):
    asked = ("--instance", "p3.2xlarge", "--precision", precision)
    assert answer(*SNAPSHOT, *asked)["choices"][0]["tflops"] == tflops  # a V100's data sheet


def test_weights_decide_what_counts(answer, machines):
    by_memory = machines(answer(*SNAPSHOT, "--weights", "memory=1"))
    assert by_memory[:3] == ["p3dn.24xlarge", "p2.16xlarge", "g3.16xlarge"]  # 768, 732, 488
    by_cost = machines(answer(*SNAPSHOT, "--weights", "cost=1"))
    assert by_cost[0] == "g4dn.xlarge"


def test_weights_have_no_scale(answer):
    choices = answer(*SNAPSHOT, "--weights", "cost=0.5,memory=0.25")["choices"]
    assert answer(*SNAPSHOT, "--weights", "cost=4 , memory = 2")["choices"] == choices
    assert answer(*SNAPSHOT, "--weights", "memory=2", "--weights", "cost=4")["choices"] == choices


# ---- money and time ------------------------------------------------------------------


def test_fixed_charges_lower_the_ceiling_and_stand_on_the_bill(answer, article):
    found = answer(*article, "--fixed", "300")
    assert found["price_ceiling_usd_per_hour"] == 1700 / 730
    bill = next(c["cost"] for c in found["choices"] if c["instance"] == "p2.xlarge")
    fixed = {"charge": "fixed", "quantity": 1, "unit": "plan", "amount_usd": 300.0,
             "usd_per_month": 25.0}  # of 12 months
    assert bill["items"][1] == fixed
    assert bill["total_usd"] == 957.0  # 0.90 * 730 + 300


def test_a_day_has_24_hours_unless_it_is_said(answer):
    asked = ("--catalog", "aws-2020-04", "--budget", "2000", "--days", "365")
    assert answer(*asked, status=1)["price_ceiling_usd_per_hour"] == 2000 / 8760


def test_a_budget_without_days_tells_how_long_it_lasts(answer):
    asked = ("--instance", "p2.xlarge", "--budget", "657", "--hours-per-day", "2")
    found = answer(*SNAPSHOT, *asked)
    choice = found["choices"][0]
    assert found["price_ceiling_usd_per_hour"] is None
    assert choice["cost"] is None
    assert choice["lasts_days"] == pytest.approx(365, rel=1e-12)  # 657 / (0.90 * 2)


def test_days_without_a_budget_tell_what_it_costs(answer):
    asked = ("--instance", "p2.xlarge", "--days", "365", "--hours-per-day", "2")
    found = answer(*SNAPSHOT, *asked)
    choice = found["choices"][0]
    assert found["price_ceiling_usd_per_hour"] is None
    assert choice["cost"]["total_usd"] == 657.0
    assert choice["lasts_days"] is None


# ---- catalog -------------------------------------------------------------------------


def test_the_default_catalog_is_the_newest(answer, newest_catalog):
    found = answer()
    assert found["catalog"]["name"] == newest_catalog
    assert answer("--catalog", "bundled")["choices"] == found["choices"]
    assert answer("--catalog", newest_catalog)["choices"] == found["choices"]
    assert answer("--catalog", "aws-2020-04")["catalog"]["name"] == "aws-2020-04"


@pytest.mark.parametrize("name", ["small.yaml", "./small.yaml", "small.yml", "small"])
def test_a_file_is_a_catalog_too(answer, write, small_catalog, name):
    write(name, small_catalog)
    found = answer("--catalog", name)
    assert found["catalog"] == {"name": "small", "as_of": "2024-01-15", "offers": 1}


@pytest.mark.parametrize(("age", "old"), [(0, False), (90, False), (91, True), (-5, False)])
def test_prices_older_than_90_days_are_warned_of(answer, write, small_catalog, age, old):
    write("small.yaml", small_catalog)
    today = date(2024, 1, 15) + timedelta(days=age)
    found = answer("--catalog", "small.yaml", "--today", today.isoformat())
    warning = f"1 of 1 prices shown are older than 90 days on {today}; the oldest is 2024-01-15"
    later = [f"1 of 1 prices shown are dated after {today}: 2024-01-15"] if age < -1 else []
    assert found["warnings"] == later + ([warning] if old else [])


def test_without_a_day_that_of_the_system_is_taken(program, workdir):
    before = datetime.now(timezone.utc).date().isoformat()
    done = subprocess.run([program, "--format", "json"], cwd=workdir, env={"TZ": "Asia/Tokyo"},
                          capture_output=True, check=True, timeout=60)
    after = datetime.now(timezone.utc).date().isoformat()
    assert json.loads(done.stdout)["request"]["today"] in (before, after)


# ---- the prices of another day -------------------------------------------------------

TODAY = "2026-11-28"
# from data/prices/aws-on-demand.csv, of us-east-1
P2_XLARGE = ("--instance", "p2.xlarge", "--region", "us-east-1")  # 0.9 in each list from 2020-06-18 on
P5_48XLARGE = ("--instance", "p5.48xlarge", "--region", "us-east-1")  # 98.32 on 2025-04-04, 55.04 on 2026-10-10


@pytest.fixture
def listed(data):
    """A machine's prices in us-east-1 by column, as the table of prices has them."""

    def of(machine):
        with open(data / "prices/aws-on-demand.csv", newline="", encoding="utf-8") as file:
            head, *rows = csv.reader(file)
        row = next(r for r in rows if r[:2] == [machine, "us-east-1"])
        return {name.split()[0]: float(usd) for name, usd in zip(head[2:], row[2:]) if usd}

    return of


def test_as_of_a_day_the_prices_are_those_of_that_day(answer, listed):
    assert listed("p2.xlarge")["2022-06-16"] == 0.9
    found = answer(*P2_XLARGE, "--today", TODAY, "--as-of", "2022-06-16")  # it was not retired then
    assert found["catalog"]["as_of"] == "2022-06-16"
    assert found["request"]["as_of"] == "2022-06-16"
    choice = found["choices"][0]
    assert (choice["price_usd_per_hour"], choice["price_as_of"]) == (0.9, "2022-06-16")
    old = "1 of 1 prices shown are older than 90 days on 2026-11-28; the oldest is 2022-06-16"
    assert old in found["warnings"]


def test_as_of_a_day_that_day_is_today_unless_it_is_said(program, workdir):
    done = subprocess.run([program, *P2_XLARGE, "--as-of", "2022-06-16", "--format", "json"],
                          cwd=workdir, env={}, capture_output=True, check=True, timeout=60)
    found = json.loads(done.stdout)
    assert found["request"]["today"] == "2022-06-16"
    assert not any("older than 90 days" in warning for warning in found["warnings"])


@pytest.mark.parametrize(("day", "column"), [
    ("2025-04-03", "2024-08-06"), ("2025-04-04", "2025-04-04"), ("2026-10-09", "2026-07-20"),
    ("2026-10-10", "2026-10-10")])
def test_the_newest_list_that_is_not_after_the_day_holds(answer, listed, day, column):
    choice = answer(*P5_48XLARGE, "--today", TODAY, "--as-of", day)["choices"][0]
    assert choice["price_usd_per_hour"] == listed("p5.48xlarge")[column]
    assert choice["price_as_of"] == column


def test_what_was_not_yet_sold_is_not_offered(answer, listed):
    assert min(listed("p5.48xlarge")) == "2024-03-01"
    on_the_day = answer(*P5_48XLARGE, "--as-of", "2024-03-01")
    assert [c["instance"] for c in on_the_day["choices"]] == ["p5.48xlarge"]
    the_day_before = answer("--region", "us-east-1", "--as-of", "2024-02-29")
    assert "p5" not in {c["family"] for c in the_day_before["choices"]}


def test_against_a_day_then_stands_beside_now(answer, report, listed):
    then, now = (listed("p5.48xlarge")[day] for day in ("2025-04-04", "2026-10-10"))
    assert (then, now) == (98.32, 55.04)
    out = report(*P5_48XLARGE, "--today", TODAY, "--against", "2025-04-04")
    assert out[out.index("Against"):] == (
        "Against 2025-04-04\nthe best was p5.48xlarge (us-east-1) at 98.32 USD/h\n"
        "p5.48xlarge (us-east-1): 98.32 USD/h then, 55.04 USD/h now (-44.0 %)\n")
    found = answer(*P5_48XLARGE, "--today", TODAY, "--against", "2025-04-04")
    assert found["choices"][0]["price_usd_per_hour"] == now
    assert (found["against"]["as_of"], found["against"]["outcome"]) == ("2025-04-04", "found")
    assert found["against"]["best"]["price_usd_per_hour"] == then
    without = answer(*P5_48XLARGE, "--today", TODAY)
    assert without["against"] is None
    assert without["choices"] == found["choices"]


@pytest.mark.parametrize("flag", ["--as-of", "--against"])
@pytest.mark.parametrize(("day", "reason"), [
    ("2020-06-17", "must be a day on which the catalog has a price, got 2020-06-17"),
    ("2099-01-01", f"must not be after today, {TODAY}, got 2099-01-01"),
    ("2026-11-29", f"must not be after today, {TODAY}, got 2026-11-29"),
    ("June 2022", 'must be a date such as 2026-07-20, got "June 2022"'),
])
def test_a_day_without_prices_is_refused(complaint, listed, flag, day, reason):
    assert min(listed("p2.xlarge")) == "2020-06-18"  # the oldest list
    assert complaint("--today", TODAY, flag, day) == f"{flag}: {reason}"


# ---- output --------------------------------------------------------------------------


@pytest.mark.parametrize("top", [1, 3, 19, 20])
def test_top_limits_the_choices_and_nothing_else(answer, top):
    found = answer(*SNAPSHOT, "--top", str(top))
    whole = answer(*SNAPSHOT)
    assert found["choices"] == whole["choices"][:top]
    assert found["families"] == whole["families"]
    assert found["admitted"] == 19


@pytest.mark.parametrize("nearest", [0, 1, 5, 100])
def test_nearest_limits_the_refusals_that_are_spelled_out(answer, article, nearest):
    refusals = answer(*article, "--nearest", str(nearest))["refusals"]
    assert len(refusals["nearest"]) == min(nearest, 9)
    assert refusals["count"] == 9


def test_ten_choices_and_three_refusals_are_shown_unless_it_is_said(report):
    out = report("--catalog", "aws-2020-04", "--max-price", "3", "--by", "instance")
    machines = re.findall(r"^ *\d+ .* [a-z]{2}-[a-z]+-\d ", out, re.MULTILINE)
    assert (len(machines), out.count(": costs ")) == (10, 3)


def test_by_family_lists_families_only(report):
    out = report(*SNAPSHOT, "--by", "family", "--sort", "score", "--today", "2020-07-01")
    assert [line.split()[1] for line in out.splitlines() if re.match(r" *\d+ ", line)][1:] == [
        *("p3dn", "p3", "g4dn", "p2", "g3", "g3s", "g2")
    ]
    assert " machine " not in out


def test_explain_shows_what_made_each_score(report):
    out = report(*SNAPSHOT, "--gpu", "T4", "--top", "1", "--explain")
    assert "Speed is what training is predicted to reach" in out
    out = report(*SNAPSHOT, "--gpu", "T4", "--top", "1", "--explain", "--speed", "peak", "--sort", "score")
    # g4dn.12xlarge is 4 T4 at 65 TFLOPS, 3.912 USD/h, 192 GiB, 48 vCPUs and 50 Gbps;
    # p3.2xlarge a V100 at 125 TFLOPS, 3.06 USD/h, 61 GiB, 8 vCPUs and 2.5 Gbps
    cost, speed = (260 / 3.912) / (125 / 3.06), 260 / 125
    parts = [
        (f"{cost:.3g}x work per USD", 0.45 * math.log(cost)),
        (f"{speed:.3g}x speed", 0.25 * math.log(speed)),
        ("1x GPU memory", 0),
        ("3.15x memory", 0.05 * math.log(192 / 61)),
        ("6x vCPUs", 0.05 * math.log(6)),
        ("20x network", 0.05 * math.log(20)),
    ]
    expected = ", ".join(f"{words} ({part:+.3f})" for words, part in parts)
    score = 100 * math.exp(sum(part for _, part in parts))
    heading = "Scores, against p3.2xlarge at 3.06 USD/h = 100\n"
    text = re.sub(r"\s+", " ", out[out.index(heading) :])
    assert f"1. g4dn.12xlarge {score:.1f}: {expected} price: AWS on-demand price feed" in text
    assert heading not in report(*SNAPSHOT, "--gpu", "T4", "--top", "1")


# ---- all of them ---------------------------------------------------------------------

BASE = {
    "catalog": "aws-2020-04",
    "budget": "3000",
    "days": "365",
    "hours-per-day": "2",
    "region": "us-east-1",
    "near": "us",
}
EFFECTS = {
    "budget": "300",
    "days": "36",
    "hours-per-day": "20",
    "fixed": "1500",
    "use-cv": "0.5",
    "confidence": "0.99",
    "max-price": "1",
    "gpu": "K80",
    "currency": "EUR=0.92",
    "vendor": "amd",
    "as-of": "2022-06-16",
    "against": "2025-04-04",
    "stack": "rocm",
    "min-gpus": "2",
    "max-gpus": "1",
    "min-gpu-memory": "12",
    "max-gpu-memory": "12",
    "min-memory": "32",
    "max-memory": "60",
    "min-vcpus": "8",
    "max-vcpus": "4",
    "min-network": "10",
    "arch": "arm64",
    "family": "g3",
    "instance": "p2.xlarge",
    "exclude": "g4dn",
    "provider": "gcp",
    "region": "ap-southeast-1",
    "near": "vn",
    "max-rtt": "1",
    "purchase": "spot",
    "storage": "100",
    "snapshots": "100",
    "egress": "1000",
    "inter-region": "100",
    "inter-zone": "100",
    "public-ipv4": "1",
    "object-storage": "100",
    "nat-gateways": "1",
    "reserved-capacity": "1",
    "starts-per-day": "1000",
    "profile": "graphics",
    "precision": "fp64",
    "speed": "peak",
    "weights": "memory=1",
    "catalog": "bundled",
    "today": "2030-01-01",
    "top": "1",
    "nearest": "0",
    "by": "family",
    "sort": "price",
    "firmness": None,
    "format": "markdown",
    "explain": None,
    "wide": None,
    "columns": "instance,price_usd_per_hour",
    "vary": "days=30:365",
    "compare": "g4dn.xlarge,p3.2xlarge",
    "color": "always",
    "own-price": "10000",
    "own-years": "3",
    "own-residual": "1000",
    "own-rate": "0.08",
    "own-gpu": "V100",
    "own-gpus": "2",
    "own-watts": "500",
    "own-pue": "1.5",
    "electricity": "vn",
    "own-upkeep": "0.03",
    "own-staff-hours": "20",
    "own-staff-price": "50",
    "dataset": "100",
    "dataset-region": "eu-west-1",
    "dataset-url": "kaggle:owner/name",
    "launch": None,
    "key-name": "mine",
    "keep-running": None,
    "launch-format": "sky",
    "idle-minutes": "15",
    "checkpoint-url": "s3://bucket/run",
}
NEEDS = {  # flags that mean something only beside others
    "as-of": {"catalog": "bundled"},
    "against": {"catalog": "bundled"},
    "arch": {"catalog": "bundled"},
    "provider": {"catalog": "clouds-2026-11"},
    "confidence": {"use-cv": "0.5"},
    "own-gpus": {"own-price": "10000", "own-gpu": "T4"},
    "own-pue": {"own-price": "10000", "own-watts": "500"},
    "own-staff-hours": {"own-price": "10000", "own-staff-price": "50"},
    "own-staff-price": {"own-price": "10000", "own-staff-hours": "20"},
    "dataset-region": {"dataset": "50", "dataset-url": "s3://bucket/"},
}
PLANNED = {"catalog": "bundled", "instance": "g4dn.xlarge", "launch": None}


def needs(flag):
    own = {"own-price": "10000"} if flag.startswith(("own-", "elec")) else {}
    own = {} if flag == "own-price" else own
    start = PLANNED if flag.startswith(("dataset", "key-name", "keep-running", "launch-", "idle-", "checkpoint-url")) else {}
    start = {"catalog": "bundled", "instance": "g4dn.xlarge"} if flag == "launch" else start
    return BASE | own | start | NEEDS.get(flag, {})


# have tests of their own, here, in test_charges.py, test_charges_file.py and test_training.py
ELSEWHERE = {"help", "version", "output", "config", "save", "check", "tolerance", "include-retired", "discount-rate", "storage-type", "storage-iops",
             "storage-throughput", "nat-data", "rate", "startup-minutes", "checkpoint-minutes", "restart-minutes", "charges",
             *TRAINING}


def test_no_flag_of_the_help_is_without_a_test(report):
    flags = re.findall(r"^  (?:-h,)?--([a-z0-9-]+)", report("--help"), re.MULTILINE)
    assert sorted(flags) == sorted({*EFFECTS, *ELSEWHERE})


@pytest.mark.parametrize("flag", EFFECTS)
def test_the_flag_changes_the_answer(recommend, flag):
    def out(settings):
        flags = [f"--{name}={value}" if value else f"--{name}" for name, value in settings.items()]
        done = recommend(*flags)
        assert (done.status < 2, done.err) == (True, "")
        return done.out

    assert out(needs(flag) | {flag: EFFECTS[flag]}) != out(needs(flag))


def test_wide_has_the_date_of_each_price(report):
    # The list of data/prices/aws-on-demand.csv of 2026-10-10 has p5.48xlarge in us-east-1.
    asked = ["--instance", "p5.48xlarge", "--region", "us-east-1", "--nearest", "0"]
    (row,) = [line for line in report(*asked, "--wide").splitlines() if line.startswith("1 p5.48x")]
    assert "2026-10-10" in row
    (row,) = [line for line in report(*asked).splitlines() if line.startswith("1 p5.48x")]
    assert "2026-10-10" not in row


def test_wide_has_the_price_on_spot(report, answer):
    asked = ["--instance", "g4dn.xlarge,g6f.large", "--region", "us-east-1", "--nearest", "0"]
    found = {choice["instance"]: choice for choice in answer(*asked)["choices"]}
    both = report("--instance", "g4dn.xlarge", "--region", "us-east-1", "--purchase", "spot", "--columns",
                  "instance,price_usd_per_hour", "--nearest", "0")
    (spot,) = re.findall(r"^g4dn.xlarge +(\S+)$", both, re.MULTILINE)
    assert found["g4dn.xlarge"]["spot_usd_per_hour"] == float(spot)
    assert f" {spot} " in next(line for line in report(*asked, "--wide").splitlines() if " g4dn.xlarge" in line)
    assert "spot USD/h" not in report(*asked)


@pytest.mark.parametrize(("columns", "width"), [(None, 80), ("120", 120), ("59", 60), ("900", 250), ("wide", 80), ("-3", 80)])
def test_the_table_is_as_wide_as_the_terminal_says(report, columns, width):
    env = {} if columns is None else {"COLUMNS": columns}
    out = report("--budget", "500", "--days", "20", "--top", "40", env=env)
    longest = max(map(len, out.splitlines()))
    assert longest <= width
    assert longest > min(width, 150) - 10  # and fills it


def test_the_columns_are_those_asked_for(report):
    out = report("--instance", "p3.2xlarge,p3.8xlarge", "--include-retired", "--region", "us-east-1", "--nearest", "0",
                 "--columns", "instance,price_usd_per_hour,usd_per_gpu_hour,arch")
    # AWS's list: 3.06 USD for one V100, 12.24 for four.
    assert ("machine     USD/h  USD/GPU h  arch\n"
            "p3.2xlarge   3.06       3.06  x86_64\n"
            "p3.8xlarge  12.24       3.06  x86_64\n") in out


def test_a_table_has_a_row_for_each_machine(answer, report):
    asked = ("--gpu", "T4", "--purchase", "spot,on_demand", "--nearest", "0")
    rows = re.findall(r"^ *\d+ (\S+) .*?(on_demand|spot)", report(*asked, "--top", "4"), re.MULTILINE)
    assert len(rows) == len(set(rows)) == 4
    each = [(c["instance"], c["purchase"]) for c in answer(*asked)["choices"]]
    assert rows == list(dict.fromkeys(each))[:4]


@pytest.mark.parametrize("by", ["machine", "gpu", "provider", "region"])
def test_by_lists_the_best_of_each(report, by):
    import json

    asked = ["--provider", "any", "--gpu", "A100,H100", "--top", "1000", "--format", "json"]
    each = json.loads(report(*asked))["choices"]
    key = {"machine": "instance"}.get(by, by)
    best = {}
    for choice in each:
        best.setdefault((choice["provider"] if by in ("machine", "region") else "", choice[key]), choice)
    rows = json.loads(report(*asked, "--by", by))["choices"]
    assert [(c["instance"], c["region"]) for c in rows] == [(c["instance"], c["region"]) for c in best.values()][:len(rows)]
