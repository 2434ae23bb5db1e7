"""What matrix products reach on each GPU, from data/measured/matmul.csv.

A GPU reaches a share of its published peak. Where long runs were timed, theirs counts: short ones escape the limit of
power. A GPU that nobody timed has the median share of its generation, and a generation without any the median of all.
"""

import collections
import statistics

import model

# Where a precision was not timed, another of the same arithmetic units tells.
LIKE = {"fp16": ("bf16",), "bf16": ("fp16",), "fp32": (), "tf32": (), "fp8": ()}
WITHOUT_BF16 = ("Kepler", "Maxwell", "Pascal", "Volta", "Turing")


def timed(rows):
    """{(GPU, precision): TFLOPS}: the median of long runs, else the best of short ones."""
    by_kind = collections.defaultdict(lambda: collections.defaultdict(list))
    for r in rows:
        by_kind[r["gpu"], r["precision"]][r["kind"]].append(float(r["tflops"]))
    return {k: statistics.median(v["sustained"]) if "sustained" in v else max(max(x) for x in v.values()) for k, v in by_kind.items()}


def shares(gpus, rows, precision):
    """{GPU: share of its published peak} of those that were timed."""
    seen, found = timed(rows), {}
    for name, gpu in gpus.items():
        likes = () if gpu["architecture"] in WITHOUT_BF16 else LIKE[precision]
        for p in (precision, *likes):
            own = gpu["peak"].get(p)
            if own and precision in gpu["peak"] and (name, p) in seen:
                found[name] = min(1.0, seen[name, p] / own)
                break
    return found


def by_generation(gpus, found):
    """({generation: median share}, the median of all)."""
    groups = collections.defaultdict(list)
    for name, share in found.items():
        groups[gpus[name]["architecture"]].append(share)
    return {g: statistics.median(v) for g, v in sorted(groups.items())}, statistics.median(found.values())


def all_shares(gpus, rows):
    """{precision: ({generation: median share}, the median of all)}."""
    return {p: by_generation(gpus, shares(gpus, rows, p)) for p in model.PRECISIONS}


def table(gpus, rows, dominates):
    """{precision: {GPU: TFLOPS}}, in the order of the GPUs: one that beats another in all figures reaches no less."""
    result = {}
    for precision in model.PRECISIONS:
        found = shares(gpus, rows, precision)
        generations, usual = by_generation(gpus, found)
        value = {
            n: model.peak(g, precision) * found.get(n, generations.get(g["architecture"], usual))
            for n, g in gpus.items()
            if model.peak(g, precision) and g["memory_bandwidth_gb_per_s"]
        }
        below = {n: [m for m in value if m == n or dominates(gpus[n], gpus[m], precision)] for n in value}
        for _ in range(len(value)):  # until nothing moves
            raised = {n: max(value[m] for m in below[n]) for n in value}
            if raised == value:
                break
            value = raised
        result[precision] = value
    for n, gpu in gpus.items():
        if "tf32" not in gpu["peak"] and n in result["tf32"]:
            result["tf32"][n] = result["fp32"][n]  # without tensor cores, tf32 is fp32
        if n in result["fp16"]:
            result["fp16"][n] = max(result["fp16"][n], result["fp32"].get(n, 0))
    return result
