"""`catalog history` and `catalog diff` of two days, against the tables of data/prices as they are
read by price_tables.py: no figure here comes from the program."""

import json
import re
from collections import Counter, defaultdict

import pytest
from price_tables import machines, table, tables, titles


def cells(line):
    """A line's cells: columns stand two spaces apart."""
    return re.split(r"  +", line.strip())


def percent(before, after):
    return f"{100 * (after / before - 1):+.1f} %"


def changes_in(known):
    """The last price over the first, where they differ, and how many steps there were."""
    prices = [usd for _, usd in known if usd is not None]
    steps = sum(abs(b / a - 1) > 1e-9 for a, b in zip(prices, prices[1:]))
    return ([percent(prices[0], prices[-1])] if prices[0] != prices[-1] else []), steps


# ---- a machine by region -------------------------------------------------------------


@pytest.mark.parametrize(("provider", "machine", "flags", "purchase"), [
    ("aws", "p5.48xlarge", [], "on_demand"),  # cut by 44 % in 2025
    ("aws", "g5.xlarge", ["--provider", "aws", "--purchase", "spot"], "spot"),
    ("azure", "Standard_NC12", [], "on_demand"),  # gone since the list of 2026-04-02
    ("lambda", "gpu_1x_h100_pcie", ["--purchase", "on_demand"], "on_demand"),  # one region
])
def test_a_machine_is_shown_by_region(catalog, provider, machine, flags, purchase):
    done = catalog("history", machine, *flags)
    assert (done.status, done.err) == (0, "")
    title, head, *lines = done.out.splitlines()
    assert title == f"{provider} {machine}, {purchase.replace('_', ' ')}"
    prices = table(provider, purchase)
    expected = []
    for region in sorted(region for name, region in prices.rows if name == machine):
        known = prices.known(machine, region)
        (first, before), (last, after) = known[0], known[-1]
        change, steps = changes_in(known)
        newest = "gone" if after is None else f"{after:g}" if after < 100 else str(after)
        expected.append([region, first.written, str(before).removesuffix(".0"), last.written,
                         newest, *change, str(steps)])
    assert [cells(line) for line in lines] == expected
    assert cells(head) == ["region", "first", "USD/h", "newest", "USD/h",
                           *(["change"] if any(len(row) == 7 for row in expected) else []), "changes"]


def test_what_is_expected_of_p5_is_what_was_announced(catalog):
    """Anchors the test above: 98.32 USD/h until June 2025, 44 % less from then on."""
    prices = table("aws")
    known = [(column.written, usd) for column, usd in prices.known("p5.48xlarge", "us-east-1")]
    assert known[0] == ("2024-03-01", 98.32)
    assert known[-1] == ("2026-10-10", 55.04)
    line = next(line for line in catalog("history", "p5.48xlarge").out.splitlines()
                if line.startswith("us-east-1"))
    assert line.split() == ["us-east-1", "2024-03-01", "98.32", "2026-10-10", "55.04", "-44.0", "%", "1"]


# ---- a machine in one region, by day --------------------------------------------------


@pytest.mark.parametrize(("provider", "machine", "region", "purchase"), [
    ("aws", "p2.xlarge", "us-east-1", "on_demand"),
    ("aws", "p5.48xlarge", "ap-northeast-1", "on_demand"),
    ("aws", "g5.xlarge", "us-east-1", "spot"),
    ("azure", "Standard_NC12", "eastus", "on_demand"),
])
def test_a_machine_in_one_region_is_shown_by_day(catalog, provider, machine, region, purchase):
    done = catalog("history", machine, "--region", region, "--purchase", purchase)
    assert (done.status, done.err) == (0, "")
    title, _, *lines = done.out.splitlines()
    assert title == f"{provider} {machine}, {purchase.replace('_', ' ')}, {region}"
    words, expected, before = titles(provider), [], None
    for column, usd in table(provider, purchase).known(machine, region):
        change = [percent(before, usd)] if usd and before and usd != before else []
        shown = "gone" if usd is None else str(usd).removesuffix(".0")
        expected.append([column.written, shown, *change, words[column.source]])
        before = usd or before
    assert len(expected) >= 3
    assert [cells(line) for line in lines] == expected


