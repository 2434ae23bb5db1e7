"""Fits the models of training time and of memory (memory.py) and writes what follows from them.

    python3 benchmarks/calibrate/calibrate.py            data/utilisation.yaml, tests/calibration/reference.csv,
                                                         and the tables of docs/calibration.md, and those of memory
    python3 benchmarks/calibrate/calibrate.py --check    writes nothing; exit code 1 if a file would change

Reads data/measured and data/gpus.yaml only. Needs numpy and scipy (requirements.txt).
"""

import argparse
import csv
import functools
import io
import math
import os
import pathlib
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # small matrices: threads only cost time
import numpy as np
from scipy import stats

import fit
import measured
import memory
import model
import rates
import reached

FITTED = "2026-11-30"
OUTPUTS = {
    "utilisation": model.DATA / "utilisation.yaml",
    "reference": model.ROOT / "tests/calibration/reference.csv",
    "steps": model.ROOT / "tests/calibration/measured_reference.csv",
    "page": model.ROOT / "docs/calibration.md",
}
LEVEL = 0.8
# What a part of the model is worth: the same fit without it.
PARTS = {
    "attention": "attention on its own",
    "memory": "memory traffic",
    "launch": "launches",
    "sample": "host time",
    "all_reduce": "all-reduce",
    "run": "whole runs",
    "recompute_unknown": "recompute not stated",
    "software_year": "year of the software",
    "finetune": "fine-tuning",
    "dequant": "dequantisation",
    "gather": "gathering of weights",
    "kind": "kinds",
    "precision": "precisions",
    "generation": "generations",
    "gpu": "single GPUs",
    "precision_generation": "precisions of a generation",
    "program": "programs",
    "count": "waiting for the slowest GPU",
    "launch_year": "year of launches",
}
TWO_TERMS = (
    "attention",
    "launch",
    "sample",
    "all_reduce",
    "generation",
    "gpu",
    "recompute_unknown",
    "precision_generation",
    "program",
    "count",
    "launch_year",
)


@functools.lru_cache(maxsize=None)
def calibration():
    """The fit and its cross-validation, computed once."""
    gpus = model.read_gpus()
    rows = model.read_rows("training.csv")
    share = fit.all_reduce_share(model.read_rows("scaling.csv"))
    timed = model.read_rows("matmul.csv")
    products = reached.table(gpus, timed, fit.dominates)
    ladder = fit.Ladder(gpus, products)
    f = fit.Fit(rows, gpus, share, products)
    theta, covariance = f.solve(np.arange(len(rows)))
    predicted = f.left_out(theta, ladder=ladder)
    return {
        "gpus": gpus,
        "rows": rows,
        "share": share,
        "reached": products,
        "shares": reached.all_shares(gpus, timed),
        "ladder": ladder,
        "fit": f,
        "theta": theta,
        "error": np.sqrt(np.diag(covariance)),
        "scored": np.array([r["scored"] == "1" for r in rows]),
        "predicted": predicted,
        "residual": f.y - predicted,
    }


# What is less sure, so that the interval holds as often there: standard deviations of ln(time).
WIDENINGS = {
    "run_sd": 0.25,
    "finetune_sd": 0.1,
    "recent_sd": 0.15,
    "sample_sd": 0.17,
    "input_sd": 0.18,
    "moe_sd": 0.15,  # experts over the link: a tray of 8 GPUs and one of 72 differ by more than any factor of a generation
    "encoder_sd": 0.1,
    "program_sd": 0.28,  # where the program is not stated, of images
}
NETWORK_SD = 0.3  # of several machines: networks are not in the fit
# Of the line rate, plain TCP reaches a tenth (github.com/huggingface/transformers, issue 3707: two p3.16xlarge) to all of
# it; this is the geometric mean of the two. No fit: docs/calibration.md says so.
LINE_RATE_SHARE = 0.31
ONE_FLOW_GBPS = 5
# Of the memory of a machine, as DeepSpeed's Adam uses it: 28 bytes for each of 11.6e9 parameters in 8.2 s.
HOST_GB_PER_S = 39.6
# GB/s one way between a GPU and its host, by GPU or generation. Others are not known.
PCIE_3, PCIE_4, PCIE_5 = 15.75, 31.5, 63.0
HOST_LINKS = {
    **dict.fromkeys(("Kepler", "Maxwell", "Pascal", "Volta", "Turing"), PCIE_3),
    **dict.fromkeys(("Ampere", "Ada", "CDNA2", "Gaudi2"), PCIE_4),
    **dict.fromkeys(("Hopper", "Blackwell", "CDNA3", "CDNA4", "Gaudi3"), PCIE_5),
}
C2C = {"nvidia-gh200-96gb": 450, "nvidia-gh200-144gb": 450, "nvidia-gb200": 225, "nvidia-gb300": 225}
# Facts that no fit gives, each with its source.
FACT_SOURCES = (
    ("pytorch-2.0", "PyTorch 2.0: scaled_dot_product_attention, fused; pytorch.org/blog/pytorch-2.0-release", "2023-03"),
    ("aws-single-flow", "Amazon EC2 instance network bandwidth: single-flow traffic; docs.aws.amazon.com", "2023-03"),
    ("deepspeed-735", "github.com/microsoft/DeepSpeed, pull request 735: CPU-Adam, 8.2 s for 11.6e9 parameters", "2021-02"),
    ("pci-sig", "PCI Express, x16, one way: 16 lanes at 8, 16 and 32 GT/s with 128b/130b; generations by the makers' data sheets", "2026-11"),
    ("grace", "NVIDIA Grace Hopper and Grace Blackwell data sheets: NVLink-C2C, 900 GB/s both ways; of GB200 for two GPUs", "2025-03"),
    ("transformers-3707", "github.com/huggingface/transformers, issue 3707: two p3.16xlarge over TCP", "2020-04"),
)
LABELS = ("kind", "generation", "gpu")


