"""Fits the memory of a GPU to data/measured/memory_peaks.csv and writes what follows from it.

    python3 benchmarks/calibrate/memory.py            data/memory.yaml, tests/calibration/memory_reference.csv, and the
                                                      tables of docs/calibration.md
    python3 benchmarks/calibrate/memory.py --check    writes nothing; exit code 1 if a file would change

ln(measured) = ln(need) + residual; the need is memory_model.need(). The residual has a Student-t distribution, the
parameters have normal priors. A run that went out of memory counts as above what the GPU has. A source with m rows
counts as sqrt(m) rows, as in fit.py. Needs numpy and scipy (requirements.txt).
"""

import collections
import csv
import dataclasses
import functools
import io
import math
import os
import re
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # small matrices: threads only cost time
import numpy as np
from scipy import optimize, special, stats

import memory_model as mm
import model

GIB = mm.GIB
FITTED = "2026-11-29"
OUTPUTS = {
    "memory": model.DATA / "memory.yaml",
    "reference": model.ROOT / "tests/calibration/memory_reference.csv",
    "page": model.ROOT / "docs/calibration.md",
}
NU = 5.0
SCALE = 0.18  # of the residuals in the fit
LEVEL = 0.8
# name: (value to start from, standard deviation of its ln around that, what it is)
PRIOR = {
    "layer": (16.0, 0.3, "bytes a layer keeps for a token and unit of width, whatever its width inside"),
    "layer_width": (1.5, 0.3, "the same, for each parameter of the layer divided by the square of its width"),
    "adapters": (0.2, 0.7, "more of both with adapters"),
    "scores": (5.0, 0.3, "bytes of an attention score, where they are kept"),
    "logit": (16.0, 0.3, "bytes of a logit with the plain loss"),
    "logit_fused": (3.5, 0.4, "bytes of a logit with a chunked or fused loss"),
    "mixed_copy": (4.0, 0.4, "bytes of a parameter that mixed precision adds to 16: casts, copies of gradients"),
    "held": (0.3, 0.7, "share of the gradients that is there when most activations are"),
    "step": (1.0, 0.7, "bytes of a parameter that a step of Adam needs for a while; twice with mixed precision"),
    "gathered": (2.5, 0.4, "layers that are whole at once where weights are split"),
    "context_gib": (0.6, 0.2, "GiB of the driver and its libraries"),
    "fragmentation": (0.07, 0.2, "share that the allocator loses"),
    # Of ResNet-50, 512 images fit into 24 GB (timm): no more than 1.95.
    "image": (1.7, 0.05, "numbers kept for each activation of an image net"),
    "image_dense": (1.7, 0.4, "the same of a detector, and of a net that labels pixels"),
}
NAMES = tuple(PRIOR)
SPREADS = ("spread_states", "spread_activations", "spread_images", "spread_derived")
# What the driver leaves of a card, GiB: usable_memory_gib of data/gpus.yaml, by the memory in the table.
USABLE = {"16": 15.75, "22.4": 22.06, "24": 23.64, "40": 39.39, "44.7": 44.42, "80": 79.14, "48": 47.5}
TEXT_KINDS = {k: k for k in mm.TEXT} | {"vision_language": "transformer_decoder"}
NETS_OF_ROWS = {
    "faster-rcnn R-50-FPN": "faster-rcnn-resnet-50-fpn",
    "retinanet R50": "retinanet-resnet-50-fpn",
    "mask-rcnn R-50-FPN": "mask-rcnn-resnet-50-fpn",
}
LOSSES = {"plain": "plain", "": "plain", "classification": "plain", "plain, compiled": "plain"}
SHARDINGS = {"none": "none", "ddp": "none", "": "none", "zero2": "zero2", "zero3": "zero3", "fsdp_full": "zero3"}
OFFLOADS = {
    "none": "none",
    "": "none",
    "optimiser cpu": "optimiser",
    "optimiser and params cpu": "parameters",
    "cpu (DeepSpeed)": "parameters",
    "cpu params": "parameters",
    "cpu with fused optimiser": "parameters",
}


@functools.lru_cache(maxsize=None)
def named_nets():
    """The nets of data/models.yaml, one a line: their kind, and their figures."""
    result = {}
    for line in (model.DATA / "models.yaml").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"  - \{name: ([^,]+), kind: (\w+),", line):
            figures = re.findall(r"\b(parameters|forward_gmacs|image_px|activations_m): ([\d.e+]+)", line)
            result[found[1]] = {"kind": found[2]} | {k: float(v) for k, v in figures}
    return result


