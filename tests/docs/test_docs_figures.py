"""The figures of the pages, computed again from data/ and by the command."""

import csv
import fnmatch
import json
import math
import re
import statistics
import subprocess
import sys

import pytest
import yaml

from pages import ROOT

sys.path.insert(0, str(ROOT / "tests/catalog_command"))
from price_tables import table as price_table  # noqa: E402

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MODEL = (ROOT / "docs/model.md").read_text(encoding="utf-8")
COMMAND = (ROOT / "docs/command.md").read_text(encoding="utf-8")
DATA = (ROOT / "data/README.md").read_text(encoding="utf-8")
CLOUDS = sorted(path.stem for path in (ROOT / "data").glob("*.yaml")
                if path.stem != "aws" and "\nprice_tables:" in path.read_text(encoding="utf-8"))
TEN = ["azure", "cudo", "gcp", "hyperstack", "jarvislabs", "lambda", "nebius", "paperspace", "runpod",
       "verda"]
LARGE = ["aws", "azure", "gcp"]  # the page counts their prices by table
CRITERIA = ["cost", "speed", "gpu_memory", "memory", "vcpus", "network"]


def load(name):
    with open(ROOT / "data" / name, encoding="utf-8") as file:
        return yaml.load(file, LOADER)


def reserved_tables():
    """Each table of reserved rates with its rows, the oldest first."""
    for path in sorted((ROOT / "data/prices").glob("*-reserved-*.csv"), key=lambda p: p.stem[-10:]):
        with open(path, newline="", encoding="utf-8") as file:
            yield path, list(csv.DictReader(file))


def rates_in(rows):
    return {(row["instance"], row["region"], offering): float(row[offering])
            for row in rows for offering in row
            if offering not in ("instance", "region", "on_demand") and row[offering]}


def price_tables(name):
    """The tables of a provider's file by purchase: the columns and the rows of each."""
    out = {}
    for table in load(f"{name}.yaml")["price_tables"]:
        with open(ROOT / "data" / table["file"], newline="", encoding="utf-8") as file:
            head, *rows = csv.reader(file)
        out[table["purchase"]] = head[2:], rows
    return out


def prices_in(rows):
    return sum(price != "" for row in rows for price in row[2:])


def row(rows, name):
    return next(r for r in rows if r.get("name") == name)


def source_of(name):
    return (ROOT / "src" / name).read_text(encoding="utf-8")


