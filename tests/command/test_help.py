"""What the command tells about itself."""

import re
import shlex

import pytest

GROUPS = [
    "Money and time",
    "What the machine must have",
    "Where and how",
    "What for",
    "Catalog",
    "Output",
    "Own or rent",
    "Data and start",
    "Examples",
]


@pytest.fixture
def text(report):
    return report("--help")


@pytest.fixture
def examples(text):
    """The command lines of the help, without what they are piped into."""
    section = text[text.index("\nExamples:\n") : text.index("\nExit status")]
    lines = re.sub(r"\\\n\s*", "", section).splitlines()
    return [line.split(" | ")[0] for line in lines if line.startswith("  recommend")]


def test_the_help_says_what_the_command_is_for_and_how_it_is_called(text):
    assert text.splitlines()[0] == (
        "Which machine to rent: what fits a budget, best first, and why not the others."
    )
    assert "Usage: recommend [OPTIONS] [REQUEST]" in text


def test_short_and_long_help_are_the_same(report, text):
    assert report("-h") == text


def test_the_flags_are_grouped(text):
    headings = [h for h in re.findall(r"^([A-Z][\w ,]*):$", text, re.MULTILINE) if h in GROUPS]
    assert headings == GROUPS
    money = text[text.index("Money and time:") : text.index("What the machine must have:")]
    flags = re.findall(r"^  --([a-z-]+) ", money, re.MULTILINE)
    assert flags == ["budget", "days", "hours-per-day", "fixed", "max-price", "use-cv", "confidence"]


def test_each_flag_is_explained(text):
    flag = re.compile(r"^  (?:-h,)?--[a-z-]+(?: [A-Z][A-Z/=,.]*)?( {2,}\S.*)?$", re.MULTILINE)
    explanations = flag.findall(text)
    assert len(explanations) > 30
    assert all(explanations)


def test_the_exit_status_is_explained(text):
    status = "0 an answer, 1 nothing qualifies (and what would), 2 bad input"
    assert f"Exit status: {status}." in text


def test_every_example_runs_and_finds_an_answer(report, write, examples):
    write("request.yaml", "budget_usd: 2000\ndays: 365\nhours_per_day: 2\n")
    assert len(examples) >= 5
    for example in examples:
        name, *flags = shlex.split(example)
        assert name == "recommend"
        assert report(*flags)


def test_help_wins_over_bad_flags(report, text):
    assert report("--bogus", "--help") == text


def test_the_version_is_that_of_the_reports(report, answer):
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", report("--version"))
    assert report("--version") == answer("--catalog", "aws-2020-04")["flopwise"] + "\n"
