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
    "vit",
    "cnn",
    "diffusion",
    "detector",
    "segmentation",
)
TOKEN_KINDS = KINDS[:4]
ADAPTERS = ("lora", "qlora")
# Programs that a job may name, as Program in include/flopwise/model.hpp, and those of the rows that count as one of them.
PROGRAMS = (
    "pytorch",
    "huggingface",
    "unsloth",
    "megatron",
    "deepspeed",
    "torchtitan",
    "torchtune",
    "llm_foundry",
    "nanogpt",
    "llm_c",
    "litgpt",
    "fairseq",
    "timm",
    "detectron2",
    "openmmlab",
    "ultralytics",
    "diffusers",
    "tensorflow",
    "jax",
    "nvidia_examples",
    "mlperf",
    "optimum_habana",
    "neuronx",
)
COUNTS_AS = {
    "llama-factory": "huggingface",
    "axolotl": "huggingface",
    "modded-nanogpt": "nanogpt",
    "nanochat": "nanogpt",
    "composer": "llm_foundry",
    "kohya": "diffusers",
    "keras": "tensorflow",
    "tf-cnn-benchmarks": "tensorflow",
}
# Where activations are not given: ResNet-50, ViT-B/16 (data/models.yaml), the medians of data/measured/training.csv.
FLOPS_PER_ACTIVATION = {"cnn": 2200.0, "vit": 4400.0, "detector": 4200.0, "segmentation": 6300.0}
BASE_YEAR, FIRST_YEAR = 2022, 2018  # of the software: where its factor is 1, and from where on it is counted
RECENT_YEAR = 2024  # from which on programs differ more
FUSED_YEAR = 2023  # from which on attention is fused
DEQUANT_BYTES = 8.7  # a 4-bit weight is read, and written and read in 16 bits, for each pass over the weights
ASSUMED_MICRO_BATCH = 1  # of QLoRA, where no batch is known
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


def reached(gpu, precision, p):
    """TFLOPS that matrix products were seen to reach, or that they are expected to: reached.py."""
    return p["reached"][precision].get(gpu["name"])


def attention_reached(gpu, precision, p):
    """Attention stays in 16 bits when the matrices are in fp8."""
    if precision != "fp8":
        return reached(gpu, precision, p)
    return max(reached(gpu, "fp16", p) or 0, reached(gpu, "bf16", p) or 0)


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
        "micro_batch": number("micro_batch"),
        "fine_tune": row["fine_tune"] or "none",
        "split_weights": row["sharding"] == "zero3",
        "year": number("year"),
        "run": row["row_type"] == "run",
        "program": program_of(row["program"]),
    }


def program_of(name):
    """The program of a row as the model knows it; None where it does not."""
    name = COUNTS_AS.get(name, name).replace("-", "_").replace(".", "_")
    return name if name in PROGRAMS else None


def program_label(program, kind):
    """One program is not as fast with text as with images, compared with others."""
    return f"{program} {'text' if kind in TOKEN_KINDS else 'image'}"


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


def recomputation(w):
    """Time with full recomputation: two FLOPs more for each parameter."""
    multiplier = 4 if w["fine_tune"] in ADAPTERS else 6
    return (multiplier + 2) / multiplier if w["recompute"] == "full" else 1.0


def terms(w, gpu, p):
    """{term: seconds for one unit without its coefficient}."""
    rate = reached(gpu, w["precision"], p) * 1e12
    bandwidth = gpu["memory_bandwidth_gb_per_s"] * 1e9
    size = BYTES[w["precision"]]
    recompute = recomputation(w)
    parts = {"compute": w["flops_per_unit"] * recompute / rate}
    if w["attention_flops_per_unit"]:
        parts["attention"] = (
            w["attention_flops_per_unit"] * recompute / (attention_reached(gpu, w["precision"], p) * 1e12)
        )
    if w["kind"] in TOKEN_KINDS:
        parts["memory"] = w["flops_per_unit"] / (72 * hidden_of(w)) * size / bandwidth
    else:
        activations = activations_of(w, p)
        if activations:
            parts["memory"] = activations * size / bandwidth
        parts["sample"] = 1.0
    return {**parts, **step_terms(w, gpu, p)}


