"""How prices age: the files are what the program writes, and figures by hand.

Needs numpy and scipy: python3 -m pytest tests/price_age
"""

import datetime
import math
import pathlib
import re
import sys

import pytest

pytest.importorskip("numpy")
pytest.importorskip("scipy")
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks/price_age"))
import price_age  # noqa: E402

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


@pytest.fixture(scope="module")
def found():
    return price_age.ages()


def compare(written, fresh, tolerance):
    """The same text, and the same numbers within a tolerance."""
    assert NUMBER.sub("#", written) == NUMBER.sub("#", fresh)
    for line, (a, b) in enumerate(zip(written.splitlines(), fresh.splitlines()), 1):
        for x, y in zip(NUMBER.findall(a), NUMBER.findall(b)):
            assert float(x) == pytest.approx(float(y), rel=tolerance, abs=tolerance), f"line {line}: {a}"


def test_the_file_is_what_the_program_fits(found):
    compare(price_age.OUTPUTS["ages"].read_text(), price_age.ages_file(found), 1e-3)


def test_the_tables_of_the_page_are_current(found):
    page = price_age.OUTPUTS["page"].read_text()
    compare(page, price_age.page(found, page), 2e-2)


def pair(family, days, ln, provider="p"):
    start = datetime.date(2025, 1, 1)
    return price_age.Pair(
        provider, family, "on_demand", family, "r", start, start + datetime.timedelta(days), ln
    )


def test_the_rate_is_that_of_a_hand_calculation():
    # Four families, 200 days each; one rose by a tenth. By hand: with half a family more on each side, e^(-rate * t)
    # is 3.5 / 5, so rate = ln(5 / 3.5) / (200 / 365.25) = 0.356675 * 1.82625 = 0.651378. A change of 0.1 with the least
    # spread, 0.01, is never within 1 % by chance: 9 standard deviations.
    cells = price_age.Cells([pair(f, 200, ln) for f, ln in zip("abcd", (0, 0.004, 0, 0.1))])
    age = price_age.fit(cells)
    assert age.changes_per_year == pytest.approx(0.651378, rel=1e-5)
    assert (age.median_change, age.spread) == (pytest.approx(0.1), 0.01)


def test_a_family_with_many_machines_counts_as_one_with_few():
    # By hand: family a has 30 pairs of +0.3, b one of +0.1; mean 0.2, standard deviation 0.1.
    cells = price_age.Cells([pair("a", 365, 0.3)] * 30 + [pair("b", 365, 0.1)])
    age = price_age.fit(cells)
    assert (age.median_change, age.spread) == (pytest.approx(0.2), pytest.approx(0.1))


def test_a_provider_with_four_families_weighs_as_two():
    # By hand: (2 * 0.3 + 1 * 0.6) / 3 = 0.4.
    cells = price_age.Cells([pair(f, 365, 0.3) for f in "abcd"] + [pair("a", 365, 0.6, "other")])
    assert price_age.fit(cells).median_change == pytest.approx(0.4)


def test_a_spread_that_grows_is_that_of_one_year():
    # By hand: t = 1 and 4, weights 1 / t: mean (0.2 + 0.1 / 4) / 1.25 = 0.18; square ((0.02)^2 / 1 + (0.08)^2 / 4) / 2 = 0.001.
    cells = price_age.Cells([pair("a", 365.25, 0.2), pair("b", 1461, 0.1)])
    cells.years[:] = (1, 4)
    age = price_age.fit(cells, grows=True)
    assert (age.median_change, age.spread) == (pytest.approx(0.18), pytest.approx(math.sqrt(0.001)))


def test_quantiles_have_a_step_at_the_old_price():
    # By hand: q = e^(-0.5 * 1) = 0.6065, b = 0.3935 * Φ(-0.1 / 0.2) = 0.3935 * 0.30854 = 0.12140. So p = 0.1 has
    # Φ^-1(0.1 / 0.3935) = Φ^-1(0.25415) = -0.66152 of 0.2: -0.03230; 0.12140 < 0.5 <= 0.72793: 0;
    # p = 0.9 has Φ^-1(0.2935 / 0.3935) = Φ^-1(0.74585): +0.66152, 0.23230.
    age = price_age.Age(0.5, 0.1, 0.2)
    assert [float(age.quantile(1.0, p)) for p in (0.1, 0.5, 0.9)] == pytest.approx([-0.0323, 0, 0.2323], abs=2e-5)


def test_the_first_row_that_matches_holds():
    title = lambda *key: next(r.title for r in price_age.ROWS if r.matches(*key))
    assert title("aws", "p5en", "on_demand") == "AWS, p4 to p6"
    assert title("aws", "p3", "on_demand") == "AWS, others"
    assert title("oci", "any", "on_demand") == "other clouds"
    assert title("aws", "m5", "spot") == "AWS spot, others"
    assert title("salad", "any", "spot") == "other spot"


def test_dates_and_pairs():
    assert price_age.day("2025-11") == datetime.date(2025, 11, 1)
    assert price_age.day("2024") == datetime.date(2024, 1, 1)
    assert price_age.day("undated") is None
    dates = [price_age.day(d) for d in ("undated", "2026-05-24", "2026-10-01", "2026-10-04")]
    pairs = price_age.pairs_of_row(dates, ["9", "1", "2", "4"])  # three days are too few
    assert [(a.month, b.month, ln) for a, b, ln in pairs] == [(5, 10, math.log(2)), (5, 10, math.log(4))]


def test_about_eight_in_ten_are_inside_where_most_prices_change(found):
    shares = {f["row"].title: f["held"]["inside"] / f["held"]["weight"] for f in found}
    for title in ("Verda", "markets", "other clouds", "AWS spot, p2 to p6", "AWS spot, g"):
        assert 0.75 <= shares[title] <= 0.9, title
    assert shares["AWS, others"] >= 0.95


def test_each_miss_is_explained(found):
    lines = price_age.misses(found)[2:]
    assert lines
    for line in lines:
        assert not line.endswith("|  |"), line
