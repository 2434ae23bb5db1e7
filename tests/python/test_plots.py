"""Pictures: what is drawn, and that no two labels cover each other."""

import datetime
import functools
import itertools
import pickle
import time

import flopwise
import numpy
import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("agg")

from matplotlib import pyplot  # noqa: E402
from matplotlib.colors import to_rgb  # noqa: E402
from matplotlib.text import Text  # noqa: E402


@pytest.fixture(autouse=True)
def close():
    yield
    pyplot.close("all")


ASKED = {
    "article": dict(
        budget_usd=2000, days=365, hours_per_day=2, catalog="aws-2020-04", region="us-east-1"
    ),
    "today": dict(budget_usd=20000, days=90),
    "spot": dict(gpu="A100,H100,T4,A10G", purchase=["spot", "on_demand"], top=14),
    "one": dict(instance="p4d.24xlarge", region="us-east-1"),
    "vcpus": dict(min_gpus=0, max_gpus=0, days=30, budget_usd=1000),
    "crowded": dict(days=30, region="any", purchase=["spot", "on_demand"], top=300),
}
JOBS = {
    "job": dict(model="llama-2-7b", tokens=2e9, budget_usd=1000, deadline="48h"),
    "several": dict(model="llama-2-7b", tokens=2e9, max_machines=8, objective="time", gpu="V100,A10G",
                    batch=256, seq_len=2048),
    "images": dict(model="resnet-50", deadline="2026-12-05", today="2026-11-29", hours_per_day=12),
}
STYLES = {
    "light": ({}, None),
    "dark": ("dark_background", None),
    "small": ({}, (2.6, 2.0)),
    "large text": ({"font.size": 18}, None),
}


@functools.cache
def answer(name):
    return flopwise.recommend(**{**ASKED, **JOBS}[name])


@pytest.fixture(params=ASKED)
def advice(request):
    return answer(request.param)


def boxes(ax):
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    # Of the words alone: an annotation's own extent has its line, too.
    return [Text.get_window_extent(t, renderer) for t in ax.texts if t.get_text()]


def area_shared(a, b):
    width = min(a.x1, b.x1) - max(a.x0, b.x0)
    height = min(a.y1, b.y1) - max(a.y0, b.y0)
    return max(width, 0) * max(height, 0)


def test_pareto_labels_are_legible(advice):
    ax = advice.plot_pareto()
    labels = boxes(ax)
    assert labels
    for a, b in itertools.combinations(labels, 2):
        assert area_shared(a, b) < 1
    frame = ax.get_window_extent()
    for box in labels:
        assert area_shared(box, frame) > 0.99 * box.width * box.height


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["article", "crowded", "job"])
def test_every_picture_in_every_style(name, style):
    parameters, size = STYLES[style]
    advice = answer(name)
    with pyplot.style.context(parameters):
        for plot in ("plot_pareto", "plot_scores", "plot_budget"):
            if plot == "plot_budget" and (advice.request.budget_usd is None or advice.choices[0].job):
                continue
            ax = pyplot.subplots(figsize=size, layout="constrained")[1] if size else None
            drawn = getattr(advice, plot)(ax=ax)
            drawn.figure.canvas.draw()
            ink, paper = to_rgb(drawn.xaxis.label.get_color()), to_rgb(drawn.get_facecolor())
            assert abs(sum(ink) - sum(paper)) > 1.5
            for a, b in itertools.combinations(boxes(drawn), 2):
                assert area_shared(a, b) < 1 or plot == "plot_scores"


def test_the_colours_and_sizes_are_those_of_the_style():
    advice = flopwise.recommend(**ASKED["article"])
    with pyplot.style.context("dark_background"):
        ax = advice.plot_pareto()
    assert to_rgb(ax.get_facecolor()) == (0, 0, 0)
    assert not any(to_rgb(face[:3]) == (1, 1, 1) for c in ax.collections for face in c.get_facecolor())
    with pyplot.rc_context({"figure.figsize": (9, 3), "font.size": 5}):
        ax = advice.plot_pareto()
        assert tuple(ax.figure.get_size_inches()) == (9, 3)
        assert max(text.get_fontsize() for text in ax.texts) < 5
        assert advice.plot_budget().figure.get_figwidth() == 9


