import datetime
import inspect
import json
import pathlib
import re

import flopwise
import numpy as np
import pytest
from flopwise import Recommendation, Request


def test_the_article_gets_its_answer(article):
    assert article.price_ceiling_usd_per_hour == pytest.approx(2000 / (365 * 2))
    assert article.outcome == "found"
    best = article.choices[0]
    assert (best.rank, best.instance, best.price_usd_per_hour) == (1, "p2.xlarge", 0.9)
    assert best.cost.total_usd == pytest.approx(657.0)
    assert [item.charge for item in best.cost.items] == ["compute"]


def test_attributes_are_the_keys_of_the_json(article):
    report = json.loads(article.to_json())
    for ours, theirs in [
        (article.choices, report["choices"]),
        (article.families, report["families"]),
    ]:
        assert [r._fields for r in ours] == [tuple(keys) for keys in theirs]
        for record, keys in zip(ours.to_dicts(), theirs):
            for key, value in keys.items():
                if isinstance(value, float):
                    assert record[key] == pytest.approx(value, rel=1e-11)
                elif not isinstance(value, dict):
                    assert record[key] == value
    assert article.refusals.count == report["refusals"]["count"]
    assert article.refusals.by_reason == report["refusals"]["by_reason"]
    assert [r.relaxation for r in article.refusals] == [
        r["relaxation"] for r in report["refusals"]["nearest"]
    ]
    assert article.request.to_dict().items() >= {"days": 365, "hours_per_day": 2}.items()


def test_prints_as_the_command_does_with_keywords_for_flags(article, capfd):
    from flopwise._core import run_command

    print(article, end="")
    ours = capfd.readouterr().out
    assert "budget_usd=" in ours and "--" not in ours
    for setting, (flag, *_) in flopwise.settings().items():
        ours = ours.replace(f"{setting}=", f"--{flag} ")
    status = run_command(
        "--budget 2000 --days 365 --hours-per-day 2 --catalog aws-2020-04 "
        "--region us-east-1 --precision fp64".split()
    )
    assert status == 0
    assert capfd.readouterr().out == ours


def test_every_setting_is_a_keyword_argument_and_a_property():
    parameters = inspect.signature(flopwise.recommend).parameters
    for key in flopwise.settings():
        assert parameters[key].kind is inspect.Parameter.KEYWORD_ONLY
        assert getattr(Request(), key) is None
        assert key == "catalog" or f"    {key} : " in flopwise.recommend.__doc__


def test_arguments_must_be_named():
    with pytest.raises(TypeError):
        flopwise.recommend(2000, 365)
    with pytest.raises(TypeError, match="request: must be a Request, got 2000"):
        flopwise.recommend(2000)
    with pytest.raises(TypeError, match="catalog: must be text"):
        flopwise.recommend(catalog=object())


def test_none_is_not_given():
    assert Request(budget_usd=None, region=None) == Request()
    with pytest.raises(flopwise.FlopwiseError, match="did you mean budget_usd"):
        Request(buget_usd=None)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ({"region": ["us-east-1", "eu-west-1"]}, {"region": "us-east-1,eu-west-1"}),
        ({"region": ("us-east-1",)}, {"region": "us-east-1"}),
        ({"region": np.array(["us-east-1"])}, {"region": "us-east-1"}),
        ({"near": (10.8, 106.7)}, {"near": "10.8,106.7"}),
        ({"today": datetime.date(2026, 7, 1)}, {"today": "2026-07-01"}),
        ({"weights": {"cost": 0.5, "speed": 1}}, {"weights": "cost=0.5,speed=1"}),
        ({"currency": {"EUR": 0.92}}, {"currency": "EUR=0.92"}),
        ({"include_retired": True}, {"include_retired": "true"}),
        ({"include_retired": np.True_}, {"include_retired": True}),
        ({"days": np.float32(1.5)}, {"days": 1.5}),
        ({"top": np.int64(3)}, {"top": 3}),
        ({"catalog": pathlib.Path("x.yaml")}, {"catalog": "x.yaml"}),
        ({"budget_usd": 1e6}, {"budget_usd": "1000000"}),
        ({"budget_usd": 0.1 + 0.2}, {"budget_usd": "0.30000000000000004"}),
    ],
)
def test_values_of_python_mean_what_text_means(written, same):
    assert Request(**written) == Request(**same)


