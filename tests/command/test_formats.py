"""What the reports contain: JSON, CSV, Markdown and the table of the terminal."""

import csv
import io
import math
import os
import pty
import re
import subprocess
from collections import Counter

import pytest

ARTICLE = "--catalog aws-2020-04 --budget 2000 --days 365 --hours-per-day 2 --region us-east-1"
REQUESTS = {
    "the-article": ARTICLE,
    "nothing-asked": "",
    "all-of-2020": "--catalog aws-2020-04 --min-memory 32 --min-gpus 2",
    "nothing-fits": "--family p2",
    "nothing-affordable": "--max-price 0.01",
    "nothing-in-scope": "--catalog aws-2020-04 --region eu-south-2",  # opened in 2022
    "budget-alone": "--budget 500 --region us-east-1",
    "days-alone": "--days 30 --hours-per-day 8 --fixed 12.34 --region us-east-1",
    "far-away": "--near vn --max-rtt 60",
    "both-ways-to-pay": "--purchase spot,on_demand --near -33.9,151.2 --region ap-*",
    "without-gpus": "--min-gpus 0 --family c8i,m7i,g6 --region us-east-1",
    "a-share-of-a-gpu": "--max-gpus 0.5 --region us-east-1",
    "the-whole-bill": "--days 30 --hours-per-day 8 --storage 100 --purchase best --near vn",
    "uncertain-use": "--budget 500 --days 30 --hours-per-day 6 --use-cv 0.5 --region us-east-1",
    "large-numbers": "--budget 123456789012.34 --days 36525 --hours-per-day 23.4567 --region us-*",
    "old-prices": "--today 2030-01-01 --include-retired --region us-east-1",
}

TOP = {
    *("flopwise", "catalog", "request", "outcome", "price_ceiling_usd_per_hour", "admitted"),
    *("weights", "choices", "families", "refusals", "out_of_scope", "instead", "warnings"),
}
CHOICE = {
    *("rank", "provider", "instance", "family", "region", "purchase", "price_usd_per_hour"),
    *("gpu", "gpu_count", "gpu_memory_gib", "vcpus", "memory_gib", "network_gbps"),
    *("network_estimated", "tflops", "predicted_tflops", "score", "contributions", "pareto", "tied", "cost", "lasts_days"),
    *("rtt_ms", "retired", "price_source", "price_as_of", "arch", "stack", "stack_note"),
    *("spot_usd_per_hour", "spot_p10_usd_per_hour", "spot_p90_usd_per_hour", "spot_as_of", "spot_reclaimed_per_month"),
}
FAMILY = {
    *("rank", "provider", "family", "purpose", "gpu", "score", "best", "admitted", "refused"),
    *("price_from_usd_per_hour", "price_to_usd_per_hour", "arch", "stack", "stack_note"),
}
REFUSAL = {
    *("provider", "instance", "family", "region", "purchase", "price_usd_per_hour"),
    *("reason", "relaxation"),
}
CRITERIA = {"cost", "speed", "gpu_memory", "memory", "vcpus", "network"}
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")

by_request = pytest.mark.parametrize("request_flags", REQUESTS.values(), ids=REQUESTS)


@pytest.fixture
def asked(request_flags):
    """The flags of a request, and the status that its answer has."""
    nothing = ("nothing-fits", "nothing-affordable", "nothing-in-scope")
    return request_flags.split(), int(request_flags in [REQUESTS[name] for name in nothing])


# ---- JSON ----------------------------------------------------------------------------


@by_request
def test_the_json_has_every_key_of_the_contract(answer, asked):
    flags, status = asked
    found = answer(*flags, status=status)
    assert TOP <= set(found)
    assert {"name", "as_of", "offers"} <= set(found["catalog"])
    assert {"count", "by_reason", "nearest"} <= set(found["refusals"])
    assert {"profile", "precision", "weights"} <= set(found["request"])
    assert set(found["weights"]) == set(found["request"]["weights"]) == CRITERIA
    for choice in found["choices"]:
        assert CHOICE <= set(choice)
        assert set(choice["contributions"]) == CRITERIA
    assert all(FAMILY <= set(family) for family in found["families"])
    assert all(REFUSAL <= set(refusal) for refusal in found["refusals"]["nearest"])