def names_of(c):
    """The kind, generation and GPU of each row."""
    return list(
        zip((r["workload_kind"] for r in c["rows"]), c["fit"].generation, (r["gpu"] for r in c["rows"]))
    )


def sources_of(c, keep):
    """{label: {name: number of sources}} among the rows to keep."""
    found = {label: {} for label in LABELS}
    for names, group, used in zip(names_of(c), c["fit"].group, keep):
        if used:
            for label, name in zip(LABELS, names):
                found[label].setdefault(name, set()).add(group)
    return {label: {name: len(groups) for name, groups in sorted(v.items())} for label, v in found.items()}


def widths(c, groups):
    """What each row adds to the scale, in quadrature, when its group is left out."""
    names, result = names_of(c), np.zeros(len(c["rows"]))
    for g in sorted(set(groups)):
        sources = sources_of(c, groups != g)
        for i in np.where(groups == g)[0]:
            squares = [
                fit.PRIOR[label] ** 2 / (1 + sources[label].get(name, 0))
                for label, name in zip(LABELS, names[i])
            ]
            squares += [WIDENINGS[name] ** 2 for name in model.widenings(c["fit"].workloads[i])]
            result[i] = math.sqrt(sum(squares))
    return result


def spread(c):
    """(scale, degrees of freedom) of the residuals of scored rows, each from a fit without its source."""
    s = c["scored"]
    return fit.student(c["residual"][s], widths(c, c["fit"].group)[s])


def coverage(c, groups=None, residual=None):
    """Which rows fall into their 80 % interval; scale and degrees of freedom come from the other groups too."""
    groups = c["fit"].group if groups is None else np.asarray(groups)
    residual = c["residual"] if residual is None else residual
    width, own_width = widths(c, groups), widths(c, c["fit"].group)
    inside = np.zeros(len(groups), bool)
    for g in sorted(set(groups)):
        here, other = groups == g, (groups != g) & c["scored"]
        scale, dof = fit.student(c["residual"][other], own_width[other])
        reach = stats.t.ppf(0.5 + LEVEL / 2, dof) * np.sqrt(scale**2 + width[here] ** 2)
        inside[here] = np.abs(residual[here]) <= reach
    return inside


def unseen_coverage(c, key):
    """Share inside the interval when whole GPUs, generations or kinds are left out of the fit."""
    groups = np.array(key)
    predicted = c["fit"].left_out(c["theta"], groups, c["ladder"])
    residual = c["fit"].y - predicted
    inside = coverage(c, groups, residual)
    return float(inside[c["scored"]].mean()), float(np.median(np.abs(residual[c["scored"]])))


def unstated(c):
    """(residuals, half width of the 80 % interval) of the rows as if none had said its program, each source left out."""
    f, stated = c["fit"], c["fit"].x
    blank = stated.copy()
    blank[:, :, [i for i, name in enumerate(f.names) if name.startswith("program:")]] = 0
    predicted = np.zeros(len(f.y))
    for g in sorted(set(f.group)):
        inside, outside = np.where(f.group == g)[0], np.where(f.group != g)[0]
        theta, _ = f.solve(outside, c["theta"], steps=12, tolerance=1e-3)
        f.x = blank
        predicted[inside] = f.ordered(theta, inside, outside, c["ladder"])
        f.x = stated
    images = [w["kind"] not in model.TOKEN_KINDS and bool(w["program"]) for w in f.workloads]
    scale, dof = spread(c)
    width = np.hypot(np.hypot(scale, widths(c, f.group)), WIDENINGS["program_sd"] * np.array(images))
    return f.y - predicted, stats.t.ppf(0.5 + LEVEL / 2, dof) * width