# ---- a GPU ------------------------------------------------------------------------------


def cheapest_of(provider, gpu, purchase="on_demand"):
    """By day of a list of the provider that has the GPU, or since which another is the cheapest:
    the least USD for an hour of one GPU then, and where."""
    facts, prices = machines(provider), table(provider, purchase)
    rows = [(m, r) for m, r in prices.rows if re.fullmatch(gpu, facts[m][1] or "") and facts[m][2]]
    on = {column.day: column.written for column in prices.columns}  # of two lists of a day, one row
    given = {column.day for i, column in enumerate(prices.columns)
             if any(prices.rows[row][i] is not None for row in rows)}
    out, before = {}, None
    for day, written in sorted(on.items()):
        held = {row: prices.in_force(*row, day) for row in rows}
        if not any(held.values()):
            continue
        least = min((usd / facts[m][2], m, r) for (m, r), usd in held.items() if usd)
        if day in given or least != before:
            out[written] = before = least
    return out


def shown_by_provider(out):
    """The rows of the table: a provider stands in the first of its own only."""
    found, provider = defaultdict(list), None
    for line in out.splitlines()[1:]:
        row = cells(line)
        if not line.startswith(" "):
            provider = row.pop(0)
        found[provider].append(row)
    return found


H100 = r"nvidia-h100-.*"


@pytest.mark.parametrize("provider", ["aws", "azure", "gcp", "lambda", "nebius", "coreweave"])
def test_a_gpu_is_shown_by_provider_at_its_cheapest(catalog, provider):
    done = catalog("history", "H100")
    assert (done.status, done.err) == (0, "")
    rows = shown_by_provider(done.out)[provider]
    expected = cheapest_of(provider, H100)
    assert [row[0] for row in rows] == list(expected)
    before = None
    for (day, shown, *change, machine, region), (usd, *_) in zip(rows, expected.values()):
        assert float(shown) == pytest.approx(usd, rel=6e-4), day  # four digits
        if before is not None and before != usd:
            assert change == [percent(before, usd)]
        else:
            assert change == []
        at = table(provider).in_force(machine, region, next(
            c.day for c in table(provider).columns if c.written == day))
        assert at / machines(provider)[machine][2] == pytest.approx(usd)  # one of the cheapest
        before = usd


def test_each_provider_that_has_the_gpu_is_shown(catalog):
    have = {t.provider for t in tables() if t.purchase == "on_demand" and
            any(re.fullmatch(H100, machines(t.provider)[m][1] or "") for m, _ in t.rows)}
    assert {"aws", "azure", "gcp", "lambda", "runpod"} < have
    assert set(shown_by_provider(catalog("history", "H100").out)) == have


def test_a_gpu_of_one_provider_and_on_spot(catalog):
    every, one = catalog("history", "H100").out, catalog("history", "H100", "--provider", "aws").out
    assert shown_by_provider(one) == {"aws": shown_by_provider(every)["aws"]}
    spot = shown_by_provider(
        catalog("history", "A10G", "--provider", "aws", "--purchase", "spot").out)["aws"]
    expected = cheapest_of("aws", "nvidia-a10g", "spot")
    assert [row[0] for row in spot] == list(expected)
    assert [float(row[1]) for row in spot] == [
        pytest.approx(usd, rel=6e-3) for usd, _, _ in expected.values()]


