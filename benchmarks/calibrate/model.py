"""The model of training time: its terms, and a prediction from the parameters of data/utilisation.yaml.

`seconds_per_unit` is written for one workload on one machine with plain arithmetic, so that it can be compared line
by line with docs/calibration.md and with other implementations. fit.py has the same terms as matrices.
"""

import csv
import math
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
PRECISIONS = ("fp32", "tf32", "fp16", "bf16", "fp8")
KINDS = (
    "transformer_decoder",
    "transformer_encoder",
    "encoder_decoder",
    "moe",
    "finetune_full",
    "finetune_lora",
    "vit",
    "cnn",
    "diffusion",
)
TOKEN_KINDS = KINDS[:6]
BYTES = {"fp32": 4, "tf32": 4, "fp16": 2, "bf16": 2, "fp8": 2}  # of an activation; fp8 keeps 16 bits
DEFAULT_LINK_GB_PER_S = 32  # PCIe 3.0 x16, the slowest link in the table


def read_gpus(path=DATA / "gpus.yaml"):
    """The figures of each GPU. The file has one GPU a line, so that no YAML library is needed."""
    keys = [
        "memory_gib",
        "memory_bandwidth_gb_per_s",
        "interconnect_gb_per_s",
        "fp32_tflops",
        "tf32_tensor_tflops",
        "fp16_tflops",
        "fp16_tensor_tflops",
        "bf16_tensor_tflops",
        "fp8_tensor_tflops",
    ]
    gpus = {}
    section = re.split(r"\n(?=\w)", pathlib.Path(path).read_text().split("\ngpus:\n")[1])[0]
    for line in section.splitlines():
        row = {
            "name": re.match(r"  - \{name: ([^,]+),", line)[1],
            "architecture": re.search(r", architecture: ([^,]+),", line)[1],
        }
        for key in keys:
            found = re.search(rf"[ ,]{key}: ([0-9.]+)[,}}]", line)
            row[key] = float(found[1]) if found else None
        row["peak"] = peaks(row)
        gpus[row["name"]] = row
    return gpus


def peaks(row):
    """Dense peak TFLOPS by precision; a rate that is not published is left out."""
    best = lambda *names: max((row[n] for n in names if row[n]), default=None)
    found = {
        "fp32": row["fp32_tflops"],
        "tf32": row["tf32_tensor_tflops"],
        "fp16": best("fp16_tensor_tflops", "fp16_tflops"),
        "bf16": row["bf16_tensor_tflops"],
        "fp8": row["fp8_tensor_tflops"],
    }
    return {p: v for p, v in found.items() if v}


def peak(gpu, precision):
    """tf32 without tensor cores is fp32; fp16 without a rate of its own computes at fp32."""
    table = gpu["peak"]
    if precision == "tf32":
        return table.get("tf32") or table.get("fp32")
    if precision == "fp16":
        return max(table.get("fp16", 0), table.get("fp32", 0)) or None
    return table.get(precision)


def attention_peak(gpu, precision):
    """Attention stays in 16 bits when the matrices are in fp8."""
    return max(peak(gpu, "fp16") or 0, peak(gpu, "bf16") or 0) if precision == "fp8" else peak(gpu, precision)


def read_rows(name):
    with open(DATA / "measured" / name, newline="") as file:
        return list(csv.DictReader(file))


def workload_of(row):
    """One row of training.csv as a workload: absent figures are None."""
    number = lambda key: float(row[key]) if row.get(key) else None
    return {
        "kind": row["workload_kind"],
        "flops_per_unit": number("flops_per_unit"),
        "attention_flops_per_unit": number("attention_flops_per_unit"),
        "active_parameters": number("active_parameters") or number("parameters"),
        "parameters": number("parameters"),
        "layers": number("layers"),
        "hidden": number("hidden"),
        "seq_len": number("seq_len"),
        "activations_m": number("activations_m"),
        "precision": row["precision"],
        "recompute": row["recompute"] or "unknown",
        "global_batch": number("global_batch"),
        "gpu_count": number("gpu_count"),
        "run": row["row_type"] == "run",
    }


def hidden_of(w):
    """The given width, or that of a transformer of usual shape: 12 h^2 parameters a layer, h = 128 layers."""
    return w["hidden"] or (w["active_parameters"] * 128 / 12) ** (1 / 3)