def summary(errors):
    a = np.abs(errors)
    return float(np.median(a)), float(np.quantile(a, 0.9)), float(np.mean(a < math.log(2)))


def table_of_medians(c):
    """Utilisation by kind, GPU and precision of the other sources; less of the key where nothing matches."""
    rows, f = c["rows"], c["fit"]
    used = [
        w["flops_per_unit"] / (model.peak(c["gpus"][r["gpu"]], w["precision"]) * 1e12)
        for r, w in zip(rows, f.workloads)
    ]
    floor = np.log(used)  # ln seconds of one unit at full peak
    keys = [
        [
            (r["workload_kind"], r["gpu"], r["precision"]),
            (r["workload_kind"], r["precision"]),
            (r["workload_kind"],),
            (),
        ]
        for r in rows
    ]
    result = np.zeros(len(rows))
    for g in sorted(set(f.group)):
        other = np.where((f.group != g) & c["scored"])[0]
        found = {}
        for i in other:
            for k in keys[i]:
                found.setdefault(k, []).append(f.y[i] - floor[i])
        for i in np.where(f.group == g)[0]:
            result[i] = floor[i] + np.median(next(found[k] for k in keys[i] if k in found))
    return result, floor


def compared(c):
    """[(rule, median, p90, share within a factor of 2)] on the scored rows, each source left out."""
    s, f = c["scored"], c["fit"]
    medians, floor = table_of_medians(c)
    two = fit.Fit(c["rows"], c["gpus"], c["share"], c["reached"], without=TWO_TERMS)
    lines = [
        ("fixed utilisation of 0.4", (f.y - floor + math.log(0.4))[s]),
        ("medians by kind, GPU and precision", (f.y - medians)[s]),
        (
            "two terms: FLOPs and activation bytes",
            (f.y - two.left_out(two.solve(np.arange(len(c["rows"])))[0]))[s],
        ),
        ("**this model**", c["residual"][s]),
    ]
    return [(name, *summary(e)) for name, e in lines]


def without_parts(c):
    result = []
    for part, text in PARTS.items():
        f = fit.Fit(c["rows"], c["gpus"], c["share"], c["reached"], without=(part,))
        theta, _ = f.solve(np.arange(len(c["rows"])), steps=60, tolerance=1e-5)
        result.append((text, *summary((f.y - f.left_out(theta, ladder=c["ladder"]))[c["scored"]])))
    return result


def parameters(c):
    """The parameters as seconds_per_unit reads them."""
    value = dict(zip(c["fit"].names, c["theta"]))
    scale, dof = spread(c)
    p = {name: value[name] for name in fit.SHARED}
    for label in ("kind", "precision", "generation", "program"):
        p[label] = {n.split(":")[1]: v for n, v in value.items() if n.startswith(label + ":")}
    p |= c["fit"].programs()
    factors = c["ladder"].factors(value, c["fit"].sources_of_gpus(range(len(c["rows"]))))
    p["gpu"] = {
        n: {q: factors[q][n] for q in model.PRECISIONS if model.peak(c["gpus"][n], q)}
        for n in c["ladder"].names
    }
    p["sources"] = sources_of(c, np.ones(len(c["rows"]), bool))
    p["all_reduce_share"] = c["share"]
    p["reached"] = c["reached"]
    p["last_year"] = fit.last_year(c["rows"])
    p["default_vision_layers"] = fit.DEFAULT_VISION_LAYERS
    p["flops_per_activation"] = model.FLOPS_PER_ACTIVATION
    p["spread"] = {
        "scale": scale,
        "degrees_of_freedom": dof,
        "kind_sd": fit.PRIOR["kind"],
        "generation_sd": fit.PRIOR["generation"],
        "gpu_sd": fit.PRIOR["gpu"],
        **WIDENINGS,
        "unseen_count": 0.1,
        "network_sd": NETWORK_SD,
        "seen_gpu_count": max(int(r["gpu_count"]) for r in c["rows"] if r["gpu_count"]),
    }
    return p


def steps_fit():
    s = measured.Steps(model.read_rows("step_times.csv"))
    return s, s.fit(np.arange(len(s.net)), 1e-13, 400)


@functools.lru_cache(maxsize=None)
def steps_figures():
    return measured.figures(steps_fit()[0], spread(calibration())[1])


def ratio_spread(c):
    """Student-t of the ratio of two GPUs for the same model in the same source, both left out of the fit."""
    found = {}
    for i in np.where(c["scored"])[0]:
        r = c["rows"][i]
        found.setdefault((r["source_group"], r["model"], r["row_type"], r["seq_len"]), []).append(i)
    errors = [
        c["residual"][i] - c["residual"][j]
        for group in found.values()
        for i in group
        for j in group
        if i < j and c["rows"][i]["gpu"] != c["rows"][j]["gpu"]
    ]
    scale, dof = fit.student(np.array(errors))
    return scale, dof, len(errors)


