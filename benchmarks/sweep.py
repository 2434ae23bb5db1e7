"""Requests a second of flopwise.sweep, after its answers are compared with recommend()'s.

    python benchmarks/sweep.py [ROWS]
"""

import os
import random
import sys
import time

import flopwise
import numpy as np

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-1"]


def requests(rows: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {
        "budget_usd": rng.uniform(100, 100_000, rows),
        "days": rng.integers(1, 400, rows).astype(float),
        "hours_per_day": rng.uniform(0.5, 24, rows),
        "region": np.array(REGIONS)[rng.integers(0, len(REGIONS), rows)],
        "precision": np.array(["mixed", "fp32"])[rng.integers(0, 2, rows)],
    }


def verify(table: dict[str, np.ndarray], answer: dict[str, np.ndarray]) -> None:
    for row in random.Random(1).sample(range(ROWS), min(ROWS, 1000)):
        asked = {name: values[row] for name, values in table.items()}
        choices = flopwise.recommend(top=1, nearest=0, **asked).choices
        expected = choices[0].instance if len(choices) else None
        assert answer["instance"][row] == expected, asked


def best(run, repeats: int = 5) -> float:
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return min(times)


def main() -> None:
    table = requests(ROWS)
    verify(table, flopwise.sweep(table))
    print(f"{ROWS:,} requests, {len(flopwise.Catalog.bundled()):,} offers, {os.cpu_count()} processors")
    forms = {"dict of arrays": table}
    for library in ("pandas", "polars", "pyarrow"):
        try:
            module = __import__(library)
        except ImportError:
            continue
        forms[library] = module.table(table) if library == "pyarrow" else module.DataFrame(table)
    for name, form in forms.items():
        for threads in sorted({1, os.cpu_count() or 1}):
            seconds = best(lambda: flopwise.sweep(form, threads=threads, progress=False))
            print(f"{name:>14}, {threads} threads: {ROWS / seconds:>12,.0f} requests/s")
    one = {name: values[:300] for name, values in table.items()}
    rows = [dict(zip(one, values)) for values in zip(*one.values())]
    seconds = best(lambda: [flopwise.recommend(top=1, nearest=0, **row) for row in rows])
    print(f"{'one by one':>14}, 1 thread : {len(rows) / seconds:>12,.0f} requests/s")


if __name__ == "__main__":
    main()
