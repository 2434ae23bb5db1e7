"""Values as people have them in Python: dates, decimals, slips of the finger, and what help() shows."""

import datetime
import decimal
import inspect
import pydoc
import re

import flopwise
import numpy
import pytest
from flopwise import _core

DAY = "2026-10-01"


def days():
    yield datetime.date(2026, 10, 1)
    yield datetime.datetime(2026, 10, 1, 23, 59)
    for unit in ("D", "h", "s", "ms", "us", "ns"):
        yield numpy.datetime64(DAY, unit)
    try:
        import pandas
    except ImportError:
        return
    yield pandas.Timestamp(DAY)
    yield pandas.Timestamp(f"{DAY} 12:00", tz="Europe/Oslo")


@pytest.mark.parametrize("day", list(days()), ids=repr)
def test_a_day_of_any_kind(day):
    request = flopwise.Request(today=day, as_of=day, deadline=day)
    assert (request.today, request.as_of, request.deadline) == (DAY, DAY, DAY)
    assert flopwise.catalog_on(day, "aws-2026-10").as_of == flopwise.catalog_on(DAY, "aws-2026-10").as_of


def test_what_is_no_day_is_refused():
    values = [numpy.datetime64("NaT"), numpy.datetime64("NaT", "ns")]
    pandas = pytest.importorskip("pandas")
    for value in [*values, pandas.NaT]:
        with pytest.raises(flopwise.FlopwiseError, match='today: must be a date such as .*, got "?NaT'):
            flopwise.Request(today=value)
        with pytest.raises(flopwise.FlopwiseError, match="must be a date"):
            flopwise.catalog_on(value)
    with pytest.raises((flopwise.FlopwiseError, TypeError)):
        flopwise.Request(today=pandas.NA)


def test_days_in_a_sweep():
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    texts = ["2026-07-20", "2026-11-20", "2026-07-20"]
    asked = {"budget_usd": [500.0] * 3, "days": [30] * 3}
    columns = ["instance", "cost_p80_usd"]
    expected = [v.tolist() for v in flopwise.sweep({**asked, "today": texts}, columns=columns).values()]
    days = [datetime.date.fromisoformat(text) for text in texts]
    for column in (days, numpy.array(texts, "datetime64[D]"), numpy.array(texts, "datetime64[ns]"),
                   pandas.Series(pandas.to_datetime(texts))):
        answer = flopwise.sweep({**asked, "today": column}, columns=columns)
        assert repr([v.tolist() for v in answer.values()]) == repr(expected)
    for frame in (pandas.DataFrame({**asked, "today": pandas.to_datetime(texts)}),
                  polars.DataFrame({**asked, "today": days}), pyarrow.table({**asked, "today": days})):
        answer = flopwise.sweep(frame, columns="instance")
        assert list(map(str, answer["instance"])) == expected[0]
    missing = flopwise.sweep({**asked, "today": numpy.array([texts[0], "NaT", texts[0]], "datetime64[ns]")})
    assert missing["outcome"].tolist() == ["found", "missing", "found"]


def test_spans_of_time():
    two_days = [datetime.timedelta(days=2), numpy.timedelta64(2, "D"), numpy.timedelta64(48 * 3600 * 10**9, "ns")]
    for span in two_days:
        request = flopwise.Request(deadline=span, days=span)
        assert (request.deadline, request.days) == ("48h", 2)


@pytest.mark.parametrize("number", [decimal.Decimal("2000"), numpy.float32(2000), numpy.int16(2000), 2000])
def test_numbers_of_any_kind(number):
    assert flopwise.Request(budget_usd=number).budget_usd == 2000
    assert flopwise.price_ceiling_usd_per_hour(budget_usd=[number], days=365, hours_per_day=2)[0] == 2000 / 730
    answer = flopwise.sweep({"budget_usd": [number], "days": [365]})
    assert answer["price_ceiling_usd_per_hour"][0] == pytest.approx(2000 / 8760)


TAKERS = {
    "recommend": lambda **s: flopwise.recommend(**s),
    "Request": lambda **s: flopwise.Request(**s),
    "replace": lambda **s: flopwise.Request().replace(**s),
    "filter": lambda **s: flopwise.Catalog.bundled("aws-2020-04").filter(**s),
    "why_not": lambda **s: flopwise.Catalog.bundled("aws-2020-04").why_not("p2.xlarge", "us-east-1", **s),
    "bill": lambda **s: flopwise.bill(price_usd_per_hour=1, days=1, **s),
    "owning_cost": lambda **s: flopwise.owning_cost(**s),
}


@pytest.mark.parametrize("take", TAKERS.values(), ids=TAKERS)
def test_an_unknown_keyword_is_a_type_error_with_a_suggestion(take):
    with pytest.raises(TypeError) as raised:
        take(budgett_usd=2000)
    assert isinstance(raised.value, flopwise.UnknownSettingError)
    assert isinstance(raised.value, flopwise.FlopwiseError)
    assert str(raised.value) == "budgett_usd: must be a known key, did you mean budget_usd?"
    assert raised.value.field == "budgett_usd"


def test_an_unknown_key_of_a_file_is_no_type_error():
    with pytest.raises(flopwise.FlopwiseError) as raised:
        flopwise.Request.parse("budgett_usd: 3")
    assert not isinstance(raised.value, (TypeError, FileNotFoundError))


def test_settings_have_types():
    names = [name for name in flopwise.settings() if name != "catalog"]
    assert list(flopwise.Settings.__annotations__) == names


def everything_said():
    for owner in (flopwise, _core):
        for name, value in vars(owner).items():
            if inspect.isclass(value) or callable(value):
                yield name, pydoc.plain(pydoc.render_doc(value))


def test_help_shows_values_as_they_are_written():
    for name, text in everything_said():
        assert re.findall(r"<[A-Z]\w*\.\w+: ?\d*>", text) == [], name
        assert " object at 0x" not in text, name
    assert "purchase: str = 'on_demand'" in pydoc.plain(pydoc.render_doc(flopwise.price_history))