def step_terms(w, gpu, p):
    """What is done once for each pass over the net, or once for each step: the fewer units in it, the more a unit pays."""
    n = w["gpu_count"] or 1
    of_sample = (w["seq_len"] or 512) if w["kind"] in TOKEN_KINDS else 1
    step = w["global_batch"] * of_sample / n if w["global_batch"] else None  # units of one GPU
    once = w["micro_batch"] * of_sample if w["micro_batch"] else step
    link = (gpu["interconnect_gb_per_s"] or DEFAULT_LINK_GB_PER_S) * 1e9
    parts = {}
    if once:
        parts["launch"] = layers_of(w, p) / once
    if w["fine_tune"] == "qlora":
        passes = 2 if w["recompute"] == "none" else 3
        parts["dequant"] = (
            passes
            * DEQUANT_BYTES
            * w["parameters"]
            / (gpu["memory_bandwidth_gb_per_s"] * 1e9)
            / (once or ASSUMED_MICRO_BATCH * of_sample)
        )
    if step and n > 1:
        parts["all_reduce"] = 2 * (n - 1) / n * gradients(w) * 2 / link / step
    if w["split_weights"] and w["micro_batch"] and n > 1:
        parts["gather"] = (n - 1) / n * gathered(w) / (link / 2) / once
    return parts


def gradients(w):
    """Parameters whose gradients are summed. Of adapters, the fit does not know how many there are: none."""
    return 0 if w["fine_tune"] in ADAPTERS else w["parameters"] or 0


def gathered(w):
    """Bytes that ZeRO 3 moves for each pass over the net: weights forward and backward, gradients once."""
    if w["fine_tune"] in ADAPTERS:
        return 2 * w["parameters"] * (4.127 / 8 if w["fine_tune"] == "qlora" else 2)
    return 3 * w["parameters"] * 2


def default_all_reduce(w, p):
    """ln of the slowdown by n GPUs when the batch, and so the all-reduce, is not known."""
    n = w["gpu_count"] or 1
    return math.log1p(p["all_reduce_share"] * (n - 1) / n) if n > 1 and not w["global_batch"] else 0.0


def software_years(w, p):
    """Years of the software after BASE_YEAR, of those that the fit has seen."""
    return max(FIRST_YEAR, min(w["year"] or BASE_YEAR, p["last_year"])) - BASE_YEAR


def common_names(w, p):
    """{parameter: weight} of what the whole time of the device and the host is multiplied by."""
    names = {f"kind:{w['kind']}": 1, "software_year": software_years(w, p), **program_names(w, p)}
    if w["run"]:
        names["run"] = 1
    if w["kind"] in TOKEN_KINDS:
        if w["fine_tune"] != "none":
            names["finetune"] = 1
        if w["fine_tune"] in ADAPTERS:
            names["adapters"] = 1
        if w["recompute"] == "unknown":
            names["recompute_unknown"] = 1
    return names


def program_names(w, p):
    """{parameter: weight} of a program that is stated: its factor over the mean of those that measured this kind.

    So the factor is 1 where no program is stated, which is what the sources of that kind have on average.
    """
    shares = p["program_shares"].get(w["kind"], {})
    own = program_label(w["program"], w["kind"]) if w["program"] else None
    if own not in p["programs"] or not shares:
        return {}
    weights = {f"program:{name}": -share for name, share in shares.items()}
    weights[f"program:{own}"] = weights.get(f"program:{own}", 0) + 1
    return weights