def programs(c):
    return rates.programs(c, sources_of, names_of, WIDENINGS)


def rates_table(c):
    """What one rate, and two, say of another GPU, beside the plain ratio of two predictions."""
    scale, dof = spread(c)
    found = rates.table(rates.tried(programs(c), scale, dof), dof, LEVEL, ratio_spread(c)[:2])
    percent = lambda f: f"{f[0]:.3f}, {f[1]:.3f}, {f[2]:.0%}".replace("%", " %")
    lines = ["| asked is | pairs | sources | ratio | one rate | two rates |", "|---|---:|---:|---:|---:|---:|"]
    for name, pairs, sources, *errors in found:
        lines.append(f"| {name} | {pairs} | {sources} | " + " | ".join(percent(e) for e in errors) + " |")
    return lines


def number(v):
    return f"{v:.7g}"


def utilisation(c):
    """data/utilisation.yaml: one fact a line, sorted as the model uses them."""
    p, error = parameters(c), dict(zip(c["fit"].names, c["error"]))
    out = [
        "# The model of training time: its parameters, fitted by benchmarks/calibrate to data/measured. Not edited by",
        "# hand: run `python3 benchmarks/calibrate/calibrate.py`. docs/calibration.md has the formulas. Values are natural",
        "# logarithms of factors unless the name says otherwise.",
        f"fitted: {FITTED}",
        f"rows: {len(c['rows'])}",
        f"source_groups: {len(set(c['fit'].group))}",
        "sources:",
    ]
    for name, text in (
        ("measured-training", "data/measured/training.csv"),
        ("measured-steps", "data/measured/step_times.csv"),
        ("measured-products", "data/measured/matmul.csv"),
        ("measured-scaling", "data/measured/scaling.csv"),
    ):
        out.append(
            f'  - {{name: {name}, title: "{text}; each row names its source in data/measured/sources.csv", as_of: 2026-11}}'
        )
    for name, title, as_of in FACT_SOURCES:
        out.append(f'  - {{name: {name}, title: "{title}", as_of: {as_of}}}')
    out.append("parameters:")
    for name in fit.SHARED:
        out.append(f"  - {{name: {name}, value: {number(p[name])}, standard_error: {error[name]:.3g}}}")
    out.append(f"  - {{name: all_reduce_share, value: {number(p['all_reduce_share'])}}}")
    for name in ("base_year", "first_year"):
        out.append(f"  - {{name: software_{name}, value: {getattr(model, name.upper())}}}")
    out.append(f"  - {{name: software_last_year, value: {number(p['last_year'])}}}")
    for name, value, source in (
        ("fused_attention_year", model.FUSED_YEAR, "pytorch-2.0"),
        ("recent_year", model.RECENT_YEAR, "measured-training"),
        ("line_rate_share", LINE_RATE_SHARE, "transformers-3707"),
        ("one_flow_gbps", ONE_FLOW_GBPS, "aws-single-flow"),
        ("host_gb_per_s", HOST_GB_PER_S, "deepspeed-735"),
    ):
        out.append(f"  - {{name: {name}, value: {number(value)}, source: {source}}}")
    out.append(f"  - {{name: dequant_bytes, value: {number(model.DEQUANT_BYTES)}}}")
    out.append(f"  - {{name: most_of_reached, value: {number(model.MOST_OF_REACHED)}}}")
    out.append(f"  - {{name: default_vision_layers, value: {number(p['default_vision_layers'])}}}")
    for kind, v in p["flops_per_activation"].items():
        out.append(f"  - {{name: default_flops_per_activation_{kind}, value: {number(v)}}}")
    for label, title in (("kind", "kinds"), ("precision", "precisions")):
        out.append(f"{title}:")
        for name, v in p[label].items():
            out.append(
                f"  - {{name: {name}, value: {number(v)}, standard_error: {error[f'{label}:{name}']:.3g}"
                + (f", sources: {p['sources'][label][name]}" if label != "precision" else "")
                + "}"
            )
    out += generation_rows(c, p, error) + program_rows(c, p, error)
    out.append(
        "# One row a GPU and a value for each precision: generation + GPU, ordered so that a GPU never loses to one"
    )
    out.append(
        "# that it beats in all figures. A GPU that no source measured has the value of its generation, or 0."
    )
    out.append("gpus:")
    for name, values in sorted(p["gpu"].items()):
        out.append(
            f"  - {{name: {name}, "
            + ", ".join(f"{q}: {number(v)}" for q, v in values.items())
            + "".join(f", reached_{q}_tflops: {number(c['reached'][q][name])}" for q in values)
            + f", sources: {p['sources']['gpu'].get(name, 0)}}}"
        )
    out.append("# Between a GPU and its host, GB/s one way. Of a GPU and a generation that is not here it is not known.")
    out.append("host_links:")
    for source, links in (("pci-sig", HOST_LINKS), ("grace", C2C)):
        for name, v in links.items():
            out.append(f"  - {{name: {name}, value: {number(v)}, source: {source}}}")
    out.append("# Share of the published peak that matrix products reach: medians of those that were timed.")
    out.append("reached_shares:")
    for name in [*sorted({g for q in c["shares"].values() for g in q[0]}), "any"]:
        values = {q: s if name == "any" else by.get(name) for q, (by, s) in c["shares"].items()}
        out.append(
            f"  - {{name: {name}, " + ", ".join(f"{q}: {number(v)}" for q, v in values.items() if v is not None) + "}"
        )
    out.append(
        "spread:  # Student-t of ln(time): location 0; scale^2 + sum of sd^2 / (1 + sources); whole runs: + run_sd^2"
    )
    for name, v in p["spread"].items():
        out.append(f"  {name}: {number(v)}")
    e = c["residual"][c["scored"]]
    median, p90, factor2 = summary(e)
    out.append("cross_validation:  # of the scored rows, each source left out of its own fit")
    for name, v in (
        ("rows", len(e)),
        ("median", median),
        ("p90", p90),
        ("within_factor_2", factor2),
        ("coverage_80", float(coverage(c)[c["scored"]].mean())),
    ):
        out.append(f"  {name}: {v if name == 'rows' else number(v)}")
    out += measured_block(c)
    return "\n".join(out) + "\n"


