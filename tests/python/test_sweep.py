import itertools
import math
import os
import signal
import subprocess
import sys
import textwrap
import threading

import flopwise
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

COLUMNS = [
    "instance",
    "provider",
    "region",
    "purchase",
    "price_usd_per_hour",
    "total_usd",
    "score",
    "price_ceiling_usd_per_hour",
    "outcome",
]


def one_by_one(rows, catalog):
    """What sweep() has to answer, from recommend()."""
    out = {name: [] for name in COLUMNS}
    for row in rows:
        advice = flopwise.recommend(catalog=catalog, top=1, nearest=0, **row)
        best = advice.choices[0] if len(advice.choices) else None
        for name in ("instance", "provider", "region", "purchase", "price_usd_per_hour", "score"):
            out[name].append(getattr(best, name, None))
        out["total_usd"].append(best.cost.total_usd if best and best.cost else None)
        out["price_ceiling_usd_per_hour"].append(advice.price_ceiling_usd_per_hour)
        out["outcome"].append(advice.outcome)
    return out


def plain(column):
    """A column with None for what is not known."""
    values = column.tolist() if hasattr(column, "tolist") else list(column)
    return [None if isinstance(v, float) and math.isnan(v) else v for v in values]


def columns_of(rows):
    names = sorted({name for row in rows for name in row})
    return {name: [row.get(name) for row in rows] for name in names}


def maybe(strategy):
    return st.none() | strategy


request = st.fixed_dictionaries(
    {},
    optional={
        "budget_usd": st.floats(1, 1e6) | st.sampled_from([0.01, 1e9, 1e11]),
        "days": st.floats(0.5, 3000) | st.sampled_from([36_510.0]),
        "hours_per_day": st.floats(0.1, 24),
        "max_price_usd_per_hour": st.floats(0.1, 100),
        "region": st.sampled_from(["us-east-1", "ap-southeast-1", "us-*"]),
        "precision": st.sampled_from(["mixed", "fp64", "fp32"]),
        "profile": st.sampled_from(["training", "hpc", "graphics"]),
        "min_memory_gib": st.sampled_from([16, 64.5, 1e6]),
        "min_gpus": st.sampled_from([0, 1, 4]),
        "purchase": st.sampled_from(["on_demand", "spot", "on_demand,spot"]),
        "include_retired": st.booleans(),
        "near": st.sampled_from(["vn", "de"]),
        "gpu": st.sampled_from(["T4", "nvidia-*"]),
    },
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(request, min_size=1, max_size=12),
    st.sampled_from(flopwise.Catalog.bundled_names()),
    st.integers(1, 3),
)
def test_each_row_is_answered_as_recommend_does(rows, catalog, threads):
    table = columns_of(rows) or {"top": [1] * len(rows)}
    got = flopwise.sweep(table, catalog, threads=threads)
    assert list(got) == COLUMNS
    expected = one_by_one(rows, catalog)
    for name in COLUMNS:
        assert plain(got[name]) == expected[name], name


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "budget_usd": st.sampled_from([-1, 0, 5, 100, 1e13, math.inf]),
                "days": st.sampled_from([0, 3, 1e6, -math.inf]),
                "hours_per_day": st.sampled_from([0, 24, 25]),
                "fixed_usd": st.sampled_from([0, 4, 5, -1]),
                "region": st.sampled_from(["us-east-1", "nowhere"]),
                "precision": st.sampled_from(["fp64", "fp99"]),
            },
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_row_is_refused_exactly_where_recommend_refuses(rows):
    table = columns_of(rows) or {"top": [1] * len(rows)}
    got = flopwise.sweep(table, on_error="mark")
    for i, row in enumerate(rows):
        order = ["precision", "budget_usd", "days", "hours_per_day", "fixed_usd", "region"]
        try:  # in the order in which a sweep looks at them
            advice = flopwise.recommend(**{key: row.get(key) for key in order})
        except flopwise.FlopwiseError as error:
            assert got["outcome"][i] == "refused"
            assert got["instance"][i] is None
            assert math.isnan(got["score"][i])
            assert got["error"][i] == str(error)
        else:
            assert got["outcome"][i] == advice.outcome
            assert got["error"][i] is None
    if any(got["outcome"] == "refused"):
        row = list(got["outcome"]).index("refused")
        with pytest.raises(flopwise.FlopwiseError) as caught:
            flopwise.sweep(table)
        assert caught.value.field.endswith(f"[{row}]")


@pytest.fixture
def rows():
    rng = np.random.default_rng(7)
    n = 500
    return {
        "budget_usd": rng.uniform(100, 1e5, n),
        "days": rng.integers(1, 400, n),
        "hours_per_day": np.where(rng.random(n) < 0.3, np.nan, rng.uniform(1, 24, n)),
        "region": np.array(["us-east-1", "eu-west-1", None], object)[rng.integers(0, 3, n)],
    }


