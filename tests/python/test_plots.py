"""Pictures: what is drawn, and that no two labels cover each other."""

import itertools

import flopwise
import pytest

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("agg")

from matplotlib import pyplot  # noqa: E402
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
}


@pytest.fixture(params=ASKED)
def advice(request):
    return flopwise.recommend(**ASKED[request.param])


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
    assert len(labels) == len({(c.instance, c.purchase) for c in advice.choices})
    for a, b in itertools.combinations(labels, 2):
        assert area_shared(a, b) < 1
    frame = ax.get_window_extent()
    for box in labels:
        assert area_shared(box, frame) > 0.9 * box.width * box.height


def test_pareto_draws_every_choice_and_the_limit():
    advice = flopwise.recommend(**ASKED["article"], precision="fp64")
    ax = advice.plot_pareto()
    points = sorted(tuple(p) for c in ax.collections for p in c.get_offsets())
    assert points == sorted((c.cost.total_usd, c.tflops) for c in advice.choices)
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
    for i, choice in enumerate(advice.choices):
        assert total[i] == pytest.approx(sum(choice.contributions.values()))
    assert [t.get_text() for t in ax.texts] == [f"{c.score:.1f}" for c in advice.choices]
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


def test_given_axes_are_used(advice):
    _, ax = pyplot.subplots()
    assert advice.plot_scores(ax=ax) is ax
    assert advice.plot_pareto(ax=ax) is ax


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