@pytest.mark.parametrize(("args", "message"), [
    (["xyzzy"], 'NAME: must be a machine or a GPU of the catalog, got "xyzzy"'),
    ([""], 'NAME: must be a machine or a GPU of the catalog, got ""'),
    (["p3.2xlage"],
     'NAME: must be a machine or a GPU of the catalog, got "p3.2xlage", did you mean p3.2xlarge?'),
    (["p3.2xlarge", "--provider", "azur"],
     '--provider: must be a provider of the catalog, got "azur", did you mean azure?'),
    (["p3.2xlarge", "--provider", "azure"],
     '--provider: must be one that has p3.2xlarge (aws), got "azure"'),
    (["p3.2xlarge", "--region", "eu-nort-1"],
     '--region: must be a region of the catalog, got "eu-nort-1", did you mean eu-north-1?'),
    (["p3.2xlarge", "--provider", "aws", "--region", "eastus"],
     '--region: must be a region of aws, got "eastus"'),
    (["gpu_1x_h100_sxm5", "--region", "us-east-1"],
     '--region: must be one in which gpu_1x_h100_sxm5 has had a price (all), got "us-east-1"'),
    (["gpu_1x_h100_sxm5", "--purchase", "spot"],
     "--purchase: must be one for which gpu_1x_h100_sxm5 has a price, got spot"),
    (["H100", "--region", "us-east-1"],
     "--region: must be given with a machine, as a GPU is shown where it is cheapest, "
     'got us-east-1 with "H100"'),
    (["GH200", "--provider", "aws"],
     '--provider: must be one that has had a price of GH200, on_demand ('),
    (["p3.2xlarge", "--purchase", "sport"],
     '--purchase: must be on_demand or spot, got "sport", did you mean spot?'),
])
def test_what_has_no_prices_is_refused(catalog, args, message):
    done = catalog("history", *args)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err == message + "\n" or message.endswith("(") and done.err.startswith(message)


def test_the_regions_of_a_machine_are_named(catalog):
    assert ("p3.2xlarge", "eu-north-1") not in table("aws").rows
    regions = sorted({region for name, region in table("aws").rows if name == "p3.2xlarge"})
    assert len(regions) > 8
    assert catalog("history", "p3.2xlarge", "--region", "eu-north-1") == (
        2, "", "--region: must be one in which p3.2xlarge has had a price "
               f"({', '.join(regions[:8])} and {len(regions) - 8} more), got \"eu-north-1\"\n")


def test_days_on_which_no_list_has_the_gpu_are_no_rows(catalog):
    """Lambda's list of 2026-09-20 has machines of other GPUs only."""
    prices = table("lambda")
    at = [column.written for column in prices.columns].index("2026-09-20")
    assert all(usd[at] is None for (m, _), usd in prices.rows.items() if "h100" in m)
    assert any(usd[at] is not None for usd in prices.rows.values())
    assert "2026-09-20" not in catalog("history", "H100", "--provider", "lambda").out


# ---- from one day to another -----------------------------------------------------------

BEFORE, AFTER = "2024-03-01", "2025-04-04"


@pytest.fixture(scope="module")
def changed():
    """(provider, machine, region, purchase): prices before and after, of what differs."""
    out, had, has = {}, set(), set()
    for t in tables():
        for machine, region in t.rows:
            before, after = (t.in_force(machine, region, day) for day in (BEFORE, AFTER))
            had |= {(t.provider, machine)} if before is not None else set()
            has |= {(t.provider, machine)} if after is not None else set()
            if before != after:
                out[t.provider, machine, region, t.purchase] = before, after
    return out, has - had, had - has


def kind(before, after):
    if before is None or after is None:
        return "went" if after is None else "appeared"
    return "rose" if after > before else "fell"


def test_diff_of_two_days_begins_with_the_counts(catalog, changed):
    prices, new, gone = changed
    counts = Counter(kind(*pair) for pair in prices.values())
    assert len(new) > 100 and counts["appeared"] > 2000  # else the test below says little
    words = [f"{n} {what}" for what in ("rose", "fell", "appeared", "went") if (n := counts[what])]
    words += [f"{len(new)} new machines"] if new else []
    words += [f"{len(gone)} machines gone"] if gone else []
    done = catalog("diff", BEFORE, AFTER)
    assert (done.status, done.err) == (1, "")
    assert done.out.splitlines()[0] == ", ".join(words)