@pytest.fixture
def expected(rows):
    return flopwise.sweep(rows)


def test_pandas_keeps_its_index(rows, expected):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(rows, index=np.arange(500) * 2)
    for variant in (frame, frame.astype({"region": "category"}), frame.convert_dtypes()):
        got = flopwise.sweep(variant)
        assert isinstance(got, pd.DataFrame)
        assert list(got.columns) == COLUMNS
        assert got.index.equals(frame.index)
        for name in COLUMNS:
            assert plain(got[name]) == plain(expected[name])


def test_polars(rows, expected):
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({k: v.tolist() for k, v in rows.items()}).fill_nan(None)
    for variant in (frame, frame.cast({"region": pl.Categorical})):
        got = flopwise.sweep(variant)
        assert isinstance(got, pl.DataFrame)
        assert got.columns == COLUMNS
        for name in COLUMNS:
            assert got[name].to_list() == plain(expected[name])


def test_arrow(rows, expected):
    pa = pytest.importorskip("pyarrow")
    table = pa.table({k: pa.array(v, from_pandas=True) for k, v in rows.items()})
    encoded = table.set_column(3, "region", table["region"].dictionary_encode())
    chunked = pa.concat_tables([table[:100], table[100:]])
    for variant in (table, encoded, chunked, table.to_batches()[0]):
        got = flopwise.sweep(variant)
        assert type(got) is type(variant)
        assert got.schema.names == COLUMNS
        for name in COLUMNS:
            assert got.column(name).to_pylist() == plain(expected[name])


def test_duckdb_through_arrow(rows, expected):
    duckdb = pytest.importorskip("duckdb")
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(rows)  # noqa: F841 (DuckDB finds it by name)
    got = flopwise.sweep(duckdb.sql("select * from frame"))
    assert got.column("instance").to_pylist() == plain(expected["instance"])


def test_an_iterator_gives_an_iterator(rows, expected):
    pa = pytest.importorskip("pyarrow")
    table = pa.table({k: pa.array(v, from_pandas=True) for k, v in rows.items()})
    got = flopwise.sweep(iter(table.to_batches(max_chunksize=64)))
    assert next(got).num_rows == 64
    rest = list(itertools.chain.from_iterable(b.column("instance").to_pylist() for b in got))
    assert rest == plain(expected["instance"])[64:]


def test_kept_columns_come_first(rows):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"id": range(500), **rows})
    got = flopwise.sweep(frame, keep=["id"])
    assert list(got.columns) == ["id", *COLUMNS]
    assert got["id"].tolist() == list(range(500))
    with pytest.raises(flopwise.FlopwiseError, match="keep"):
        flopwise.sweep(rows, keep=["id"])


def test_scalars_hold_for_all_rows():
    got = flopwise.sweep({"budget_usd": [100, 5000], "days": 30, "region": "us-east-1"})
    again = flopwise.sweep(
        {"budget_usd": [100, 5000], "days": [30, 30], "region": ["us-east-1"] * 2}
    )
    assert all(plain(got[name]) == plain(again[name]) for name in COLUMNS)
    assert len(flopwise.sweep({"budget_usd": 100, "days": 1})["outcome"]) == 1


def test_values_that_are_no_text(then):
    got = flopwise.sweep(
        {
            "days": [10, 10, 10],
            "region": [["us-east-1"], ["us-east-1", "ap-southeast-1"], None],
            "weights": [{"cost": 1}, None, {"cost": 1}],
            "catalog": ["aws-2020-04", None, "aws-2026-07"],
        },
        then,
    )
    expected = [
        flopwise.recommend(
            days=10, region="us-east-1", weights={"cost": 1}, catalog="aws-2020-04"
        ),
        flopwise.recommend(days=10, region=["us-east-1", "ap-southeast-1"], catalog=then),
        flopwise.recommend(days=10, weights={"cost": 1}, catalog="aws-2026-07"),
    ]
    assert list(got["instance"]) == [e.choices[0].instance for e in expected]


