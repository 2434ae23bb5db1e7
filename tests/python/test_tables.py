"""Round trips to the libraries that people have."""

import csv
import io
import json
import re

import flopwise
import pytest
from flopwise import _files

TABLES = ["choices", "families", "refusals", "gpus", "instances", "offers"]


@pytest.fixture(params=TABLES)
def table(request, article, now):
    owner = article if request.param in ("choices", "families", "refusals") else now
    return getattr(owner, request.param)


def flat(table, name):
    rows = table.nearest if hasattr(table, "nearest") else table
    return rows._rows._columns()[name][1]


def columns(table):
    return (table.nearest if hasattr(table, "nearest") else table).columns


def test_arrow_has_every_value(table):
    pa = pytest.importorskip("pyarrow")
    arrow = pa.table(table)
    arrow.validate(full=True)
    assert tuple(arrow.column_names) == columns(table)
    for name in arrow.column_names:
        assert arrow[name].to_pylist() == flat(table, name)
    assert pa.schema(table) == arrow.schema


def test_arrow_types(article):
    pa = pytest.importorskip("pyarrow")
    schema = pa.table(article).schema
    assert schema.field("rank").type == pa.int64()
    assert schema.field("score").type == pa.float64()
    assert schema.field("pareto").type == pa.bool_()
    assert schema.field("instance").type == pa.string()
    assert pa.table(article.refusals).schema.field("reasons").type == pa.list_(pa.string())


def test_an_arrow_stream_is_used_once_and_freed(article):
    pa = pytest.importorskip("pyarrow")
    capsule = article.choices.__arrow_c_stream__()
    reader = pa.RecordBatchReader._import_from_c_capsule(capsule)
    assert reader.read_all().num_rows == 10
    article.choices.__arrow_c_stream__()  # freed without a reader


def test_an_empty_table_keeps_its_columns(article):
    pa = pytest.importorskip("pyarrow")
    pl = pytest.importorskip("polars")
    empty = article.choices[:0]
    assert pa.table(empty).schema == pa.table(article.choices).schema
    assert empty.to_polars().schema == article.choices.to_polars().schema
    assert list(empty.to_pandas().columns) == list(article.choices.columns)


def test_polars(table):
    pl = pytest.importorskip("polars")
    for frame in (table.to_polars(), pl.DataFrame(getattr(table, "nearest", table))):
        assert tuple(frame.columns) == columns(table)
        for name in frame.columns:
            assert frame[name].to_list() == flat(table, name)


def test_pandas(table):
    pd = pytest.importorskip("pandas")
    frame = table.to_pandas()
    assert tuple(frame.columns) == columns(table)
    for name in frame.columns:
        ours = [None if not isinstance(v, list) and pd.isna(v) else v for v in frame[name]]
        assert ours == flat(table, name)


def test_pandas_types(article):
    pytest.importorskip("pandas")
    types = article.to_pandas().dtypes
    assert types["score"] == "float64"
    assert types["rank"] == "int64"
    assert types["pareto"] == "bool"
    assert types["lasts_days"] == "float64"  # all NaN here


def test_duckdb_reads_a_table_as_it_is(article):
    duckdb = pytest.importorskip("duckdb")
    choices = article.choices
    found = duckdb.sql(
        "select instance from choices where price_usd_per_hour < 1 order by score desc"
    ).fetchall()
    assert [row[0] for row in found] == [
        c.instance for c in choices if c.price_usd_per_hour < 1
    ]


def test_dicts_and_json(article):
    dicts = article.choices.to_dicts()
    assert json.loads(article.choices.to_json()) == dicts
    assert dicts[0]["cost"]["items"][0]["charge"] == "compute"
    assert dicts[0]["contributions"]["cost"] < 0
    whole = article.to_dict()
    assert json.loads(json.dumps(whole)) == whole
    assert whole["choices"] == dicts


