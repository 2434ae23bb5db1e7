"""The page of --format html: well formed, accessible, alone, and with the figures of the JSON."""

import json
import math
import re
import shlex
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from test_formats import REQUESTS

PAGES = {
    **REQUESTS,
    "a-job": "--model llama-2-7b --tokens 2e9 --deadline 48h --budget 1000 --top 40 --nearest 6",
    "owning": "--days 365 --hours-per-day 2 --region us-east-1 --own-price 10000 --own-gpu T4",
    "by-family": "--by family --days 30",
    "a-plan": "--instance g4dn.xlarge --region us-east-1 --launch --dataset 100",
    "against": "--as-of 2026-07-20 --against 2025-01-01 --instance g4dn.xlarge",
    "quoted": "--gpu 'A100 40GB' --min-gpus 8",
}
VOID = {"meta", "br", "input"}

by_page = pytest.mark.parametrize("flags", PAGES.values(), ids=PAGES)


class Page(HTMLParser):
    """The elements of a page, with their attributes, their text and where they stand."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.faults = [], [], []
        self.feed(text)
        self.close()
        self.faults += [f"{e['tag']} is not closed" for e in self.open]

    def handle_starttag(self, tag, attributes):
        element = {"tag": tag, "text": "", "attributes": dict(attributes),
                   "within": [e["tag"] for e in self.open], "section": self.section()}
        if len(dict(attributes)) != len(attributes):
            self.faults.append(f"{tag} has an attribute twice")
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1]["tag"] != tag:
            self.faults.append(f"</{tag}> closes nothing, of {[e['tag'] for e in self.open]}")
        else:
            self.open.pop()

    def handle_data(self, text):
        for element in self.open:
            element["text"] += text

    def section(self):
        inner = [e["attributes"]["id"] for e in self.open if e["tag"] == "section"]
        return inner[-1] if inner else None

    def all(self, *tags, section=None):
        return [e for e in self.elements
                if e["tag"] in tags and (section is None or e["section"] == section)]

    def rows(self, section):
        """The rows of a section's table as dictionaries by the heads of its columns."""
        heads = [e["text"] for e in self.all("th", section=section) if "thead" in e["within"]]
        cells = [e["text"] for e in self.all("th", "td", section=section) if "tbody" in e["within"]]
        assert len(cells) % len(heads) == 0
        return [dict(zip(heads, cells[i:])) for i in range(0, len(cells), len(heads))]


@pytest.fixture
def page(recommend):
    """The page of some flags, and the JSON of the same question."""

    def of(flags):
        words = shlex.split(flags)
        words += [] if "--by" in words else ["--by", "instance"]
        made = recommend(*words, "--format", "html")
        told = recommend(*words, "--format", "json")
        assert (made.status, made.err) == (told.status, "")
        return Page(made.out), json.loads(told.out), made.out

    return of


# ---- form ----------------------------------------------------------------------------