def measured_block(c):
    s, q = steps_fit()
    found = steps_figures()
    scale, dof, pairs = ratio_spread(c)
    own = rates.deviations(programs(c), *spread(c))
    level = {"compute": q[0:4], "memory": q[4:8] + q[17], "latency": q[8:12], "host": q[12:16] + q[18]}
    out = [
        "measured_mode:",
        f"  exponent: {number(measured.EXPONENT)}",
        f"  floor: {number(measured.FLOOR)}",
        f"  host_base: {number(math.exp(q[16]))}",
        f"  intensity_power: {number(measured.INTENSITY_POWER)}",
        f"  default_operations: {number(measured.DEFAULT_OPERATIONS)}",
        f"  default_flops_per_activation: {number(measured.DEFAULT_FLOPS_PER_ACTIVATION)}",
        f"  scale: {found['scale']:.3g}  # of a step time by step times, with the degrees of freedom of spread",
        "  machines:  # fp32; compute and memory are relative, latency and host are ms for one operation",
    ]
    for i, (name, gpu) in enumerate(measured.MACHINES.items()):
        values = ", ".join(f"{k}: {number(math.exp(v[i]))}" for k, v in level.items())
        out.append(f"    - {{name: {name}, gpu: {gpu}, {values}}}")
    out += [
        f"  ratio_scale: {number(scale)}  # of two predictions for one program; {pairs} measured pairs",
        f"  ratio_degrees_of_freedom: {number(dof)}",
        "  # ln(time seen / predicted) of a program: what it has on a generation, on a GPU, in a setting, and anew each",
        "  # time. What it has everywhere is the rest of the square of the scale of spread.",
        *(f"  {name}_sd: {value}" for name, value in own.items()),
        f"  median_error: {number(found['median'])}",
        f"  p90_error: {number(found['p90'])}",
    ]
    return out


def generation_rows(c, p, error):
    """A generation and a value for each precision that was measured on it."""
    value = dict(zip(c["fit"].names, c["theta"]))
    out = ["generations:"]
    for name, v in p["generation"].items():
        own = "".join(
            f", {q}: {number(fit.generation_factor(value, name, q))}"
            for q in model.PRECISIONS
            if f"precision_generation:{fit.precision_generation(q, name)}" in value
        )
        out.append(
            f"  - {{name: {name}, value: {number(v)}{own}, standard_error: {error[f'generation:{name}']:.3g}"
            f", sources: {p['sources']['generation'][name]}}}"
        )
    return out


def program_rows(c, p, error):
    """The programs with text and with images, and for each kind the mean of those that measured it."""
    found = {}
    for w, group in zip(c["fit"].workloads, c["fit"].group):
        if w["program"]:
            found.setdefault(model.program_label(w["program"], w["kind"]), set()).add(group)
    out = ["programs:"]
    for name, v in p["program"].items():
        out.append(
            f"  - {{name: {name}, value: {number(v)}, standard_error: {error[f'program:{name}']:.3g}, sources: {len(found[name])}}}"
        )
    out.append("# What a program is compared with where it is not stated.")
    out.append("program_means:")
    for kind, shares in p["program_shares"].items():
        out.append(f"  - {{name: {kind}, value: {number(sum(p['program'][n] * s for n, s in shares.items()))}}}")
    return out