def number(row, key):
    return float(row[key]) if row[key] else 0.0


def optimiser_of(row):
    name = row["optimiser"].lower()
    if "fused into backward" in name or "4-bit" in name or "fp8" in name:
        return None
    for key, value in (("8-bit", "adam_8bit"), ("adafactor", "adafactor"), ("sgd", "sgd"), ("adamw", "adam")):
        if key in name:
            return value if "offload" not in name else None
    return "adam" if not name else None


def image_net(row):
    """A named net of the row, at its image size; None if its activations are not known."""
    named = named_nets().get(NETS_OF_ROWS.get(row["model"], row["model"]))
    if named is None or named["kind"] not in ("cnn", "detector", "vit"):
        return None
    larger = (number(row, "image_px") / named["image_px"]) ** 2
    return mm.Net(
        kind=named["kind"],
        parameters=named["parameters"],
        activations_m=named.get("activations_m", 0) * larger,
        forward_gmacs=named["forward_gmacs"] * larger,
    )


def net_of(row):
    if row["kind"] in TEXT_KINDS:
        keys = ("params", "active_params", "layers", "hidden", "heads", "vocab", "seq_len")
        return mm.Net(TEXT_KINDS[row["kind"]], *(number(row, k) for k in keys)) if row["seq_len"] else None
    return image_net(row)


def why_not(row):
    """Why a row has no counterpart in the settings; empty if it has one."""
    text = row["kind"] in TEXT_KINDS
    if net_of(row) is None or not row["micro_batch"]:
        return "net, length or batch not known"
    if "length not stated" in row["note"]:
        return "net, length or batch not known"
    if "samples not packed" in row["note"] and number(row, "micro_batch") > 1 or "samples are shorter" in row["note"]:
        return "samples shorter than stated"
    if text and (not row["checkpointing"] or row["fits"] == "1" and not row["precision"] and not row["optimiser"]):
        return "settings not stated"
    if row["method"] not in ("full", "lora", "qlora") or optimiser_of(row) is None:
        return "method or optimiser"
    if row["sharding"] not in SHARDINGS or row["offload"] not in OFFLOADS:
        return "parallelism or offload"
    if row["checkpointing"] not in ("none", "selective", "full"):
        return "checkpointing"
    states = 6 * number(row, "params") / GIB / number(row, "gpu_count")  # weights and two moments of 16 bits
    plain = row["method"] == "full" and row["optimiser"] == "adamw" and row["offload"] == "none"
    if text and plain and row["peak_gib_per_gpu"] and number(row, "peak_gib_per_gpu") < states:
        return "less than weights and states alone"
    return ""


def way_of(row):
    recompute = "selective" if row["checkpointing"] in ("none", "selective") else "full"
    if recompute == "selective" and row["attention"] == "eager":
        recompute = "none"
    loss = LOSSES.get(row["loss"], "chunked" if "chunk" in row["loss"] else "fused")
    return mm.Way(
        fine_tune=row["method"],
        lora_rank=number(row, "lora_rank") or 16,
        optimiser=optimiser_of(row),
        recipe="bf16" if row["master_weights"] == "none" and row["method"] == "full" else "mixed",
        precision="fp32" if row["precision"] == "fp32" else "mixed",
        recompute=recompute,
        loss=loss,
        offload=OFFLOADS[row["offload"]],
        sharding=SHARDINGS[row["sharding"]],
        gpus=number(row, "gpu_count"),
    )


def read(path=model.DATA / "measured/memory_peaks.csv"):
    with open(path, encoding="utf-8") as f:
        return list(csv.DictReader(f))


def parts_of(kind):
    """What of a need a kind of measurement has: the context, the fragmentation."""
    if kind.startswith(("allocated", "active")):
        return 0.0, 0.0
    return (0.0 if kind.startswith("reserved") else 1.0), 1.0