@by_page
def test_the_page_is_well_formed_and_needs_nothing_beside_it(page, flags):
    parsed, _, text = page(flags)
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">\n')
    assert parsed.faults == []
    ids = [e["attributes"]["id"] for e in parsed.elements if "id" in e["attributes"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch("[a-z-]+", one) for one in ids)
    for element in parsed.elements:
        for name, value in element["attributes"].items():
            assert name not in ("src", "srcset", "action", "style") and not name.startswith("on")
            if name == "href":
                assert value[0] == "#" and value[1:] in ids
            if name in ("aria-labelledby",):
                assert set(value.split()) <= set(ids)
    assert {e["tag"] for e in parsed.elements}.isdisjoint({"link", "img", "iframe", "base", "form"})
    assert "url(" not in text and "@import" not in text and "fetch(" not in text
    policy = [e for e in parsed.all("meta") if e["attributes"].get("http-equiv")]
    assert "default-src 'none'" in policy[0]["attributes"]["content"]


@by_page
def test_the_page_can_be_heard_and_used_by_keyboard(page, flags):
    parsed, _, _ = page(flags)
    levels = [int(e["tag"][1]) for e in parsed.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:]))
    assert len(parsed.all("main")) == 1 and len(parsed.all("title")) >= 1
    assert len(parsed.all("caption")) == len(parsed.all("table"))
    assert all(e["text"] for e in parsed.all("caption", "h1", "h2", "th", "dt", "summary"))
    for head in parsed.all("th"):
        assert head["attributes"]["scope"] == ("col" if "thead" in head["within"] else "row")
    for picture in parsed.all("svg"):
        assert picture["attributes"]["role"] == "img"
        assert len(picture["attributes"]["aria-labelledby"].split()) == 2
    boxes = [e for e in parsed.all("div") if e["attributes"].get("class") == "t"]
    assert all(e["attributes"]["tabindex"] == "0" and e["attributes"]["aria-label"] for e in boxes)
    assert len(boxes) == len(parsed.all("table")) + len(parsed.all("svg"))


