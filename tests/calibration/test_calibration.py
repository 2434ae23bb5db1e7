"""The model of training time: the files are what the program writes, and its promises hold.

Needs numpy and scipy: python3 -m pytest tests/calibration
"""

import csv
import math
import pathlib
import random
import re
import sys

import pytest

pytest.importorskip("numpy")
pytest.importorskip("scipy")
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks/calibrate"))
import numpy as np  # noqa: E402

import calibrate  # noqa: E402
import fit  # noqa: E402
import measured  # noqa: E402
import model  # noqa: E402
import rates  # noqa: E402

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


@pytest.fixture(scope="module")
def c():
    return calibrate.calibration()


@pytest.fixture(scope="module")
def p(c):
    return calibrate.parameters(c)


def compare(written, fresh, tolerance):
    """The same text, and the same numbers within a tolerance."""
    assert NUMBER.sub("#", written) == NUMBER.sub("#", fresh)
    for line, (a, b) in enumerate(zip(written.splitlines(), fresh.splitlines()), 1):
        for x, y in zip(NUMBER.findall(a), NUMBER.findall(b)):
            assert float(x) == pytest.approx(float(y), rel=tolerance, abs=tolerance), f"line {line}: {a}"


def test_the_parameters_are_what_the_program_fits(c):
    compare(calibrate.OUTPUTS["utilisation"].read_text(), calibrate.utilisation(c), 1e-6)


def test_the_reference_predictions_are_current(c):
    compare(calibrate.OUTPUTS["reference"].read_text(), calibrate.reference(c), 1e-6)
    compare(calibrate.OUTPUTS["steps"].read_text(), calibrate.steps_reference(), 1e-6)


def predicted_tflops(gpu, count, precision, p):
    """Speed of docs/model.md: of three nets, each in its fastest precision, and their geometric mean."""
    blank = dict.fromkeys(calibrate.REFERENCE_COLUMNS) | {"recompute": "unknown", "fine_tune": "none"}
    blank |= {"split_weights": False, "year": 2026, "run": False}
    nets = [  # of data/models.yaml, with as many samples on each GPU as the page has
        {"kind": "cnn", "parameters": 25.56e6, "flops_per_unit": 6e9 * 4.11, "activations_m": 11.11,
         "layers": 54, "micro_batch": 256},
        {"kind": "transformer_encoder", "parameters": 336.2e6, "flops_per_unit": 6 * 308e6, "layers": 24,
         "hidden": 1024, "seq_len": 512, "attention_flops_per_unit": 12 * 24 * 1024 * 512.0, "micro_batch": 64},
        {"kind": "transformer_decoder", "parameters": 6.738e9, "flops_per_unit": 6 * 6.607e9, "layers": 32,
         "hidden": 4096, "seq_len": 4096, "attention_flops_per_unit": 12 * 32 * 4096 * 4096.0, "micro_batch": 4},
    ]
    bf16 = "bf16" in gpu["peak"]
    choices = [x for x in ("bf16", "fp16", "tf32", "fp32") if x in gpu["peak"] and not (x in ("fp16", "tf32") and bf16)]
    rates = []
    for net in nets:
        w = blank | net
        work = w["flops_per_unit"] + (w["attention_flops_per_unit"] or 0)
        best = min(
            ({**w, "precision": x, "gpu_count": 1} for x in (choices if precision == "mixed" else [precision])),
            key=lambda one: model.seconds_per_unit(one, gpu, p),
        )
        several = best | {"gpu_count": count, "global_batch": count * w["micro_batch"]}
        least = min(model.seconds_per_unit(best, gpu, p), model.seconds_per_unit(several, gpu, p) / count)
        rates.append(work / least / 1e12)
    return [*rates, math.prod(rates) ** (1 / 3)]


