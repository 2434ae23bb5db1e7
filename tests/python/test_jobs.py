"""Training jobs: hours, cost and memory, as a notebook asks for them."""

import json

import flopwise
import numpy as np
import pytest

LLAMA = {"model": "llama-2-7b", "tokens": 2e9}


@pytest.fixture(scope="module")
def advice():
    return flopwise.recommend(**LLAMA, budget_usd=2000, deadline="48h", top=4)


def test_the_answer_has_what_its_json_has(advice):
    shown = json.loads(advice.to_json())
    assert len(advice.choices) == len(shown["choices"]) > 0
    for choice, expected in zip(advice.choices, shown["choices"]):
        job, hours = expected["job"], expected["job"]["hours"]
        assert choice.job.machines == job["machines"]
        assert choice.job.time.hours == pytest.approx(hours["p50"])
        assert choice.job.hours_p10 == pytest.approx(hours["p10"])
        assert choice.job.hours_p90 == pytest.approx(hours["p90"])
        assert choice.job.time.ln_scale == pytest.approx(job["ln_scale"])
        assert choice.job.probability_in_time == pytest.approx(job["probability_in_time"])
        assert choice.job.precision == job["precision"]
        assert choice.job.memory.needed_gib == pytest.approx(job["memory"]["needed_gib"])
        assert choice.job.memory.sharding == job["memory"]["sharding"]
        assert choice.job.tied == job["tied"]
        assert [f.name for f in choice.job.factors] == [f["name"] for f in job["factors"]]
    assert [(p.instance, p.knee) for p in advice.front] == [
        (p["instance"], p["knee"]) for p in shown["front"]]


def test_a_distribution_of_hours(advice):
    time = advice.choices[0].job.time
    assert time.quantile(0.5) == pytest.approx(time.hours)
    assert time.quantile(0.9) == pytest.approx(advice.choices[0].job.hours_p90)
    # Half of an equal-tailed interval: ln(hours) is symmetric around that of the median.
    assert time.quantile(0.9) * time.quantile(0.1) == pytest.approx(time.hours**2)
    for p in (0.05, 0.3, 0.7, 0.99):
        assert time.probability(time.quantile(p)) == pytest.approx(p)
    with pytest.raises(flopwise.FlopwiseError):
        time.quantile(1.0)


def test_an_estimate_is_that_of_the_answer():
    answer = flopwise.recommend(**LLAMA, instance="p4de.24xlarge", region="us-east-1")
    time = flopwise.estimate(gpu="A100-SXM4-80GB", gpus=8, **LLAMA)
    assert time.hours == pytest.approx(answer.choices[0].job.time.hours)
    assert time.ln_scale == pytest.approx(answer.choices[0].job.time.ln_scale)
    one = flopwise.estimate(gpu="A100-SXM4-80GB", gpus=1, **LLAMA)
    assert time.hours < one.hours
    twice = flopwise.estimate(gpu="A100-SXM4-80GB", gpus=8, model="llama-2-7b", tokens=4e9)
    assert twice.hours == pytest.approx(2 * time.hours)


def test_memory_against_published_accounts():
    # Rajbhandari et al. 2020: 16 bytes a parameter with Adam in mixed precision.
    fit = flopwise.memory_fit(gpu="T4", parameters=7e9, layers=32, hidden=4096)
    assert not fit.fits
    assert fit.needed_gib > 7e9 * 16 / 2**30
    # Dettmers et al. 2023: a net of 7e9 parameters is tuned by QLoRA in less than 16 GB.
    assert flopwise.memory_fit(gpu="T4", model="llama-2-7b", fine_tune="qlora").fits
    assert not flopwise.memory_fit(gpu="T4", model="llama-2-13b", fine_tune="full").fits
    # What is stated of a net stands above its name: four times the pixels, a quarter of the images.
    small = flopwise.memory_fit(gpu="T4", model="resnet-50").micro_batch
    large = flopwise.memory_fit(gpu="T4", model="resnet-50", image_px=448).micro_batch
    assert large == pytest.approx(small / 4, rel=0.02)
    split = flopwise.memory_fit(gpu="A100-SXM4-80GB", gpus=8, model="llama-2-7b")
    assert split.fits
    assert split.micro_batch >= 1
    assert 0.5 <= split.probability <= 1
    assert split.needed_p10_gib < split.needed_gib < split.needed_p90_gib
    # Pure 16 bits have half the states; what is asked for more surely fits less often.
    pure = flopwise.memory_fit(gpu="A100-SXM4-80GB", gpus=8, model="llama-2-7b", recipe="bf16", sharding="zero1")
    mixed = flopwise.memory_fit(gpu="A100-SXM4-80GB", gpus=8, model="llama-2-7b", sharding="zero1")
    assert pure.needed_gib < mixed.needed_gib
    sure = flopwise.memory_fit(gpu="T4", model="llama-3-8b", fine_tune="qlora", memory_confidence=0.95, seq_len=2048)
    assert not sure.fits
    assert sure.confidence == 0.95


