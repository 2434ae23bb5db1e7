"""Catalogs of a table of one's own, and files that are read past those that cannot be."""

import datetime
import gzip
import math

import flopwise
import pytest

ROWS = [
    {"name": "box-8", "vcpus": 96, "memory_gib": 1024, "gpu": "H100", "gpu_count": 8,
     "region": "oslo", "price_usd_per_hour": 15.5, "date": datetime.date(2026, 11, 1)},
    {"name": "gpu-1", "vcpus": None, "memory_gib": math.nan, "gpu": "RTX 4090", "gpu_count": 1,
     "region": "oslo", "price_usd_per_hour": 0.5, "date": "2026-11-01"},
]
TODAY = "2026-11-29"


def columns():
    return {key: [row[key] for row in ROWS] for key in ROWS[0]}


def table_as(kind):
    if kind == "rows":
        return ROWS
    if kind == "columns":
        return columns()
    if kind == "pandas":
        return pytest.importorskip("pandas").DataFrame(ROWS)
    strings = {**columns(), "date": ["2026-11-01"] * 2, "memory_gib": [1024.0, None]}
    if kind == "polars":
        return pytest.importorskip("polars").DataFrame(strings)
    return pytest.importorskip("pyarrow").table(strings)


@pytest.mark.parametrize("kind", ["rows", "columns", "pandas", "polars", "arrow"])
def test_any_table_makes_a_catalog(kind):
    mine = flopwise.Catalog.from_table(table_as(kind), provider="mine", name="boxes", today=TODAY)
    assert mine.name == "boxes"
    assert mine.as_of == "2026-11-01"
    assert [machine.name for machine in mine.instances] == ["box-8", "gpu-1"]
    one = mine.instances[1]
    assert one.vcpus is None and one.memory_gib is None  # not known, and not zero
    answer = flopwise.recommend(catalog=mine, provider="mine", gpu="H100")
    assert answer.choices[0].instance == "box-8"


@pytest.mark.parametrize(("change", "message"), [
    ({"gpu": "Warp9"}, "table[1].gpu: must be the name of a known GPU"),
    ({"price_usd_per_hour": "much"}, 'table[1].price_usd_per_hour: must be a number, got "much"'),
    ({"price_usd_per_hour": 0}, "table[1].price_usd_per_hour: must be positive, got 0"),
    ({"region": ""}, "table[1].region: must be given with a price"),
    ({"gpu_count": None}, "table[1].gpu_count: must be given for a machine with a GPU"),
    ({"date": "soon"}, 'table[1].as_of: must be a date such as 2026-07-20, got "soon"'),
    ({"name": "a\nb"}, "table[1].name: must be one line of text, has more"),
    ({"vcpu": 3}, "table.vcpu: must be a column of a table"),
])
def test_what_is_wrong_names_row_and_column(change, message):
    rows = [ROWS[0], {**ROWS[1], **change}]
    with pytest.raises(flopwise.FlopwiseError) as raised:
        flopwise.Catalog.from_table(rows, today=TODAY)
    assert str(raised.value).startswith(message)


def test_what_is_no_table_is_a_type_error():
    with pytest.raises(TypeError, match="table: must be a mapping of arrays"):
        flopwise.Catalog.from_table(3)
    with pytest.raises(TypeError, match=r"table\[0\]: must be a mapping, got int"):
        flopwise.Catalog.from_table([3])


def test_files_are_read_past_those_that_cannot_be(tmp_path):
    (tmp_path / "own.csv.gz").write_bytes(gzip.compress(
        b"instance,gpu,gpu_count,region,price_usd_per_hour\nbox,H100,8,oslo,15.5\n"))
    (tmp_path / "page.html").write_text("<html><title>Sign in</title></html>")
    [own], unreadable = flopwise.import_all([tmp_path])
    assert (own.format, own.prices[0].price_usd_per_hour) == ("table", 15.5)
    assert [row.reason for row in unreadable] == [
        'must be a price file, is an HTML page, titled "Sign in"']
    with pytest.raises(flopwise.FlopwiseError, match="Sign in"):
        flopwise.import_all([tmp_path], strict=True)


def test_figures_of_numpy_are_figures():
    numpy = pytest.importorskip("numpy")
    kinds = {"vcpus": numpy.int64, "memory_gib": numpy.float32, "price_usd_per_hour": numpy.float64}
    row = {key: kinds[key](value) if key in kinds else value for key, value in ROWS[0].items()}
    made, plain = (flopwise.Catalog.from_table([one], today=TODAY) for one in (row, ROWS[0]))
    assert made.offers == plain.offers
