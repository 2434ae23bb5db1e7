"""Training jobs by the command: figures worked by hand, refusals that say what would do, bad input."""

import json
import math

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
    "memory-confidence": ("0.95", LLAMA), "software-year": ("2019", LLAMA), "sharding": ("zero3", LLAMA), "deadline": ("24h", LLAMA), "objective": ("time", RESNET),
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


def test_hours_follow_from_the_formula_worked_by_hand(answer):
    # docs/calibration.md for ResNet-50 in fp32 on one T4, with data/utilisation.yaml and data/gpus.yaml: 6 * 4.11
    # GFLOP a sample over 8.1 TFLOPS, 11.11 M activations of 4 bytes over 320 GB/s, and host time; a whole run.
    choice = answer(*RESNET, "--precision", "fp32", "--instance", "g4dn.xlarge", "--region", "us-east-1")["choices"][0]
    factors = {f["name"]: f["value"] for f in choice["job"]["factors"]}
    flops = factors["FLOPs of a sample"]
    gpu = math.exp(-0.04329397)
    seconds = math.exp(-1.100634 + 0.1470265) * (
        gpu * (math.exp(0.7138736 - 0.3393995) * flops / 8.1e12 + math.exp(4.819277) * 11.11e6 * 4 / 320e9)
        + math.exp(-8.453582))
    hours = 90 * 1.28e6 * seconds / 3600
    assert choice["job"]["hours"]["p50"] == pytest.approx(hours, rel=1e-3)
    assert choice["cost"]["total_usd"] == pytest.approx(0.526 * hours, rel=1e-3)
    scale = math.sqrt(0.1653399**2 + 0.5**2 / 12 + 0.3**2 / 5 + 0.1**2 / 3 + 0.2**2)
    assert choice["job"]["ln_scale"] == pytest.approx(scale, rel=1e-6)


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
    for part in ("kind cnn: x 0.333 (data/utilisation.yaml, 11 sources)", "whole run: x 1.16",
                 "samples: 1.152e+08 (as asked)", "memory bandwidth:", "share of the peak:"):
        assert part in text


def test_a_job_of_flops_alone_says_that_memory_was_not_checked(answer):
    found = answer("--flops", "1e20", "--gpu", "nvidia-h100*", "--region", "us-east-1")
    for choice in found["choices"]:
        assert choice["job"]["memory"] is None
    assert any("not known and was not checked" in w for w in found["warnings"])


def test_a_machine_whose_time_is_not_known_is_refused_for_that(answer, write):
    catalog = write("small.yaml", SMALL_CATALOG)  # without a memory bandwidth
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
