"""Round trips to the libraries that people have."""

import json

import pytest

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
    assert pl.DataFrame(empty).shape == (0, len(article.choices.columns))
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