@by_request
def test_outcome_choices_and_status_agree(answer, asked):
    flags, status = asked
    found = answer(*flags, status=status)
    assert (found["outcome"] == "found") == bool(found["choices"]) == (status == 0)
    assert found["admitted"] == len(found["choices"])


@by_request
def test_every_offer_is_admitted_refused_or_out_of_scope(answer, asked):
    flags, status = asked
    found = answer(*flags, status=status)
    refusals = found["refusals"]
    parts = found["admitted"] + refusals["count"] + found["out_of_scope"]
    assert parts == found["catalog"]["offers"]
    counts = list(refusals["by_reason"].values())
    assert sum(counts) == refusals["count"]
    assert counts == sorted(counts, reverse=True)


@by_request
def test_contributions_add_up_to_the_logarithm_of_the_score(answer, asked):
    flags, status = asked
    for choice in answer(*flags, status=status)["choices"]:
        total = math.fsum(choice["contributions"].values())
        assert total == pytest.approx(math.log(choice["score"] / 100), rel=1e-9, abs=1e-10)


@by_request
def test_choices_stand_in_a_strict_order(answer, asked):
    flags, status = asked
    found = answer(*flags, status=status)
    choices = found["choices"]
    assert [c["rank"] for c in choices] == list(range(1, len(choices) + 1))
    scores = [c["score"] for c in choices]
    costs = [c["effective_usd_per_hour"] or c["price_usd_per_hour"] for c in choices]  # of equal hours
    if found["request"]["sort"] == "score":
        assert scores == sorted(scores, reverse=True)
    else:
        assert all(a <= b * (1 + 1e-12) for a, b in zip(costs, costs[1:]))
    offers = [(c["provider"], c["instance"], c["region"], c["purchase"]) for c in choices]
    assert len(set(offers)) == len(offers)


@by_request
def test_families_sum_up_their_machines(answer, asked):
    flags, status = asked
    found = answer(*flags, status=status)
    admitted = Counter(c["family"] for c in found["choices"])
    assert {f["family"]: f["admitted"] for f in found["families"]} == admitted
    assert [f["rank"] for f in found["families"]] == list(range(1, len(admitted) + 1))
    assert sum(f["refused"] for f in found["families"]) <= found["refusals"]["count"]
    for family in found["families"]:
        own = [c for c in found["choices"] if c["family"] == family["family"]]
        best = own[0]
        assert (family["best"], family["gpu"]) == (best["instance"], best["gpu"])
        assert family["score"] == best["score"]
        prices = [c["price_usd_per_hour"] for c in own]
        low, high = family["price_from_usd_per_hour"], family["price_to_usd_per_hour"]
        assert low <= min(prices) <= max(prices) <= high
        if family["refused"] == 0:
            assert (low, high) == (min(prices), max(prices))


@by_request
def test_a_bill_is_the_sum_of_its_items(answer, asked):
    flags, status = asked
    found = answer(*flags, status=status)
    unknown = "".join(w for w in found["warnings"] if w.startswith("not known and not in the total"))
    for choice in found["choices"]:
        bill = choice["cost"]
        assert (bill is None) == ("--days" not in flags)
        if bill is not None:
            amounts = {item["charge"]: item["amount_usd"] for item in bill["items"]}
            assert len(amounts) == len(bill["items"])
            due = math.fsum(amount for amount in amounts.values() if amount is not None)
            assert bill["total_usd"] == pytest.approx(due, rel=1e-12)
            for charge in (name for name, amount in amounts.items() if amount is None):
                assert f"{charge} in {choice['region']}" in unknown


@by_request
def test_the_request_in_the_json_is_a_request_file_that_gives_the_same_json(report, write, asked):
    flags, status = asked
    first = report(*flags, "--format", "json", status=status)
    question = re.search(r'"request": (\{.*?\n  \}),\n  "outcome"', first, re.DOTALL).group(1)
    write("request.yaml", question)
    assert report("request.yaml", "--format", "json", status=status) == first