class Fit:
    def __init__(self, rows):
        self.skipped = collections.Counter(why for row in rows if (why := why_not(row)))
        self.rows = [row for row in rows if not why_not(row)]
        self.cases = [(net_of(r), way_of(r), number(r, "micro_batch")) for r in self.rows]
        self.capacity = np.array([USABLE.get(r["gpu_memory_gib"], number(r, "gpu_memory_gib")) for r in self.rows])
        # Above what the GPU has; below it, where it fits, with twice the batch above it if that was tried; or measured.
        self.out = np.array([r["fits"] == "0" for r in self.rows])
        self.below = np.array([r["fits"] == "1" and not r["peak_gib_per_gpu"] for r in self.rows])
        self.next_above = self.below & np.array(["did not fit" in r["note"] for r in self.rows])
        self.group = np.array([r["group"] for r in self.rows])
        self.text = np.array([r["kind"] in TEXT_KINDS for r in self.rows])
        given = [number(r, "peak_gib_per_gpu") for r in self.rows]
        self.y = np.log(np.where(self.out | self.below, self.capacity, given))
        self.measured = ~self.out & ~self.below
        self.start = np.log([PRIOR[n][0] for n in NAMES])
        self.sd = np.array([PRIOR[n][1] for n in NAMES])

    def predict(self, theta, rows, raw=False, times=1.0):
        """ln of the need in GiB: of all that the GPU holds if `raw`, else as each row was measured."""
        p = dict(zip(NAMES, np.exp(theta)))
        out = []
        for i in rows:
            net, way, samples = self.cases[i]
            n = mm.need(net, way, p)
            context, share = (1.0, 1.0) if raw or not self.measured[i] else parts_of(self.rows[i]["peak_kind"])
            total = context * n.context + (1 + share * n.share) * n.computed(samples * times)
            out.append(math.log(total / GIB))
        return np.array(out)

    def weights(self, rows):
        count = collections.Counter(self.group[rows])
        w = np.array([count[g] ** -0.5 for g in self.group[rows]])
        return w / w.mean()

    def solve(self, rows):
        rows = np.array(rows)
        w = np.sqrt(self.weights(rows))

        def residuals(theta):
            z = (self.y[rows] - self.predict(theta, rows)) / SCALE
            student = np.sign(z) * np.sqrt((NU + 1) * np.log1p(z * z / NU))
            above = np.sqrt(-2 * special.log_ndtr(-z))
            lost = -2 * special.log_ndtr(z)
            tried = self.next_above[rows]
            if tried.any():
                twice = self.predict(theta, rows[tried], times=2.0)
                lost[tried] -= 2 * special.log_ndtr((twice - self.y[rows][tried]) / SCALE)
            r = np.where(self.out[rows], above, np.where(self.below[rows], np.sqrt(lost), student))
            return np.concatenate([w * r, (theta - self.start) / self.sd])

        return optimize.least_squares(residuals, self.start, xtol=1e-10, ftol=1e-10).x


@functools.lru_cache(maxsize=None)
def calibration():
    """The fit, its parameters, and the predictions of rows by the other sources."""
    fit = Fit(read())
    everything = np.arange(len(fit.rows))
    theta = fit.solve(everything)
    left = np.zeros(len(everything))
    for g in sorted(set(fit.group)):
        test = everything[fit.group == g]
        left[test] = fit.predict(fit.solve(everything[fit.group != g]), test, raw=True)
    c = {"fit": fit, "theta": theta, "left": left, "error": left - fit.y}
    c["spread"] = spreads(c)
    c["scale"] = np.array([mm.spread(*case, parameters(c)) for case in fit.cases])
    return c


def parameters(c):
    p = {n: float(v) for n, v in zip(NAMES, np.exp(c["theta"]))}
    return {**p, **c.get("spread", {})}


def spreads(c):
    """Of the left-out residuals: by maximum likelihood, then widened until the 80 % interval holds 80 % of them."""
    fit, p = c["fit"], parameters(c)
    part = np.array([mm.need(net, way, p).activations_share(samples) for net, way, samples in fit.cases])
    text = fit.text & ~fit.below
    w, e, out = fit.weights(np.arange(len(part))), -c["error"], fit.out

    def loss(t):
        s = np.hypot(np.exp(t[0]), np.exp(t[1]) * part)
        each = np.where(out, stats.t.logsf(e / s, NU), stats.t.logpdf(e / s, NU) - np.log(s))
        return -(w * each)[text].sum()

    t = optimize.minimize(loss, [-2.0, -1.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10}).x
    s = np.hypot(np.exp(t[0]), np.exp(t[1]) * part)
    some = text & fit.measured
    wider = np.quantile(np.abs(e[some]) / s[some], LEVEL) / stats.t.ppf((1 + LEVEL) / 2, NU)
    states, activations = (wider * np.exp(t)).tolist()
    # Of image nets there are bounds and a few detectors, so their activations are taken for less sure by half; what is
    # derived from a net's size or its operations is off by as much as the detectors are.
    images = 1.5 * activations
    detectors = np.abs(e[~fit.text & fit.measured])
    return {
        "spread_states": states,
        "spread_activations": activations,
        "spread_images": images,
        "spread_derived": float(np.quantile(detectors, 0.68)) if len(detectors) else images,
    }


