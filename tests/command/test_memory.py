"""Whether a training job fits: published runs, refusals that name what would do, and the memory of the machine."""

import pytest

REGION = ("--region", "us-east-1")


def refusal(answer, *flags):
    """The first refused offer of a question that nothing answers."""
    found = answer(*flags, "--nearest", "1", status=1)
    assert found["outcome"] == "nothing_fits"
    return found["refusals"]["nearest"][0]


LLAMA_70B = ("--model", "llama-2-70b", "--fine-tune", "full", "--tokens", "1e8", "--seq-len", "2048",
             "--recompute", "full", "--sharding", "zero3", "--instance", "p4de.24xlarge")


def test_a_refusal_names_the_nearest_recipe(answer):
    refused = refusal(answer, *LLAMA_70B, "--optimiser", "adam_8bit")
    assert refused["reason"] == ("needs 119.5 GiB of memory on each GPU, has 79.1 GiB: lacks 40.3 GiB; "
                                 "recipe bf16 would fit")
    assert refused["relaxation"] == {"recipe": "bf16"}
    # torchtune issue 987: about 51 GB on each of 8 A100 80 GB, with the paged optimiser of 8 bits.
    found = answer(*LLAMA_70B, "--optimiser", "paged_adam_8bit", "--recipe", "bf16")
    memory = found["choices"][0]["job"]["memory"]
    assert memory["needed_p10_gib"] * 1.073741824 <= 54
    assert memory["probability"] >= 0.9
    assert memory["tight"] is False


def test_70b_on_four_bits_needs_more_than_four_cards_of_24_gb(answer):
    # philschmid.de: four A10G only with offload, and 127 GB of host memory.
    asked = ("--model", "llama-3-70b", "--fine-tune", "qlora", "--tokens", "1e6", "--seq-len", "3072", *REGION)
    refused = refusal(answer, *asked, "--instance", "g5.12xlarge")
    assert refused["reason"].endswith("; offload parameters would fit")
    found = answer(*asked, "--instance", "g5.12xlarge", "--offload", "parameters")
    assert not any("offloaded" in warning for warning in found["warnings"])
    job = found["choices"][0]["job"]
    assert sum(f["name"].startswith("offload: ") for f in job["factors"]) == 3
    assert job["memory"]["sharding"] == "fsdp"
    assert job["host_needed_gib"] == pytest.approx(2.5 + 70.55e9 * 2 / 2**30, rel=0.01)


def test_what_is_known_of_a_need_refuses(answer):
    diffusion = ("--kind", "diffusion", "--samples", "1e4", "--fine-tune", "full", "--forward-gmacs")
    refused = refusal(answer, *diffusion, "30000", "--parameters", "12e9", "--instance", "g4dn.xlarge", *REGION)
    assert refused["reason"].startswith("needs ")
    refused = refusal(answer, *diffusion, "3000", "--parameters", "2.6e9", "--instance", "g5.xlarge", *REGION)
    assert ", has 22.4 GiB: lacks " in refused["reason"]


def test_a_machine_without_memory_for_the_weights_is_not_the_first(answer):
    asked = ("--provider", "any", "--model", "llama-65b", "--fine-tune", "qlora", "--samples", "30000", "--seq-len", "512",
             "--batch", "16", "--gpu", "A40", "--max-gpus", "1", "--nearest", "100000")
    found = answer(*asked)
    assert all((c["memory_gib"] or 1e9) >= 33 for c in found["choices"])
    assert found["refusals"]["by_reason"]["too little host memory for the job"] > 0
    small = next(r for r in found["refusals"]["nearest"] if "its own memory" in r["reason"]
                 and set(r["relaxation"]) == {"min_memory_gib"})
    assert small["reason"].endswith(f"has {small['relaxation']['min_memory_gib']:g} GiB")


def test_more_confidence_takes_more_room(answer):
    asked = ("--model", "llama-3-8b", "--fine-tune", "qlora", "--tokens", "1e6", "--seq-len", "2048",
             "--recompute", "full", *REGION)
    found = answer(*asked, "--instance", "g4dn.xlarge")
    memory = found["choices"][0]["job"]["memory"]
    assert 0.5 <= memory["probability"] < 0.9
    assert memory["tight"] is True
    assert any(w.startswith("tight: GPU memory suffices with a probability below 0.9") for w in found["warnings"])
    refused = refusal(answer, *asked, "--instance", "g4dn.xlarge", "--memory-confidence", "0.9")
    assert f"fits with probability {memory['probability']:.2f}, not 0.9" in refused["reason"]


def test_a_confidence_is_more_than_even_odds(recommend):
    done = recommend("--model", "llama-2-7b", "--tokens", "1e6", "--memory-confidence", "0.4")
    assert done.err == "--memory-confidence: must be at least 0.5 and below 1, got 0.4\n"


SPLIT = ("--model", "llama-2-70b", "--fine-tune", "full", "--recipe", "bf16", "--tokens", "1e8", "--batch", "128",
         "--instance", "p5.48xlarge", *REGION)


def test_a_net_is_split_over_the_gpus_of_two_machines(answer):
    asked = (*SPLIT, "--tensor-parallel", "8", "--pipeline-parallel", "2")
    refused = refusal(answer, *asked)
    assert refused["reason"] == "needs a multiple of 16 GPUs, for tensor_parallel 8 * pipeline_parallel 2, has 8"
    assert refused["relaxation"] == {"max_machines": 2}
    found = answer(*asked, "--max-machines", "2")
    job = found["choices"][0]["job"]
    assert (job["machines"], job["memory"]["sharding"]) == (2, "none")
    assert found["request"]["tensor_parallel"] == 8 and found["request"]["pipeline_parallel"] == 2
    factors = {f["name"]: f["value"] for f in job["factors"]}
    assert factors["replicas"] == 1
    # 128 sequences, one stage idle in one of m + 1 turns: m is 128 over the samples of a micro-batch.
    micro = factors["samples of a micro-batch"]
    assert micro <= job["memory"]["micro_batch"]
    assert factors["stages that wait for one another"] == pytest.approx(1 + micro / 128, rel=1e-5)
    assert any("published formulas" in warning for warning in found["warnings"])


def test_one_gpu_a_replica_is_the_answer_without(answer):
    two = (*SPLIT, "--max-machines", "2")
    plain = answer(*two)
    one = answer(*two, "--tensor-parallel", "1", "--pipeline-parallel", "1")
    assert one == plain


@pytest.mark.parametrize("flags, message", [
    (("--tensor-parallel", "3"), "--tensor-parallel: must divide the 64 heads of attention, got 3"),
    (("--pipeline-parallel", "81"), "--pipeline-parallel: must be at most the 80 layers, got 81"),
    (("--pipeline-parallel", "0"), "--pipeline-parallel: must be a whole number of at least 1, got 0"),
])
def test_a_split_that_the_net_does_not_have_is_refused(recommend, flags, message):
    done = recommend(*SPLIT, *flags)
    assert (done.status, done.err) == (2, message + "\n")


def test_a_pipeline_needs_a_batch(recommend):
    done = recommend("--model", "llama-2-7b", "--tokens", "1e9", "--pipeline-parallel", "2")
    assert done.err == ("--batch: must be given with --pipeline-parallel: how long its stages wait for one another "
                        "depends on it\n")