REFERENCE_COLUMNS = (
    "kind",
    "flops_per_unit",
    "attention_flops_per_unit",
    "parameters",
    "active_parameters",
    "layers",
    "hidden",
    "seq_len",
    "activations_m",
    "precision",
    "recompute",
    "global_batch",
    "gpu_count",
    "micro_batch",
    "fine_tune",
    "split_weights",
    "year",
    "run",
    "program",
)


def reference_cases():
    """Workloads that use each term, each default and each widening at least once."""
    blank = dict.fromkeys(REFERENCE_COLUMNS)

    def w(kind, flops, parameters, **more):
        return {
            **blank,
            "kind": kind,
            "flops_per_unit": flops,
            "parameters": parameters,
            "active_parameters": parameters,
            "precision": "bf16",
            "recompute": "none",
            "gpu_count": 1,
            "fine_tune": "none",
            "split_weights": False,
            "year": 2026,
            "run": False,
            "program": None,
            **more,
        }

    llama = w(
        "transformer_decoder",
        6 * 6.607e9,
        6.738e9,
        attention_flops_per_unit=12 * 32 * 4096 * 4096.0,
        layers=32,
        hidden=4096,
        seq_len=4096,
    )
    resnet = w("cnn", 2.466e10, 25.56e6, activations_m=11.11, precision="fp32")
    bert = w(
        "transformer_encoder",
        6 * 3.08e8,
        3.36e8,
        layers=24,
        hidden=1024,
        seq_len=128,
        precision="fp16",
        attention_flops_per_unit=12 * 24 * 1024 * 128.0,
    )
    cases = []
    for gpu in (
        "nvidia-a100-sxm4-80gb",
        "nvidia-h100-sxm5-80gb",
        "nvidia-b200",
        "nvidia-a10g",
        "nvidia-l40s",
        "aws-trainium2",
        "amd-mi300x",
    ):
        for n in (1, 8):
            cases.append((gpu, {**llama, "gpu_count": n, "run": n == 8}, 1e9))
    for recompute in ("full", "selective", "unknown"):
        cases.append(
            (
                "nvidia-h100-sxm5-80gb",
                {**llama, "recompute": recompute, "gpu_count": 64, "global_batch": 1024},
                1e12,
            )
        )
    cases.append(
        ("nvidia-h100-sxm5-80gb", {**llama, "precision": "fp8", "gpu_count": 8, "global_batch": 256}, 1e11)
    )
    cases.append(
        ("nvidia-h100-sxm5-80gb", {**llama, "gpu_count": 32768, "attention_flops_per_unit": None}, 1e13)
    )
    for gpu in (
        "nvidia-k80-gk210",
        "nvidia-m60-gm204",
        "nvidia-t4",
        "nvidia-v100-sxm2-16gb",
        "nvidia-k520-gk104",
        "nvidia-l4",
    ):
        cases.append((gpu, resnet, 1.28e6))
        cases.append((gpu, {**resnet, "global_batch": 256, "gpu_count": 4, "layers": 50}, 1.28e6))
    for precision in ("fp16", "tf32"):
        cases.append(("nvidia-a100-sxm4-40gb", {**resnet, "precision": precision}, 1.28e6))
    cases.append(("nvidia-rtx-3090", {**resnet, "activations_m": None}, 1.28e6))
    for gpu in ("nvidia-v100-sxm2-32gb", "nvidia-t4", "nvidia-rtx-4090"):
        cases.append((gpu, bert, 1e9))
        cases.append((gpu, {**bert, "global_batch": 32, "gpu_count": 8, "fine_tune": "full"}, 1e9))
    cases.append(
        (
            "nvidia-a100-sxm4-80gb",
            {**bert, "layers": None, "hidden": None, "global_batch": 64, "gpu_count": 2},
            1e9,
        )
    )
    cases.append(
        (
            "nvidia-a100-sxm4-80gb",
            {
                **llama,
                "fine_tune": "lora",
                "flops_per_unit": 4 * 6.607e9,
                "recompute": "full",
                "global_batch": 8,
            },
            1e8,
        )
    )
    cases.append(
        (
            "nvidia-h100-sxm5-80gb",
            {
                **llama,
                "kind": "moe",
                "flops_per_unit": 6 * 12.9e9,
                "parameters": 46.7e9,
                "active_parameters": 12.9e9,
                "hidden": None,
                "layers": None,
                "global_batch": 512,
                "gpu_count": 16,
            },
            1e11,
        )
    )
    qlora = {**llama, "fine_tune": "qlora", "flops_per_unit": 4 * 6.607e9}
    for recompute, micro_batch in (("none", 1), ("full", 8), ("full", None)):
        cases.append(("nvidia-a10g", {**qlora, "recompute": recompute, "micro_batch": micro_batch}, 1e7))
    split = {**llama, "micro_batch": 1, "split_weights": True, "gpu_count": 8, "global_batch": 64, "fine_tune": "full"}
    for gpu in ("nvidia-a10g", "nvidia-h100-sxm5-80gb"):
        cases.append((gpu, split, 1e8))
    for year in (2012, 2020, 2024, 2030):
        cases.append(("nvidia-v100-sxm2-32gb", {**bert, "year": year, "global_batch": 32}, 1e9))
    cases.append(("nvidia-a100-sxm4-80gb", w("vit", 1.0548e11, 86.57e6, activations_m=23.9), 1.28e6))
    for program, net in (("mlperf", resnet), ("timm", resnet), ("huggingface", bert), ("megatron", llama), ("timm", llama)):
        cases.append(("nvidia-a100-sxm4-80gb", {**net, "program": program, "precision": "bf16", "gpu_count": 8}, 1e6))
    for kind in ("detector", "segmentation"):
        cases.append(("nvidia-l4", w(kind, 8e11, 4.4e7, precision="fp32", global_batch=16, layers=60), 1e6))
    cases.append(("nvidia-a100-sxm4-80gb", w("diffusion", 5.1e11, 866e6, gpu_count=8), 1e8))
    cases.append(
        (
            "nvidia-v100-sxm2-32gb",
            w("encoder_decoder", 6 * 2.1e8, 2.1e8, layers=12, hidden=1024, precision="fp16", gpu_count=8),
            1e10,
        )
    )
    cases.append(
        (
            "nvidia-gtx-1080-ti",
            {**llama, "precision": "fp32", "seq_len": None, "global_batch": 4, "gpu_count": 8},
            1e8,
        )
    )
    return cases


