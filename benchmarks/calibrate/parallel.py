"""Published runs that split a net by tensor and pipeline parallelism, predicted with these settings and without.

    python3 benchmarks/calibrate/parallel.py            the table of docs/calibration.md
    python3 benchmarks/calibrate/parallel.py --check    writes nothing; exit code 1 if it would change

Nothing is fitted here: the terms are those of the papers, and the runs of data/measured/parallel.csv take part in the
fit of the other terms, so the errors are not those of runs that were left out. Needs the Python module
(`pip install .`), which has the answers that a user gets.
"""

import math
import re
import statistics
import sys

import flopwise

import model

PAGE = model.ROOT / "docs/calibration.md"


def runs():
    """The rows of training.csv that parallel.csv names, each with how it was split."""
    known = {row["id"]: row for row in model.read_rows("training.csv")}
    return [{**known[row["id"]], **row} for row in model.read_rows("parallel.csv")]


def job_of(row):
    """The run as a job: its shape, its batch and its precision."""
    names = {
        "kind": "workload_kind",
        "parameters": "parameters",
        "layers": "layers",
        "hidden": "hidden",
        "seq_len": "seq_len",
        "batch": "global_batch",
        "precision": "precision",
        "software_year": "year",
    }
    job = {name: row[key] for name, key in names.items() if row[key]}
    if row["recompute"] not in ("", "unknown"):
        job["recompute"] = row["recompute"]
    return {**job, "tokens": 1e9, "rate": True, "memory_confidence": 0.5}


def seconds(row, **how):
    """Predicted seconds of a token on one of the GPUs."""
    gpus, machines = int(row["gpu_count"]), int(row["machine_count"])
    network = float(row["network_gbps"]) if row["network_gbps"] else None
    time = flopwise.estimate(
        gpu=row["gpu"], gpus=gpus / machines, machines=machines, network_gbps=network, **{**job_of(row), **how}
    )
    return time.hours * 3600 * gpus / 1e9


def split_of(row):
    return {key: int(row[key]) for key in ("tensor_parallel", "pipeline_parallel")}


def errors(rows, predicted):
    return [math.log(predicted(row) * float(row["units_per_s_per_gpu"])) for row in rows]


def line(name, rows):
    """Predicted / actual with and without the settings: its median, and the median of |ln|."""
    cells = []
    for predicted in (lambda row: seconds(row, **split_of(row)), seconds):
        found = errors(rows, predicted)
        cells.append(f"{math.exp(statistics.median(found)):.2f}")
        cells.append(f"{statistics.median(map(abs, found)):.3f}")
    return f"| {name} | {len(rows)} | " + " | ".join(cells) + " |"


def table():
    rows = runs()
    groups = {}
    for row in rows:
        groups.setdefault(row["source_group"], []).append(row)
    return [
        "| source | rows | predicted / actual, with | median error | without | median error |",
        "|---|---:|---:|---:|---:|---:|",
        *(line(name, groups[name]) for name in sorted(groups)),
        line("all", rows),
    ]


def page(text):
    pattern = re.compile(r"(<!-- table: parallel -->\n).*?(<!-- end -->)", re.S)
    return pattern.sub(lambda found: found[1] + "\n".join(table()) + "\n" + found[2], text)


def main():
    before = PAGE.read_text(encoding="utf-8")
    after = page(before)
    if "--check" in sys.argv:
        sys.exit(before != after)
    PAGE.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main()