def probability(c, rows):
    """That it fits into its GPU, by the sources that are not its own."""
    fit = c["fit"]
    z = (np.log(fit.capacity[rows]) - c["left"][rows]) / c["scale"][rows]
    return stats.t.cdf(z, NU)


# ---- what is written ----------------------------------------------------------------


def digits(v):
    return f"{v:.7g}"


def memory(c):
    fit = c["fit"]
    lines = [
        "# The memory of a GPU in training: parameters, fitted by benchmarks/calibrate to data/measured. Not edited by",
        "# hand: run `python3 benchmarks/calibrate/memory.py`. docs/calibration.md says what each is.",
        f"fitted: {FITTED}",
        f"rows: {len(fit.rows)}",
        f"source_groups: {len(set(fit.group))}",
        "sources:",
        '  - {name: measured-memory, title: "data/measured/memory_peaks.csv; each row names its source", as_of: 2026-11}',
        f"degrees_of_freedom: {digits(NU)}",
    ]
    return "\n".join(lines + [f"{n}: {digits(v)}" for n, v in parameters(c).items()]) + "\n"


def reference_cases():
    llama = dict(parameters=8.03e9, layers=32, hidden=4096, heads=32, vocab=128256, seq_len=2048)
    big = dict(parameters=68.98e9, layers=80, hidden=8192, heads=64, vocab=32000, seq_len=2048)
    small = dict(parameters=1.24e9, layers=16, hidden=2048, heads=32, vocab=128256, seq_len=1024)
    moe = dict(kind="moe", parameters=46.7e9, active_parameters=12.9e9, layers=32, hidden=4096, heads=32, vocab=32000)
    bert = dict(kind="transformer_encoder", parameters=336.2e6, layers=24, hidden=1024, heads=16, vocab=30522)
    resnet = dict(kind="cnn", parameters=25.557e6, activations_m=11.11)
    nets = {"llama": llama, "big": big, "small": small, "moe": moe, "bert": bert, "resnet": resnet}
    ways = [
        ("llama", dict(), 1),
        ("llama", dict(recipe="bf16", recompute="full"), 2),
        ("llama", dict(fine_tune="lora"), 1),
        ("llama", dict(fine_tune="qlora", lora_rank=32, recompute="full"), 4),
        ("llama", dict(fine_tune="qlora", loss="fused", recompute="full"), 4),
        ("llama", dict(precision="fp32", loss="chunked"), 1),
        ("big", dict(sharding="zero3", gpus=8, recompute="full"), 1),
        ("big", dict(sharding="zero3", gpus=8, recompute="full", recipe="bf16", optimiser="paged_adam_8bit"), 1),
        ("big", dict(sharding="zero3", gpus=2, recompute="full", fine_tune="qlora", lora_rank=32), 1),
        ("big", dict(sharding="zero2", gpus=4, fine_tune="lora", recompute="full"), 1),
        ("big", dict(sharding="zero3", gpus=4, offload="parameters", recompute="full"), 1),
        ("big", dict(sharding="zero1", gpus=8, offload="optimiser", recompute="full"), 1),
        ("small", dict(gpus=4, optimiser="sgd"), 8),
        ("small", dict(optimiser="adam_8bit", recipe="bf16", recompute="none"), 2),
        ("small", dict(optimiser="adafactor", loss="fused"), 2),
        ("small", dict(optimiser="none", fine_tune="full"), 2),
        ("moe", dict(fine_tune="lora", recompute="full"), 1),
        ("bert", dict(recompute="none"), 8),
        ("resnet", dict(optimiser="sgd"), 256),
        ("big", dict(gpus=16, tensor_parallel=8, pipeline_parallel=2, recipe="bf16"), 2),
        ("big", dict(gpus=64, tensor_parallel=4, pipeline_parallel=4, sharding="zero1", batch=16), 2),
        ("big", dict(gpus=24, tensor_parallel=2, pipeline_parallel=3, sharding="zero3", recompute="full"), 1),
        ("big", dict(gpus=8, tensor_parallel=2, pipeline_parallel=2, fine_tune="qlora", recompute="full", batch=4), 1),
        ("small", dict(gpus=8, tensor_parallel=2, pipeline_parallel=4, offload="optimiser", sharding="zero1"), 1),
        ("llama", dict(gpus=4, pipeline_parallel=4, recompute="full"), 1),
        ("moe", dict(gpus=8, tensor_parallel=8, fine_tune="lora"), 1),
    ]
    return [(mm.Net(**nets[name]), mm.Way(**way), samples) for name, way, samples in ways]