def coefficient_names(w, p):
    """{term: {parameter: weight}} whose sum is ln of its coefficient, without those of the GPU."""
    tokens = w["kind"] in TOKEN_KINDS
    rate = {"time_per_flop": 1, f"precision:{w['precision']}": 1}
    fused = tokens and (w["year"] or BASE_YEAR) >= FUSED_YEAR
    launch = {"launch": 1} if tokens else {"launch_sample": 1, "launch_year": software_years(w, p)}
    found = {
        "compute": rate,
        "attention": {**rate, "attention": 1, **({"fused_attention": 1} if fused else {})},
        "memory": {"memory_token" if tokens else "memory_sample": 1},
        "sample": {"sample": 1},
        "launch": launch,
        "dequant": {"dequant": 1},
        "all_reduce": {"all_reduce": 1},
        "gather": {"gather": 1},
    }
    for term in COUNTED_TERMS:  # GPUs wait for the slowest of them
        found[term] = {**found[term], "count": math.log(w["gpu_count"] or 1)}
    return found


DEVICE_TERMS = ("compute", "attention", "memory")  # that the factor of the GPU lengthens
COUNTED_TERMS = (*DEVICE_TERMS, "sample")  # that the number of GPUs lengthens
MOST_OF_REACHED = 0.8  # of the matrix products seen: no training was faster


def least_seconds(w, gpu, p):
    """What no program beats: the multiplications, and half of the attention (it is causal), at 80 % of what is reached."""
    if w["kind"] in ("cnn", "detector", "segmentation"):  # Winograd needs fewer multiplications than are counted
        return 0.0
    attention = (w["attention_flops_per_unit"] or 0) / attention_reached(gpu, w["precision"], p) / 2
    return (w["flops_per_unit"] / reached(gpu, w["precision"], p) + attention) / (MOST_OF_REACHED * 1e12)


def seconds_per_unit(w, gpu, p):
    """Median seconds that one of the GPUs needs for one token or sample."""
    value = lambda name: p[name.split(":")[0]][name.split(":")[1]] if ":" in name else p[name]
    common = default_all_reduce(w, p) + sum(value(n) * x for n, x in common_names(w, p).items())
    device = p["gpu"][gpu["name"]][w["precision"]]
    names = coefficient_names(w, p)
    total = sum(
        math.exp(sum(value(n) * x for n, x in names[k].items()) + device * (k in DEVICE_TERMS)) * v
        for k, v in terms(w, gpu, p).items()
    )
    return max(math.exp(common) * total, least_seconds(w, gpu, p))


def hours(w, gpu, units, p):
    """Median hours of `units` tokens or samples. GPUs that would only slow the work down are left idle.

    t(m) / m is a m^(count - 1) + c + d (1 - 1 / m), so its least value over m = 1 ... n is at one end.
    """
    n = w["gpu_count"] or 1
    counts = [n] if n <= 1 else [1, n]
    return units / 3600 * min(seconds_per_unit({**w, "gpu_count": m}, gpu, p) / m for m in counts)


def widenings(w):
    """What makes a prediction less sure, beside what few sources measured."""
    tokens = w["kind"] in TOKEN_KINDS
    found = {
        "run_sd": w["run"],
        "finetune_sd": tokens and w["fine_tune"] != "none",
        "recent_sd": (w["year"] or BASE_YEAR) >= RECENT_YEAR,
        "sample_sd": not tokens,
        "input_sd": w["kind"] in ("diffusion", "segmentation"),
        "moe_sd": w["kind"] == "moe",
        "encoder_sd": w["kind"] == "transformer_encoder",
        "program_sd": not tokens and not w["program"],
    }
    return [name for name, applies in found.items() if applies]


def scale(w, gpu, p):
    """Scale of the Student-t of ln(time); wider for whole runs, and for what few sources or none have measured."""
    s = p["spread"]
    square = s["scale"] ** 2
    for label, name in (("kind", w["kind"]), ("generation", gpu["architecture"]), ("gpu", gpu["name"])):
        square += s[f"{label}_sd"] ** 2 / (1 + p["sources"][label].get(name, 0))
    square += sum(s[name] ** 2 for name in widenings(w))
    beyond = (w["gpu_count"] or 1) / s["seen_gpu_count"]
    if beyond > 1:
        square += (s["unseen_count"] * math.log(beyond)) ** 2
    return math.sqrt(square)
