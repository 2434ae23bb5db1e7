import collections.abc
import copy
import pickle
import re

import flopwise
import pytest
from flopwise import Catalog, Request, Table


def evaluated(value):
    return eval(repr(value), {**vars(flopwise)})


@pytest.fixture(
    params=[
        "recommendation",
        "choices",
        "choice",
        "families",
        "refusals",
        "refusal",
        "bill",
        "request",
        "catalog",
        "gpus",
        "offers",
        "empty",
        "planned",
        "way",
        "region choice",
        "ownership",
        "uncertain",
        "rate",
        "spot hours",
        "job",
        "net",
    ]
)
def value(request, article, then):
    planned = flopwise.recommend(days=365, hours_per_day=8, storage_gib=10, purchase="best",
                                 own_price_usd=5000, own_gpu="T4", near="vn", top=2)
    return {
        "planned": planned,
        "way": planned.purchase_options[0],
        "region choice": planned.region_choice,
        "ownership": planned.ownership,
        "uncertain": flopwise.recommend(budget_usd=2000, days=30, hours_per_day=8, use_cv=0.1).choices[0],
        "rate": flopwise.Charges.bundled().rate("egress", "us-east-1"),
        "job": flopwise.recommend(model="resnet-50", samples=1e6, deadline="9h", top=2),
        "net": flopwise.find_model("resnet-50"),
        "spot hours": flopwise.spot_hours(work_hours=10, interruptions_per_hour=0.1),
        "recommendation": article,
        "choices": article.choices,
        "choice": article.choices[0],
        "families": article.families,
        "refusals": article.refusals,
        "refusal": article.refusals[0],
        "bill": article.choices[0].cost,
        "request": article.request,
        "catalog": then,
        "gpus": then.gpus[:5],
        "offers": then.offers[:5],
        "empty": article.choices[:0],
    }[request.param]


def test_a_repr_is_short_and_evaluates_or_says_that_it_is_not_all(value):
    shown = repr(value)
    assert len(shown) <= 400 and "\n" not in shown
    if "..." in shown or "<" in shown:
        with pytest.raises((SyntaxError, TypeError)):
            evaluated(value)
        return
    again = evaluated(value)
    assert again == value
    assert type(again) is type(value)


def test_the_reprs(article, then):
    assert repr(article) == (
        "<Recommendation: p2.xlarge in us-east-1 at 0.90 USD/h, 657.00 USD in all, score 47.3; "
        f"{article.admitted} of {article.admitted + article.refusals.count} offers qualify>"
    )
    assert repr(article.choices) == "<Table of 10 Choice>"
    assert repr(article.choices[0]).startswith("Choice(rank=1, provider='aws', instance='p2.xlarge'")
    assert repr(flopwise.SpotHours(expected_hours=3)) == "SpotHours(expected_hours=3.0)"
    assert repr(then) == "Catalog.bundled('aws-2020-04')"
    long = then.with_prices([then_price(then, i) for i in range(9)])
    assert repr(long) == f"<Catalog aws-2020-04: {len(then)} offers, prices until {then.as_of}>"


def then_price(catalog, i):
    offer = catalog.offers[i]
    return flopwise.Price(provider="aws", instance=offer.instance, region=offer.region,
                          price_usd_per_hour=1, source=catalog.sources[0].name)


def test_pickle_and_copy(value):
    for again in (
        *(pickle.loads(pickle.dumps(value, protocol)) for protocol in range(6)),
        copy.copy(value),
        copy.deepcopy(value),
    ):
        assert again == value
        assert type(again) is type(value)


def test_equality_and_hash(value):
    assert value != 1
    assert not value == "x"
    assert hash(value) == hash(pickle.loads(pickle.dumps(value)))


def test_records_differ_by_any_field(article):
    best = article.choices[0]
    for field in best._fields:
        changed = best._asdict()
        if isinstance(changed[field], (int, float)) and not isinstance(changed[field], bool):
            changed[field] = changed[field] + 1
            assert type(best)(**changed) != best, field


def test_records_are_immutable(article):
    with pytest.raises(AttributeError):
        article.choices[0].score = 1000
    with pytest.raises(AttributeError):
        article.outcome = "found"


def test_records_refuse_unknown_and_wrong_fields():
    with pytest.raises(TypeError, match="unexpected keyword argument 'ranc', did you mean rank?"):
        flopwise.Choice(ranc=1)
    with pytest.raises(TypeError, match="rank: is not accepted, got 'first'"):
        flopwise.Choice(rank="first")
    with pytest.raises(TypeError, match="purchase: is not accepted"):
        flopwise.Choice(purchase="stolen")


