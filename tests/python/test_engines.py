"""sweep() handed to an engine for large tables, in its local mode."""

import os
import shutil
import sys

import flopwise
import numpy as np
import pytest

pd = pytest.importorskip("pandas")

pytestmark = pytest.mark.filterwarnings("default")  # theirs are not ours to mend


@pytest.fixture
def frame():
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "budget_usd": rng.uniform(100, 1e5, 300),
            "days": rng.integers(1, 400, 300).astype(float),
            "region": rng.choice(["us-east-1", "eu-west-1"], 300),
        }
    )


SCHEMA = (
    "instance string, provider string, region string, purchase string, "
    "price_usd_per_hour double, total_usd double, score double, "
    "price_ceiling_usd_per_hour double, outcome string"
)


@pytest.fixture(scope="module")
def spark():
    sql = pytest.importorskip("pyspark.sql")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark needs Java")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", 70)
        .getOrCreate()
    )
    yield session
    session.stop()


def test_spark_map_in_arrow(spark, frame):
    got = spark.createDataFrame(frame).mapInArrow(flopwise.sweep, SCHEMA).toPandas()
    expected = flopwise.sweep(frame)
    order = ["price_ceiling_usd_per_hour"]
    got, expected = (f.sort_values(order).reset_index(drop=True) for f in (got, expected))
    assert got["instance"].fillna("").tolist() == expected["instance"].fillna("").tolist()
    np.testing.assert_array_equal(got["score"].to_numpy(float), expected["score"])


def test_spark_keeps_an_identifier(spark, frame):
    def answer(batches):
        return flopwise.sweep(batches, keep=["id"])

    frame = frame.assign(id=range(300))
    rows = spark.createDataFrame(frame).mapInArrow(answer, "id long, " + SCHEMA).collect()
    expected = flopwise.sweep(frame, keep=["id"])
    got = {r["id"]: r["instance"] for r in rows}
    assert got == {i: n if isinstance(n, str) else None for i, n in zip(expected["id"], expected["instance"])}


def test_dask_map_partitions(frame):
    dd = pytest.importorskip("dask.dataframe")
    got = dd.from_pandas(frame, npartitions=4).map_partitions(
        flopwise.sweep, meta=flopwise.sweep(frame[:1])
    )
    expected = flopwise.sweep(frame)
    assert got.compute()["instance"].tolist() == expected["instance"].tolist()


def test_a_batch_of_arrays_as_ray_data_gives_it(frame):
    batch = {name: frame[name].to_numpy() for name in frame}
    got = flopwise.sweep(batch)
    assert all(isinstance(column, np.ndarray) for column in got.values())
    assert {len(column) for column in got.values()} == {300}