def test_the_front_is_that_of_all_that_qualify():
    asked = dict(budget_usd=20000, days=90, region="us-east-1")
    few = flopwise.recommend(**asked, top=1).plot_pareto()
    every = flopwise.recommend(**asked, top=10_000).choices
    # By hand: no machine that costs no more is faster.
    front = {
        (c.total_usd, c.predicted_tflops)
        for c in every
        if not any(
            o.predicted_tflops >= c.predicted_tflops and o.total_usd <= c.total_usd
            and (o.predicted_tflops, -o.total_usd) != (c.predicted_tflops, -c.total_usd)
            for o in every
        )
    }
    line = next(line for line in few.lines if "front" in line.get_label())
    assert line.get_label() == f"front of all {len(every)} that qualify"
    assert set(zip(*line.get_data())) == front
    assert len(front) > 3


def test_names_stand_at_the_front_and_the_first_ten():
    advice = flopwise.recommend(**ASKED["crowded"])
    ax = advice.plot_pareto()
    line = next(line for line in ax.lines if "front" in line.get_label())
    on_front = set(zip(*line.get_data()))
    first = {(c.total_usd, c.predicted_tflops) for c in advice.choices[:10]}
    named = {tuple(map(float, text.xy)) for text in ax.texts}
    assert named <= on_front | first
    assert (advice.choices[0].total_usd, advice.choices[0].predicted_tflops) in named


def test_a_job_is_hours_against_the_cost_of_all_machines():
    advice = flopwise.recommend(**JOBS["job"])
    ax = advice.plot_pareto()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("total of all machines (USD)", "hours of the job, median")
    points = sorted(tuple(p) for c in ax.collections if hasattr(c, "get_offsets")
                    for p in c.get_offsets() if len(c.get_offsets()) > 0 and c.get_label()[0] != "8")
    drawn = {(round(c.total_usd, 6), round(c.hours, 6)) for c in advice.choices}
    assert drawn <= {(round(x, 6), round(y, 6)) for x, y in points}
    bars = ax.containers[0].lines[2][0].get_segments()
    assert [tuple(bar[:, 1]) for bar in bars] == [
        pytest.approx((c.job.hours_p10, c.job.hours_p90)) for c in advice.choices]
    front = next(line for line in ax.lines if "front" in line.get_label())
    assert sorted(zip(*front.get_data())) == sorted((p.cost_usd, p.hours) for p in advice.front)
    labels = [line.get_label() for line in ax.lines]
    assert "budget 1,000 USD" in labels and "deadline 48 h" in labels


def test_of_several_machines_the_cost_is_that_of_all():
    advice = flopwise.recommend(**JOBS["several"])
    best = advice.choices[0]
    assert best.job.machines > 1
    # Each of them starts for 10 minutes, which are paid.
    paid = best.job.machines * (best.hours + 10 / 60) * best.price_usd_per_hour
    assert best.total_usd == pytest.approx(paid)
    ax = advice.plot_pareto()
    assert any(tuple(p) == (best.total_usd, best.hours) for c in ax.collections for p in c.get_offsets())
    assert any(text.get_text() == f"{best.job.machines} x {best.instance}" for text in ax.texts)


def test_a_deadline_that_is_a_day_is_counted_from_the_moment_of_the_question():
    advice = flopwise.recommend(model="resnet-50", deadline="2026-12-05", today="2026-11-29T18:00")
    line = next(line for line in advice.plot_pareto().lines if "deadline" in line.get_label())
    assert line.get_label() == "deadline 150 h"  # six days and six hours


def test_a_deadline_that_is_a_day_is_its_end_at_the_hours_of_a_day():
    ax = flopwise.recommend(**JOBS["images"]).plot_pareto()
    # From the 29th to the end of the 5th are 7 days; of 12 hours each.
    line = next(line for line in ax.lines if "deadline" in line.get_label())
    assert line.get_ydata()[0] == 7 * 12 == (datetime.date(2026, 12, 6) - datetime.date(2026, 11, 29)).days * 12


def test_an_answer_that_was_unpickled_asks_what_is_at_hand(then):
    advice = pickle.loads(pickle.dumps(flopwise.recommend(**ASKED["today"], top=2)))
    ax = advice.plot_pareto()
    assert len(next(line for line in ax.lines if "front" in line.get_label()).get_xdata()) > 2
    same = flopwise.recommend(catalog=flopwise.Catalog.parse(then.to_yaml(), "mine"), days=3, top=2)
    pickle.loads(pickle.dumps(same)).plot_pareto()  # read elsewhere, and no other than the bundled one


