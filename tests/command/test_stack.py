"""What software runs on: techniques that a job needs, and the wheels of PyTorch of the day."""

import pytest

TODAY = ["--today", "2026-11-29"]
HERE = ["--region", "us-east-1", *TODAY]
QLORA = ["--model", "llama-3-8b", "--fine-tune", "qlora", "--tokens", "1e7", "--seq-len", "2048"]


# github.com/aws-neuron/aws-neuron-sdk/issues/957: Neuron does not support QLoRA (2024-12-10).
@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (QLORA, "4-bit adapters need CUDA, ROCm or SynapseAI; trn1 has Neuron"),
        (
            ["--model", "bert-base", "--tokens", "1e7", "--optimiser", "adam_8bit"],
            "8-bit optimisers need CUDA or ROCm; trn1 has Neuron",
        ),
    ],
)
def test_a_machine_without_the_technique_is_refused_with_the_reason(answer, flags, reason):
    out = answer(*flags, *HERE, "--instance", "trn1.2xlarge", "--nearest", "1", status=1)
    assert out["outcome"] == "nothing_fits"
    assert out["refusals"]["nearest"][0]["reason"].startswith(reason)


def test_no_machine_of_neuron_is_ranked_for_4_bit_adapters(answer):
    out = answer(*QLORA, *HERE, "--top", "1000", "--nearest", "0")
    assert out["choices"]
    assert {choice["stack"] for choice in out["choices"]} == {"CUDA"}


def test_a_first_choice_of_another_stack_is_said_so_without_a_job(answer):
    out = answer(*["--budget", "400", "--days", "30", "--hours-per-day", "8"], *HERE,
                 "--instance", "trn1.2xlarge,g6.xlarge")
    first = out["choices"][0]
    assert first["instance"] == "trn1.2xlarge"
    assert first["stack_note"] == "not CUDA: programs need Neuron"
    assert "trn1.2xlarge is not CUDA: programs need Neuron" in out["warnings"]


# github.com/pytorch/pytorch/issues/147953: a T4G of 7.5, and no sm_75 in the wheel for aarch64.
def test_each_machine_that_the_wheel_does_not_run_on_is_named(answer):
    out = answer("--model", "resnet-50", "--epochs", "90", *HERE, "--top", "10", "--nearest", "0")
    assert any(choice["arch"] == "arm64" for choice in out["choices"])
    for choice in out["choices"]:
        note = choice["stack_note"]
        usual = choice["arch"] == "x86_64" and choice["stack"] == "CUDA"
        assert (note is None) == (usual and not choice["gpu"].startswith("nvidia-v100"))
        if note is not None:
            assert any(warning.endswith(note) for warning in out["warnings"])
        if choice["gpu"] == "nvidia-t4g":
            assert note.startswith("arm64: x86 images and wheels do not run; nvidia-t4g needs a "
                                   "build for sm_75")


def test_the_table_marks_what_the_wheel_lacks(report):
    out = report("--budget", "4000", "--days", "30", *HERE, "--instance", "p3.2xlarge",
                 "--include-retired")
    assert "\n! not in PyTorch's usual wheel: p3.2xlarge sm_70\n" in out
    text = " ".join(out.split())
    assert ("p3.2xlarge is sm_70: the usual wheel of PyTorch 2.15 (2026-10-28, CUDA 13.2) lacks "
            "it; the last with it is 2.14, built for CUDA 12.6") in text


@pytest.mark.parametrize("instance", ["p2.xlarge", "p3.2xlarge"])
@pytest.mark.parametrize(
    "then", [["--as-of", "2020-06-18"], ["--catalog", "aws-2020-04", *TODAY]]
)
def test_the_machines_of_2020_run_the_wheel_of_2020(answer, then, instance):
    out = answer("--budget", "4000", "--days", "30", "--region", "us-east-1", *then,
                 "--instance", instance)
    assert [choice["stack_note"] for choice in out["choices"]] == [None]
    assert not [warning for warning in out["warnings"] if "PyTorch" in warning]
