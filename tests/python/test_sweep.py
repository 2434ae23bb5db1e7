import datetime
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
from hypothesis import example, given, settings
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
    got = flopwise.sweep(table, catalog, threads=threads, on_missing="ignore")
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
@example(rows=[{"budget_usd": -1, "precision": "fp64", "region": "nowhere"}])
@example(rows=[{"budget_usd": 5, "fixed_usd": 5, "region": "nowhere"}])
def test_a_row_is_refused_exactly_where_recommend_refuses(rows):
    table = columns_of(rows) or {"top": [1] * len(rows)}
    got = flopwise.sweep(table, on_error="mark", on_missing="ignore")
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
            flopwise.sweep(table, on_missing="ignore")
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
            "catalog": ["aws-2020-04", None, "aws-2026-10"],
        },
        then,
        on_missing="ignore",
    )
    expected = [
        flopwise.recommend(
            days=10, region="us-east-1", weights={"cost": 1}, catalog="aws-2020-04"
        ),
        flopwise.recommend(days=10, region=["us-east-1", "ap-southeast-1"], catalog=then),
        flopwise.recommend(days=10, weights={"cost": 1}, catalog="aws-2026-10"),
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
    for threads in (1.5, True):
        with pytest.raises(flopwise.FlopwiseError, match="threads: must be a whole number between 1 and 1024"):
            flopwise.sweep({"days": [1]}, threads=threads)
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


def test_a_kept_budget_limits_its_row():
    table = {"budget_usd": [500.0, 200_000.0], "days": 365, "hours_per_day": 2}
    got = flopwise.sweep(table, keep="budget_usd")
    assert got["total_usd"][0] <= 500
    assert list(got["instance"]) == list(flopwise.sweep(table)["instance"])


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


# ---- values that are missing ----------------------------------------------------------


def test_a_missing_budget_is_no_endless_one():
    budgets = [500, math.nan, None, ""]
    table = {"id": list("abcd"), "budget_usd": budgets, "days": 365, "hours_per_day": 2}
    got = flopwise.sweep(table, keep=["id", "budget_usd"])
    assert list(got["outcome"]) == ["found", "missing", "missing", "missing"]
    assert list(got["instance"]) == ["g4dn.xlarge", None, None, None]
    assert plain(got["total_usd"])[1:] == [None] * 3
    assert list(got["id"]) == list("abcd")
    # Not asked at all, by the request and by the caller's wish: the cheapest, as without a budget.
    best = flopwise.recommend(days=365, hours_per_day=2, top=1).choices[0]
    assert best.instance != "g4dn.xlarge"
    ignored = flopwise.sweep(table, keep="id", on_missing="ignore")
    assert list(ignored["instance"])[1:] == [best.instance] * 3
    for given in ({"budget_usd": None}, {}):
        same = flopwise.sweep({"days": [365], "hours_per_day": 2, **given})
        assert list(same["instance"]) == [best.instance]


def test_a_missing_value_is_no_error():
    table = {"days": [math.nan, -1], "region": ["nowhere", "us-east-1"]}
    got = flopwise.sweep(table, on_error="mark")
    assert list(got["outcome"]) == ["missing", "refused"]
    assert list(got["error"]) == [None, "days: must be positive, got -1 d"]
    with pytest.raises(flopwise.FlopwiseError, match=r"^days\[1\]: must be positive"):
        flopwise.sweep(table)


@pytest.mark.parametrize("column", [[None, "us-east-1"], ["", "us-east-1"]])
def test_a_missing_text_in_every_kind_of_table(column):
    pd = pytest.importorskip("pandas")
    pa = pytest.importorskip("pyarrow")
    pl = pytest.importorskip("polars")
    tables = [
        {"region": column},
        {"region": np.array(column, object)},
        pd.DataFrame({"region": column}),
        pd.DataFrame({"region": column}).astype("category"),
        pd.DataFrame({"region": column}).astype("string"),
        pl.DataFrame({"region": column}),
        pa.table({"region": column}),
        pa.table({"region": pa.array(column).dictionary_encode()}),
    ]
    for table in tables:
        outcome = plain(flopwise.sweep(table, "aws-2020-04").__getitem__("outcome"))
        outcome = [getattr(value, "as_py", lambda value=value: value)() for value in outcome]
        assert outcome == ["missing", "found"], table


def test_what_is_no_way_to_treat_missing_values():
    with pytest.raises(TypeError) as refused:
        flopwise.sweep({"days": [1]}, on_missing="raise")
    assert str(refused.value) == "on_missing: must be 'mark' or 'ignore', got 'raise'"


# ---- columns of the answer -------------------------------------------------------------

MORE = [
    "hours",
    "hours_p90",
    "cost_p50_usd",
    "cost_p80_usd",
    "cost_p90_usd",
    "probability_within_budget",
    "probability_in_time",
    "machines",
    "memory_needed_gib",
    "memory_available_gib",
    "memory_probability",
    "charges_usd",
    "runner_up_instance",
    "runner_up_provider",
    "runner_up_region",
    "runner_up_purchase",
    "runner_up_price_usd_per_hour",
    "runner_up_total_usd",
    "runner_up_score",
]


def more_of(row):
    """The columns that may be asked for, from recommend()."""
    advice = flopwise.recommend(**{**row, "top": 2, "nearest": 0})
    out = dict.fromkeys(MORE)
    if not advice.choices:
        return out
    best, job = advice.choices[0], advice.choices[0].job
    request = advice.request
    out["machines"] = job.machines if job else 1
    out["probability_within_budget"] = best.probability_within_budget
    if request.days:
        out["hours"] = request.days * (request.hours_per_day or 24)
        if request.use_cv:
            out["hours_p90"] = flopwise.hours_quantile(
                p=0.9,
                days=request.days,
                hours_per_day=request.hours_per_day or 24,
                use_cv=request.use_cv,
            )
    if best.purchase == "spot":  # where how often it is interrupted is not known, so are the hours
        out["hours"] = out["hours_p90"] = None
    for option in advice.purchase_options:
        if option.purchase == best.purchase == "spot" and option.hours_p90:
            out["hours"], out["hours_p90"] = option.hours, option.hours_p90
    if job:
        out["hours"], out["hours_p90"] = job.time.hours, job.hours_p90
        out["probability_in_time"] = job.probability_in_time
        out["memory_needed_gib"] = job.memory.needed_gib
        out["memory_available_gib"] = job.memory.available_gib
        out["memory_probability"] = job.memory.probability
    for p, cost in (best.cost_quantiles_usd or {}).items():
        out[f"cost_{p}_usd"] = cost
    if advice.charges:
        out["charges_usd"] = advice.charges.total_usd
    if len(advice.choices) > 1:
        second = advice.choices[1]
        for name in ("instance", "provider", "region", "purchase", "price_usd_per_hour", "score"):
            out[f"runner_up_{name}"] = getattr(second, name)
        out["runner_up_total_usd"] = second.cost.total_usd if second.cost else None
    return out


QUESTIONS = [
    {"budget_usd": 2000, "days": 365, "hours_per_day": 2},
    {"budget_usd": 2000},
    {"budget_usd": 0.01, "days": 3},
    {"budget_usd": 2000, "days": 365, "hours_per_day": 2, "use_cv": 0.8},
    {"days": 90, "hours_per_day": 8, "purchase": "on_demand,spot", "region": "us-east-1"},
    {"budget_usd": 900, "days": 90, "hours_per_day": 2, "storage_gib": 100, "egress_gib_per_month": 50},
    {"days": 365, "hours_per_day": 20, "purchase": "best", "region": "us-east-1"},
    {"model": "llama-2-7b", "tokens": 2e7, "deadline": "48h", "budget_usd": 300, "fine_tune": "qlora"},
    {"instance": "p3.2xlarge", "region": "us-east-1", "days": 3},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: ",".join(q))
def test_columns_say_what_recommend_says(question):
    got = flopwise.sweep({**question, "top": [1, 1]}, columns=MORE)
    assert list(got) == MORE
    expected = more_of(question)
    for name in MORE:
        assert plain(got[name]) == [expected[name]] * 2, name
    few = [name for name in MORE if not name.startswith("runner_up")]  # the fast way, if there is
    got = flopwise.sweep({**question, "top": [1, 1]}, columns=few)
    for name in few:
        assert plain(got[name]) == [expected[name]] * 2, name


def test_columns_in_every_kind_of_table():
    pd = pytest.importorskip("pandas")
    pa = pytest.importorskip("pyarrow")
    pl = pytest.importorskip("polars")
    rows = {"budget_usd": [500.0, None, 0.01], "days": [365.0] * 3, "hours_per_day": [2.0] * 3}
    columns = ["outcome", "runner_up_instance", "instance", "hours", "runner_up_score"]
    expected = flopwise.sweep(rows, columns=columns, keep="days")
    assert list(expected) == ["days", *columns]
    assert plain(expected["hours"]) == [730, None, None]
    assert list(expected["outcome"]) == ["found", "missing", "nothing_affordable"]
    assert expected["runner_up_instance"][0] is not None
    for table in (pd.DataFrame(rows), pl.DataFrame(rows), pa.table(rows)):
        got = flopwise.sweep(table, columns=columns, keep=["days"])
        for name in ("days", *columns):
            column = got.column(name).to_pylist() if isinstance(got, pa.Table) else list(got[name])
            assert plain(column) == plain(expected[name]), name


def test_a_name_may_be_kept_that_the_answer_does_not_have():
    requests = {"budget_usd": [500], "days": 30, "region": "us-east-1", "hours": ["a"]}
    best = flopwise.recommend(budget_usd=500, days=30, region="us-east-1").choices[0]
    got = flopwise.sweep(requests, keep=["region", "hours"], columns="instance")
    assert {name: list(column) for name, column in got.items()} == {
        "region": ["us-east-1"],
        "hours": ["a"],
        "instance": [best.instance],
    }
    with pytest.raises(flopwise.FlopwiseError) as refused:
        flopwise.sweep(requests, keep="hours", columns=["hours"])
    assert str(refused.value) == "keep: must not be a column of the answer, got 'hours'"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("hors", 'columns: must be columns of the answer, got "hors", did you mean hours?'),
        (["score", "gpu"], 'columns: must be columns of the answer, got "gpu"'),
        (["score", "score"], 'columns: must not be given twice, got "score"'),
    ],
)
def test_what_is_no_column_of_the_answer(columns, message):
    with pytest.raises(flopwise.FlopwiseError) as refused:
        flopwise.sweep({"days": [1]}, columns=columns)
    assert str(refused.value) == message
    assert refused.value.field == "columns"