def test_an_answer_that_was_unpickled_does_not_ask_other_prices_or_charges(then):
    cheap = flopwise.Price(
        provider="aws", instance="p2.xlarge", region="us-east-1", price_usd_per_hour=0.1,
        source=then.sources[0].name,
    )  # fmt: skip
    changed = flopwise.recommend(catalog=then.with_prices([cheap]), days=3, top=2)
    assert changed.catalog_name == then.name  # which says nothing of the price
    changed.plot_pareto()
    with pytest.raises(flopwise.FlopwiseError, match="catalog: must be at hand to ask again"):
        pickle.loads(pickle.dumps(changed)).plot_pareto()
    same = flopwise.recommend(catalog=flopwise.Catalog.bundled("aws-2020-04"), days=3, top=2)
    pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(same)))).plot_pareto()
    charges = flopwise.Charges.parse("""
sources: [{name: own, title: a test, as_of: 2026-01-01}]
charges: [{provider: aws, charge: storage_gp3, region: us-east-1, usd: 50, source: own}]
""")
    own = flopwise.recommend(
        catalog="aws-2020-04", days=3, top=2, region="us-east-1", storage_gib=10,
        charges=flopwise.Charges.bundled().merged(charges),
    )  # fmt: skip
    own.plot_pareto()
    with pytest.raises(flopwise.FlopwiseError, match="charges: must be at hand to ask again"):
        pickle.loads(pickle.loads(pickle.dumps(pickle.dumps(own)))).plot_pareto()


def test_many_points_take_linear_time():
    took = []
    for top in (500, 4000):
        advice = flopwise.recommend(days=30, region="any", provider="any", purchase=["spot", "on_demand"],
                                    catalog="clouds-2026-11", top=top)
        assert len(advice.choices) == top
        begin = time.perf_counter()
        advice.plot_pareto()
        took.append(time.perf_counter() - begin)
    assert took[1] < 8 * took[0]  # 64 times as long if it were quadratic


def test_pareto_draws_every_choice_and_the_limit():
    advice = flopwise.recommend(**ASKED["article"], precision="fp64")
    ax = advice.plot_pareto()
    points = sorted(tuple(p) for c in ax.collections for p in c.get_offsets())
    assert points == sorted((c.total_usd, c.tflops) for c in advice.choices)
    assert ax.get_ylabel() == "speed, peak TFLOPS (fp64)"
    trained = flopwise.recommend(**ASKED["article"])
    points = sorted(tuple(p) for c in trained.plot_pareto().collections for p in c.get_offsets())
    assert points == sorted((c.cost.total_usd, c.predicted_tflops) for c in trained.choices)
    assert any(line.get_xdata()[0] == 2000 for line in ax.lines)
    ax = advice.plot_pareto(x="price_usd_per_hour")
    ceiling = advice.price_ceiling_usd_per_hour
    assert any(line.get_xdata()[0] == ceiling for line in ax.lines)
    assert ax.get_xlabel() == "price (USD/h)"


def test_scores_add_up(advice):
    ax = advice.plot_scores()
    total = {}
    for bar in ax.patches:
        row = round(bar.get_y() + bar.get_height() / 2)
        total[row] = total.get(row, 0) + bar.get_width()
    for i, choice in enumerate(advice.choices[:40]):
        assert total[i] == pytest.approx(sum(choice.contributions.values()))
    assert [t.get_text() for t in ax.texts] == [f"{c.score:.1f}" for c in advice.choices[:40]]
    for a, b in itertools.combinations(boxes(ax), 2):
        assert area_shared(a, b) == 0


def test_budget_lines_follow_the_rule():
    advice = flopwise.recommend(**ASKED["article"])
    ax = advice.plot_budget()
    prices = {c.instance: c.price_usd_per_hour for c in advice.choices}
    lines = [line for line in ax.lines if "USD/h" in line.get_label()]
    assert len(lines) == 6
    for line in lines:
        price = prices[line.get_label().split(",")[0]]
        for days, hours in zip(*line.get_data()):
            assert hours == pytest.approx(min(24, 2000 / (price * days)))


def hours_at(ax, name):
    line = next(line for line in ax.lines if line.get_label().startswith(name))
    return list(zip(*line.get_data()))


