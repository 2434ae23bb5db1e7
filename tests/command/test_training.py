"""Training jobs by the command: figures worked by hand, refusals that say what would do, bad input."""

import datetime
import json
import math
import pathlib
import re
import subprocess

import pytest

from conftest import SMALL_CATALOG

RESNET = ("--model", "resnet-50", "--epochs", "90", "--samples", "1.28e6")


# Each flag, a value, and the job beside which it changes the answer.
LLAMA = ("--model", "llama-2-7b", "--tokens", "2e9")
OWN = ("--parameters", "1e9", "--tokens", "1e9", "--batch", "64")
WIDE = (*OWN, "--layers", "24", "--hidden", "2048", "--heads", "16", "--seq-len", "2048")
IMAGES = ("--forward-gmacs", "4", "--samples", "1e6", "--precision", "fp32")
EFFECTS = {
    "model": ("llama-2-13b", LLAMA), "tokens": ("4e9", LLAMA), "samples": ("1e6", RESNET), "epochs": ("2", LLAMA),
    "flops": ("1e20", ("--model", "gpt2")), "measured": ("400/s on g4dn.xlarge", RESNET), "batch": ("64", LLAMA),
    "fine-tune": ("qlora", LLAMA), "lora-rank": ("256", (*LLAMA, "--fine-tune", "lora")), "recompute": ("full", LLAMA),
    "optimiser": ("sgd", LLAMA), "recipe": ("bf16", LLAMA), "loss": ("fused", LLAMA), "offload": ("optimiser", LLAMA),
    "memory-confidence": ("0.95", LLAMA), "software-year": ("2019", LLAMA), "program": ("llm_foundry", LLAMA), "sharding": ("zero3", LLAMA), "tensor-parallel": ("2", LLAMA), "pipeline-parallel": ("2", (*LLAMA, "--batch", "64")), "deadline": ("24h", LLAMA), "objective": ("time", RESNET),
    "max-machines": ("4", (*LLAMA, "--batch", "512", "--deadline", "12h")), "kind": ("transformer_encoder", OWN),
    "parameters": ("2e9", OWN), "active-parameters": ("1e8", OWN), "layers": ("100", OWN), "hidden": ("8192", OWN),
    "heads": ("64", (*OWN, "--hidden", "2048", "--recompute", "none")), "seq-len": ("2048", OWN), "vocab": ("250000", OWN),
    "head-dim": ("256", WIDE), "attention-window": ("256", WIDE), "window-layers": ("12", (*WIDE, "--attention-window", "256")),
    "forward-gmacs": ("8", IMAGES), "activations": ("50", IMAGES), "image-px": ("448", RESNET),
}


@pytest.mark.parametrize("flag", EFFECTS)
def test_the_flag_changes_the_answer(recommend, flag):
    value, job = EFFECTS[flag]
    before = recommend(*job, "--region", "us-east-1", "--format", "json")
    flag = f"--{flag}"
    if flag in job:  # replaced, as a flag is given once
        at = job.index(flag)
        job = (*job[:at], *job[at + 2:])
    after = recommend(*job, flag, value, "--region", "us-east-1", "--format", "json")
    assert after.err == ""
    assert json.loads(after.out)["choices"] != (json.loads(before.out)["choices"] if not before.err else None)


def fitted():
    """The fitted values of data/utilisation.yaml by name, without a YAML library."""
    text = (pathlib.Path(__file__).resolve().parents[2] / "data/utilisation.yaml").read_text()
    without_means = text.split("program_means:")[0]
    values = {m[1]: float(m[2]) for m in re.finditer(r"name: ([\w-]+), value: ([-+.e\d]+)", without_means)}
    sources = {m[1]: int(m[2]) for m in re.finditer(r"name: ([\w-]+), value: .*sources: (\d+)}", text)}
    spread = {m[1]: float(m[2]) for m in re.finditer(r"^  (\w+): ([-+.e\d]+)$", text.split("spread:")[1].split("cross_validation:")[0], re.MULTILINE)}
    t4 = re.search(r"name: nvidia-t4, fp32: ([-.\d]+),.* reached_fp32_tflops: ([.\d]+).*sources: (\d+)", text)
    return values, sources, spread, [float(x) for x in t4.groups()]