def test_diff_of_two_days_has_a_line_for_each_family(catalog, changed):
    prices, new, gone = changed
    counts = defaultdict(Counter)
    family = {provider: machines(provider) for provider, *_ in prices}
    for (provider, machine, _, _), pair in prices.items():
        counts[provider, family[provider][machine][0]][kind(*pair)] += 1
    for names, what in ((new, "new machines"), (gone, "machines gone")):
        for provider, machine in names:
            counts[provider, family[provider][machine][0]][what] += 1
    _, *lines = catalog("diff", BEFORE, AFTER).out.split("\n\n")[0].splitlines()
    shown = {}
    for line in lines:
        name, said = line.split(": ")
        said = said.split(";")[0]
        shown[tuple(name.split(" ", 1))] = {
            part.split(" ", 1)[1]: int(part.split(" ", 1)[0]) for part in said.split(", ")}
    assert shown == counts


def test_diff_of_two_days_has_a_line_for_each_change(catalog, changed):
    prices, new, gone = changed
    done = catalog("diff", BEFORE, AFTER, "--format", "json")
    assert done.status == 1
    report = json.loads(done.out)
    found = {(c["provider"], c["instance"], c["region"], c["purchase"]):
             (c["before_usd_per_hour"], c["after_usd_per_hour"])
             for c in report["changes"] if not c["kind"].startswith("machine_")}
    assert found == prices
    assert {(c["provider"], c["instance"]) for c in report["changes"]
            if c["kind"] == "machine_appeared"} == new
    assert (report["counts"]["machine_appeared"], report["counts"]["machine_went"]) == (
        len(new), len(gone))
    assert all(c["family"] == machines(c["provider"])[c["instance"]][0]
               for c in report["changes"][:50])


def test_a_cut_of_a_family_has_its_median(catalog):
    """p5 in 2025: the medians of the family are those of its prices in the table."""
    out = catalog("diff", "2025-04-04", "2026-10-10").out
    line = next(line for line in out.splitlines() if line.startswith("aws p5: "))
    t = table("aws")
    ratios = sorted(after / before for m, r in t.rows if machines("aws")[m][0] == "p5"
                    if (before := t.in_force(m, r, "2025-04-04")) is not None
                    if (after := t.in_force(m, r, "2026-10-10")) is not None if before != after)
    assert len(ratios) % 2 == 1 or len(ratios) > 2
    middle = len(ratios) // 2
    median = ratios[middle] if len(ratios) % 2 else (ratios[middle - 1] + ratios[middle]) / 2
    assert f"{len(ratios)} fell" in line
    assert line.endswith(f"median {100 * (median - 1):+.1f} %")


def test_a_day_against_itself_has_no_change(catalog):
    assert catalog("diff", BEFORE, BEFORE) == (0, "no change\n", "")


@pytest.mark.parametrize("day", ["2999-01-01", "2020-06-17"])
@pytest.mark.parametrize("days", [("2024-03-01", "{}"), ("{}", "2024-03-01")])
def test_a_day_without_prices_is_refused(catalog, days, day):
    first = min(t.columns[0].day for t in tables() if t.columns[0].day)
    assert first == "2020-06-18"
    done = catalog("diff", *(d.format(day) for d in days))
    assert (done.status, done.out) == (2, "")
    assert re.fullmatch(
        rf"CATALOG: must be a day from {first} to today, \d{{4}}-\d\d-\d\d, got {day}\n", done.err)


@pytest.mark.parametrize("day", ["2024-02-30", "2024-13-01", "2024-2-3"])
def test_what_is_no_day_of_the_calendar_is_said_to_be_none(catalog, day):
    assert catalog("diff", day, "bundled") == (
        2, "", f"CATALOG: must be a day of the calendar such as 2026-07-20, got {day}\n")