def test_columns_by_name(article, now):
    numpy = pytest.importorskip("numpy")
    choices = article.choices
    assert choices["price_usd_per_hour"].tolist() == [c.price_usd_per_hour for c in choices]
    assert choices["rank"].dtype == int
    assert choices["pareto"].dtype == bool
    assert choices["instance"].tolist() == [c.instance for c in choices]
    assert choices["total_usd"].tolist() == [c.total_usd for c in choices]
    memory = now.instances["memory_gib"]
    assert numpy.isnan(memory).tolist() == [i.memory_gib is None for i in now.instances]
    assert now.instances["gpu"].tolist() == [i.gpu for i in now.instances]
    assert article.refusals["instance"].tolist() == [r.instance for r in article.refusals]
    with pytest.raises(flopwise.FlopwiseError) as raised:
        choices["price_usd"]
    assert str(raised.value) == (
        'columns: must be a column of the table, got "price_usd", did you mean price_usd_per_hour?')


def masks_of(marks):
    numpy = pytest.importorskip("numpy")
    yield marks
    yield tuple(marks)
    yield numpy.array(marks)
    yield numpy.array(marks, dtype=object)
    for library in ("pandas", "polars"):
        try:
            yield __import__(library).Series(marks)
        except ImportError:
            pass


def test_a_mask_chooses_rows(article):
    choices = article.choices
    marks = [c.price_usd_per_hour < 1 for c in choices]
    expected = [c for c in choices if c.price_usd_per_hour < 1]
    assert 0 < len(expected) < len(choices)
    for mask in masks_of(marks):
        assert choices[mask] == choices.filter(mask) == expected
    assert choices[choices["price_usd_per_hour"] < 1] == expected
    assert choices.filter(lambda c: c.price_usd_per_hour < 1) == expected
    assert choices[[False] * 10] == choices[:0]
    for wrong in ([True], [1] * 10, ["yes"] * 10, [[True] * 10]):
        with pytest.raises(flopwise.FlopwiseError, match="mask: must have a boolean for each of 10 rows"):
            choices[wrong]


def test_no_rows_take_an_empty_mask(article):
    none = article.choices[:0]
    for mask in masks_of([]):
        assert none[mask] == none.filter(mask) == none
    with pytest.raises(flopwise.FlopwiseError, match="mask: must have a boolean for each of 10 rows"):
        article.choices[[]]


def test_whole_numbers_that_are_not_known_are_nan(now):
    numpy = pytest.importorskip("numpy")
    years = now.families["year"]
    known = [family.year for family in now.families]
    assert None in known
    assert numpy.isnan(years).tolist() == [year is None for year in known]
    assert (years[years > 2020] == [year for year in known if year and year > 2020]).all()


def made_of(**columns):
    """A table whose rows have these columns, each a kind and its values."""

    class Rows:
        _arrow_stream = None

        def __len__(self):
            return max(len(values) for _, values in columns.values())

        def _columns(self):
            return columns

    return flopwise.Table(Rows())


def test_what_is_not_known_is_neither_false_nor_zero():
    pandas = pytest.importorskip("pandas")
    table = made_of(sold=("bool", [True, None, False]), count=("int", [0, None, 2]))
    frame = table.to_pandas()
    assert frame["sold"].isna().tolist() == frame["count"].isna().tolist() == [False, True, False]
    assert frame["sold"].dropna().tolist() == [True, False]
    assert table["sold"].tolist() == [True, None, False]


def test_html_shows_a_column_of_zeros_and_leaves_out_what_is_not_known():
    columns = {"gpu_count": ("int", [0, 0]), "upfront_usd": ("float", [0.0, 0.0]), "rtt_ms": ("float", [None, None]),
               "tied": ("bool", [False, None])}  # fmt: skip
    page = made_of(**columns)._repr_html_()
    assert "gpu count" in page and "upfront" in page
    assert "rtt" not in page and "tied" not in page