@pytest.mark.parametrize("value", [b"1", object(), 1j, [[1]], {"a": [1]}])
def test_other_types_are_type_errors(value):
    with pytest.raises(TypeError, match="days: must be text, a number"):
        Request(days=value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "", "3x", True])
def test_what_is_no_number_is_refused_by_field(value):
    with pytest.raises(flopwise.FlopwiseError) as caught:
        Request(days=value)
    assert caught.value.field == "days"


def test_an_empty_list_is_refused():
    with pytest.raises(flopwise.FlopwiseError, match="region: must have a value"):
        Request(region=[])


def test_settings_go_over_a_request():
    request = Request(budget_usd=2000, days=365, hours_per_day=2)
    advice = flopwise.recommend(request, days=90, catalog="aws-2020-04")
    assert advice.request.days == 90
    assert advice.request.budget_usd == 2000
    assert request.replace(days=None) == Request(budget_usd=2000, hours_per_day=2)
    assert request.replace(days=90).days == 90


def test_a_request_reads_from_its_file(tmp_path):
    file = tmp_path / "request.yaml"
    file.write_text("budget_usd: 2000\ndays: 365\nregion: [us-east-1]\n")
    assert Request.read(file) == Request(budget_usd=2000, days=365, region="us-east-1")
    file.write_text("budget_usd: 2000\nregion: nowhere\n")
    with pytest.raises(flopwise.FlopwiseError) as caught:
        flopwise.recommend(Request.read(file))
    assert (caught.value.file, caught.value.line) == (str(file), 2)
    assert caught.value.field == "region"


@pytest.mark.parametrize("as_path", [str, pathlib.Path])
def test_a_catalog_is_given_in_four_ways(article, then, tmp_path, as_path):
    asked = {**article.request.to_dict()}
    assert asked.pop("catalog") == "aws-2020-04"
    file = tmp_path / "then.yaml"
    file.write_text(then.to_yaml())
    for catalog in (then, "aws-2020-04", as_path(file)):
        assert flopwise.recommend(catalog=catalog, **asked).choices == article.choices


def test_equal_questions_give_equal_answers(article):
    asked = article.request.to_dict()
    again = flopwise.recommend(**asked)
    assert again == article
    assert again.to_json() == article.to_json()
    assert flopwise.recommend(**{**asked, "days": 364}) != article


def test_nothing_is_an_answer():
    advice = flopwise.recommend(budget_usd=1, days=365)
    assert advice.outcome == "nothing_affordable"
    assert len(advice.choices) == 0
    assert advice.choices.to_dicts() == []
    assert advice.refusals[0].relaxation["budget_usd"] > 1
    assert isinstance(advice, Recommendation)
    assert flopwise.recommend(min_memory_gib=1e8).outcome == "nothing_fits"


def test_messages_have_place_reason_and_value():
    with pytest.raises(flopwise.FlopwiseError) as caught:
        flopwise.recommend(budget_usd=2000, days=365, hours_per_day=25)
    assert str(caught.value) == "hours_per_day: must be at most 24 h/d, got 25 h/d"
    assert isinstance(caught.value, ValueError)
    assert (caught.value.field, caught.value.file, caught.value.line) == ("hours_per_day", "", 0)