def layers_of(w, p):
    if w["layers"]:
        return w["layers"]
    return max(2.0, hidden_of(w) / 128) if w["kind"] in TOKEN_KINDS else p["default_vision_layers"]


def activations_of(w, p):
    """Activations of a sample; those of a usual net of its kind if they are not given. Of diffusion, none are."""
    if w["activations_m"]:
        return w["activations_m"] * 1e6
    usual = p["flops_per_activation"].get(w["kind"])
    return w["flops_per_unit"] / usual if usual else None


def terms(w, gpu, p):
    """(what the terms are multiplied by, {term: seconds for one unit without its coefficient})."""
    tokens = w["kind"] in TOKEN_KINDS
    n = w["gpu_count"] or 1
    multiplier = 4 if w["kind"] == "finetune_lora" else 6
    recompute = (multiplier + 2) / multiplier if w["recompute"] == "full" else 1.0
    rate = peak(gpu, w["precision"]) * 1e12
    bandwidth = gpu["memory_bandwidth_gb_per_s"] * 1e9
    size = BYTES[w["precision"]]
    parts = {"compute": w["flops_per_unit"] * recompute / rate}
    if w["attention_flops_per_unit"]:
        parts["attention"] = (
            w["attention_flops_per_unit"] * recompute / (attention_peak(gpu, w["precision"]) * 1e12)
        )
    if tokens:
        parts["memory"] = w["flops_per_unit"] / (72 * hidden_of(w)) * size / bandwidth
    else:
        activations = activations_of(w, p)
        if activations:
            parts["memory"] = activations * size / bandwidth
        parts["sample"] = 1.0
    if w["global_batch"]:
        units = w["global_batch"] * ((w["seq_len"] or 512) if tokens else 1) / n  # of one GPU in one step
        parts["launch"] = layers_of(w, p) / units
        if n > 1:
            link = (gpu["interconnect_gb_per_s"] or DEFAULT_LINK_GB_PER_S) * 1e9
            parts["all_reduce"] = 2 * (n - 1) / n * w["parameters"] * 2 / link / units
    return parts


def default_all_reduce(w, p):
    """ln of the slowdown by n GPUs when the batch, and so the all-reduce, is not known."""
    n = w["gpu_count"] or 1
    return math.log1p(p["all_reduce_share"] * (n - 1) / n) if n > 1 and not w["global_batch"] else 0.0


def seconds_per_unit(w, gpu, p):
    """Median seconds that one of the GPUs needs for one token or sample."""
    tokens = w["kind"] in TOKEN_KINDS
    common = p["kind"][w["kind"]] + (p["run"] if w["run"] else 0) + default_all_reduce(w, p)
    if tokens and w["recompute"] == "unknown":
        common += p["recompute_unknown"]
    device = p["gpu"][gpu["name"]][w["precision"]]
    rate = p["time_per_flop"] + p["precision"][w["precision"]]
    memory = p["memory_token"] if tokens else p["memory_sample"]
    coefficient = {
        "compute": device + rate,
        "attention": device + rate + p["attention"],
        "memory": device + memory,
        "sample": p["sample"],
        "launch": p["launch"],
        "all_reduce": p["all_reduce"],
    }
    return math.exp(common) * sum(math.exp(coefficient[k]) * v for k, v in terms(w, gpu, p).items())


def hours(w, gpu, units, p):
    """Median hours of `units` tokens or samples. GPUs that would only slow the work down are left idle.

    t(m) / m is a / m + c + d (1 - 1 / m), so its least value over m = 1 ... n is at one end.
    """
    n = w["gpu_count"] or 1
    counts = [n] if n <= 1 else [1, n]
    return units / 3600 * min(seconds_per_unit({**w, "gpu_count": m}, gpu, p) / m for m in counts)


def scale(w, gpu, p):
    """Scale of the Student-t of ln(time); wider for whole runs, and for what few sources or none have measured."""
    s = p["spread"]
    square = s["scale"] ** 2
    for label, name in (("kind", w["kind"]), ("generation", gpu["architecture"]), ("gpu", gpu["name"])):
        square += s[f"{label}_sd"] ** 2 / (1 + p["sources"][label].get(name, 0))
    if w["run"]:
        square += s["run_sd"] ** 2
    beyond = (w["gpu_count"] or 1) / s["seen_gpu_count"]
    if beyond > 1:
        square += (s["unseen_count"] * math.log(beyond)) ** 2
    return math.sqrt(square)