@pytest.mark.parametrize(("figures", "shown"), [
    ([12.434254, 6.059791, 2.131213], ["12.434", "6.060", "2.131"]),  # below one another
    ([1234.56789, 0.123456], ["1,234.57", "0.123456"]),  # of which the second would look like 0
    ([1234.56789, 0.0], ["1,234.6", "0.0"]),
    ([65.0, 4.825], ["65.000", "4.825"]),
])
def test_figures_of_a_column_stand_below_one_another(figures, shown):
    page = made_of(speed_tflops=("float", figures))._repr_html_()
    assert re.findall('<td class="n">(.*?)</td>', page) == shown


def test_head_and_sort(article, now):
    choices = article.choices
    assert choices.head() == choices[:5]
    assert choices.head(2) == choices[:2]
    prices = [c.price_usd_per_hour for c in choices.sort("price_usd_per_hour")]
    assert prices == sorted(prices)
    backwards = choices.sort(lambda c: c.price_usd_per_hour, reverse=True)
    assert [c.price_usd_per_hour for c in backwards] == sorted(prices, reverse=True)
    names = now.instances.sort("gpu")["gpu"].tolist()
    without = names.count(None)
    assert 0 < without < len(names)
    assert names[-without:] == [None] * without == now.instances.sort("gpu", reverse=True)["gpu"].tolist()[-without:]
    assert [i.name for i in now.instances.sort("gpu") if i.gpu is None] == [
        i.name for i in now.instances if i.gpu is None]  # in their order
    assert article.refusals.sort("instance").head(1)[0].instance == min(r.instance for r in article.refusals)


def test_total_usd_is_that_of_the_bill(article):
    assert article.choices[0].total_usd == article.choices[0].cost.total_usd == 657
    assert flopwise.recommend(top=1).choices[0].total_usd is None


def test_csv_is_read_back(article, tmp_path):
    path = tmp_path / "choices.csv"
    assert article.choices.to_csv(path) is None
    text = article.choices.to_csv()
    assert path.read_text() == text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == article.choices.columns
    assert [float(row["score"]) for row in rows] == article.choices["score"].tolist()
    assert rows[0]["pareto"] == "true" and rows[0]["lasts_days"] == ""
    assert article.to_csv(str(path)) is None and path.read_text() == article.to_csv()
    assert article.refusals.to_csv().startswith("provider,instance")


def test_a_formula_in_csv_is_text():
    gpu = flopwise.Gpu(name="=1+1", source="s", aliases=["a", "b"])
    row = next(csv.DictReader(io.StringIO(flopwise.Table([gpu]).to_csv())))
    assert (row["name"], row["aliases"]) == ("'=1+1", "a, b")
    gpu = flopwise.Gpu(name="a", source="s", aliases=["=1+1", "b"])
    assert next(csv.DictReader(io.StringIO(flopwise.Table([gpu]).to_csv())))["aliases"] == "'=1+1, b"


def test_a_catalog_writes_files(then, tmp_path):
    then.to_csv(tmp_path / "prices.csv")
    assert (tmp_path / "prices.csv").read_text() == then.to_csv()


def test_parquet_is_read_back(article, then, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    pa = pytest.importorskip("pyarrow")
    for value, table in ((article.choices, article.choices), (article, article.choices),
                         (then, then.offers), (article.refusals, article.refusals)):
        assert value.to_parquet(tmp_path / "table.parquet") is None
        assert parquet.read_table(tmp_path / "table.parquet").equals(pa.table(table))


def test_a_file_is_whole_or_not_there(article, tmp_path):
    path = tmp_path / "there.csv"
    path.write_text("before")

    def fails(out):
        out.write(b"half")
        raise RuntimeError("no space")

    with pytest.raises(RuntimeError):
        _files.write_whole(path, fails)
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["there.csv"]
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    article.choices.to_csv(link)
    assert link.is_symlink() and path.read_text() == article.choices.to_csv()
    with pytest.raises(FileNotFoundError):
        article.choices.to_csv(tmp_path / "nowhere" / "a.csv")