# ---- all that can be asked ------------------------------------------------------------

RENT = {"days": 30, "hours_per_day": 4, "region": "us-east-1"}
DISK = {**RENT, "storage_gib": 100}
JOB = {"model": "llama-2-7b", "tokens": 2e8, "region": "us-east-1"}
NET = {
    "kind": "transformer_decoder",
    "parameters": 1e9,
    "layers": 24,
    "hidden": 2048,
    "heads": 16,
    "vocab": 32000,
    "seq_len": 2048,
    "tokens": 2e8,
    "region": "us-east-1",
}
IMAGES = {
    "kind": "cnn",
    "parameters": 25e6,
    "forward_gmacs": 4,
    "activations_m": 11,
    "samples": 1e6,
    "region": "us-east-1",
}
OWN = {**RENT, "own_price_usd": 9000, "own_gpu": "T4"}

# Of each setting a value, and what must be asked beside it.
ASKED = {
    "budget_usd": (500, RENT),
    "days": (20, {}),
    "hours_per_day": (3, RENT),
    "fixed_usd": (20, RENT),
    "max_price_usd_per_hour": (0.9, RENT),
    "currency": ("EUR=0.92", RENT),
    "gpu": ("T4", RENT),
    "vendor": ("aws", RENT),
    "stack": ("neuron", RENT),
    "min_gpus": (4, RENT),
    "max_gpus": (2, RENT),
    "min_gpu_memory_gib": (40, RENT),
    "max_gpu_memory_gib": (20, RENT),
    "min_memory_gib": (200, RENT),
    "max_memory_gib": (100, RENT),
    "min_vcpus": (64, RENT),
    "max_vcpus": (16, RENT),
    "min_network_gbps": (50, RENT),
    "arch": ("arm64", RENT),
    "family": ("p3,g5", RENT),
    "instance": (["p3.2xlarge", "g5.*"], RENT),
    "exclude": ("g*", RENT),
    "provider": ("any", {"days": 30}),
    "region": ("eu-*", {"days": 30}),
    "near": ("vn", {"days": 30}),
    "max_rtt_ms": (60, {"days": 30, "near": "de", "region": "any"}),
    "purchase": ("best", RENT),
    "discount_rate": (0.08, {**RENT, "purchase": "best"}),
    "include_retired": (True, RENT),
    "storage_gib": (500, RENT),
    "storage_type": ("gp2", DISK),
    "storage_iops": (5000, DISK),
    "storage_throughput_mib_per_s": (300, DISK),
    "snapshots_gib": (50, RENT),
    "egress_gib_per_month": (300, RENT),
    "inter_region_gib_per_month": (300, RENT),
    "inter_zone_gib_per_month": (300, RENT),
    "public_ipv4": (2, RENT),
    "object_storage_gib": (700, RENT),
    "nat_gateways": (1, RENT),
    "nat_gib_per_month": (10, {**RENT, "nat_gateways": 1}),
    "reserved_capacity_hours_per_day": (3, RENT),
    "starts_per_day": (400, RENT),
    "checkpoint_minutes": (20, {**RENT, "purchase": "spot"}),
    "restart_minutes": (30, {**RENT, "purchase": "spot"}),
    "profile": ("graphics", RENT),
    "precision": ("fp64", RENT),
    "speed": ("peak", RENT),
    "weights": ({"cost": 0.2, "speed": 0.8}, RENT),
    "catalog": ("aws-2020-04", RENT),
    "today": ("2026-07-25", {**JOB, "deadline": "2026-07-29"}),
    "top": (1, RENT),
    "nearest": (1, RENT),
    "by": ("family", RENT),
    "sort": ("price", RENT),
    "firmness": (True, RENT),
    "model": ("resnet-50", {"region": "us-east-1"}),
    "tokens": (3e8, JOB),
    "samples": (1e6, {"model": "resnet-50"}),
    "epochs": (3, JOB),
    "flops": (3e18, {"model": "llama-2-7b", "region": "us-east-1"}),
    "measured": ("400/s on g4dn.xlarge", {"model": "resnet-50"}),
    "batch": (64, {**JOB, "max_machines": 2, "sharding": "zero3"}),
    "fine_tune": ("qlora", JOB),
    "lora_rank": (64, {**JOB, "fine_tune": "lora"}),
    "recompute": ("full", JOB),
    "optimiser": ("adam_8bit", JOB),
    "recipe": ("bf16", JOB),
    "loss": ("fused", JOB),
    "offload": ("optimiser", JOB),
    "memory_confidence": (0.9, JOB),
    "rate": (True, JOB),
    "software_year": (2019, JOB),
    "program": ("huggingface", JOB),
    "sharding": ("zero3", JOB),
    "tensor_parallel": (2, JOB),
    "pipeline_parallel": (2, {**JOB, "batch": 64}),
    "deadline": ("4h", JOB),
    "objective": ("time", JOB),
    "max_machines": (4, {**JOB, "batch": 64}),
    "kind": ("transformer_encoder", NET),
    "parameters": (2e9, NET),
    "active_parameters": (3e8, {**NET, "kind": "moe"}),
    "layers": (12, NET),
    "hidden": (1024, NET),
    "heads": (32, NET),
    "vocab": (50000, NET),
    "head_dim": (256, NET),
    "attention_window": (256, NET),
    "window_layers": (12, {**NET, "attention_window": 256}),
    "seq_len": (512, NET),
    "forward_gmacs": (8, IMAGES),
    "activations_m": (22, IMAGES),
    "image_px": (320, IMAGES),
    "startup_minutes": (6, RENT),
    "use_cv": (0.5, RENT),
    "confidence": (0.5, {**RENT, "use_cv": 0.5, "budget_usd": 300}),
    "own_price_usd": (9000, RENT),
    "own_gpu": ("T4", OWN),
    "own_watts": (300, OWN),
    "electricity": ("vn", OWN),
    **dict.fromkeys(
        ["own_years", "own_gpus", "own_pue", "own_staff_usd_per_hour"], (2, {**OWN, "own_staff_hours": 9})
    ),
    **dict.fromkeys(["own_residual_usd", "own_rate", "own_upkeep", "own_staff_hours"], (0.1, OWN)),
    "dataset_gib": (800, {**RENT, "dataset_region": "eu-west-1"}),
    "dataset_region": ("eu-west-1", {**RENT, "dataset_gib": 800}),
    "dataset_url": ("s3://bucket/data", {**RENT, "launch": True}),
    "launch": (True, RENT),
    "key_name": ("mine", {**RENT, "launch": True}),
    "keep_running": (True, {**RENT, "launch": True}),
    "launch_format": ("sky", {**RENT, "launch": True}),
    "idle_minutes": (15, {**RENT, "launch": True}),
    "checkpoint_url": ("s3://bucket/run", {**RENT, "launch": True}),
}