def test_a_net_is_split_by_layers_and_stages():
    asked = dict(model="llama-2-70b", fine_tune="full", recipe="bf16", tokens=1e8, batch=128, sharding="none")
    on = dict(gpu="H100", gpus=16)
    assert not flopwise.memory_fit(**on, **asked).fits
    split = dict(tensor_parallel=8, pipeline_parallel=2)
    fit = flopwise.memory_fit(**on, **asked, **split)
    assert fit.fits
    assert 8 * 68.98e9 / 16 < fit.needed_gib * 2**30 < 2 * 8 * 68.98e9 / 16
    with pytest.raises(flopwise.FlopwiseError, match=r"tensor_parallel: must divide the GPUs.* 16 and 8 GPUs"):
        flopwise.memory_fit(gpu="H100", gpus=8, **asked, **split)
    with pytest.raises(flopwise.FlopwiseError, match="tensor_parallel: must divide the 64 heads of attention, got 3"):
        flopwise.estimate(**on, **asked, tensor_parallel=3)
    # One GPU a replica is the same as nothing asked.
    job = dict(gpu="H100", gpus=8, model="llama-2-7b", tokens=1e9, batch=64)
    assert flopwise.estimate(**job) == flopwise.estimate(**job, tensor_parallel=1, pipeline_parallel=1)
    # Idle stages take time: of eight micro-batches at most, 7 / 8 and more.
    few = flopwise.estimate(**job, pipeline_parallel=8).hours
    many = flopwise.estimate(**{**job, "batch": 512}, pipeline_parallel=8).hours
    assert few > many


def test_models_are_a_table():
    models = flopwise.models()
    assert len(models) > 100
    assert flopwise.find_model("Llama-2-7B") == next(n for n in models if n.name == "llama-2-7b")
    assert {"name", "kind", "parameters", "source"} <= set(models.to_pandas().columns)
    with pytest.raises(flopwise.FlopwiseError, match="model: .*did you mean"):
        flopwise.find_model("lama-2-7b")


def test_the_earlier_names_warn():
    for earlier, now in {"Net": "Model", "nets": "models", "find_net": "find_model"}.items():
        with pytest.warns(DeprecationWarning, match=f"flopwise.{earlier} is flopwise.{now} now"):
            assert getattr(flopwise, earlier) is getattr(flopwise, now)
    with pytest.raises(AttributeError, match="no attribute 'Nets'"):
        _ = flopwise.Nets


def test_tables_and_pages_have_the_job(advice):
    frame = advice.to_pandas()
    assert (frame["hours_p10"] < frame["hours_p50"]).all()
    assert (frame["hours_p50"] < frame["hours_p90"]).all()
    assert frame["probability_in_time"].between(0.9, 1).all()
    page = advice._repr_html_()
    assert "hours p50" in page
    assert ">machines</th>" not in page  # one of each, which says nothing
    several = flopwise.recommend(**LLAMA, batch=512, deadline="5h", max_machines=4, top=2)
    assert {choice.job.machines for choice in several.choices} != {1}
    assert ">machines</th>" in several._repr_html_()
    plain = flopwise.recommend(catalog="aws-2020-04").to_pandas()
    assert plain["hours_p50"].isna().all()
    assert "hours p50" not in flopwise.recommend(catalog="aws-2020-04")._repr_html_()


def test_bad_jobs_are_refused():
    with pytest.raises(flopwise.FlopwiseError, match="model: "):
        flopwise.recommend(model="gpt-9000", tokens=1e9)
    with pytest.raises(flopwise.FlopwiseError, match="days: must not come with a training job"):
        flopwise.recommend(**LLAMA, days=3)
    with pytest.raises(flopwise.FlopwiseError, match='gpu: must be a GPU of the catalog, got "X"'):
        flopwise.estimate(gpu="X", **LLAMA)
    with pytest.raises(flopwise.FlopwiseError, match="gpus: must be positive"):
        flopwise.estimate(gpu="T4", gpus=0, **LLAMA)
    with pytest.raises(flopwise.FlopwiseError, match="network_gbps: must be given"):
        flopwise.estimate(gpu="T4", machines=2, **LLAMA)


def test_a_sweep_over_jobs_answers_as_recommend_does():
    tokens = [1e8, 2e9, 4e10]
    answer = flopwise.sweep({"tokens": tokens, "model": "llama-2-7b", "budget_usd": 2000})
    for i, n in enumerate(tokens):
        one = flopwise.recommend(model="llama-2-7b", tokens=n, budget_usd=2000)
        assert answer["outcome"][i] == one.outcome
        if one.choices:
            best = one.choices[0]
            assert answer["instance"][i] == best.instance
            assert answer["total_usd"][i] == best.cost.total_usd
        else:
            assert np.isnan(answer["total_usd"][i])


def test_a_configuration_is_a_model(tmp_path):
    file = tmp_path / "config.json"
    file.write_text('{"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024, "vocab_size": 50257}')
    net = flopwise.read_model_config(file)
    assert net.parameters == 124439808 and net.max_seq_len == 1024  # as KerasHub counts GPT-2
    assert flopwise.read_model_config(tmp_path) == net
    ours, named = (flopwise.estimate(gpu="T4", model=model, tokens=1e9, seq_len=1024) for model in (file, "gpt2"))
    assert ours.hours == pytest.approx(named.hours, rel=0.01)
    assert flopwise.memory_fit(gpu="T4", model=file).fits
    with pytest.raises(flopwise.FlopwiseError, match="model_type: must be one of the classes that are counted"):
        flopwise.model_from_config("{}")


def test_rates_are_a_mapping_a_list_or_text():
    asked = {"model": "resnet-50", "instance": "g5.xlarge", "region": "us-east-1"}
    hours = lambda rates: flopwise.recommend(**asked, measured=rates).choices[0].job.time
    seen = hours({"T4": 400, "V100": 900})
    assert hours(["T4=400", "900/s on V100"]) == seen
    assert hours("T4=400,V100=900") == seen
    assert flopwise.recommend(**asked, measured="T4=400").request.measured == "400/s on T4"
    assert flopwise.Request(measured={"T4": 400, "V100": 900}).measured == ["400/s on T4", "900/s on V100"]