# ---- CSV -----------------------------------------------------------------------------

COLUMNS = [
    *("rank", "provider", "instance", "family", "region", "purchase", "price_usd_per_hour"),
    *("effective_usd_per_hour", "gpu", "gpu_count", "gpu_memory_gib", "vcpus", "memory_gib"),
    *("network_gbps", "tflops", "score", "pareto", "total_usd", "lasts_days"),
    *("probability_within_budget", "rtt_ms", "retired", "price_as_of", "arch", "stack"),
    "usd_per_month",
    "price_p10_usd_per_hour",
    "price_p90_usd_per_hour",
    "stack_note",
    "predicted_tflops",
    "sort",
    "spot_usd_per_hour",
    "tied",
]


def rows_of(text):
    rows = list(csv.reader(io.StringIO(text, newline="")))
    return rows[0], [dict(zip(rows[0], row)) for row in rows[1:]]


def cell(value):
    """A cell as it is compared: a number by its value, the rest by its text."""
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    try:
        return float(value)
    except ValueError:
        return value


@by_request
def test_the_csv_equals_the_json(answer, report, asked):
    flags, status = asked
    found = answer(*flags, status=status)
    choices = found["choices"]
    out = report(*flags, "--top", "100000", "--format", "csv", status=status)
    header, rows = rows_of(out)
    assert header == COLUMNS
    for choice in choices:
        for key in ("total_usd", "usd_per_month"):
            choice[key] = (choice["cost"] or {}).get(key)
        choice["sort"] = found["request"]["sort"]
    expected = [{column: cell(c[column]) for column in COLUMNS} for c in choices]
    assert [{k: cell(v) for k, v in row.items()} for row in rows] == expected


@by_request
def test_the_csv_by_family_equals_the_json(answer, report, asked):
    flags, status = asked
    found = answer(*flags, status=status)
    families = [{**f, "sort": found["request"]["sort"]} for f in found["families"]]
    header, rows = rows_of(
        report(*flags, "--by", "family", "--top", "1000", "--format", "csv", status=status)
    )
    assert set(header) == {*FAMILY, "sort"}
    expected = [{column: cell(f[column]) for column in header} for f in families]
    assert [{k: cell(v) for k, v in row.items()} for row in rows] == expected


# ---- Markdown ------------------------------------------------------------------------


def tables_of(text):
    """The tables of a Markdown text as lists of rows of cells."""
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    split = re.compile(r"(?<!\\)\|")
    return [[split.split(line.strip())[1:-1] for line in b.splitlines()] for b in blocks]


@by_request
def test_the_markdown_tables_are_well_formed(answer, report, asked):
    flags, status = asked
    out = report(*flags, "--format", "markdown", "--explain", status=status)
    found = answer(*flags, "--top", "10", "--by", "machine", status=status)
    assert out.startswith("# Recommendation\n\n- ")
    tables = tables_of(out)
    best = found["choices"][0] if found["choices"] else {}
    planned = best.get("effective_usd_per_hour") is not None  # with the ways to pay
    billed = planned or len((best.get("cost") or {}).get("items", [])) > 1
    assert len(tables) == (2 if best else 0) + (1 if planned else 0) + (1 if billed else 0)
    for table, rows in zip(tables, (found["choices"], found["families"][:10])):
        head, rule, *body = table
        assert all(re.fullmatch(r" -{3,}:? ", mark) for mark in rule)
        assert {len(row) for row in table} == {len(head)}
        assert [int(row[0]) for row in body] == [row["rank"] for row in rows]
    headings = [re.sub(r" (of|for) .*", "", heading)
                for heading in re.findall(r"^## (.*)$", out, re.MULTILINE)]
    expected = {
        "Machines": found["choices"],
        "Families": found["choices"],
        "Bill": billed,
        "Ways to pay": planned,
        "Scores": found["choices"],
        "Why not": found["refusals"]["count"],
        "Warnings": found["warnings"],
    }
    assert headings == [title for title, shown in expected.items() if shown]


# ---- the table -----------------------------------------------------------------------