def test_hours_follow_from_the_formula_worked_by_hand(answer):
    # docs/calibration.md for ResNet-50 in fp32 on one T4, with data/utilisation.yaml: 6 * 4.11 GFLOP a sample over what
    # products reach, 11.11 M activations of 4 bytes over 320 GB/s, host time, and 54 layers for each micro-batch; a whole
    # run with programs of four years after 2022, the last in the data.
    choice = answer(*RESNET, "--precision", "fp32", "--instance", "g4dn.xlarge", "--region", "us-east-1")["choices"][0]
    value, sources, spread, (gpu, reached, measured) = fitted()
    launch = math.exp(value["launch_sample"] + 4 * value["launch_year"])
    seconds = math.exp(value["cnn"] + value["run"] + 4 * value["software_year"]) * (
        math.exp(gpu) * (math.exp(value["time_per_flop"] + value["fp32"]) * 24.66e9 / (reached * 1e12)
                         + math.exp(value["memory_sample"]) * 11.11e6 * 4 / 320e9)
        + math.exp(value["sample"]) + launch * 54 / choice["job"]["memory"]["micro_batch"])
    hours = 90 * 1.28e6 * seconds / 3600
    assert choice["job"]["hours"]["p50"] == pytest.approx(hours, rel=1e-3)
    assert choice["cost"]["total_usd"] == pytest.approx(0.526 * hours, rel=1e-3)
    scale = math.sqrt(spread["scale"]**2 + 0.5**2 / (1 + sources["cnn"]) + 0.3**2 / (1 + sources["Turing"])
                      + 0.1**2 / (1 + measured) + 0.25**2 + 0.15**2 + 0.17**2 + 0.28**2)
    assert choice["job"]["ln_scale"] == pytest.approx(scale, rel=1e-6)


def test_the_program_moves_the_hours_by_its_factor_over_the_mean_of_its_kind(answer):
    flags = (*RESNET, "--instance", "g4dn.xlarge", "--region", "us-east-1")
    text = (pathlib.Path(__file__).resolve().parents[2] / "data/utilisation.yaml").read_text()
    own = float(re.search(r"name: timm image, value: ([-.\d]+)", text)[1])
    mean = float(re.search(r"name: cnn, value: ([-.\d]+)", text.split("program_means:")[1])[1])
    plain, stated = (answer(*flags, *more)["choices"][0]["job"] for more in ((), ("--program", "timm")))
    assert stated["hours"]["p50"] / plain["hours"]["p50"] == pytest.approx(math.exp(own - mean), rel=1e-4)
    assert stated["ln_scale"] < plain["ln_scale"]
    factors = {f["name"]: f["value"] for f in stated["factors"]}
    assert factors["program timm"] == pytest.approx(math.exp(own - mean), rel=1e-6)


def test_a_program_that_nobody_measured_with_such_nets_says_so(answer):
    said = "no source measured timm with such nets: hours are those of other programs"
    assert said in answer(*LLAMA, "--program", "timm")["warnings"]
    assert said not in answer(*RESNET, "--program", "timm")["warnings"]


def test_a_rate_is_without_what_a_whole_run_adds(answer):
    flags = (*RESNET, "--instance", "g4dn.xlarge", "--region", "us-east-1")
    whole, rate = (answer(*flags, *more)["choices"][0]["job"]["hours"]["p50"] for more in ((), ("--rate",)))
    assert whole / rate == pytest.approx(math.exp(fitted()[0]["run"]), rel=1e-6)


def test_a_deadline_that_is_a_day_is_counted_from_the_moment_that_is_given(recommend):
    def said_of(day):
        return " ".join(recommend(*RESNET, "--deadline", "2026-12-05", "--today", day).out.split())

    assert "by the end of 2026-12-05, in 6 d" in said_of("2026-11-30")
    assert ", in 5.2 d" in said_of("2026-11-30T18:30")
    assert ", in 7 d" in said_of("2026-11-29T00:00:00Z")