# Those that say how much of an answer is shown, of which a sweep has the best.
OF_OUTPUT = {"top", "nearest"}
# Those that a whole answer has, and a sweep refuses.
OF_ANOTHER_DAY = {"as_of", "against"}


@pytest.mark.parametrize("key", sorted(OF_ANOTHER_DAY))
def test_a_sweep_has_the_prices_of_one_catalog(key):
    with pytest.raises(flopwise.FlopwiseError) as refused:
        flopwise.sweep({"days": [30], key: ["2025-04-04"]})
    assert "must not be given where a catalog is asked offer by offer: " in str(refused.value)
    assert key in str(refused.value)


def test_every_setting_is_a_column(root):
    rates = [str(root / "data" / "charges" / name) for name in ("aws.yaml", "spot-aws.yaml")]
    asked = {**ASKED, "charges": (rates, {**RENT, "storage_gib": 100})}
    assert set(asked) | OF_ANOTHER_DAY == set(flopwise.settings())
    for key, (value, beside) in asked.items():
        other = {name: kept for name, kept in beside.items() if name != key}
        columns = {name: [kept] for name, kept in {**other, key: value}.items()}
        got = flopwise.sweep(columns, columns=[*COLUMNS, *MORE])
        row = {name: kept for name, kept in {**other, key: value}.items() if name not in OF_OUTPUT}
        expected = {**one_by_one([row], row.pop("catalog", None)), **more_of({**other, key: value})}
        for name in COLUMNS:
            assert plain(got[name]) == expected[name], (key, name)
        for name in MORE:
            assert plain(got[name]) == [expected[name]], (key, name)
        assert got["outcome"][0] == "found", key