@by_request
@pytest.mark.parametrize("more", ["", "--explain", "--by family", "--top 100000 --nearest 40"])
def test_the_table_is_at_most_80_columns_of_plain_text(report, asked, more):
    flags, status = asked
    out = report(*flags, *more.split(), status=status)
    assert out.endswith("\n")
    for line in out.splitlines():
        assert len(line) <= 80 and line == line.rstrip()
        assert line.isprintable()


@by_request
def test_the_table_shows_rank_machine_and_score_of_each_choice(answer, report, asked):
    flags, status = asked
    lines = report(*flags, status=status).splitlines()
    scored = any(" machine " in line and " score" in line for line in lines)  # if there is room
    for choice in answer(*flags, "--top", "10", "--by", "machine", status=status)["choices"]:
        row = rf" *{choice['rank']} +{re.escape(choice['instance'])} .*" + (f" {choice['score']:.1f}" if scored else "")
        cuda = choice["stack_note"] is None
        mark = ("*" if choice["pareto"] else "") + ("=" if choice["tied"] else "") + ("" if cuda else "!")
        mark = r" +" + re.escape(mark) if mark else ""
        assert any(re.fullmatch(row + mark, line) for line in lines)


def test_the_table_of_the_article_reads_as_expected(report, article):
    out = report(*article, "--top", "2", "--nearest", "1", "--today", "2020-07-01")
    assert out == (
        "Price ceiling 2.74 USD/h = 2,000.00 USD / (365 days x 2 h/day)\n"
        "aws-2020-04, prices as of 2020-06-18; us-east-1; on demand; training (mixed)\n"
        "10 of 19 offers qualify\n"
        "\n"
        "# machine      GPUs   GiB vCPU TFLOPS predicted USD/h total USD score\n"
        "1 g4dn.xlarge  1 x t4  16    4     65     13.75 0.526    383.98  81.7 *\n"
        "2 g4dn.2xlarge 1 x t4  32    8     65     13.75 0.752    548.96  77.2\n"
        "\n"
        "Families\n"
        "#  family  for       GPU        best                 USD/h  qualify  score\n"
        "1  g4dn    graphics  t4         g4dn.xlarge  0.526 - 4.352   4 of 6   81.7\n"
        "2  g3      graphics  m60-gm204  g3.8xlarge     1.14 - 4.56   2 of 3   28.4\n"
        "* nothing else that qualifies is as good in price, speed and GPU memory\n"
        "\n"
        "Why not\n"
        "p3.2xlarge (us-east-1): costs 3.06 USD/h, the ceiling is 2.74 USD/h\n"
        "    --budget 2233.80, or --days 326.7973, or --hours-per-day 1.7906\n"
        "9 refused: 9 above the price ceiling\n"
        "\n"
        "Warnings\n"
        "less than 32 GiB of memory is little for training: g4dn.xlarge\n"
    )


# ---- colour --------------------------------------------------------------------------


@by_request
def test_colour_adds_escape_codes_and_nothing_else(report, asked):
    flags, status = asked
    plain = report(*flags, "--explain", status=status)
    coloured = report(*flags, "--explain", "--color", "always", status=status)
    headings = re.findall(r"^(?:Families|Scores.*|Why not|Warnings)$", plain, re.MULTILINE)
    assert all(f"\x1b[1m{heading}\x1b[0m\n" in coloured for heading in headings)
    assert ESCAPE.sub("", coloured) == plain


@pytest.mark.parametrize("form", ["json", "csv", "markdown", "html"])
def test_only_the_table_is_ever_coloured(report, article, form):
    asked = (*article, "--format", form)
    assert report(*asked, "--color", "always") == report(*asked)