def test_a_deadline_that_is_a_day_is_counted_from_now(program):
    now = datetime.datetime.now(datetime.timezone.utc)
    end = now.date() + datetime.timedelta(days=1)
    done = subprocess.run([program, *RESNET, "--deadline", str(end)], capture_output=True, text=True, check=True)
    found = re.search(r"by the end of \S+, in ([0-9.]+) h,", " ".join(done.stdout.split()))
    left = 48 - now.hour - now.minute / 60  # to the end of tomorrow
    assert found and abs(float(found[1]) - left) < 0.6, (done.stdout, left)


def test_a_deadline_and_a_budget_are_kept_with_the_confidence(answer):
    found = answer(*LLAMA, "--budget", "2000", "--deadline", "48h", "--confidence", "0.8")
    assert found["outcome"] == "found"
    for choice in found["choices"]:
        assert choice["job"]["probability_in_time"] >= 0.8
        assert choice["probability_within_budget"] >= 0.8
    assert found["front"][0]["hours"] <= found["front"][-1]["hours"]


def test_the_flags_that_a_refusal_names_admit_the_machine(answer):
    flags = (*LLAMA, "--fine-tune", "full", "--instance", "g5.xlarge", "--region", "us-east-1")
    refused = answer(*flags, status=1)["refusals"]["nearest"][0]
    assert "does not fit" not in refused["reason"] and "lacks" in refused["reason"]
    more = [word for key, value in refused["relaxation"].items() for word in ("--" + key.replace("_", "-"), value)]
    flags = tuple(f for f in flags if f not in ("--fine-tune", "full"))
    assert answer(*flags, "--fine-tune", "full", status=1)["outcome"] == "nothing_fits"
    if "--fine-tune" not in more:
        more += ["--fine-tune", "full"]
    assert answer(*flags, *more)["outcome"] == "found"


def test_explain_names_the_source_of_each_factor(report):
    text = " ".join(report(*RESNET, "--region", "us-east-1", "--top", "1", "--explain").split())
    assert "How long, and why" in text
    for part in ("kind cnn: x 0.", "(data/utilisation.yaml, 28 sources)", "whole run: x 1.", "year of the software: x 0.",
                 "samples: 1.152e+08 (as asked)", "memory bandwidth:", "share of the peak:"):
        assert part in text


def test_a_job_of_flops_alone_says_that_memory_was_not_checked(answer):
    found = answer("--flops", "1e20", "--gpu", "nvidia-h100*", "--region", "us-east-1")
    for choice in found["choices"]:
        assert choice["job"]["memory"] is None
    assert any("not known and was not checked" in w for w in found["warnings"])


def test_a_machine_whose_time_is_not_known_is_refused_for_that(answer, write):
    catalog = write("small.yaml", SMALL_CATALOG.replace(" memory_bandwidth_gb_per_s: 300,", ""))
    refused = answer("--catalog", catalog, *RESNET, "--budget", "1", status=1)["refusals"]
    assert refused["by_reason"] == {"no published rate in this precision": 1}
    assert refused["nearest"][0]["reason"] == "has no published memory bandwidth, so its time is not known"
    assert refused["nearest"][0]["relaxation"] == {}