def reference(c):
    p = parameters(c)
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(
        (
            "gpu",
            *REFERENCE_COLUMNS,
            "units",
            "seconds_per_unit",
            "median_hours",
            "scale",
            "degrees_of_freedom",
        )
    )
    for gpu, w, units in reference_cases():
        g = c["gpus"][gpu]
        values = [
            ""
            if w[k] is None
            else int(w[k])
            if k in ("run", "split_weights")
            else w[k]
            if isinstance(w[k], (str, int))
            else number(w[k])
            for k in REFERENCE_COLUMNS
        ]
        out.writerow(
            (
                gpu,
                *values,
                number(units),
                number(model.seconds_per_unit(w, g, p)),
                number(model.hours(w, g, units, p)),
                number(model.scale(w, g, p)),
                number(p["spread"]["degrees_of_freedom"]),
            )
        )
    return text.getvalue()


def steps_reference():
    """Every ninth measured step with each pair of machines in turn: what measured mode predicts after the whole fit."""
    s, q = steps_fit()
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(
        (
            "net",
            "image_px",
            "batch",
            "operations",
            "flops_per_activation",
            "from",
            "to",
            "step_ms",
            "predicted_ms",
        )
    )
    names, rows = list(measured.MACHINES), np.arange(0, len(s.net), 9)
    predicted = s.predict(q, rows)
    for i, row in enumerate(rows):
        a, b = measured.PAIRS[i % len(measured.PAIRS)]
        out.writerow(
            (
                s.net[row],
                s.image_px[row],
                int(s.batch[row]),
                int(s.operations[row]),
                number(s.intensity[row]),
                names[a],
                names[b],
                number(s.ms[row, a]),
                number(math.exp(predicted[i, i % len(measured.PAIRS)])),
            )
        )
    return text.getvalue()


def percent(v):
    return f"{100 * v:.1f} %"


