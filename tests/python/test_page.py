"""The page of advice.report(): the command's bytes, written whole, shown in a frame."""

import html
import re
from pathlib import Path

import flopwise
import pytest


@pytest.fixture(scope="module")
def advice():
    return flopwise.recommend(
        catalog="aws-2020-04", budget_usd=2000, days=365, hours_per_day=2, today="2020-07-01"
    )


def test_the_page_has_the_choice_and_every_price(advice):
    page = advice.report()
    assert isinstance(page, str)
    assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n")
    best = advice.choices[0]
    assert f"<h1>{best.instance} in {best.region}</h1>" in page
    sources = re.search(r'<section id="prices">(.*?)</section>', page, re.S).group(1)
    for choice in advice.choices:
        assert html.escape(choice.price_source, quote=False) in html.unescape(sources)
    assert advice.report() == page


def test_the_page_is_written_whole(advice, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("before")
    assert advice.report(path) == path.read_text(encoding="utf-8")
    assert advice.report(str(path)) == Path(path).read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_a_page_that_cannot_be_written_is_refused(advice, tmp_path):
    with pytest.raises(flopwise.FlopwiseError):
        advice.report(tmp_path / "nowhere" / "report.html")
    with pytest.raises(TypeError):
        advice.report(3)
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_it_in_a_frame_of_its_own(advice):
    page = advice.report()
    shown = page._repr_html_()
    frame = re.fullmatch(r'<iframe title="Recommendation" [^<>]*? srcdoc="([^"]*)"></iframe>', shown)
    assert html.unescape(frame.group(1)) == page
    assert 'sandbox="allow-scripts allow-modals"' in shown  # no cookies, no notebook


def test_the_page_of_no_answer_says_so():
    page = flopwise.recommend(family="p2", today="2026-07-20").report()
    assert "<h1>Nothing qualifies</h1>" in page
    assert "<code>include_retired=True</code>" in page
