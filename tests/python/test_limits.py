"""Threads, memory, and the time an import takes."""

import gc
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import flopwise
import numpy as np
import pytest

ASKED = [
    dict(budget_usd=2000, days=365, hours_per_day=2),
    dict(budget_usd=500, days=30, region="us-east-1"),
    dict(gpu="T4", top=3),
    dict(profile="hpc", precision="fp64", budget_usd=1e4, days=10),
]


def test_eight_threads_share_a_catalog(now):
    expected = [flopwise.recommend(catalog=now, **asked) for asked in ASKED]

    def work(i):
        asked = ASKED[i % 4]
        answer = flopwise.recommend(catalog=now, **asked)
        table = flopwise.sweep({key: [value] * 50 for key, value in asked.items()}, now, threads=2)
        offers = now.offers[:3]
        return i % 4, answer, set(table["instance"]), offers

    with ThreadPoolExecutor(8) as pool:
        for which, answer, instances, offers in pool.map(work, range(400)):
            assert answer == expected[which]
            assert instances == {expected[which].choices[0].instance}
            assert offers == now.offers[:3]


def rss():
    psutil = pytest.importorskip("psutil")
    gc.collect()
    return psutil.Process().memory_info().rss


@pytest.mark.parametrize(
    ("calls", "call"),
    [
        (10_000, lambda: flopwise.recommend(**ASKED[1], catalog="aws-2020-04").choices[0]),
        (2_000, lambda: flopwise.recommend(**ASKED[1], catalog="aws-2020-04").to_dict()),
        (2_000, lambda: flopwise.Catalog.bundled("aws-2020-04").offers.__arrow_c_stream__()),
        (2_000, lambda: flopwise.sweep({"days": [1, 2], "region": ["us-east-1"] * 2})),
        (5_000, lambda: pytest.raises(ValueError, flopwise.recommend, days=-1)),
    ],
    ids=["recommend", "to_dict", "arrow", "sweep", "errors"],
)
def test_memory_does_not_grow(calls, call):
    for _ in range(calls // 10):
        call()
    before = rss()
    for _ in range(calls):
        call()
    assert rss() - before < 4_000_000


def test_arrow_readers_free_what_they_read(article):
    pa = pytest.importorskip("pyarrow")
    before = None
    for i in range(6_000):
        pa.table(article.choices)
        if i == 1_000:
            before = rss()
    assert rss() - before < 4_000_000


def test_import_needs_no_other_library():
    script = (
        "import sys, flopwise; "
        "flopwise.recommend(budget_usd=2000, days=365).choices[0].instance; "
        "print(*{m.partition('.')[0] for m in sys.modules})"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"numpy", "pandas", "polars", "pyarrow", "matplotlib", "tqdm"} & set(loaded)


def test_results_own_their_arrays():
    answers = [flopwise.sweep({"days": np.arange(1.0, 1000.0)}) for _ in range(20)]
    gc.collect()
    first = answers[0]["score"].copy()
    del answers[1:]
    gc.collect()
    np.testing.assert_array_equal(answers[0]["score"], first)
