"""docs/img/calibration.png: predicted against actual time of each scored row, its source left out of the fit.

python3 benchmarks/calibrate/plot.py          needs matplotlib besides requirements.txt
"""

import math

import matplotlib
import numpy as np
from scipy import stats

import calibrate
import model

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the choice of backend)

# Okabe and Ito 2008, told apart by colour-blind readers; a marker each, so that it reads in grey too.
FAMILIES = (
    ("Decoder", ("transformer_decoder",), "#0072B2", "o"),
    ("Encoder, encoder-decoder", ("transformer_encoder", "encoder_decoder"), "#56B4E9", "s"),
    ("Fine-tuning", ("fine_tune",), "#E69F00", "^"),
    ("Mixture of experts", ("moe",), "#CC79A7", "D"),
    ("CNN", ("cnn",), "#009E73", "v"),
    ("ViT, diffusion", ("vit", "diffusion"), "#D55E00", "P"),
    ("Detector, segmentation", ("detector", "segmentation"), "#F0E442", "X"),
)


def main():
    c = calibrate.calibration()
    f, s = c["fit"], c["scored"]
    scale, dof = calibrate.spread(c)
    typical = math.hypot(scale, np.median(calibrate.widths(c, f.group)[s]))
    band = math.exp(typical * stats.t.ppf(0.5 + calibrate.LEVEL / 2, dof))
    flops = np.array([w["flops_per_unit"] for w in f.workloads])
    actual, predicted = np.exp(f.y) / flops * 1e18 / 3600, np.exp(c["predicted"]) / flops * 1e18 / 3600
    plt.rcParams.update({"font.size": 12, "font.family": "DejaVu Sans"})
    figure, axes = plt.subplots(figsize=(8, 7.2), dpi=150)
    low, high = (
        0.8 * min(actual[s].min(), predicted[s].min()),
        1.25 * max(actual[s].max(), predicted[s].max()),
    )
    line = np.array([low, high])
    axes.fill_between(
        line, line / band, line * band, color="0.88", zorder=0, label=f"80 % interval of the median row, a factor of {band:.2f}"
    )
    axes.plot(line, line, color="0.25", linewidth=1.2, zorder=1)
    for factor in (0.5, 2):
        axes.plot(
            line,
            line * factor,
            color="0.45",
            linewidth=1,
            linestyle=(0, (5, 4)),
            zorder=1,
            label="factor of 2" if factor == 2 else None,
        )
    tuned = lambda w: w["fine_tune"] != "none" and w["kind"] in model.TOKEN_KINDS
    kinds = np.array(["fine_tune" if tuned(w) else w["kind"] for w in f.workloads])
    for name, members, colour, marker in FAMILIES:
        rows = s & np.isin(kinds, members)
        axes.scatter(
            predicted[rows],
            actual[rows],
            s=30,
            color=colour,
            marker=marker,
            edgecolor="white",
            linewidth=0.4,
            alpha=0.9,
            zorder=2,
            label=f"{name} ({rows.sum()})",
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlim=line,
        ylim=line,
        xlabel="predicted GPU-hours for 10$^{18}$ model FLOPs",
        ylabel="actual GPU-hours for 10$^{18}$ model FLOPs",
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda v, _: f"{v:g}"))
    axes.set_aspect("equal")
    axes.set_title(f"{s.sum()} measured rows, each source left out of its own fit", fontsize=12)
    axes.legend(loc="upper left", fontsize=10, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    path = model.ROOT / "docs/img/calibration.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
    print("written:", path.relative_to(model.ROOT))


if __name__ == "__main__":
    main()
