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
    """{(GPU, precision): (TFLOPS, whether of long runs)}: the median of long runs, else the best of short ones."""
    by_kind = collections.defaultdict(lambda: collections.defaultdict(list))
    for r in rows:
        by_kind[r["gpu"], r["precision"]][r["kind"]].append(float(r["tflops"]))
    return {
        k: (statistics.median(v["sustained"]), True)
        if "sustained" in v
        else (max(max(x) for x in v.values()), False)
        for k, v in by_kind.items()
    }


def shares(gpus, rows, precision):
    """{GPU: share of its published peak} of those that were timed. The limit of power that a long run in 16 bits shows
    holds in every precision of the same units."""
    seen, found = timed(rows), {}
    for name, gpu in gpus.items():
        if precision not in gpu["peak"]:
            continue
        likes = () if gpu["architecture"] in WITHOUT_BF16 else LIKE[precision]
        share = lambda p: min(1.0, seen[name, p][0] / gpu["peak"][p])
        known = [p for p in (precision, *likes) if p in gpu["peak"] and (name, p) in seen]
        if known:
            found[name] = share(known[0])
        long = [share(p) for p in ("bf16", "fp16") if p in gpu["peak"] and seen.get((name, p), (0, False))[1]]
        if long and precision != "fp32":
            found[name] = min(found.get(name, 1.0), long[0])
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


def raise_in_order(value, names, among, beats):
    """Raises what one that beats another reaches to what that one does, until nothing moves."""
    below = {n: [m for m in among if beats(n, m)] for n in names}
    for _ in range(len(names)):
        raised = {n: max(value[n], *(value[m] for m in below[n])) for n in names if below[n]}
        if all(value[n] == v for n, v in raised.items()):
            return
        value.update(raised)


def table(gpus, rows, dominates):
    """{precision: {GPU: TFLOPS}}, in the order of the GPUs: one that beats another in all figures reaches no less.

    Those that nobody timed move those that somebody did by nothing.
    """
    result = {}
    for precision in model.PRECISIONS:
        found = shares(gpus, rows, precision)
        generations, usual = by_generation(gpus, found)
        value = {
            n: model.peak(g, precision) * found.get(n, generations.get(g["architecture"], usual))
            for n, g in gpus.items()
            if model.peak(g, precision) and g["memory_bandwidth_gb_per_s"]
        }
        beats = lambda n, m: n != m and dominates(gpus[n], gpus[m], precision)
        names, others = [n for n in value if n in found], [n for n in value if n not in found]
        raise_in_order(value, names, names, beats)
        for n in others:  # between the timed ones that it beats and those that beat it
            least = max((value[m] for m in names if beats(n, m)), default=0.0)
            most = min((value[m] for m in names if beats(m, n)), default=value[n])
            value[n] = max(min(value[n], most), least)
        raise_in_order(value, others, others, beats)
        result[precision] = value
    for n, gpu in gpus.items():
        if "tf32" not in gpu["peak"] and n in result["tf32"]:
            result["tf32"][n] = result["fp32"][n]  # without tensor cores, tf32 is fp32
        if n in result["fp16"]:
            result["fp16"][n] = max(result["fp16"][n], result["fp32"].get(n, 0))
    return result
