"""From nothing to an answer over many offers, beside what importing a library takes.

    python benchmarks/peers/start.py RECOMMEND CATALOG.yaml CACHE [REPETITIONS]

CACHE is a folder for XDG_CACHE_HOME that has the same catalog.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from measure import in_turn, must, ratio, run, table

# In a process of its own: see measure.run().
PICKLE = """
import pickle, sys, flopwise
catalog = flopwise.Catalog.read(sys.argv[1])
with open(sys.argv[2], "wb") as file:
    pickle.dump(catalog, file)
"""
ANSWER = """
import pickle, sys, flopwise
with open(sys.argv[1], "rb") as file:
    catalog = pickle.load(file)
advice = flopwise.recommend(catalog=catalog, budget_usd=2000, days=365, hours_per_day=2)
print(advice.to_json())
"""


def chosen(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    keys = ("instance", "region", "price_usd_per_hour", "score")
    return [tuple(choice[key] for key in keys) for choice in answer["choices"]]


def main() -> None:
    recommend, catalog, cache = sys.argv[1:4]
    repetitions = int(sys.argv[4]) if len(sys.argv) > 4 else 25
    pickled = f"{cache}/catalog.pickle"
    run([sys.executable, "-c", PICKLE, catalog, pickled])
    question = ["--budget", "2000", "--days", "365", "--hours-per-day", "2", "--format", "json"]
    python = [sys.executable, "-c"]
    programs = {
        "recommend, all offers": [recommend, "--catalog", "cached", *question],
        "recommend, bundled catalog": [recommend, "--catalog", "bundled", *question],
        "import flopwise, unpickle, recommend": [*python, ANSWER, pickled],
        "an empty Python program": [*python, "pass"],
        **{
            f"import {name}": [*python, f"import {name}"]
            for name in ("flopwise", "numpy", "pandas", "polars", "gpuhunt")
        },
    }
    command, package = (json.loads(run(programs[name], cache).output) for name in list(programs)[:3:2])
    offers = command["catalog"]["offers"]
    must(offers == package["catalog"]["offers"], "the command and Python have other catalogs")
    must(command["outcome"] == "found", "recommend finds nothing")
    must(chosen(command) == chosen(package), "the command and Python answer differently")
    runs: dict[str, Callable[[], object]] = {
        name: lambda arguments=arguments: run(arguments, cache) for name, arguments in programs.items()
    }
    times = in_turn(runs, repetitions)
    first = times["recommend, all offers"]
    rows = [
        [name, f"{t.best * 1e3:.1f}", f"{t.median * 1e3:.1f}", ratio(t, first)] for name, t in times.items()
    ]
    print(f"A new process each time, {offers:,} offers; {repetitions} times in turn\n")
    print(table(["from start to end", "best, ms", "median, ms", "times as long"], rows))


if __name__ == "__main__":
    main()