def test_a_missing_file_is_both_errors(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        flopwise.recommend(catalog=tmp_path / "none.yaml")
    assert isinstance(caught.value, flopwise.FlopwiseError)
    assert caught.value.file.endswith("none.yaml")


def test_the_day_is_that_of_the_system_unless_it_is_given():
    article = dict(budget_usd=2000, days=365, hours_per_day=2, catalog="aws-2020-04",
                   region="us-east-1")
    before = datetime.datetime.now(datetime.timezone.utc).date()
    taken = flopwise.recommend(**article).request.today
    after = datetime.datetime.now(datetime.timezone.utc).date()
    assert taken in (str(before), str(after))
    assert flopwise.recommend(**article, today="2026-07-20").request.today == "2026-07-20"
    asked = Request(**article, today="2026-07-20")
    assert flopwise.recommend(asked).request.today == "2026-07-20"
    assert (
        "10 of 10 prices shown are older than 90 days on 2026-12-01; the oldest is 2020-06-18"
        in flopwise.recommend(asked, today="2026-12-01").warnings
    )


def test_the_dates_of_the_prices_are_a_range(article):
    assert article.price_dates == {
        "oldest": "2020-06-18", "newest": "2020-06-18", "undated": False
    }
    choice = article.choices[0]
    assert choice.price_dates == article.price_dates
    assert article.choices.to_pandas()["price_dates"][0] == "2020-06-18"
    assert flopwise.Choice(price_dates={"oldest": None, "newest": None, "undated": True}) != choice


def test_what_is_sold_at_an_unknown_price_is_told(tmp_path):
    # b is offered in two regions and priced in one; all of it is made up
    file = tmp_path / "two.yaml"
    file.write_text("""\
catalog: {name: two, as_of: 2026-01-15}
provider: aws
sources: [{name: s, title: Made up, as_of: 2026-01-15}]
gpus: [{name: g, memory_gib: 16, fp16_tensor_tflops: 65, source: s}]
families: [{name: f, purpose: graphics, source: s}]
instances:
  - {name: b, family: f, vcpus: 4, memory_gib: 64, gpu: g, gpu_count: 1, arch: x86_64, source: s}
regions: [{code: east, source: s}, {code: west, source: s}]
offerings: [{instance: b, regions: [east, west], source: s}]
prices: [{instance: b, region: east, purchase: on_demand, usd_per_hour: 0.5, source: s}]
""")
    advice = flopwise.recommend(catalog=file, region="west")
    assert advice.unpriced.count == 1
    (machine,) = advice.unpriced.machines
    assert (machine.instance, machine.sold, machine.regions) == ("b", "yes", ["west"])
    assert machine.reason == (
        "no price on demand in west in this catalog (known in east: 0.5); it is sold there"
    )
    assert f"b: {machine.reason[:30]}" in str(advice)
    assert json.loads(advice.to_json())["unpriced"]["machines"] == advice.unpriced.machines.to_dicts()


def test_a_name_of_a_gpu_is_all_that_it_may_mean(now):
    assert [gpu.name for gpu in now.find_gpus("A100 80GB")] == ["nvidia-a100-pcie-80gb", "nvidia-a100-sxm4-80gb"]
    assert [gpu.name for gpu in now.find_gpus("NVIDIA H100 80GB HBM3")] == ["nvidia-h100-sxm5-80gb"]
    assert len(now.find_gpus("nothing")) == 0
    advice = flopwise.recommend(Request(gpu="A100", region="us-east-1"), catalog=now)
    (match,) = advice.gpu_matches  # AWS has none on PCIe
    assert (match.name, match.gpus) == ("A100", ["nvidia-a100-sxm4-40gb", "nvidia-a100-sxm4-80gb"])
    assert json.loads(advice.to_json())["gpu_matches"] == advice.gpu_matches.to_dicts()


def test_a_vendor_and_a_stack_are_those_of_the_gpu(now):
    made = {gpu.name: gpu.vendor for gpu in now.gpus}
    stacks = {gpu.name: gpu.stack for gpu in now.gpus}
    for request in [Request(vendor="aws"), Request(stack=["neuron"])]:
        chosen = {choice.gpu for choice in flopwise.recommend(request, catalog=now).choices}
        assert chosen and {(made[gpu], stacks[gpu]) for gpu in chosen} == {("AWS", "Neuron")}
    with pytest.raises(flopwise.FlopwiseError, match='^vendor: must be AMD, AWS, .*, got "nvidea", did you mean NVIDIA'):
        flopwise.recommend(Request(vendor="nvidea"), catalog=now)


def test_a_choice_says_what_the_wheel_of_the_day_lacks(now):
    where = {"budget_usd": 20000, "days": 30, "region": "us-east-1", "include_retired": True}
    notes = {
        machine: flopwise.recommend(
            Request(instance=machine, **where, today=day), catalog=now
        ).choices[0].stack_note
        for machine, day in [("p3.2xlarge", "2026-11-29"), ("g4dn.xlarge", "2026-11-29")]
    }
    assert notes["p3.2xlarge"].startswith("sm_70: the usual wheel of PyTorch 2.15 (2026-10-28")
    assert notes["g4dn.xlarge"] is None
    gpus = {gpu.name: gpu for gpu in now.gpus}
    assert gpus["nvidia-v100-sxm2-16gb"].compute_capability == "7.0"
    assert (gpus["aws-trainium1"].devices, gpus["nvidia-t4"].devices) == (2, None)


def test_what_is_usable_of_a_memory_is_known_of_some_gpus(now):
    t4 = now.find_gpu("T4")
    assert (t4.memory_gib, t4.usable_memory_gib) == (16, 14.56)
    assert now.find_gpu("T4G").usable_memory_gib is None


def test_what_comes_first_is_asked_for():
    asked = {"region": "us-east-1", "gpu": "T4,V100,A100", "top": 1000, "today": "2026-11-28"}
    cheapest = flopwise.recommend(**asked)
    assert cheapest.request.sort == "cost"  # without a word about money
    prices = [choice.price_usd_per_hour for choice in cheapest.choices]
    assert prices == sorted(prices)
    fastest = [choice.predicted_tflops for choice in flopwise.recommend(**asked, sort="speed").choices]
    assert fastest == sorted(fastest, reverse=True)
    scores = [choice.score for choice in flopwise.recommend(**asked, sort="score").choices]
    assert scores == sorted(scores, reverse=True)
    assert flopwise.recommend(**asked, budget_usd=500).request.sort == "score"
    each = ["cost", "price", "speed", "score"]
    rows = flopwise.sweep({"sort": each, "days": 10, "region": "us-east-1", "gpu": "T4,V100,A100"})
    assert list(rows["instance"]) == [
        flopwise.recommend(**asked, days=10, sort=sort).choices[0].instance for sort in each]


def test_the_best_of_each_and_where_else():
    gpus = flopwise.recommend(by="gpu", region="us-*", top=100).choices
    assert len({choice.gpu for choice in gpus}) == len(gpus)
    assert "us-east-2" in next(choice for choice in gpus if choice.instance == "g4dn.xlarge").also


def test_the_table_has_the_width_and_columns_that_are_asked_for():
    advice = flopwise.recommend(budget_usd=500, days=20, today="2026-11-28")
    assert 80 < max(map(len, advice.to_text(width=140).splitlines())) <= 140
    chosen = advice.to_text(columns=["instance", "usd_per_gpu_hour"])
    assert "machine USD/GPU h" in " ".join(chosen.split())
    assert "| # | region |" in advice.to_markdown(columns=["rank", "region"])
    with pytest.raises(flopwise.FlopwiseError, match="^width: must be from 60 to 250, got 300$"):
        advice.to_text(width=300)
    with pytest.raises(flopwise.FlopwiseError, match='^columns: must be columns of the answer, got "prize"'):
        advice.to_text(columns=["prize"])


def test_a_notebook_shows_keywords_as_code():
    page = flopwise.recommend(budget_usd=500, days=365, hours_per_day=2, catalog="aws-2020-04")._repr_html_()
    assert "<code>budget_usd=" in page and "`" not in page


def test_python_calls_settings_by_their_keywords():
    job = flopwise.recommend(
        model="resnet-50", max_machines=4, gpu="T4", deadline="3h", nearest=5, today="2026-11-28", launch=True,
    )
    no_budget = flopwise.recommend(min_vcpus=4, today="2026-11-28")
    several = flopwise.recommend(model="resnet-50", max_machines=4, gpu="T4", deadline="20h", today="2026-11-28")
    assert any("`batch`" in warning for warning in several.warnings)
    assert "max_machines=" in str(job) and 'deadline="' in str(job)
    for advice in (job, no_budget, several):
        question = re.compile('<section id="again">.*?</section>', re.DOTALL)  # as the command has it
        pages = [str(advice), advice.to_markdown(), advice._repr_html_(), question.sub("", advice.report())]
        for page in pages:
            body = re.sub("<style.*?</style>", "", page, flags=re.DOTALL)
            assert not re.search("--[a-z]", body.split("```")[0]), body


def test_the_help_says_keywords_and_values_as_they_are():
    said = flopwise.recommend.__doc__
    assert not re.search("--[a-z]", said) and "needs near" in said
    assert "on_demand, spot, best" in said and "vCPUs at least" in said
    assert "aws, intel, ...\n" in said