def test_a_table_is_a_sequence(article):
    choices = article.choices
    assert len(choices) == len(list(choices)) == 10
    assert choices[-1] == choices[9] == list(choices)[-1]
    assert choices[2:4] == [choices[2], choices[3]]
    assert choices[::-1][0] == choices[9] == next(reversed(choices))
    assert choices[0] in choices
    with pytest.raises(IndexError):
        choices[10]
    with pytest.raises(IndexError):
        choices[-11]
    assert isinstance(choices, collections.abc.Sequence)
    assert (choices.index(choices[3]), choices.count(choices[3])) == (3, 1)
    with pytest.raises(TypeError):
        Table([])
    with pytest.raises(TypeError):
        Table([1])
    with pytest.raises(TypeError, match="must be records of type Choice"):
        Table([choices[0], article.refusals[0]])


def test_not_known_is_none(now):
    t4 = now.find_gpu("T4")
    assert t4.fp8_tensor_tflops is None
    assert now.find_gpu("nothing") is None
    without = next(i for i in now.instances if i.gpu_count == 0)
    assert without.gpu is None


def test_records_outlive_their_catalog():
    offers = Catalog.bundled("aws-2020-04").offers
    gpus = Catalog.bundled("aws-2020-04").gpus
    first = offers[0]
    catalog = pickle.loads(pickle.dumps(Catalog.bundled("aws-2020-04")))
    more = catalog.instances
    del catalog
    assert first.price_usd_per_hour > 0
    assert gpus[0].name
    assert len(more) > 10


def test_html_has_each_row_and_escapes(article):
    page = article.choices._repr_html_()
    assert page.count("<tr>") == 1 + len(article.choices)
    assert "p2.xlarge" in page
    assert re.search(r"price<small>USD/h</small>", page)
    gpu = flopwise.Gpu(name="<b>&", source="s")
    assert "&lt;b&gt;&amp;" in Table([gpu])._repr_html_()
    assert "<b>&" not in Table([gpu])._repr_html_()


def headings(page):
    return re.findall(r"<th(?: [^>]*)?>([^<]*)", page)


def test_html_of_an_answer_has_what_matters_and_fits_a_page(article):
    shown = headings(article._repr_html_().partition("</table>")[0])
    assert shown[:2] == ["rank", "instance"]
    assert shown[-2:] == ["score", "pareto"]
    assert "region" not in shown  # the same for all, and in the line above
    assert not any(name.startswith(("contribution", "price source")) for name in shown)
    several = flopwise.recommend(
        near="vn", region="any", purchase=["spot", "on_demand"], instance="g4dn.xlarge", top=100)
    assert {"region", "purchase", "rtt"} <= set(headings(several._repr_html_()))
    assert "family" in headings(article.choices._repr_html_())  # a table shows all it has


# Rules of JupyterLab 4 for what a cell shows (rendermime/style/base.css): they put cells to the right.
JUPYTERLAB = {
    ":not(.jp-RenderedMarkdown).jp-RenderedHTMLCommon td": (2, 1),
    ".jp-RenderedHTMLCommon table": (1, 1),
}


def test_html_is_to_the_left_in_jupyterlab(article):
    page = article._repr_html_()
    rules = dict(re.findall(r"^(\.flopwise[^{]*?) \{([^}]*)\}", page, re.M | re.S))
    of_cells = next(rule for rule in rules if "text-align: left" in rules[rule])
    assert of_cells.count(".flopwise") > max(classes for classes, _ in JUPYTERLAB.values())
    of_table = next(rule for rule in rules if "margin-left: 0" in rules[rule])
    assert of_table.count(".flopwise") > JUPYTERLAB[".jp-RenderedHTMLCommon table"][0]
    assert page.startswith('<div style="text-align: left">')


def test_html_says_what_the_report_says(article):
    page = article._repr_html_()
    assert "Price ceiling 2.74 USD/h = 2,000.00 USD / (365 days x 2 h/day)" in page
    assert "prices as of 2020-06-18" in page
    assert f"{article.admitted} of {article.admitted + article.refusals.count} offers qualify" in page
    assert "<b>Families</b>" in page and page.count("<table") == 2
    assert "<b>Why not</b>" in page and "budget_usd=2233.80" in page
    job = flopwise.recommend(model="resnet-50", budget_usd=500, deadline="48h", top=3)
    shown = headings(job._repr_html_())
    assert {"hours p10", "hours p50", "hours p90"} <= set(shown)
    assert "within 48 h" in job._repr_html_()


def test_html_of_an_answer_says_why_there_is_none():
    page = flopwise.recommend(budget_usd=1, days=365)._repr_html_()
    assert "refused:" in page
    assert "the ceiling is" in page


def test_long_tables_are_cut(now):
    assert "more rows" in now.offers._repr_html_()
    assert str(now.offers).endswith(f"... {len(now) - 20} more\n")
    assert all(len(line) <= 100 for line in str(now.offers).splitlines())


def test_a_request_shows_its_settings():
    request = Request(budget_usd=2000.0, near="vn", gpu=["T4", "A10G"])
    assert request.budget_usd == 2000
    assert request.gpu == ["T4", "A10G"]
    assert repr(Request(days=1.5)) == "Request(days=1.5)"
    assert hash(Request(days=1)) == hash(Request(days=1.0))