def on_a_terminal(program, *args, **env):
    """What the command writes to a terminal."""
    ours, its = pty.openpty()
    running = subprocess.Popen([program, *args], stdin=its, stdout=its, stderr=its, env=env)
    os.close(its)
    written = b""
    try:
        while block := os.read(ours, 4096):
            written += block
    except OSError:  # how Linux says that the other side has been closed
        pass
    os.close(ours)
    assert running.wait(timeout=60) == 0
    return written.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("flags", "env", "coloured"),
    [
        pytest.param([], {"TERM": "xterm"}, True, id="a-terminal"),
        pytest.param([], {"TERM": "xterm", "NO_COLOR": ""}, True, id="NO_COLOR-empty"),
        pytest.param([], {"TERM": "xterm", "NO_COLOR": "1"}, False, id="NO_COLOR-set"),
        pytest.param([], {"TERM": "dumb"}, False, id="a-dumb-terminal"),
        pytest.param(["--color", "never"], {"TERM": "xterm"}, False, id="never"),
        pytest.param(["--color", "always"], {"NO_COLOR": "1"}, True, id="the-flag-wins"),
    ],
)
def test_a_terminal_gets_colour_unless_it_is_not_wanted(
    program, report, article, flags, env, coloured
):
    article = (*article, "--today", "2026-07-20")
    shown = on_a_terminal(program, *article, *flags, **env)
    assert bool(ESCAPE.search(shown)) == coloured
    assert ESCAPE.sub("", shown) == report(*article)


# ---- the same bytes ------------------------------------------------------------------


@pytest.mark.parametrize("question", ["the-article", "both-ways-to-pay", "large-numbers"])
@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "html"])
def test_the_same_question_gets_the_same_bytes_whatever_the_environment(report, question, form):
    command = (*REQUESTS[question].split(), "--format", form, "--explain")
    first = report(*command)
    german = {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "Asia/Tokyo", "LINES": "40"}
    assert report(*command) == first
    assert report(*command, env=german) == first


# ---- names that a user's own catalog may have ----------------------------------------

AWKWARD = {
    "comma": "a,b",
    "quote": 'a"b',
    "pipe": "a|b",
    "blanks": "a  b",
    "letters": "größe",
}
NAMES = ("g4dn.xlarge", "us-east-1", "nvidia-t4", "g4dn", "small", "Made up")


@pytest.fixture
def catalog_of(write, small_catalog):
    """Writes a catalog in which everything that has a name has the one given."""

    def named(name):
        out = small_catalog
        for usual in NAMES:
            quoted = f"{usual[0]}{name}".replace('"', '\\"')
            written = "".join(f"\\x{ord(c):02x}" if c < " " else c for c in quoted)
            for end in ",}":
                out = out.replace(f": {usual}{end}", f': "{written}"{end}')
        return write("own.yaml", out)

    return named


by_name = pytest.mark.parametrize("name", AWKWARD.values(), ids=AWKWARD)


@by_name
def test_json_and_csv_give_names_back_whole(answer, report, catalog_of, name):
    asked = ("--catalog", catalog_of(name))
    expected = {"instance": f"g{name}", "region": f"u{name}", "gpu": f"n{name}"}
    choice = answer(*asked)["choices"][0]
    row = rows_of(report(*asked, "--format", "csv"))[1][0]
    assert {key: choice[key] for key in expected} == expected
    assert {key: row[key] for key in expected} == expected


@by_name
@pytest.mark.parametrize("form", ["table", "markdown", "html"])
def test_no_name_breaks_a_line_or_sends_an_escape_code(report, catalog_of, form, name):
    def lines(name):
        asked = ("--catalog", catalog_of(name), "--format", form, "--explain")
        return report(*asked).split("\n")

    assert all(line.isprintable() for line in lines(name))
    assert len(lines(name)) == len(lines("x" * len(name)))


@by_name
def test_no_name_breaks_a_markdown_table(report, catalog_of, name):
    tables = tables_of(report("--catalog", catalog_of(name), "--format", "markdown"))
    assert [len(table) for table in tables] == [3, 3]  # head, rule and one row
    for table in tables:
        assert len({len(row) for row in table}) == 1


def test_a_machine_with_a_long_name_is_still_shown(report, write, small_catalog):
    name = "standard-nc96ads-a100-v4-promotional-low-priority-single-tenant-reserved-2026-x"
    write("own.yaml", small_catalog.replace("g4dn.xlarge", name))
    assert re.search(rf"^1 +{name[:20]}", report("--catalog", "own.yaml"), re.MULTILINE)