def test_no_rows():
    pd = pytest.importorskip("pandas")
    pa = pytest.importorskip("pyarrow")
    pl = pytest.importorskip("polars")
    assert list(flopwise.sweep({"budget_usd": []})) == COLUMNS
    assert flopwise.sweep(pd.DataFrame({"budget_usd": [], "region": []})).shape == (0, 9)
    assert flopwise.sweep(pl.DataFrame({"region": []}, schema={"region": pl.String})).shape == (0, 9)
    empty = pa.schema([("budget_usd", pa.float64()), ("region", pa.string())]).empty_table()
    assert flopwise.sweep(empty).num_rows == 0


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"buget_usd": [1.0]}, "buget_usd: must be a known key, did you mean budget_usd"),
        ({"days": [1, 2], "budget_usd": [1]}, "must have columns of one length"),
        ({"days": [[1, 2], [3, 4]]}, "days"),
        ({"days": np.ones((2, 2))}, "must have one dimension"),
        ({"days": ["1", "x"]}, r"days\[1\]: must be a number"),
        ({"days": [1, -1]}, r"days\[1\]: must be positive, got -1 d"),
        ({"region": ["us-east-1", "us-east-11"]}, r"region\[1\]: must be a region"),
        ({"hours_per_day": [1, 25]}, r"hours_per_day\[1\]: must be at most 24"),
    ],
)
def test_bad_tables(table, message):
    with pytest.raises((flopwise.FlopwiseError, TypeError), match=message):
        flopwise.sweep(table)


@pytest.mark.parametrize("table", [None, 3, "x", [1], [{"days": 1}]])
def test_other_types_are_type_errors(table):
    with pytest.raises(TypeError, match="requests: must be a mapping"):
        flopwise.sweep(table)


def test_other_options():
    with pytest.raises(flopwise.FlopwiseError, match="threads"):
        flopwise.sweep({"days": [1]}, threads=0)
    with pytest.raises(TypeError, match="on_error"):
        flopwise.sweep({"days": [1]}, on_error="ignore")


def test_progress_is_told(rows):
    told = []
    flopwise.sweep(rows, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (500, 500)

    class Stop(Exception):
        pass

    def stop(done, total):
        raise Stop

    with pytest.raises(Stop):
        flopwise.sweep(rows, progress=stop)


def test_a_bar_is_shown_when_asked(rows, capsys, monkeypatch):
    flopwise.sweep(rows, progress=True)
    assert "500" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)  # as if tqdm were not installed
    flopwise.sweep(rows, progress=True)
    assert "100% of 500 requests" in capsys.readouterr().err
    flopwise.sweep(rows)
    assert capsys.readouterr().err == ""


def test_answers_do_not_depend_on_threads(rows):
    table = {name: np.tile(values, 100) for name, values in rows.items()}
    one = flopwise.sweep(table, threads=1)
    many = flopwise.sweep(table, threads=8)
    assert all(plain(one[name]) == plain(many[name]) for name in COLUMNS)


def test_other_threads_run_meanwhile():
    ticks = []
    done = threading.Event()

    def tick():
        while not done.wait(0.001):
            ticks.append(1)

    thread = threading.Thread(target=tick)
    thread.start()
    n = 1500
    flopwise.sweep({"min_memory_gib": np.linspace(1, 500, n)}, threads=1)
    done.set()
    thread.join()
    assert len(ticks) > 20


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_stops_a_sweep():
    script = """
        import flopwise, numpy as np
        n = 2_000_000
        print("ready", flush=True)
        flopwise.sweep({"min_memory_gib": np.linspace(1, 500, n)}, threads=2, progress=False)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(4)  # past the reading of the columns
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert "KeyboardInterrupt" in errors
    assert process.returncode == -signal.SIGINT


def test_a_kept_setting_is_used():
    requests = {"budget_usd": [500, 2000], "days": 365, "hours_per_day": 2, "id": ["a", "b"]}
    answer = flopwise.sweep(requests, keep=["budget_usd", "id"])
    assert list(answer)[:3] == ["budget_usd", "id", "instance"]
    assert answer["budget_usd"].tolist() == [500, 2000]
    # By hand: g4dn.xlarge 0.526 and g6e.2xlarge 2.24208 USD/h, times 730 h.
    assert answer["total_usd"].tolist() == pytest.approx([383.98, 1636.7184])


def test_one_name_is_one_column():
    requests = {"budget_usd": [500, 2000], "days": 365, "id": ["a", "b"], "i": [1, 2], "d": 0}
    with pytest.raises(flopwise.FlopwiseError, match="i: must be a known key"):
        flopwise.sweep(requests, keep="id")
    del requests["i"], requests["d"]
    assert flopwise.sweep(requests, keep="id")["id"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("keep", "message"),
    [
        ("idx", "keep: must be columns of the requests, got 'idx'"),
        (["region"], "keep: must not be a column of the answer, got 'region'"),
    ],
)
def test_what_cannot_be_kept(keep, message):
    requests = {"budget_usd": [500], "days": 365, "region": "us-east-1"}
    with pytest.raises(flopwise.FlopwiseError) as refused:
        flopwise.sweep(requests, keep=keep)
    assert str(refused.value) == message
