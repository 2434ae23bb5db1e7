"""Prices over the years, and what their age is worth."""

import csv
import math
from pathlib import Path

import pytest

import flopwise

TABLES = Path(__file__).resolve().parents[2] / "data" / "prices"


def cells(table, instance, region):
    """The prices of a row by day, read apart from the library."""
    with open(TABLES / table, newline="") as file:
        rows = csv.reader(file)
        days = [title.split(" ")[0] for title in next(rows)[2:]]
        for row in rows:
            if row[:2] == [instance, region]:
                return [(day, float(usd)) for day, usd in zip(days, row[2:]) if usd]
    raise LookupError(instance)


def test_the_history_of_a_machine_is_its_row_of_the_table():
    rows = flopwise.price_history("p5.48xlarge", "us-east-1")
    expected = cells("aws-on-demand.csv", "p5.48xlarge", "us-east-1")
    assert [(r.as_of, r.price_usd_per_hour) for r in rows] == expected
    assert {r.region for r in flopwise.price_history("p5.48xlarge")} > {"us-east-1", "us-west-2"}
    spot = flopwise.price_history("g5.xlarge", "us-east-1", purchase="spot")
    assert [r.price_usd_per_hour for r in spot] == [
        usd for _, usd in cells("aws-spot.csv", "g5.xlarge", "us-east-1")]
    assert len(flopwise.price_history("nothing")) == 0


def test_the_price_of_a_gpu_is_by_provider_and_day():
    rows = flopwise.gpu_prices("H200")
    assert {r.provider for r in rows} > {"aws", "azure"}
    azure = [r.usd_per_gpu_hour for r in rows if r.provider == "azure"]
    dated = cells("azure-on-demand.csv", "Standard_ND96isr_H200_v5", "eastus2")
    assert min(azure) == min(usd for _, usd in dated) / 8
    with pytest.raises(flopwise.FlopwiseError, match='gpu: must be a GPU of the catalog, got "Z9"'):
        flopwise.gpu_prices("Z9")


def test_a_catalog_of_a_day():
    then = flopwise.catalog_on("2020-06-18", "aws-2026-10")
    assert then.as_of == "2020-06-18"
    assert "g5.xlarge" not in {i.name for i in then.instances}
    with pytest.raises(flopwise.FlopwiseError, match="as_of: must be a date"):
        flopwise.catalog_on("yesterday")


def test_as_of_and_against():
    advice = flopwise.recommend(
        catalog="aws-2026-10", instance="p5.48xlarge", region="us-east-1",
        as_of="2026-10-10", against="2025-04-04", today="2026-11-28")
    assert advice.choices[0].price_usd_per_hour == 55.04
    change = advice.against.changes[0]
    assert (change.then_usd_per_hour, change.now_usd_per_hour) == (98.32, 55.04)
    assert advice.still_first == 1  # one provider's prices move together


def test_the_age_of_a_price_by_hand():
    # docs/prices.md: exp(-0.8339 * t), and the quantile of the normal above it
    age = flopwise.price_age("lambda", "a10")
    years = 200 / 365.25
    same = math.exp(-age.changes_per_year * years)
    assert same == pytest.approx(0.6334, abs=1e-4)
    assert flopwise.price_ratio_quantile(age, years, 0.1) == 1
    assert flopwise.price_ratio_quantile(age, years, 0.9) == pytest.approx(1.3185, abs=1e-4)
    choice = flopwise.recommend(
        catalog="clouds-2026-11", provider="lambda", today="2026-11-28").choices[0]
    assert choice.price_p10_usd_per_hour <= choice.price_usd_per_hour
    assert choice.price_usd_per_hour <= choice.price_p90_usd_per_hour


def test_a_choice_has_its_price_on_spot():
    asked = {"instance": "g4dn.xlarge", "region": "us-east-1", "today": "2026-11-28"}
    beside = flopwise.recommend(**asked).choices[0]
    spot = flopwise.recommend(**asked, purchase="spot").choices[0]
    assert beside.spot_usd_per_hour == spot.price_usd_per_hour
    assert (beside.spot_p10_usd_per_hour, beside.spot_p90_usd_per_hour) == (
        spot.price_p10_usd_per_hour, spot.price_p90_usd_per_hour)
    assert beside.spot_as_of == spot.price_as_of
    assert spot.spot_usd_per_hour is None and spot.spot_as_of is None
    assert beside.spot_reclaimed_per_month is None


def test_prices_are_drawn():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    axes = flopwise.plot_prices(flopwise.price_history("p5.48xlarge", "us-east-1"))
    assert axes.get_ylabel() == "USD/h"
    axes = flopwise.plot_prices(flopwise.gpu_prices("H100"))
    assert axes.get_ylabel() == "USD per GPU-hour"
    assert len(axes.get_legend().get_texts()) > 5
    rows = flopwise.price_history("p5.48xlarge", "us-east-1")
    lines = [flopwise.plot_prices(of).lines[0] for of in (rows, rows.sort("price_usd_per_hour"))]
    assert len(set(rows["price_usd_per_hour"])) > 1
    assert list(lines[0].get_xdata()) == list(lines[1].get_xdata())  # by day, in whatever order they are
    assert list(lines[0].get_ydata()) == list(lines[1].get_ydata())
    pyplot.close("all")
    with pytest.raises(flopwise.FlopwiseError, match="rows: must not be empty"):
        flopwise.plot_prices(flopwise.price_history("nothing"))