def test_catalogs_and_charges_as_values(then, now, root):
    charges = flopwise.Charges.read(root / "data" / "charges" / "aws.yaml")
    plan = {"days": 30, "hours_per_day": 4, "storage_gib": 100}
    got = flopwise.sweep({"catalog": [then, now, then], "charges": charges, **plan})
    expected = [
        flopwise.recommend(catalog=c, charges=charges, **plan).choices[0] for c in (then, now, then)
    ]
    assert list(got["instance"]) == [best.instance for best in expected]
    assert list(got["total_usd"]) == [best.cost.total_usd for best in expected]
    assert expected[0] != expected[1]


# ---- figures of every kind ----------------------------------------------------------

CEILING = "price_ceiling_usd_per_hour"
PLAN = {"budget_usd": 2000, "hours_per_day": 2, "region": "us-east-1"}


def tables_of(days):
    yield {**PLAN, "days": days}
    for library, made in (("pandas", "DataFrame"), ("polars", "DataFrame"), ("pyarrow", "table")):
        module = pytest.importorskip(library)
        yield getattr(module, made)({"days": days, **{key: [value] * len(days) for key, value in PLAN.items()}})


def list_of(column):
    return getattr(column, "to_pylist" if hasattr(column, "to_pylist") else "to_list" if hasattr(column, "to_list") else "tolist")()