def tables(c, skip=()):
    """{name: lines} of the tables of docs/calibration.md. `parts` takes longest: a dozen cross-validations."""
    p, error = parameters(c), dict(zip(c["fit"].names, c["error"]))
    result = {}
    result["compared"] = [
        "| rule | median | 90th percentile | within a factor of 2 |",
        "|---|---:|---:|---:|",
    ] + [f"| {n} | {m:.3f} | {q:.3f} | {percent(t)} |" for n, m, q, t in compared(c)]
    if "parts" not in skip:
        result["parts"] = [
            "| left out | median | 90th percentile | within a factor of 2 |",
            "|---|---:|---:|---:|",
        ] + [f"| {n} | {m:.3f} | {q:.3f} | {percent(t)} |" for n, m, q, t in without_parts(c)]
    result["parameters"] = (
        ["| parameter | value | standard error | as a factor |", "|---|---:|---:|---:|"]
        + [f"| `{n}` | {p[n]:.3f} | {error[n]:.3f} | {math.exp(p[n]):.3g} |" for n in fit.SHARED]
        + [f"| `all_reduce_share` | {p['all_reduce_share']:.3f} | | |"]
    )
    for label in ("kind", "precision", "generation", "program"):
        result[label] = [f"| {label} | value | standard error | as a factor |", "|---|---:|---:|---:|"] + [
            f"| `{n}` | {v:+.3f} | {error[f'{label}:{n}']:.3f} | {math.exp(v):.2f} |"
            for n, v in p[label].items()
        ]
    inside, s = coverage(c), c["scored"]
    lines = [
        "| rows | number | inside |",
        "|---|---:|---:|",
        f"| all | {s.sum()} | {percent(inside[s].mean())} |",
    ]
    for key, title in (("row_type", ""), ("workload_kind", ""), ("precision", "")):
        column = np.array([r[key] for r in c["rows"]])
        for v in sorted(set(column[s])):
            lines.append(
                f"| `{v}` | {(s & (column == v)).sum()} | {percent(inside[s & (column == v)].mean())} |"
            )
    for title, column in zip(
        ("each kind left out", "each generation left out", "each GPU left out"), zip(*names_of(c))
    ):
        share, median = unseen_coverage(c, column)
        lines.append(f"| {title} (median error {median:.3f}) | {s.sum()} | {percent(share)} |")
    residual, wide = unstated(c)
    median, p90, _ = summary(residual[s])
    share = float((np.abs(residual) <= wide)[s].mean())
    lines.append(f"| asked without their program (median error {median:.3f}, 90th percentile {p90:.3f}) | {s.sum()} | {percent(share)} |")
    result["coverage"] = lines
    result["misses"] = misses(c)
    m = steps_figures()
    lines = ["| from \\ to | " + " | ".join(measured.MACHINES) + " |", "|---|" + "---:|" * 4]
    for a in measured.MACHINES:
        lines.append(
            f"| {a} | "
            + " | ".join(
                "–" if a == b else "{} ({})".format(*(f"{100 * v:.0f} %" for v in m["pairs"][a, b]))
                for b in measured.MACHINES
            )
            + " |"
        )
    result["measured"] = lines
    result["nets"] = ["| net held out | median error |", "|---|---:|"] + [
        f"| {n} | {percent(v)} |" for n, v in m["nets"].items()
    ]
    result["choice"] = [
        "| choice | right | excess where wrong | excess over all |",
        "|---|---:|---:|---:|",
    ] + [
        f"| {title} | {percent(m[key][0])} | {percent(m[key][1])} | {percent(m[key][2])} |"
        for title, key in (
            ("cheapest at list prices", "list prices"),
            ("cheapest at spot prices", "spot prices"),
            ("cheapest at random prices", "random prices"),
            ("fastest", "fastest"),
        )
    ]
    result["rates"] = rates_table(c)
    return result


def misses(c):
    """The scored rows that are off by more than a factor of 2, by source and model."""
    with open(pathlib.Path(__file__).with_name("misses.csv"), newline="") as file:
        why = {r["source_group"]: r["why"] for r in csv.DictReader(file)}
    found = {}
    for i in np.where(c["scored"])[0]:
        if abs(c["residual"][i]) > math.log(2):
            r = c["rows"][i]
            found.setdefault(r["source_group"], []).append((r, math.exp(c["residual"][i])))
    lines = ["| source | rows | actual / predicted | why |", "|---|---|---|---|"]
    for group, items in sorted(found.items(), key=lambda kv: (-len(kv[1]), kv[0])):
        models = {}
        for r, ratio in items:
            models.setdefault(f"{r['model']}, {r['precision']}", []).append(
                r["gpu"].removeprefix("nvidia-") + " x " + (r["gpu_count"] or "?")
            )
        text = "; ".join(f"{m} ({', '.join(v)})" for m, v in models.items())
        lines.append(
            f"| {group} | {text} | {', '.join(f'{q:.2f}' for _, q in items)} | {why.get(group, 'not known')} |"
        )
    return lines


def page(c, text, skip=()):
    """The page with its tables replaced, except those to skip. A table stands between <!-- table: name --> and <!-- end -->."""
    for name, lines in tables(c, skip).items():
        begin = f"<!-- table: {name} -->\n"
        if begin in text:
            head, rest = text.split(begin, 1)
            text = head + begin + "\n".join(lines) + "\n<!-- end -->" + rest.split("<!-- end -->", 1)[1]
    return text


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    c = calibration()
    texts = {"utilisation": utilisation(c), "reference": reference(c), "steps": steps_reference()}
    if OUTPUTS["page"].exists():
        texts["page"] = page(c, OUTPUTS["page"].read_text())
    changed = [n for n, t in texts.items() if not OUTPUTS[n].exists() or OUTPUTS[n].read_text() != t]
    for name in changed:
        if not arguments.check:
            OUTPUTS[name].parent.mkdir(parents=True, exist_ok=True)
            OUTPUTS[name].write_text(texts[name])
        print(("differs: " if arguments.check else "written: ") + str(OUTPUTS[name].relative_to(model.ROOT)))
    changed += ["memory"] * memory.write(arguments.check)
    return 1 if arguments.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
