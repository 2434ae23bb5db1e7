"""What the command tells about itself."""

import re
import shlex
import shutil
import subprocess

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
    assert flags == ["budget", "days", "hours-per-day", "fixed", "max-price", "use-cv", "confidence", "currency"]


def test_each_flag_is_explained(text):
    flag = re.compile(r"^  (?:-h,)?--[a-z-]+(?: [A-Z][A-Z/=,.]*)?( {2,}\S.*)?$", re.MULTILINE)
    explanations = flag.findall(text)
    assert len(explanations) > 30
    assert all(explanations)


def test_the_exit_status_is_explained(text):
    status = ("0 an answer, 1 nothing qualifies (and what would), 2 bad input, 3 a saved plan costs\n"
              "more than its tolerance allows")
    assert f"Exit status: {status}." in text


def test_every_example_runs_and_finds_an_answer(report, write, workdir, examples):
    write("request.yaml", "budget_usd: 2000\ndays: 365\nhours_per_day: 2\n")
    assert len(examples) >= 5
    for example in examples:
        name, *flags = shlex.split(example)
        assert name == "recommend"
        out = report(*flags)
        assert out or (workdir / flags[flags.index("--output") + 1]).read_text()


def test_help_wins_over_bad_flags(report, text):
    assert report("--bogus", "--help") == text


def test_the_version_is_that_of_the_reports(report, answer):
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", report("--version"))
    assert report("--version") == answer("--catalog", "aws-2020-04")["flopwise"] + "\n"


# ---- help on a topic -----------------------------------------------------------------------


def test_the_topics_are_listed_and_each_says_something(recommend):
    listed = recommend("help")
    names = [line.split()[0] for line in listed.out.splitlines()[1:-1]]
    assert {"money-and-time", "training-job", "bash", "zsh", "fish", "man"} <= set(names)
    for name in names:
        done = recommend("help", name)
        assert (done.status, done.err) == (0, ""), name
        assert len(done.out) > 100


def test_a_group_has_all_of_its_flags(recommend, text):
    money = text[text.index("Money and time:") : text.index("What the machine must have:")]
    flags = re.findall(r"^  (--[a-z-]+) ", money, re.MULTILINE)
    for topic in ("money-and-time", "Money and time"):
        shown = recommend("help", topic).out
        assert re.findall(r"^  (--[a-z-]+)", shown, re.MULTILINE) == flags


def test_a_flag_has_its_key_and_its_values(recommend):
    for topic in ("precision", "--precision"):
        done = recommend("help", topic)
        assert done.out.startswith("--precision NAME\n")
        assert "in a request file, JSON and Python: precision" in done.out
        assert "one of: mixed fp64 fp32" in done.out


def test_another_topic_is_refused_with_what_may_be_meant(recommend):
    assert recommend("help", "precison") == (
        2, "", 'help: must be a topic, got "precison", did you mean precision?\n')


# ---- completions and the manual page -------------------------------------------------------


def completed(script, *words):
    """What bash offers for the last of some words."""
    code = f"""{script}
COMP_WORDS=({" ".join(map(shlex.quote, words))}); COMP_CWORD={len(words) - 1}
_{words[0]}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-euc", code], capture_output=True, text=True, check=True,
                          env={"PATH": "/usr/bin:/bin"})
    return done.stdout.split()


def test_bash_completes_flags_and_their_values(recommend, text):
    script = recommend("help", "bash").out
    flags = completed(script, "recommend", "--")
    assert set(re.findall(r"^  (--[a-z0-9-]+)", text, re.MULTILINE)) <= {*flags, "--help"}
    assert completed(script, "recommend", "--hours") == ["--hours-per-day"]
    assert completed(script, "recommend", "--profile", "inf") == ["inference"]
    assert completed(script, "recommend", "--purchase", "sp") == ["spot"]
    assert completed(script, "recommend", "--format", "") == ["table", "json", "csv", "markdown", "html"]


def test_scripts_of_shells_are_in_their_language(recommend, workdir):
    for shell in ("bash", "zsh", "fish"):
        script = recommend("help", shell).out
        assert script.startswith("#")
        if shutil.which(shell):
            (workdir / shell).write_text(script)
            subprocess.run([shell, "-n", workdir / shell], check=True)


def test_the_manual_page_has_each_flag_and_the_examples(recommend, text):
    page = recommend("help", "man").out
    assert page.startswith(".TH RECOMMEND 1 ")
    plain = page.replace("\\-", "-")
    for flag in re.findall(r"^  (--[a-z-]+)", text, re.MULTILINE):
        assert f"\\fB{flag}" in plain
    assert ".SH EXAMPLES\n" in page
    assert "Exit status: 0 an answer" in plain
    if shutil.which("man"):
        done = subprocess.run(["man", "--warnings", "-l", "-"], input=page, text=True,
                              capture_output=True, check=True, env={"PATH": "/usr/bin:/bin"})
        assert done.stderr == ""
