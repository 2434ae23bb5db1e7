"""`--firmness`, `--vary` and `--compare`."""

import csv
import io
import json

import pytest

ARTICLE = ["--catalog", "aws-2020-04", "--days", "365", "--hours-per-day", "2", "--region", "us-east-1",
           "--precision", "fp64", "--today", "2020-07-01"]


def test_the_values_of_flips_flip(recommend):
    def asked(*more):
        return json.loads(recommend(*ARTICLE, *more, "--format", "json").out)

    flips = asked("--budget", "2000", "--firmness")["firmness"]["flips"]
    budgets = {flip["above"]: flip for flip in flips if flip["key"] == "budget_usd"}
    # p3.2xlarge at 3.06 USD/h for 730 h; p2.xlarge at 0.90. A bill may be half a cent above.
    assert budgets[True]["value"] == pytest.approx(2233.80, abs=0.01)
    assert budgets[False]["value"] == pytest.approx(657.00, abs=0.01)
    for above, flip in budgets.items():
        value = flip["value"] * (1 + (1e-6 if above else -1e-6))
        assert asked("--budget", str(value))["choices"][0]["instance"] == flip["instance"]


def test_a_map_as_csv_and_json(recommend):
    asked = [*ARTICLE, "--budget", "2000", "--vary", "hours-per-day=1:8:3"]
    rows = list(csv.DictReader(io.StringIO(recommend(*asked, "--format", "csv").out)))
    assert [row["hours_per_day"] for row in rows] == ["1", "4.5", "8"]
    assert [row["instance"] for row in rows] == ["p3.2xlarge", "p2.xlarge", "g4dn.xlarge"]
    said = json.loads(recommend(*asked, "--format", "json").out)
    assert [cell["instance"] for cell in said["cells"]] == [row["instance"] for row in rows]


@pytest.mark.parametrize(("flags", "message"), [
    (["--vary", "days"], 'vary: must be SETTING=FROM:TO or SETTING=FROM:TO:VALUES, got "days"'),
    (["--compare", "p2.xlarge"], "compare: must name at least two machines, days or saved plans, got 1"),
    (["--compare", "p2.xlarge,p3.2xlarge", "--vary", "days=1:9"], "--compare: must not come with --vary"),
])
def test_what_is_refused(recommend, flags, message):
    done = recommend(*ARTICLE, *flags)
    assert (done.status, done.err.strip()) == (2, message)


def test_nothing_to_show_is_no_answer(recommend):
    assert recommend(*ARTICLE, "--max-price", "0.01", "--compare", "p2.xlarge,p3.2xlarge").status == 1
    assert recommend(*ARTICLE, "--max-price", "0.01", "--vary", "days=1:9").status == 1