def test_the_speeds_that_machines_are_compared_by_are_current(c, p):
    with open(ROOT / "tests/calibration/speed.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 18
    for row in rows:
        found = predicted_tflops(c["gpus"][row["gpu"]], int(row["gpu_count"]), row["precision"], p)[-1]
        assert float(row["predicted_tflops"]) == pytest.approx(found, rel=1e-6), row


def test_the_example_of_a_speed_is_that_of_the_model(c, p):
    page = (ROOT / "docs/model.md").read_text()
    rows = re.findall(r"^\| (nvidia-\S+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| \*\*([\d.]+)\*\* \|", page, re.M)
    assert len(rows) == 5
    for gpu, *figures in rows:
        assert [float(x) for x in figures] == pytest.approx(predicted_tflops(c["gpus"][gpu], 1, "mixed", p), rel=2e-3), gpu


def test_the_tables_of_the_page_are_current(c):
    page = calibrate.OUTPUTS["page"].read_text()
    compare(page, calibrate.page(c, page, skip=("parts",)), 2e-3)


def test_sources_that_are_left_out_are_predicted_within_the_targets(c):
    median, p90, _ = calibrate.summary(c["residual"][c["scored"]])
    assert median <= 0.25
    assert p90 <= 0.70
    text = [c["residual"][i] for i, r in enumerate(c["rows"]) if r["scored"] == "1" and r["unit"] == "token"]
    median, p90, _ = calibrate.summary(np.array(text))
    assert median <= 0.21
    assert p90 <= 0.60


def test_the_80_percent_interval_holds_in_75_to_85_percent(c):
    assert 0.75 <= calibrate.coverage(c)[c["scored"]].mean() <= 0.85


def test_one_measured_step_predicts_another_machine_within_12_percent():
    found = calibrate.steps_figures()
    assert found["median"] <= 0.12
    assert all(median <= 0.12 for median, _ in found["pairs"].values())
    assert found["list prices"][0] >= 0.97
    # Below the aim of 0.97; docs/calibration.md says why. A worse choice than today's fails.
    assert found["random prices"][0] >= 0.965
    assert found["fastest"][0] >= 0.955
    assert found["spot prices"][0] >= 0.925


def test_a_rate_says_more_by_an_update_than_by_a_ratio(c):
    scale, dof = calibrate.spread(c)
    tried = rates.tried(calibrate.programs(c), scale, dof)
    found = {line[0]: line[3:] for line in rates.table(tried, dof, calibrate.LEVEL, calibrate.ratio_spread(c)[:2])}
    for where in ("another GPU", "any"):
        ratio, one, two = found[where]
        assert one[0] <= ratio[0] and one[1] <= ratio[1]
        assert two[0] <= one[0] and two[1] <= one[1]
        assert 0.75 <= one[2] <= 0.85 and 0.75 <= two[2] <= 0.85
    # The rows of one program on one GPU are nearer than those of another generation.
    assert found["the same GPU"][1][0] < found["another generation"][1][0]


def test_the_update_is_that_of_two_by_hand():
    # Variances 4 and 9, covariance 3: seen 2 gives 3/4 of it, and 9 - 9/4 is left.
    covariance = np.array([[4.0, 3.0], [3.0, 9.0]])
    shift, width = rates.update(covariance, np.array([2.0, math.nan]), [0], 1)
    assert shift == pytest.approx(1.5)
    assert width == pytest.approx(math.sqrt(9 - 9 / 4))


def test_plain_arithmetic_and_matrices_agree(c, p):
    value = dict(zip(c["fit"].names, c["theta"]))
    own = {
        **p,
        "gpu": {
            n: {
                q: fit.generation_factor(value, g["architecture"], q) + value.get(f"gpu:{n}", 0)
                for q in model.PRECISIONS
            }
            for n, g in c["gpus"].items()
        },
    }
    matrix = c["fit"].predict(c["theta"])[0]
    for row, w, expected in list(zip(c["rows"], c["fit"].workloads, matrix))[::7]:
        floor = model.least_seconds(w, c["gpus"][row["gpu"]], own)
        assert model.seconds_per_unit(w, c["gpus"][row["gpu"]], own) == pytest.approx(
            max(math.exp(expected), floor), rel=1e-9
        )


def random_workload(draw):
    kind = draw.choice(model.KINDS)
    parameters = 10 ** draw.uniform(5, 11.5)
    tokens = kind in model.TOKEN_KINDS
    maybe = lambda v: draw.choice([None, v])
    return {
        "kind": kind,
        "flops_per_unit": 6 * parameters if tokens else 10 ** draw.uniform(7, 12),
        "parameters": parameters,
        "active_parameters": parameters,
        "attention_flops_per_unit": maybe(parameters),
        "layers": maybe(draw.randint(2, 120)),
        "hidden": maybe(draw.randint(64, 16384)),
        "seq_len": maybe(draw.randint(32, 32768)),
        "activations_m": maybe(10 ** draw.uniform(-2, 3)),
        "recompute": draw.choice(["none", "selective", "full", "unknown"]),
        "global_batch": maybe(draw.randint(1, 4096)),
        "gpu_count": draw.choice([None, 1, 2, 4, 8]),
        "micro_batch": maybe(draw.randint(1, 64)),
        "fine_tune": draw.choice(["none", "full", "lora", "qlora"]) if tokens else "none",
        "split_weights": draw.random() < 0.3,
        "year": draw.choice([None, 2016, 2020, 2024.5, 2030]),
        "run": draw.random() < 0.5,
        "program": maybe(draw.choice(model.PROGRAMS)),
    }


def test_a_machine_that_is_better_in_all_figures_is_never_slower(c, p):
    draw = random.Random(1)
    gpus = [c["gpus"][n] for n in p["gpu"]]
    pairs = [(g, h) for g in gpus for h in gpus if g is not h and fit.dominates(g, h)]
    assert len(pairs) > 300
    for g, h in pairs:
        for _ in range(6):
            w = random_workload(draw)
            for precision in set(h["peak"]) & set(g["peak"]):
                w["precision"] = precision
                assert model.hours(w, g, 1e6, p) <= model.hours(w, h, 1e6, p) * (1 + 1e-9), (
                    g["name"],
                    h["name"],
                    w,
                )


def test_more_gpus_never_raise_the_hours(c, p):
    draw = random.Random(2)
    for _ in range(300):
        g = c["gpus"][draw.choice(list(p["gpu"]))]
        w = {**random_workload(draw), "precision": draw.choice(list(p["gpu"][g["name"]]))}
        hours = [model.hours({**w, "gpu_count": n}, g, 1e6, p) for n in range(1, 17)]
        assert all(b <= a * (1 + 1e-12) for a, b in zip(hours, hours[1:])), (g["name"], w)


def test_hours_are_proportional_to_the_work(c, p):
    w = {**random_workload(random.Random(3)), "precision": "fp32"}
    g = c["gpus"]["nvidia-t4"]
    assert model.hours(w, g, 2e6, p) == pytest.approx(2 * model.hours(w, g, 1e6, p), rel=1e-12)


def test_what_no_source_measured_has_a_wider_interval(c, p):
    w = {**random_workload(random.Random(4)), "kind": "cnn", "gpu_count": 1}
    scale = lambda name: model.scale(w, c["gpus"][name], p)
    assert scale("nvidia-v100-sxm2-16gb") < scale("nvidia-v100-pcie-16gb") < scale("amd-mi300x")
    assert scale("amd-mi300x") < model.scale(
        {**w, "gpu_count": 10 * p["spread"]["seen_gpu_count"]}, c["gpus"]["amd-mi300x"], p
    )


def test_the_reference_has_every_kind_and_precision():
    with open(calibrate.OUTPUTS["reference"], newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 45
    assert {r["kind"] for r in rows} == set(model.KINDS)
    assert {r["precision"] for r in rows} == set(model.PRECISIONS)


def test_each_measured_row_names_a_source_with_a_date():
    sources = {r["source"]: r for r in model.read_rows("sources.csv")}
    for name in ("training.csv", "step_times.csv", "scaling.csv"):
        for row in model.read_rows(name):
            assert sources[row["source"]]["as_of"], (name, row)


def test_each_split_run_is_one_of_the_table_and_has_whole_replicas():
    runs = {r["id"]: r for r in model.read_rows("training.csv")}
    for row in model.read_rows("parallel.csv"):
        replica = int(row["tensor_parallel"]) * int(row["pipeline_parallel"])
        assert replica > 1
        assert int(runs[row["id"]]["gpu_count"]) % replica == 0, row
        if int(row["pipeline_parallel"]) > 1:
            assert int(row["pipeline_parallel"]) <= int(runs[row["id"]]["layers"]), row


def test_the_nets_of_measured_mode_are_those_of_the_table():
    names = {
        "VGG11": "vgg-11",
        "VGG16": "vgg-16",
        "VGG19": "vgg-19",
        "ResNet34": "resnet-34",
        "InceptionV3": "inception-v3",
        "MobileNetV2": "mobilenet-v2",
        "LeNet5": "lenet-5",
    }
    lines = {
        m[1]: m[0]
        for m in re.finditer(r"^  - \{name: ([^,]+),.*$", (model.DATA / "models.yaml").read_text(), re.M)
    }
    for net, name in names.items():
        gmacs, activations, operations = measured.NETS[net]
        figure = lambda key: float(re.search(rf" {key}: ([0-9.e-]+)", lines[name])[1])
        assert (figure("forward_gmacs"), figure("activations_m")) == (gmacs, activations)
        assert figure("operations" if " operations:" in lines[name] else "layers") == operations


def test_each_miss_is_explained(c):
    lines = calibrate.misses(c)[2:]
    assert lines
    for line in lines:
        assert not line.endswith("|  |"), line
