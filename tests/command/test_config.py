"""The user's own defaults."""

import json

import pytest


@pytest.fixture
def config(workdir):
    folder = workdir / "home" / ".config" / "flopwise"
    folder.mkdir(parents=True)

    def written(text):
        (folder / "config.yaml").write_text(text)
        return {"HOME": str(workdir / "home")}

    return written


def request(done):
    assert (done.status, done.err) == (0, "")
    return json.loads(done.out)["request"]


def test_defaults_stand_below_a_request_file_and_flags(recommend, config, write):
    env = config("region: eu-west-1\ndays: 30\nbudget_usd: 500\n")
    write("r.yaml", "days: 60\n")
    asked = request(recommend("r.yaml", "--budget", "900", "--format", "json", env=env))
    assert (asked["region"], asked["days"], asked["budget_usd"]) == (["eu-west-1"], 60, 900)


def test_an_answer_says_which_of_its_settings_are_defaults(recommend, config, workdir):
    env = config("region: eu-west-1\ntop: 3\n")
    file = workdir / "home" / ".config" / "flopwise" / "config.yaml"
    done = recommend("--top", "2", "--format", "json", env=env)
    assert json.loads(done.out)["warnings"][-1] == f"your defaults: region of {file}"


def test_another_file_or_none(recommend, config, write):
    env = config("region: eu-west-1\n")
    write("mine.yaml", "region: us-east-1\n")
    asked = request(recommend("--config", "mine.yaml", "--format", "json", env=env))
    assert asked["region"] == ["us-east-1"]
    assert "region" not in request(recommend("--config", "none", "--format", "json", env=env))
    xdg = {"HOME": "/nowhere", "XDG_CONFIG_HOME": str(env["HOME"]) + "/.config"}
    assert request(recommend("--format", "json", env=xdg))["region"] == ["eu-west-1"]
    assert "region" not in request(recommend("--format", "json", env={"HOME": "relative"}))


def test_a_currency_is_kept_there(recommend, config):
    env = config("currency: EUR=0.92@2026-11-01\n")
    done = recommend("--days", "30", "--today", "2026-11-30", env=env)
    assert "\n1 USD = 0.92 EUR on 2026-11-01; all limits are in USD\n" in done.out
    assert " total USD total EUR" in done.out


def test_what_is_wrong_in_it_is_refused_with_its_place(recommend, config, workdir):
    env = config("regoin: eu-west-1\n")
    file = workdir / "home" / ".config" / "flopwise" / "config.yaml"
    assert recommend(env=env) == (
        2, "", f'{file}:1: regoin: must be a known key, did you mean region?\n')
    assert recommend("--config", "none.yaml").status == 2


def test_a_saved_plan_is_checked_as_it_was_asked(recommend, config, write, small_catalog):
    write("small.yaml", small_catalog)
    question = ("--catalog", "small.yaml", "--budget", "100", "--days", "100", "--hours-per-day", "2")
    assert recommend(*question, "--save", "plan.yaml").status == 0
    env = config("fixed_usd: 50\nmax_price_usd_per_hour: 0.01\n")  # today's defaults would refuse it
    done = recommend("plan.yaml", "--check", env=env)
    assert (done.status, done.out.splitlines()[-1]) == (0, "holds: no change, 0 % more is allowed")