def rows_of(page, heading):
    """The cells of the tables below a heading, up to the next heading."""
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", page, re.M | re.S)[1]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[re.sub(r"[`*]", "", cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in lines]


@pytest.fixture(scope="module")
def ask(recommend):
    def ask(*flags):
        done = subprocess.run([recommend, *flags, "--format", "json"], capture_output=True,
                              text=True, timeout=60, check=False)
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)
    return ask


@pytest.fixture(scope="module")
def gpus():
    return load("gpus.yaml")["gpus"]


@pytest.fixture(scope="module")
def aws():
    return load("aws.yaml")


def assert_says(page, *texts):
    flat = " ".join(page.split())
    for text in texts:
        assert text in flat, text


# ---- budget -------------------------------------------------------------------------

def test_the_budget_examples_follow_from_the_rule(ask):
    for fixed, bold in [(0, "**2.7397 USD/h**"), (240, "**2.4110 USD/h**")]:
        hours = 365 * 2
        ceiling = (2000 - fixed) / hours
        assert f"**{ceiling:.4f} USD/h**" == bold
        assert_says(MODEL, bold)
        answer = ask("--budget", "2000", "--days", "365", "--hours-per-day", "2",
                     "--fixed", str(fixed))
        assert answer["price_ceiling_usd_per_hour"] == pytest.approx(ceiling)
    table = rows_of(MODEL, "Budget")[1:]
    assert table == [
        ["total for 365 days at 2 h/day",
         *(f"{0.9 * 730 + fixed:.2f} USD" for fixed in (0, 240))],
        ["days for 2,000 USD at 2 h/day",
         *(f"{(2000 - fixed) / (0.9 * 2):.2f} d" for fixed in (0, 240))],
        ["hours a day for 2,000 USD and 365 days",
         *(f"{(2000 - fixed) / (0.9 * 365):.4f} h/d" for fixed in (0, 240))],
    ]


def test_plain_doubles_refuse_so_many_exact_fits():
    by_price = by_bill = to_the_cent = 0
    for cents in range(1, 2001):
        price = cents / 100
        for hours in range(1, 101):
            total = cents * hours / 100
            by_price += not price <= total / hours
            by_bill += not price * hours <= total
            to_the_cent += not price * hours < total + 0.005
    assert to_the_cent == 0
    assert_says(MODEL, "Of these 200,000 exact fits, plain doubles refuse "
                f"**{by_price / 2000:.1f} %** as `price <= total / hours` and "
                f"**{by_bill / 2000:.1f} %** as `price * hours <= total`", f"{0.1 * 3!r} USD")


def test_the_relaxation_example_is_that_of_the_command(ask):
    nearest = ask("--catalog", "aws-2020-04", "--budget", "2000", "--days", "365",
                  "--hours-per-day", "2", "--region", "us-east-1")["refusals"]["nearest"][0]
    assert nearest["instance"] == "p3.2xlarge"
    change = nearest["relaxation"]
    assert_says(MODEL, f"3.06 * 730 = {change['budget_usd']:,.2f} USD",
                f"2000 / (3.06 * 2) = {change['days']:.1f} days",
                f"2000 / (3.06 * 365) = {change['hours_per_day']:.2f} h/day")


# ---- peak and score -----------------------------------------------------------------

def test_the_examples_of_peak_rates_are_in_the_data(gpus, ask):
    half, board = row(gpus, "nvidia-k80-gk210"), row(gpus, "nvidia-k80")
    assert board["fp64_tflops"] == 2 * half["fp64_tflops"]
    assert_says(MODEL, f"{half['fp64_tflops']} TFLOPS at fp64, where the board has "
                f"{board['fp64_tflops']}")
    l4 = row(gpus, "nvidia-l4")
    choice = ask("--instance", "g6f.large", "--region", "us-east-1")["choices"][0]
    assert choice["tflops"] == 0.125 * l4["bf16_tensor_tflops"]
    assert choice["gpu_memory_gib"] == 0.125 * l4["memory_gib"]
    assert_says(MODEL, f"0.125 * {l4['bf16_tensor_tflops']} = {choice['tflops']} TFLOPS",
                f"0.125 * {l4['memory_gib']} = {choice['gpu_memory_gib']} GiB")


def test_the_reference_is_p3_2xlarge(gpus):
    world = load("snapshots/aws-2020-04.yaml")
    machine = row(world["instances"], "p3.2xlarge")
    v100 = row(gpus, machine["gpu"])
    price = next(p["usd_per_hour"] for p in world["prices"]
                 if (p["instance"], p["region"]) == ("p3.2xlarge", "us-east-1"))
    shown = dict(rows_of(MODEL, "Score")[1:10])
    assert shown.pop("predicted at mixed") == "51.73 TFLOPS"  # that of the example of a speed
    assert shown == {
        "price": f"{price} USD/h",
        "peak at fp64": f"{v100['fp64_tflops']} TFLOPS",
        "peak at fp32, and at tf32 and bf16": f"{v100['fp32_tflops']} TFLOPS",
        "peak at fp16 and mixed, and at fp8 and int8": f"{v100['fp16_tensor_tflops']} TFLOPS",
        "GPU memory": f"{v100['memory_gib']} GiB",
        "memory": f"{machine['memory_gib']} GiB",
        "vCPUs": f"{machine['vcpus']}",
        "network": f"{machine['network_gbps']} Gbps",
    }


def test_min_max_reverses_a_rank_and_ratios_do_not():
    table = rows_of(MODEL, "Score")[-4:]
    offers = {name: (float(price), float(speed)) for name, price, speed, *_ in table}

    def min_max(among):
        prices = [offers[n][0] for n in among]
        speeds = [offers[n][1] for n in among]
        return {n: 0.5 * (max(prices) - offers[n][0]) / (max(prices) - min(prices))
                + 0.5 * (offers[n][1] - min(speeds)) / (max(speeds) - min(speeds)) for n in among}

    three, four = min_max("ABC"), min_max("ABCD")
    assert three["A"] < three["B"] and four["A"] > four["B"]
    for name, price, speed, *shown in table:
        assert shown == [f"{three[name]:.2f}" if name in three else "–", f"{four[name]:.2f}",
                         f"{math.sqrt(float(speed) / float(price)):.2f}"]


def test_the_example_of_a_speed_is_a_geometric_mean_and_the_command_says_it(ask):
    # The rates of each net are computed a second time in tests/calibration.
    table = rows_of(MODEL, "Speed")
    rows = [cells for cells in table if cells[0].startswith("nvidia-")]
    assert len(rows) == 5
    for gpu, *nets, mean in rows:
        assert f"{math.prod(map(float, nets)) ** (1 / 3):.4g}" == mean
    machines = {"nvidia-t4": "g4dn.xlarge", "nvidia-l4": "g6.xlarge"}
    shown = {gpu: float(mean) for gpu, *_, mean in rows}
    for gpu, machine in machines.items():
        choice = ask("--instance", machine, "--region", "us-east-1")["choices"][0]
        assert choice["predicted_tflops"] == pytest.approx(shown[gpu], rel=1e-3)
    p3 = ask("--instance", "p3.2xlarge", "--region", "us-east-1", "--include-retired")["choices"][0]
    assert p3["predicted_tflops"] == pytest.approx(shown["nvidia-v100-sxm2-16gb"], rel=1e-3)
    assert_says(MODEL, f"predicted at mixed | {p3['predicted_tflops']:.2f} TFLOPS",
                f"{shown['nvidia-l4'] / shown['nvidia-v100-sxm2-16gb']:.2f} of it")


def test_the_weights_are_those_of_the_command(ask):
    for profile, *weights, precision in rows_of(MODEL, "Weights")[1:]:
        request = ask("--profile", profile, "--top", "1")["request"]
        assert request["weights"] == dict(zip(CRITERIA, map(float, weights)))
        assert request["precision"] == precision
        assert math.isclose(sum(map(float, weights)), 1)
    assert_says(MODEL, f"2^0.45 = {2 ** 0.45:.2f}", f"2^(0.45 + 0.25) = {2 ** 0.7:.2f}",
                f"0.45 / 0.85 = {0.45 / 0.85:.4f}")


def test_the_example_of_a_score_is_computed_from_the_data(gpus, ask):
    world = load("snapshots/aws-2020-04.yaml")

    def figures(name):
        machine = row(world["instances"], name)
        gpu = row(gpus, machine["gpu"])
        price = next(p["usd_per_hour"] for p in world["prices"]
                     if (p["instance"], p["region"]) == (name, "us-east-1"))
        rate = machine["gpu_count"] * gpu["fp64_tflops"]
        return [rate / price, rate, gpu["memory_gib"], machine["memory_gib"], machine["vcpus"],
                machine["network_gbps"]]

    weights = [0.45, 0.25, 0.15, 0.05, 0.05, 0.05]
    expected, parts = [], []
    for i, (own, base) in enumerate(zip(figures("p2.xlarge"), figures("p3.2xlarge"))):
        parts.append(weights[i] * math.log(own / base))
        shown = [f"{own:.4f}", f"{base:.4f}"] if i == 0 else [f"{own:g}", f"{base:g}"]
        expected.append([*shown, f"{own / base:.4f}", f"{weights[i]}", f"{parts[i]:+.4f}"])
    table = rows_of(MODEL, "Example: p2.xlarge at fp64")
    assert [cells[1:] for cells in table[1:7]] == expected
    assert table[7][-1] == f"{sum(parts):+.4f}"
    score = 100 * math.exp(sum(parts))
    assert_says(MODEL, f"100 * exp({sum(parts):.4f}) = **{score:.1f}**")
    choice = ask("--catalog", "aws-2020-04", "--instance", "p2.xlarge", "--region", "us-east-1",
                 "--precision", "fp64")["choices"][0]
    assert choice["score"] == pytest.approx(score)
    assert list(choice["contributions"].values()) == pytest.approx(parts)


# ---- distance -----------------------------------------------------------------------

def test_the_round_trip_is_fitted_to_the_published_ones(ask):
    with open(ROOT / "data/measured/region_rtt.csv", encoding="utf-8") as file:
        pairs = [(float(r["great_circle_km"]), float(r["rtt_ms"])) for r in csv.DictReader(file)]
    km, ms = zip(*pairs)
    # Least squares by hand: statistics.linear_regression is not in Python 3.9.
    mean_km, mean_ms = statistics.fmean(km), statistics.fmean(ms)
    slope = (sum((x - mean_km) * (y - mean_ms) for x, y in pairs)
             / sum((x - mean_km) ** 2 for x in km))
    start = mean_ms - slope * mean_km
    squares = sum((y - start - slope * x) ** 2 for x, y in pairs)
    r2 = 1 - squares / sum((y - mean_ms) ** 2 for y in ms)
    error = statistics.median(abs(y - start - slope * x) / y for x, y in pairs)
    assert_says(MODEL, f"max({start:.1f} ms + {slope * 100:.2f} ms * km / 100, 1 ms * km / 100)",
                f"through {len(pairs)} published round trips",
                f"R² {r2:.2f}, root mean square error {math.sqrt(squares / len(pairs)):.0f} ms, "
                f"median error {100 * error:.0f} %")

    home = next(c for c in load("countries.yaml")["countries"] if c["code"] == "vn")
    there = next(r for r in load("regions.yaml")["regions"] if r["code"] == "ap-southeast-1")
    a, b = (tuple(map(math.radians, (p["latitude"], p["longitude"]))) for p in (home, there))
    arc = math.acos(math.sin(a[0]) * math.sin(b[0])
                    + math.cos(a[0]) * math.cos(b[0]) * math.cos(a[1] - b[1]))
    assert_says(MODEL, f"{home['city']} ({home['latitude']}, {home['longitude']})",
                f"It is {6371 * arc:.0f} km from ap-southeast-1 "
                f"({there['latitude']}, {there['longitude']})")
    rtt = ask("--near", "vn", "--region", "ap-southeast-1", "--top", "1")["choices"][0]["rtt_ms"]
    assert rtt == pytest.approx(16.7 + 1.57 * 63.71 * arc)
    assert_says(MODEL, f"16.7 + 1.57 * {63.71 * arc:.2f} = **{rtt:.1f} ms**")


# ---- names: settings, reasons, keys -------------------------------------------------

def test_the_reasons_stand_in_the_order_of_the_program():
    names = re.search(r"to_string\(Reason reason\).*?\{\s*(\"another provider\".*?)\};",
                      source_of("solve/refusal.cpp"), re.S)[1]
    expected = re.findall(r'"([^"]+)"', names)
    shown = [cells[0] for cells in rows_of(MODEL, "Outcomes and refusals")]
    assert shown[shown.index("reason") + 1:] == expected


def test_every_relaxation_is_named():
    text = source_of("solve/refusal.cpp")
    keys = set(re.findall(r'(?:change\(|push_back\(\{)"(\w+)"', text))
    table = rows_of(MODEL, "Outcomes and refusals")
    shown = " ".join(cells[2] for cells in table if len(cells) == 3)
    assert keys == set(re.findall(r"\b[a-z]+(?:_[a-z]+)*\b", shown)) & keys


def test_every_key_of_the_report_is_described(ask):
    answer = ask("--catalog", "aws-2020-04", "--budget", "2000", "--days", "365",
                 "--hours-per-day", "2", "--near", "vn", "--fixed", "1", "--storage", "10",
                 "--own-price", "10000", "--currency", "EUR=0.92")
    tables = rows_of(MODEL, "The report as JSON")
    described = {key for cells in tables for key in cells[0].split(", ")} - {"key"}
    top = {key for key in answer if key not in ("catalog", "refusals", "unpriced")}
    top |= {f"catalog.{key}" for key in answer["catalog"]}
    top |= {f"refusals.{key}" for key in answer["refusals"]}
    unpriced = ask("--instance", "p5e.48xlarge", "--include-retired")["unpriced"]
    top |= {f"unpriced.{key}" for key in unpriced} | set(unpriced["machines"][0])
    choice = set(answer["choices"][0]) | {f"cost.{key}" for key in answer["choices"][0]["cost"]}
    region = answer["region_choice"]
    choice |= set(region) | {f"cheapest.{key}" for key in region["cheapest"]}
    choice |= set(answer["ownership"])
    job = ask("--model", "resnet-50", "--epochs", "1", "--own-price", "10000")["ownership"]["job"]
    choice |= {f"job.{key}" for key in job}
    real = (top | choice | set(answer["families"][0]) | set(answer["refusals"]["nearest"][0]))
    real |= set(answer["charges"]) | set(answer["purchase_options"][0])
    job = ask("--model", "resnet-50", "--epochs", "90")
    real |= set(job["choices"][0]["job"]) | set(job["front"][0])
    assert described == real


def test_every_setting_is_described():
    table = re.findall(r'^    \{"(\w+)", "([\w-]+)", \w+, "',
                       source_of("request/settings.cpp") + source_of("request/plan_settings.cpp")
                       + source_of("request/job_settings.cpp"), re.M)
    table += re.findall(r'^    figure<&Model::\w+>\("(\w+)", "([\w-]+)"',
                        source_of("request/job_settings.cpp"), re.M)
    assert len(table) > 25
    shown = dict(re.findall(r"^\| `--([\w-]+)[^`]*` \| `(\w+)` \|", COMMAND, re.M))
    assert shown == {flag: key for key, flag in table}


def test_every_flag_is_described(recommend):
    text = subprocess.run([recommend, "--help"], capture_output=True, text=True,
                          timeout=60, check=True).stdout
    flags = set(re.findall(r"^  (?:-h,)?(--[\w-]+)", text, re.M))
    assert flags == set(re.findall(r"`(--[\w-]+)[^`]*`", "".join(
        line for line in COMMAND.splitlines(keepends=True) if line.startswith("| `--"))))


# ---- data/README.md -----------------------------------------------------------------

def test_the_counts_of_rows_are_right(gpus, aws):
    world = load("snapshots/aws-2020-04.yaml")

    def counts(tables, *sections):
        def words(name, n):
            return name if n != 1 else re.sub("ies$", "y", name) if name[-3:] == "ies" else name[:-1]
        return ", ".join(f"{len(tables[s]):,} {words(s, len(tables[s]))}" for s in sections)

    def lines(name):
        with open(ROOT / "data/measured" / name, newline="", encoding="utf-8") as file:
            return sum(1 for _ in csv.reader(file)) - 1

    def cards(name):
        with open(ROOT / "data/measured" / name, newline="", encoding="utf-8") as file:
            measured = [row["gpu"] for row in csv.DictReader(file)]
        assert set(measured) <= {gpu["name"] for gpu in gpus}
        return f"{len(measured)} rows of {len(set(measured))} GPUs"

    def of_cloud(name):
        tables = load(f"{name}.yaml")
        sections = [s for s in ("families", "instances", "offerings", "regions") if s in tables]
        prices = sum(prices_in(rows) for _, rows in price_tables(name).values())
        return counts(tables, *sections) + ("" if name in LARGE else
                                            f", {prices:,} price{'s' if prices != 1 else ''}")

    models = load("models.yaml")
    providers = load("providers.yaml")
    shown = {cells[0]: cells[-1] for cells in rows_of(DATA, "Data")[1:]}
    assert shown == {
        "gpus.yaml": f"{len(gpus)} GPUs",
        "regions.yaml": counts(load("regions.yaml"), "regions"),
        "aws.yaml": counts(aws, "families", "instances", "offerings"),
        **{f"{name}.yaml": of_cloud(name) for name in CLOUDS},
        **{f"prices/{name}-{purchase.replace('_', '-')}.csv":
           f"{len(rows):,} rows, {prices_in(rows):,} prices"
           for name in LARGE for purchase, (_, rows) in price_tables(name).items()},
        **{f"prices/{path.name}": f"{len(rows):,} rows, {len(rates_in(rows)):,} rates"
           for path, rows in reserved_tables()},
        "prices/.csv": "see the rows above",  # an asterisk is no part of a cell
        "clouds.yaml": "–",
        "bundle.yaml": counts(load("bundle.yaml"), "catalogs"),
        "snapshots/aws-2020-04.yaml": counts(world, "families", "instances", "prices"),
        **{name: counts(load(name), *(s for s in load(name)
                                      if s not in ("provider", "default_storage", "sources")))
           for name in load("bundle.yaml")["charges"]},
        "countries.yaml": counts(load("countries.yaml"), "countries"),
        "cities.yaml": counts(load("cities.yaml"), "cities"),
        "electricity.yaml": f"{len(load('electricity.yaml')['tariffs'])} prices",
        "providers.yaml": f"{len(providers['providers'])} providers, "
                          f"{len(providers['machines_with_gpus'])} patterns",
        "measured/region_rtt.csv": f"{lines('region_rtt.csv')} pairs",
        "models.yaml": f"{len(models['models'])} models, {len(models['datasets'])} data sets",
        "price_age.yaml": f"{len(load('price_age.yaml')['ages'])} rows",
        "utilisation.yaml": f"{len(load('utilisation.yaml')['gpus'])} GPUs",
        "stacks.yaml": counts(load("stacks.yaml"), "techniques") + f", {len(load('stacks.yaml')['wheels'])} builds",
        "measured/matmul.csv": cards("matmul.csv"),
        "measured/bandwidth.csv": cards("bandwidth.csv"),
        "memory.yaml": f"{len(load('memory.yaml')) - 5} figures",  # but for where they are from
        "measured/memory_peaks.csv": f"{lines('memory_peaks.csv')} rows",
        "measured/training.csv": f"{lines('training.csv')} rows",
        "measured/step_times.csv": f"{lines('step_times.csv')} rows",
        "measured/scaling.csv": f"{lines('scaling.csv')} pairs",
        "measured/parallel.csv": f"{lines('parallel.csv')} runs",
        "measured/sources.csv": f"{lines('sources.csv')} sources",
    }
    assert sum(m.get("recalled", False) for m in models["models"]) == 122  # as the page says


def test_the_clouds_are_counted(aws):
    page = (ROOT / "docs/clouds.md").read_text(encoding="utf-8")
    tables = {name: load(f"{name}.yaml") for name in CLOUDS} | {"aws": aws}
    day = load("clouds.yaml")["catalog"]["as_of"].isoformat()
    shown = {cells[0]: re.fullmatch(r"([\d,]+), (.*)", cells[2]).groups()
             for cells in rows_of(page, "All clouds")[1:]}
    machines = {cells[0]: cells[1] for cells in rows_of(page, "All clouds")[1:]}
    assert machines == {name: f"{len(table['instances']):,}" for name, table in tables.items()}
    words = {("on_demand",): "on demand", ("spot",): "spot only", ("on_demand", "spot"): "with spot"}
    expected = {}
    for name in tables:
        ways = sorted(price_tables(name))
        dated = [price_table(name, way) for way in ways]
        held = sum(t.in_force(*row, day) is not None for t in dated for row in t.rows)
        expected[name] = (f"{held:,}", words[tuple(ways)])
    assert shown == expected
    kept = sum(len(tables[name]["instances"]) for name in TEN)
    left_out = sum(int(cells[1]) for cells in rows_of(DATA, "The other clouds") if cells[1].isdigit())
    assert_says(DATA, f"Of {kept + left_out:,} machines of the ten clouds in the price lists, {kept} are")
    assert_says(page, f"{left_out} machines that were left out")


def test_the_limits_are_those_of_the_data():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    def regions(name):
        with open(ROOT / f"data/prices/{name}.csv", newline="", encoding="utf-8") as file:
            return {row["region"] for row in csv.DictReader(file)}

    def charged(provider, charge):
        rows = load(f"charges/{provider}.yaml")["charges"]
        return len({row["region"] for row in rows if row["charge"] == charge})

    aws, gcp = regions("aws-on-demand"), regions("gcp-on-demand")
    reserved = aws & regions("aws-reserved-2025-04-04")
    assert_says(readme, f"EC2 has prices in {len(aws)} of its {len(load('regions.yaml')['regions'])} regions, "
                f"Google in {len(gcp)}",
                f"storage of EC2 in {charged('aws', 'storage_gp3')} regions and transfer in {charged('aws', 'egress')}",
                f"Google in {charged('gcp', 'storage_pd-balanced')} and {charged('gcp', 'egress')} regions",
                f"Reserved rates: of {len(reserved)} AWS regions",
                f"committed use in {len(gcp & regions('gcp-reserved-2026-07-30'))} regions",
                f"the {len(CLOUDS) - 2} other clouds")  # beside AWS, Google and Azure


def test_the_counts_by_source_are_right(aws):
    recalled = {s["name"] for s in load("gpus.yaml")["sources"] if s.get("evidence") == "recalled"}
    gpus = load("gpus.yaml")["gpus"]

    def count(section, source, **more):
        return sum(r["source"] == source and all(r[k] == v for k, v in more.items())
                   for r in aws[section])

    def listed(purchase, source):
        columns, rows = price_tables("aws")[purchase]
        at = [column.split()[1] for column in columns].index(source)
        return sum(row[2 + at] != "" for row in rows)

    assert_says(
        DATA,
        f"AWS on demand in us-east-1 ({listed('on_demand', 'karpenter-provider-aws-1d92708'):,})",
        f"machines with GPUs, on demand, all regions ({listed('on_demand', 'aws-price-list-2026-01')})",
        f"AWS spot, one figure a region ({listed('spot', 'aws-spot-feed-2026-08-10')})",
        f"AWS spot, a month's mean ({listed('spot', 'aws-spot-advisor-2025-06-28'):,})",
        f"machines ({count('instances', 'describe-instance-types'):,})",
        f"retired GPU machines ({count('instances', 'aws-price-list-attributes')})",
        f"other retired machines ({count('instances', 'describe-instance-types-moto')})",
        f"where machines are offered ({len(aws['offerings']):,})",
        f"{sum(g['source'] in recalled for g in gpus)} of {len(gpus)} recalled")


def test_the_decisions_are_those_of_the_data(aws, gpus):
    machines = {i["name"]: i for i in aws["instances"]}
    for name, cards, label, used in rows_of(DATA, "Decisions")[1:6]:
        assert machines[name]["network_gbps"] == float(used) == min(float(cards), float(label))
    estimated = {i["name"] for i in aws["instances"] if i.get("network_estimated")}
    assert estimated == {"p2.xlarge", "g2.8xlarge", "g2.2xlarge"}
    lineage = {(f["name"], f["successor"]) for f in aws["families"] if "successor" in f}
    assert lineage == {("p2", "p3"), ("p3", "p4d"), ("g2", "g3"), ("g3", "g4dn"),
                       ("g3s", "g4dn"), ("dl1", "trn1")}
    retired = [i for i in aws["instances"] if i.get("retired")]
    priced = {row[0] for row in price_tables("aws")["on_demand"][1] if any(row[2:])}
    assert all(i["name"] in priced for i in retired)
    assert sum("gpu" in i for i in retired) == 13
    others = [i["name"] for i in retired if "gpu" not in i]
    assert len(others) == 9
    assert_says(DATA, *others)
    assert_says(DATA, f"{row(gpus, 'nvidia-a10g')['memory_gib']} for an A10G",
                f"AWS reports {machines['g5.xlarge']['reported_gpu_memory_gib']:.2f} GiB")
    with_year = sum("year" in f for f in aws["families"])
    assert_says(DATA, f"given for {with_year} GPU families")
    cannot = {g["name"]: g["not_for"] for g in gpus if "not_for" in g}
    assert sorted(cannot) == ["amd-radeon-pro-v520", "aws-inferentia1", "aws-inferentia2",
                              "aws-trainium1", "aws-trainium2", "aws-trainium3", "google-tpu-7x",
                              "google-tpu-v2", "google-tpu-v3", "google-tpu-v4", "google-tpu-v5e",
                              "google-tpu-v5p", "google-tpu-v6e", "habana-gaudi1", "intel-gaudi2",
                              "intel-gaudi3", "qualcomm-ai100"]


def test_the_odd_spot_prices_are_those_of_the_data(aws):
    day = aws["catalog"]["as_of"].isoformat()
    spot, listed = ({row: usd for row in table.rows if (usd := table.in_force(*row, day)) is not None}
                    for table in (price_table("aws", "spot"), price_table("aws", "on_demand")))
    alone = set(spot) - set(listed)
    *families, last = sorted({machine.split(".")[0] for machine, _ in alone})
    ratios = {k: spot[k] / listed[k] for k in spot if k in listed}
    equal = sum(abs(spot[k] - listed[k]) < 6e-5 for k in ratios)
    tenth = sum(abs(ratio - 0.1) < 1e-4 for ratio in ratios.values())
    assert min(ratios.values()) > 0.0999
    assert all(spot[k] < listed[k] + 6e-5 for k in ratios)
    assert_says(
        DATA,
        f"{len(alone)} pairs of machine and region have a spot price only: of {', '.join(families)} and {last}.",
        f"For {equal} pairs of machine and region the spot price equals that on demand",
        f"For {tenth} pairs the spot price is a tenth of that on demand")
    row = "g5.24xlarge", "ap-northeast-1"
    assert_says(DATA, f"has {spot[row]} against {listed[row]}")


def test_the_known_exceptions_are_those_that_the_data_explains(programs):
    if "catalog" not in programs:
        pytest.skip("needs --catalog PATH")
    done = subprocess.run([programs["catalog"], "check", "clouds-2026-11", "--all"], capture_output=True, text=True,
                          timeout=60, check=True)
    found = [re.fullmatch(r"  ([^:]+): (?:(\S+) )?([^ :]+)(?: in \S+)?(?::.*)? \((.*)\)", line)
             for line in done.stdout.splitlines()[1:]]
    expected = {}
    for name in load("bundle.yaml")["catalogs"][1]["files"]:
        for e in load(name).get("explained", []):
            count = sum(one[1] == e["finding"] and one[4] == e["why"] and
                        any(fnmatch.fnmatchcase(one[3], pattern) for pattern in e["names"]) for one in found)
            expected[e["finding"], name, ", ".join(e["names"])] = str(count)
    table = rows_of(DATA, "Known exceptions")[1:]
    assert {tuple(cells[:3]): cells[3] for cells in table} == {
        tuple(cell.replace("*", "") for cell in key): count for key, count in expected.items()}
    assert sum(int(cells[3]) for cells in table) == len(found)


# ---- bills and ways to pay -------------------------------------------------------------

@pytest.fixture(scope="module")
def rates():
    """Tiers by charge in us-east-1, and reserved rates of g5.xlarge there."""
    tables = load("charges/aws.yaml")
    tiers = {}
    for c in tables["charges"]:
        if c["region"] == "us-east-1":
            tiers.setdefault(c["charge"], []).append((c.get("from", 0), c["usd"]))
    reserved = {offering: usd for _, rows in reserved_tables()
                for (machine, region, offering), usd in rates_in(rows).items()
                if (machine, region) == ("g5.xlarge", "us-east-1")}
    return tiers, reserved


def tiered(tiers, quantity):
    ends = [start for start, _ in tiers[1:]] + [math.inf]
    return sum(usd * max(0, min(quantity, end) - start)
               for (start, usd), end in zip(tiers, ends))


def test_the_bill_of_the_page(rates, ask):
    tiers, _ = rates
    amounts = {"compute": 0.9 * 730,
               "storage_gp3": tiered(tiers["storage_gp3"], 500) * 12,
               "storage_gp3_iops": tiered(tiers["storage_gp3_iops"], 5000) * 12,
               "egress": tiered(tiers["egress"], 1000) * 12}
    rows = {cells[0]: cells[2] for cells in rows_of(MODEL, "Bill") if cells[0] in amounts
            and len(cells) == 3 and re.fullmatch(r"[\d,.]+", cells[2])}
    assert rows == {charge: f"{usd:,.2f}" for charge, usd in amounts.items()}
    bill = ask("--catalog", "aws-2020-04", "--instance", "p2.xlarge", "--region", "us-east-1",
               "--days", "365", "--hours-per-day", "2", "--storage", "500",
               "--storage-iops", "5000", "--egress", "1000")["choices"][0]["cost"]
    assert {i["charge"]: i["amount_usd"] for i in bill["items"]} == pytest.approx(amounts)
    assert_says(MODEL, f"{sum(amounts.values()):,.2f}", f"{(2000 - 480) / 730:.4f} USD/h")


def test_the_ways_to_pay_of_the_page(rates):
    _, reserved = rates
    year = reserved["standard_1yr"]
    assert_says(MODEL, f"{24 * year / 1.006:.2f} h/d", f"{year * 8760:,.2f} USD",
                f"{24 * 1.006:.2f} USD",
                f"{10 * 100 * math.exp(0.002) * math.expm1(0.101):.2f} h")


# ---- design.md ----------------------------------------------------------------------

def test_the_figures_of_training_jobs(ask):
    fitted = load("utilisation.yaml")["measured_mode"]
    t90 = 1.507  # of a Student-t with 4.40 degrees of freedom: 1.533 for 4, 1.476 for 5 (NIST)
    assert_says(MODEL, f"6 * 175e9 * 300e9 = {6 * 175e9 * 300e9:.2e}".replace("e+", "e"),
                f"7e9 * 16 bytes = {7e9 * 16 / 1e9:.0f} GB", f"t_0.9 = {fitted['ratio_scale'] * t90:.2f}")
    flops = ask("--model", "llama-2-7b", "--tokens", "1", "--top", "1")["choices"][0]["job"]["factors"]
    assert {f["name"]: f["value"] for f in flops}["FLOPs of a token"] == 6 * 6.607e9
    states = {name: (int(mixed), int(wide)) for name, mixed, wide in
              (cells[:3] for cells in rows_of(MODEL, "Memory of a GPU") if len(cells) == 4) if mixed.isdigit()}
    assert sum(states[n][0] for n in ("weights", "gradients", "optimiser adam")) == 16
    assert sum(states[n][1] for n in ("weights", "gradients", "optimiser adam")) == 16


def test_the_line_of_headers_is_the_one_that_is_enforced():
    order = re.findall(r'"(\w+)"', re.search(
        r"ORDER = \[(.*?)\]", (ROOT / "tests/check_layers.py").read_text(encoding="utf-8"),
        re.S)[1])
    design = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    assert order[0] == "export"
    assert f"\n{' '.join(order[1:])}\n" in design
    assert [cells[0] for cells in rows_of(design, "The headers")[1:]] == order[1:]


def test_each_room_is_named_in_its_order():
    rooms = list(re.findall(r'^    "(\w+)": "', re.search(
        r"ROOMS = \{(.*?)\}", (ROOT / "tests/check_layers.py").read_text(encoding="utf-8"), re.S)[1], re.M))
    design = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    assert f"\n{' < '.join(rooms)}\n" in design
    assert [cells[0] for cells in rows_of(design, "The rooms")[1:]] == rooms
    assert {path.name for path in (ROOT / "src").iterdir() if path.is_dir()} == set(rooms)
