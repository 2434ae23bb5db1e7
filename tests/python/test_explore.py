"""The panel of sliders, without a notebook: moved in Python, as a browser would."""

import subprocess
import sys

import flopwise
import pytest

pytest.importorskip("ipywidgets")
pytest.importorskip("matplotlib")

ARTICLE = dict(budget_usd=2000, days=365, hours_per_day=2, catalog="aws-2020-04", region="us-east-1")


@pytest.fixture(scope="module")
def advice():
    return flopwise.recommend(**ARTICLE)


def test_it_shows_the_answer(advice):
    panel = advice.explore()
    assert panel.advice is advice
    assert panel.table.value == advice._repr_html_()
    assert bytes(panel.picture.value).startswith(b"\x89PNG")
    assert panel.message.value == ""
    assert panel.controls["budget_usd"].value == 2000
    assert panel.controls["hours_per_day"].value == 2
    assert {n for n in panel.controls if n.startswith("weights.")} == {f"weights.{n}" for n in advice.weights}
    assert panel.get_view_spec()["model_id"]


def test_the_picture_stands_beside_the_sliders(advice):
    panel = advice.explore()
    above, message, table = panel.children
    assert (message, table) == (panel.message, panel.table)
    sliders, picture = above.children
    assert picture is panel.picture
    rows = [getattr(row, "children", (row,))[0] for row in sliders.children]
    assert rows == [control for name, control in panel.controls.items() if not name.endswith(".given")]


def test_a_slider_asks_again(advice):
    panel = advice.explore()
    before = panel.table.value, panel.picture.value
    panel.controls["budget_usd"].value = 500
    assert panel.advice.price_ceiling_usd_per_hour == pytest.approx(500 / 730)
    assert panel.advice.choices == flopwise.recommend(**{**ARTICLE, "budget_usd": 500}).choices
    assert panel.table.value == panel.advice._repr_html_() != before[0]
    assert panel.picture.value != before[1]
    panel.controls["hours_per_day"].value = 8
    assert panel.advice.price_ceiling_usd_per_hour == pytest.approx(500 / (365 * 8))
    panel.controls["days"].value = 100
    assert panel.advice.request.days == 100


def test_what_does_not_count_is_not_asked(advice):
    panel = advice.explore()
    panel.controls["budget_usd.given"].value = False
    assert panel.advice.request.budget_usd is None
    assert panel.advice.price_ceiling_usd_per_hour is None
    panel.controls["budget_usd.given"].value = True
    assert panel.advice.choices == advice.choices
    free = flopwise.recommend(catalog="aws-2020-04").explore()
    assert free.controls["budget_usd.given"].value is False
    assert free.request().budget_usd is None


def test_weights(advice):
    panel = advice.explore()
    assert panel.request().weights == advice.request.weights
    for name in advice.weights:
        panel.controls[f"weights.{name}"].value = 1 if name == "cost" else 0
    assert panel.advice.weights["cost"] == 1
    own = flopwise.recommend(**ARTICLE, weights={"cost": 1})
    assert [c.instance for c in panel.advice.choices] == [c.instance for c in own.choices]


def test_what_has_no_answer_says_why(advice):
    panel = advice.explore()
    for name in advice.weights:
        panel.controls[f"weights.{name}"].value = 0
    last = panel.advice
    assert panel.message.value == "<p><b>weights: must not all be zero</b></p>"
    assert len(last.choices) > 0
    panel.controls["weights.cost"].value = 1
    assert panel.message.value == ""
    assert panel.advice is not last


def test_nothing_found_has_no_picture(advice):
    panel = advice.explore()
    panel.controls["budget_usd"].value = 1
    assert panel.advice.outcome == "nothing_affordable"
    assert (panel.picture.value, panel.picture.layout.display) == (b"", "none")
    assert "every machine that fits" in panel.table.value
    panel.controls["budget_usd"].value = 2000
    assert panel.picture.layout.display is None


def test_a_job_has_no_days():
    panel = flopwise.recommend(model="llama-2-7b", tokens=2e9, budget_usd=1000).explore()
    assert "days" not in panel.controls
    hours = panel.advice.choices[0].job.time.hours
    panel.controls["budget_usd"].value = 2000
    assert panel.message.value == ""
    assert panel.advice.request.budget_usd == 2000
    assert panel.advice.choices[0].job.time.hours <= hours * 10


def test_it_asks_the_catalog_of_the_answer_or_another():
    then = flopwise.Catalog.bundled("aws-2020-04")
    cheap = flopwise.Price(
        provider="aws", instance="p2.xlarge", region="us-east-1", price_usd_per_hour=0.1,
        source=then.sources[0].name,
    )  # fmt: skip
    advice = flopwise.recommend(budget_usd=2000, days=365, catalog=then.with_prices([cheap]))
    panel = advice.explore()
    panel.controls["budget_usd"].value = 1000
    assert panel.advice.choices[0].price_usd_per_hour == 0.1
    panel = advice.explore(then)
    panel.controls["budget_usd"].value = 8000
    assert 0.1 not in {c.price_usd_per_hour for c in panel.advice.choices}


DEAR = """
sources: [{name: own, title: a test, as_of: 2026-01-01}]
charges: [{provider: aws, charge: storage_gp3, region: us-east-1, usd: 50, source: own}]
"""


def test_another_catalog_has_the_same_charges():
    dear = flopwise.Charges.bundled().merged(flopwise.Charges.parse(DEAR))
    advice = flopwise.recommend(**ARTICLE, storage_gib=10, charges=dear)
    panel = advice.explore(flopwise.Catalog.bundled("aws-2020-04"))
    panel.controls["budget_usd"].value = 9000
    assert panel.message.value == ""
    assert panel.advice.choices[0].total_usd > 10 * 50 * 12  # of the disk alone
    expected = flopwise.recommend(**{**ARTICLE, "budget_usd": 9000}, storage_gib=10, charges=dear)
    assert panel.advice.choices[0].total_usd == expected.choices[0].total_usd


def test_a_few_minutes_a_day_stay_as_they_were_asked():
    panel = flopwise.recommend(**{**ARTICLE, "hours_per_day": 0.05}).explore()
    panel.controls["budget_usd"].value = 1000
    assert panel.request().hours_per_day == 0.05


@pytest.mark.parametrize("package", ["ipywidgets", "matplotlib"])
def test_without_the_extra(package):
    code = f"""
import sys
sys.modules[{package!r}] = None
import flopwise
try:
    flopwise.recommend(catalog="aws-2020-04").explore()
except flopwise.FlopwiseError as error:
    assert isinstance(error, ImportError) and isinstance(error, flopwise.MissingExtraError)
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == f"explore: needs {package}: pip install flopwise[explore]\n", done.stderr