def reference(c):
    """Jobs, and what they need: bytes of the parts, GiB in all, the spread."""
    p, text = parameters(c), io.StringIO()
    net_keys = [f.name for f in dataclasses.fields(mm.Net)]
    way_keys = [f.name for f in dataclasses.fields(mm.Way)]
    parts = ["weights", "gradients", "optimiser", "in_transit", "step", "per_sample"]
    out = csv.writer(text, lineterminator="\n")
    out.writerow(net_keys + way_keys + ["samples"] + [f"{part}_bytes" for part in parts] + ["total_gib", "spread"])
    for net, way, samples in reference_cases():
        n = mm.need(net, way, p)
        figures = [getattr(net, k) or "" for k in net_keys] + [getattr(way, k) for k in way_keys]
        figures += [samples] + [f"{getattr(n, k):.9g}" for k in parts]
        out.writerow(figures + [f"{n.total(samples) / GIB:.9g}", f"{mm.spread(net, way, samples, p):.9g}"])
    return text.getvalue()


def percent(v):
    return f"{100 * v:.0f} %"


def summary(c, rows):
    e = np.abs(c["error"][rows])
    return np.median(e), np.quantile(e, 0.9)


def verdicts(c, least):
    """Of runs in a known memory: the share of those without room that is refused, and of those with that is accepted."""
    fit = c["fit"]
    known = np.where(fit.capacity > 0)[0]
    fits = probability(c, known) >= least
    out = fit.out[known]
    return (~fits[out]).mean(), fits[~out].mean()


def coverage(c, rows):
    """Share of the peaks inside the 80 % interval, and below its .9 quantile."""
    z = -c["error"][rows] / c["scale"][rows]
    q = stats.t.ppf((1 + LEVEL) / 2, NU)
    return (np.abs(z) <= q).mean(), (z <= q).mean()


def tables(c):
    fit, p = c["fit"], parameters(c)
    result = {}
    result["memory_parameters"] = ["| parameter | value | start | what |", "|---|---:|---:|---|"] + [
        f"| `{n}` | {p[n]:.3f} | {PRIOR[n][0]:g} | {PRIOR[n][2]} |" for n in NAMES
    ]
    lines = ["| source left out | rows | need / measured | median | 90th percentile |", "|---|---:|---:|---:|---:|"]
    for g in ["", *sorted(set(fit.group))]:
        rows = np.where(fit.measured & ((fit.group == g) if g else fit.text))[0]
        if len(rows):
            median, p90 = summary(c, rows)
            ratio = math.exp(np.median(c["error"][rows]))
            lines.append(f"| {g or 'all over text'} | {len(rows)} | {ratio:.2f} | {median:.3f} | {p90:.3f} |")
    result["memory_sources"] = lines
    known = (fit.capacity > 0) & fit.text
    lines = ["| fits from | out of memory: refused | fitting: accepted |", "|---:|---:|---:|"]
    for least in (0.5, 0.6, 0.7, 0.8, 0.9):
        refused, accepted = verdicts(c, least)
        lines.append(f"| {least} | {percent(refused)} of {fit.out.sum()} | {percent(accepted)} of {(~fit.out & (fit.capacity > 0)).sum()} |")
    result["memory_verdicts"] = lines
    return result


def page(c, text):
    for name, lines in tables(c).items():
        begin = f"<!-- table: {name} -->\n"
        if begin in text:
            head, rest = text.split(begin, 1)
            text = head + begin + "\n".join(lines) + "\n<!-- end -->" + rest.split("<!-- end -->", 1)[1]
    return text


def write(check):
    """Writes what has changed, or says what would; whether something has."""
    c = calibration()
    texts = {"memory": memory(c), "reference": reference(c), "page": page(c, OUTPUTS["page"].read_text())}
    changed = [n for n, t in texts.items() if not OUTPUTS[n].exists() or OUTPUTS[n].read_text() != t]
    for name in changed:
        if not check:
            OUTPUTS[name].write_text(texts[name])
        print(("differs: " if check else "written: ") + str(OUTPUTS[name].relative_to(model.ROOT)))
    return bool(changed)


if __name__ == "__main__":
    check = "--check" in sys.argv[1:]
    sys.exit(1 if write(check) and check else 0)