def test_budget_lines_follow_the_confidence():
    asked = dict(ASKED["article"], use_cv=0.5, confidence=0.95)
    advice = flopwise.recommend(**asked)
    ax = advice.plot_budget()
    assert ax.get_title() == "What 2,000 USD affords, enough in 95% of cases"
    best = advice.choices[0]
    certain = flopwise.recommend(**ASKED["article"]).plot_budget()
    assert hours_at(ax, best.instance)[200][1] < hours_at(certain, best.instance)[200][1]
    for days, hours in hours_at(ax, best.instance)[100:400:60]:
        if hours < 9.5:  # above, a use that varies so is no plan
            for more, fits in ((0.999, True), (1.001, False)):
                assert bool(flopwise.affordable(
                    price_usd_per_hour=best.price_usd_per_hour, budget_usd=2000, days=days,
                    hours_per_day=hours * more, use_cv=0.5, confidence=0.95)) is fits


CHARGED = {
    "charges": dict(storage_gib=500, egress_gib_per_month=100),
    "commitment": dict(purchase="reserved_1yr_no_upfront,on_demand"),
    "spot": dict(purchase="spot"),
    "charges and confidence": dict(storage_gib=500, use_cv=0.3),
}


@pytest.mark.parametrize("more", CHARGED.values(), ids=CHARGED)
def test_budget_lines_follow_the_whole_plan(more):
    asked = dict(budget_usd=3000, days=365, hours_per_day=2, region="us-east-1", **more)
    advice = flopwise.recommend(**asked)
    ax = advice.plot_budget()
    drawn = [line for line in ax.lines if "USD/h" in line.get_label()]
    assert drawn
    best = next(c for c in advice.choices if any(
        line.get_label().startswith(c.instance) for line in drawn))
    line = next(line for line in drawn if line.get_label().startswith(best.instance))
    asked_again = 0
    for days, hours in zip(*line.get_data()):
        if not 0.2 < hours < 23.9 or days > 3000:
            continue
        asked_again += 1
        for factor, outcome in ((0.98, True), (1.02, False)):
            again = {**asked, "top": 1, "instance": best.instance, "days": days, "purchase": best.purchase}
            try:
                found = flopwise.recommend(**{**again, "hours_per_day": hours * factor}).outcome
            except flopwise.FlopwiseError:  # a use that varies so is no plan
                found = "refused"
            assert (found == "found") is outcome, (days, hours)
    assert asked_again > 3


def test_a_job_has_no_hours_a_day_to_plot():
    with pytest.raises(flopwise.FlopwiseError, match="model: must not be given to plot hours a day"):
        flopwise.recommend(**JOBS["job"]).plot_budget()
    with pytest.raises(flopwise.FlopwiseError, match="x: must be 'total_usd' for a job"):
        flopwise.recommend(**JOBS["job"]).plot_pareto(x="price_usd_per_hour")


def test_what_only_adds_to_an_answer_is_not_asked_for_again():
    advice = flopwise.recommend(
        days=30, budget_usd=900, own_price_usd=5000, own_gpu="T4", own_years=3, storage_gib=5,
        against="2026-09-01", by="family", launch=True, top=2, region="us-east-1")
    ax = advice.plot_pareto()
    assert any(line.get_label() == f"front of all {advice.admitted} that qualify" for line in ax.lines)
    assert len(advice.plot_budget().lines) == 3


def test_only_so_many_bars_are_drawn():
    ax = flopwise.recommend(**ASKED["crowded"]).plot_scores()
    assert len(ax.texts) == 40
    assert ax.get_ylabel() == "the first 40 of 300"


def test_given_axes_are_used(advice):
    for plot in (advice.plot_scores, advice.plot_pareto):
        _, ax = pyplot.subplots()
        assert plot(ax=ax) is ax


def test_what_cannot_be_plotted_is_refused():
    nothing = flopwise.recommend(budget_usd=1, days=365)
    for plot in (nothing.plot_pareto, nothing.plot_scores, nothing.plot_budget):
        with pytest.raises(flopwise.FlopwiseError, match="choices: must not be empty"):
            plot()
    with pytest.raises(flopwise.FlopwiseError, match="budget_usd: must be given"):
        flopwise.recommend(days=3).plot_budget()
    with pytest.raises(flopwise.FlopwiseError, match="x: must be"):
        flopwise.recommend(days=3).plot_pareto(x="score")
    with pytest.raises(flopwise.FlopwiseError, match="x: must be"):
        flopwise.recommend().plot_pareto(x="total_usd")