def luminance(colour):
    """WCAG 2.2, relative luminance."""
    wide = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    channels = [int(wide[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_stands_out_in_light_dark_and_print(page):
    _, _, text = page("--top 1")
    themes = [dict(re.findall(r"--(\w+):(#[0-9a-f]+)", theme))
              for theme in re.findall(r":root\{([^}]*--bg[^}]*)\}", text)]
    assert len(themes) == 3
    for theme in themes:
        def contrast(a, b):
            high, low = sorted((luminance(theme[a]), luminance(theme[b])), reverse=True)
            return (high + 0.05) / (low + 0.05)

        for ground in ("bg", "card"):
            assert min(contrast(ink, ground) for ink in ("fg", "dim", "hot")) >= 4.5  # SC 1.4.3
            assert contrast("front", ground) >= 3  # a line: SC 1.4.11


def test_a_page_of_forty_rows_is_small(page):
    parsed, found, text = page("--days 30 --hours-per-day 8 --purchase spot,on_demand --top 40")
    assert len(parsed.rows("machines")) == len(found["choices"]) == 40
    assert len(text.encode()) < 80_000


# ---- figures -------------------------------------------------------------------------


def price(usd):
    whole = f"{usd:.4f}"
    return whole.rstrip("0") if len(whole.rstrip("0").split(".")[1]) > 2 else f"{usd:.2f}"


def time(hours):
    """As people say it: below 120 s, 120 min, 48 h and 730 d in these; two figures or all before the point."""
    for unit, size, most in (("s", 1 / 3600, 120), ("min", 1 / 60, 120), ("h", 1, 48), ("d", 24, 730)):
        if hours < most * size:
            break
    else:
        unit, size = "years", 8760
    count = hours / size
    return f"{count:,.1f}".removesuffix(".0") + f" {unit}" if count < 9.95 else f"{count:,.0f} {unit}"


def money(usd):
    return f"{usd:,.2f}" if abs(usd) < 1e15 else f"{usd:.4g}"


@by_page
def test_the_tables_have_the_figures_of_the_json(page, flags):
    parsed, found, _ = page(flags)
    choices = found["choices"]
    prices = parsed.rows("prices") if choices else []
    assert [(row["#"], row["machine"], row["region"], row["paid"], row["USD/h"], row["as of"],
             row.get("source", "")) for row in prices] == [
        (str(c["rank"]), c["instance"], c["region"], c["purchase"], price(c["price_usd_per_hour"]),
         c["price_as_of"], c["price_source"]) for c in choices]
    machines = parsed.rows("machines") if choices and "family" not in flags.split() else []
    for row, choice in zip(machines, choices):
        assert row["score"] == f"{choice['score']:.1f}" or choice["score"] >= 1e7
        if choice["cost"] is not None:
            assert row["total USD"].removeprefix("> ") == money(choice["cost"]["total_usd"])
        if choice["job"] is not None:
            assert row["time"] == time(choice["job"]["hours"]["p50"])
            assert row["90 % time"] == time(choice["job"]["hours"]["p90"])
    weighted = [name for name, weight in found["weights"].items() if weight > 0]
    if choices and len(weighted) > 1:
        for row, choice in zip(parsed.rows("scores"), choices):
            parts = [float(re.search(r"\((.*)\)", cell).group(1))
                     for cell in row.values() if cell.endswith(")")]
            assert sum(parts) == pytest.approx(math.log(choice["score"] / 100), abs=0.0031)


@by_page
def test_the_head_has_the_choice_or_says_that_there_is_none(page, flags):
    parsed, found, _ = page(flags)
    title = parsed.all("h1")[0]["text"]
    if not found["choices"]:
        assert title == "Nothing qualifies"
        assert "Nothing qualifies: " in parsed.all("section")[0]["text"]
        assert parsed.all("svg") == [] and parsed.all("dl") == []
        return
    best = found["choices"][0]
    assert title.endswith(f" in {best['region']}") and best["instance"] in title
    told = dict(zip((e["text"] for e in parsed.all("dt")), (e["text"] for e in parsed.all("dd"))))
    assert told["Price"].startswith(
        f"{price(best['price_usd_per_hour'])} USD/h{best['purchase']}, as of {best['price_as_of']}")
    if best["cost"] is not None:
        whole = all(item["amount_usd"] is not None for item in best["cost"]["items"])
        key = "In all" if whole else "In all, of what is known"
        assert told[key].startswith(f"{money(best['cost']['total_usd'])} USD")
    if best["job"] is not None:
        hours = best["job"]["hours"]
        assert told["Time"] == (f"{time(best['hours'])}8 of 10 such jobs from "
                                f"{time(hours['p10'])} to {time(hours['p90'])}")


def test_amounts_in_another_currency_stand_beside_those_in_usd(page):
    parsed, found, text = page("--days 30 --storage 100 --region us-east-1 --currency EUR=0.92@2026-07-01")
    assert found["currency"] == {"code": "EUR", "units_per_usd": 0.92, "as_of": "2026-07-01"}
    totals = [choice["cost"]["total_usd"] for choice in found["choices"]]
    assert [row["total EUR"] for row in parsed.rows("machines")] == [money(0.92 * total) for total in totals]
    assert parsed.rows("bill")[-1]["EUR"] == money(0.92 * totals[0])
    told = dict(zip((e["text"] for e in parsed.all("dt")), (e["text"] for e in parsed.all("dd"))))
    assert told["In all"].startswith(f"{money(totals[0])} USD ({money(0.92 * totals[0])} EUR)")
    assert "1 USD = 0.92 EUR on 2026-07-01; all limits are in USD" in text


@by_page
def test_refusals_warnings_and_settings_are_those_of_the_json(page, flags):
    parsed, found, _ = page(flags)
    told = [e["text"] for e in parsed.all("li", section="why-not")]
    for refusal in found["refusals"]["nearest"]:
        title = f"{refusal['instance']} ({refusal['region']}"
        assert any(line.startswith(title) and refusal["reason"] in line for line in told)
    assert [e["text"] for e in parsed.all("li", section="warnings")] == found["warnings"]
    settings = {row["setting"]: row["value"] for row in parsed.rows("again")}
    assert settings["today"] == found["request"]["today"]
    assert ("budget" in settings) == ("budget_usd" in found["request"])
    assert len(settings) >= len(found["request"]) - 1  # which has the profile even if it is usual


@by_page
def test_the_command_on_the_page_makes_the_page_again(page, report, flags):
    parsed, found, text = page(flags)
    words = shlex.split(parsed.all("pre", section="again")[0]["text"])
    assert words[0] == "recommend"
    assert report(*words[1:], status=int(found["outcome"] != "found")) == text


@by_page
def test_the_sections_are_those_of_the_markdown(page, report, flags):
    parsed, found, _ = page(flags)
    told = [e["text"] for e in parsed.all("h2")]
    rows = [] if "--by" in flags else ["--by", "instance"]
    written = report(*shlex.split(flags), *rows, "--format", "markdown", "--explain",
                     status=int(found["outcome"] != "found"))
    for heading in re.findall(r"^## (.*)$", written, re.MULTILINE):
        assert heading in told or heading == "Scores"


# ---- pictures ------------------------------------------------------------------------


def marks_of(parsed):
    """The marks of the choices in the picture of costs, by rank."""
    out = {}
    marks = [(i, e) for i, e in enumerate(parsed.elements) if e["tag"] == "circle"]
    for i, mark in marks:
        title = parsed.elements[i + 1]
        assert title["tag"] == "title"
        rank = re.match(r"(\d+) .* \(", title["text"])
        if rank:
            out[int(rank.group(1))] = {k: v for k, v in mark["attributes"].items()}
    return out


@pytest.mark.parametrize("name", ["the-article", "nothing-asked", "a-job", "the-whole-bill"])
def test_marks_stand_where_their_figures_are(page, name):
    parsed, found, _ = page(PAGES[name])
    marks = marks_of(parsed)
    choices = {c["rank"]: c for c in found["choices"]}
    totals = all(c["cost"] is not None for c in choices.values())

    def figures(choice):
        cost = choice["cost"]["total_usd"] if totals else choice["price_usd_per_hour"]
        speed = choice["hours"] if choice["job"] else choice["predicted_tflops"]
        return math.log(speed), math.log(cost)

    assert 1 in marks and len(marks) >= 2
    places = {rank: (float(m["cx"]), float(m["cy"])) for rank, m in marks.items()}
    for axis in (0, 1):  # a straight line in the logarithm; the least and the most give it
        known = sorted((figures(choices[rank])[axis], places[rank][axis]) for rank in marks)
        (low, from_), (high, to) = known[0], known[-1]
        if high == low:
            continue
        assert (to > from_) == (axis == 0)  # dearer is higher up
        for value, place in known:
            expected = from_ + (to - from_) * (value - low) / (high - low)
            assert place == pytest.approx(expected, abs=0.11)  # written with one decimal
    for rank, mark in marks.items():
        assert ("p" in mark["class"].split()) == choices[rank]["pareto"]


def test_the_front_of_a_job_is_in_its_picture(page):
    parsed, found, _ = page(PAGES["a-job"])
    shown = [e for e in parsed.all("circle") if e["attributes"]["class"] == "f"]
    assert len(shown) == len(found["front"]) > 1
    across = [float(e["attributes"]["cx"]) for e in shown]
    down = [float(e["attributes"]["cy"]) for e in shown]
    assert across == sorted(across) and down == sorted(down)  # slower and cheaper, one by one


def test_a_cost_that_is_not_known_whole_is_marked(page):
    parsed, found, text = page("--days 30 --hours-per-day 8 --purchase spot --top 40")
    unknown = {c["rank"] for c in found["choices"]
               if any(item["amount_usd"] is None for item in c["cost"]["items"])}
    marks = marks_of(parsed)
    assert unknown & set(marks)
    for rank, mark in marks.items():
        assert ("u" in mark["class"].split()) == (rank in unknown)
    assert "Dashed: at least" in text


@pytest.mark.parametrize(("name", "shown"), [("the-article", True), ("the-whole-bill", False),
                                             ("a-job", False), ("days-alone", False),
                                             ("uncertain-use", False), ("budget-alone", True)])
def test_what_a_budget_affords_is_shown_where_hours_have_one_price(page, name, shown):
    parsed, _, _ = page(PAGES[name])
    assert bool(parsed.all("svg", section="budget")) == shown


# ---- names ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "</style><b>", "'\"onload=x", "&lt;",
                                  "`a` (`b`)", "--><!--"])
def test_no_name_is_markup(page, write, small_catalog, name):
    quoted = name.replace('"', '\\"')
    text = small_catalog
    for usual in ("g4dn.xlarge", "Made up", "us-east-1"):
        text = re.sub(rf": {re.escape(usual)}([,}}])", lambda m: f': "{quoted}"{m.group(1)}', text)
    write("own.yaml", text)
    parsed, found, _ = page("--catalog own.yaml --days 3 --top 3")
    assert found["choices"][0]["instance"] == name
    assert parsed.faults == []
    assert len(parsed.all("script")) == len(parsed.all("style")) == 1 and not parsed.all("b", section="asked")
    row = parsed.rows("prices")[0]
    assert (row["machine"], row["region"]) == (name, name)
    assert parsed.all("h1")[0]["text"] == f"{name} in {name}"


def test_the_start_plan_is_on_the_page_whole(page):
    parsed, found, _ = page(PAGES["a-plan"])
    assert parsed.all("pre", section="plan")[0]["text"] == found["launch"]


# ---- in a browser, where there is one -------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def browser(workdir):
    """What a browser makes of a page, with more of script after it."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium")

    def of(text, script="", *flags):
        (workdir / "page.html").write_text(text + f"<script>{script}</script>")
        done = subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={workdir}/user",
             "--virtual-time-budget=2000", *flags, f"file://{workdir}/page.html"],
            capture_output=True, timeout=120, cwd=workdir)
        assert done.returncode == 0
        return done.stdout.decode()

    return of


def test_the_script_sorts_and_filters(page, browser):
    _, found, text = page("--days 30 --top 10")
    dom = browser(text, """
        const heads = [...document.querySelectorAll("#machines th[scope=col]")];
        const by = name => heads.find(h => h.textContent === name).querySelector("button").click();
        by("total USD"); by("total USD");
        const input = document.querySelector("#machines input");
        input.value = "48xlarge US-"; input.oninput();""", "--dump-dom")
    parsed = Page(dom)
    rows = parsed.rows("machines")
    totals = [float(row["total USD"].replace(",", "")) for row in rows]
    assert totals == sorted(totals, reverse=True) and len(totals) == len(found["choices"])
    sorted_by = [e["text"] for e in parsed.all("th") if e["attributes"].get("aria-sort")]
    assert sorted_by == ["total USD"]
    shown = sum("48xlarge" in c["instance"] and "us-" in c["region"] for c in found["choices"])
    status = [e["text"] for e in parsed.all("span", section="machines")
              if e["attributes"].get("role") == "status"]
    assert status == [f"{shown} of {len(rows)} rows"]


def test_times_are_sorted_as_times_whatever_their_unit(page, browser):
    _, found, text = page("--model resnet-50 --samples 3e6 --epochs 1 --top 200 --region us-east-1")
    dom = browser(text, """
        [...document.querySelectorAll("#machines th[scope=col]")].find(h => h.textContent === "time")
            .querySelector("button").click();""", "--dump-dom")
    rows = Page(dom).rows("machines")
    assert {row["time"].split()[1] for row in rows} >= {"min", "h"}
    hours = {c["rank"]: c["job"]["hours"]["p50"] for c in found["choices"]}
    told = [time(hours[int(row["#"])]) for row in rows]
    assert told == [row["time"] for row in rows]
    ordered = [hours[int(row["#"])] for row in rows]
    assert all(before <= after * 1.06 for before, after in zip(ordered, ordered[1:]))  # as written


def test_a_browser_draws_the_page(page, browser, workdir):
    _, _, text = page(PAGES["a-job"])
    browser(text, "", f"--screenshot={workdir}/shot.png", "--window-size=1280,900")
    shot = (workdir / "shot.png").read_bytes()
    assert shot[:8] == b"\x89PNG\r\n\x1a\n" and len(shot) > 20_000