def ceilings(table):
    answer = flopwise.sweep(table, "aws-2020-04", columns=CEILING)[CEILING]
    return [None if value is None or value != value else value for value in list_of(answer)]


def test_a_masked_value_is_missing():
    days = np.ma.array([365, 1, 100], mask=[False, True, False])
    assert ceilings({**PLAN, "days": days}) == [pytest.approx(2000 / 730), None, 10]


def test_a_span_of_time_is_taken_as_recommend_takes_it():
    spans = [datetime.timedelta(days=365), datetime.timedelta(hours=2400)]
    for table in tables_of(spans):
        assert ceilings(table) == [pytest.approx(2000 / 730), 10], type(table)
    for unit in ("ns", "h"):
        days = np.array(spans, dtype="timedelta64[us]").astype(f"timedelta64[{unit}]")
        assert ceilings({**PLAN, "days": days}) == [pytest.approx(2000 / 730), 10]
    hours = np.array([2, 8], dtype="timedelta64[h]").astype("timedelta64[ns]")
    assert ceilings({**PLAN, "days": 100, "hours_per_day": hours}) == [10, 2.5]
    staff = {"days": 100, "own_price_usd": 9000, "own_staff_usd_per_hour": 50, "own_staff_hours": hours}
    assert flopwise.sweep(staff, "aws-2020-04", columns="outcome")["outcome"].tolist() == ["found"] * 2


def test_what_is_no_number_is_refused_in_every_kind_of_table():
    when = datetime.datetime(2026, 1, 1)
    for days, kind in (([True, False], "bool"), ([when, when], "(datetime|Timestamp|int|date)")):
        for table in tables_of(days):
            with pytest.raises(TypeError, match=rf"days\[0\]: must be a number, got {kind}"):
                flopwise.sweep(table, "aws-2020-04")
    for table in tables_of(["30", "nan"]):
        with pytest.raises(flopwise.FlopwiseError, match=r'days\[1\]: must be a number, got "nan"'):
            flopwise.sweep(table, "aws-2020-04")
    for wrong in (np.array([1j, 2j]), np.array(["2026-01-01"], dtype="datetime64[D]")):
        with pytest.raises(TypeError, match=r"days\[0\]: must be a number, got"):
            flopwise.sweep({**PLAN, "days": wrong}, "aws-2020-04")


def test_a_column_may_have_a_name_that_is_no_text():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({7: ["a", "b"], "days": [30, 60]})
    assert flopwise.sweep(frame, "aws-2020-04", keep="7", columns="outcome")["7"].tolist() == ["a", "b"]