QWEN = {"model_type": "qwen2", "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28,
        "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152064, "max_position_embeddings": 131072}


def test_a_configuration_is_the_net_that_it_describes(answer, complaint, workdir):
    file = workdir / "config.json"
    file.write_text(json.dumps(QWEN))
    job = ("--fine-tune", "lora", "--tokens", "1e8", "--region", "us-east-1")
    by_path = answer("--model", str(file), *job)
    assert by_path["choices"] and by_path["request"]["model"] == str(file)
    by_folder = answer("--model", ".", *job)["choices"]
    assert [c["job"]["hours"] for c in by_folder] == [c["job"]["hours"] for c in by_path["choices"]]
    by_name = answer("--model", "Qwen/Qwen2.5-7B-Instruct", *job)
    for one, other in zip(by_path["choices"], by_name["choices"]):
        assert one["instance"] == other["instance"]
        assert one["job"]["hours"]["p50"] == pytest.approx(other["job"]["hours"]["p50"], rel=1e-3)
        assert one["job"]["seq_len"] == 2048 and one["job"]["seq_len_assumed"]
    file.write_text(json.dumps({**QWEN, "vocab_size": None}))
    assert complaint("--model", str(file), *job) == f"{file}: vocab_size: must be given, got nothing"
    file.write_text(json.dumps({**QWEN, "model_type": "rwkv"}))
    assert complaint("--model", str(file), *job).startswith(f"{file}: model_type: must be one of the classes that are counted, ")
    assert complaint("--model", "./nowhere/config.json", *job).startswith("./nowhere/config.json: ")


def test_a_size_that_is_not_there_gets_those_of_its_family(complaint):
    assert complaint("--model", "openai/whisper-huge", "--samples", "1e6") == (
        "--model: must be a model; of the family whisper there are whisper-base, whisper-large-v2, whisper-large-v3, "
        'whisper-large-v3-turbo, whisper-medium, whisper-small, whisper-tiny, got "openai/whisper-huge"')


def test_the_length_of_a_sequence_is_told(answer):
    job = ("--tokens", "1e8", "--region", "us-east-1")
    told = [(c["job"]["seq_len"], c["job"]["seq_len_assumed"]) for c in (
        answer("--model", "llama-3.1-8b", *job)["choices"][0],
        answer("--model", "llama-3.1-8b", "--fine-tune", "qlora", *job)["choices"][0],
        answer("--model", "llama-3.1-8b", "--fine-tune", "qlora", "--seq-len", "1024", *job)["choices"][0],
        answer("--parameters", "1e9", *job)["choices"][0],
        answer("--model", "resnet-50", "--region", "us-east-1")["choices"][0])]
    assert told == [(8192, False), (2048, True), (1024, False), (512, True), (None, False)]


def test_a_net_of_diffusion_is_tuned_by_adapters(answer):
    job = ("--model", "sdxl", "--samples", "1e4", "--region", "us-east-1")
    full, lora = (answer(*job, *how) for how in (("--fine-tune", "full"), ("--fine-tune", "lora")))

    def flops(found):
        return next(f["value"] for f in found["choices"][0]["job"]["factors"] if f["name"] == "FLOPs of a sample")

    assert flops(lora) == pytest.approx(flops(full) * 2 / 3)


def test_rates_are_one_list_in_any_order_and_form(answer, tmp_path):
    asked = (*RESNET, "--instance", "g5.xlarge", "--region", "us-east-1")
    hours = lambda *flags: answer(*asked, *flags)["choices"][0]["job"]
    flags = hours("--measured", "T4=400", "--measured", "900/s on V100")
    assert hours("--measured", "V100=900,T4=400")["hours"]["p50"] == pytest.approx(flags["hours"]["p50"], rel=1e-12)
    request = tmp_path / "ask.yaml"
    for written in ("{T4: 400, V100: 900}", '["T4=400", "900/s on V100"]', "T4=400,V100=900"):
        request.write_text(f"measured: {written}\n")
        assert hours(str(request))["hours"] == flags["hours"]
    one, none = hours("--measured", "T4=400"), hours()
    assert flags["ln_scale"] < one["ln_scale"] < none["ln_scale"]


def test_the_factors_trace_each_rate(answer):
    # The weights, from their values: exp(sum of weight * ln(seen / predicted)).
    job = answer(*RESNET, "--instance", "g5.xlarge", "--region", "us-east-1", "--measured", "T4=400,V100=900")["choices"][0]["job"]
    seen = [f for f in job["factors"] if f["name"].startswith("seen ")]
    assert [f["name"] for f in seen] == ["seen 400/s on T4", "seen 900/s on V100"]
    weights = [float(f["source"].rsplit(" ", 1)[1]) for f in seen]
    moved = math.exp(sum(w * math.log(f["value"]) for w, f in zip(weights, seen)))
    assert job["factors"][-1]["name"] == "all that was seen"
    assert job["factors"][-1]["value"] == pytest.approx(moved, rel=0.01)
    plain = answer(*RESNET, "--instance", "g5.xlarge", "--region", "us-east-1")["choices"][0]["job"]["hours"]["p50"]
    assert job["hours"]["p50"] / plain == pytest.approx(job["factors"][-1]["value"], rel=1e-6)
