"""docs/img/price-age.png: each pair of prices by the time between them, with the interval of its row.

python3 benchmarks/price_age/plot.py          needs matplotlib besides requirements.txt
"""

import matplotlib
import numpy as np

import price_age

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the choice of backend)

SHOWN = (
    ("AWS, p4 to p6", "AWS, others", "Azure"),
    ("other clouds", "Verda", "markets"),
    ("AWS spot, p2 to p6", "AWS spot, g", "Verda spot"),
)
BLUE, ORANGE = "#0072B2", "#E69F00"  # Okabe and Ito 2008


def main():
    found = {f["row"].title: f for f in price_age.ages()}
    plt.rcParams.update({"font.size": 11, "font.family": "DejaVu Sans"})
    figure, grid = plt.subplots(3, 3, figsize=(11, 9.6), dpi=130, sharey="row")
    for axes_of_row, titles in zip(grid, SHOWN):
        for axes, title in zip(axes_of_row, titles):
            f = found[title]
            cells, age = f["cells"], f["age"]
            years = np.linspace(0.002, 1.04 * cells.years.max(), 500)
            low, mid, high = (np.exp(age.quantile(years, p)) for p in (0.1, 0.5, 0.9))
            axes.fill_between(years, low, high, color=ORANGE, alpha=0.3, linewidth=0, label="80 % interval")
            axes.plot(years, mid, color=ORANGE, linewidth=2, label="median")
            mean = np.bincount(cells.of_pair, cells.ln) / np.bincount(cells.of_pair)
            axes.scatter(
                cells.years,
                np.exp(mean),
                s=13,
                color=BLUE,
                alpha=0.35,
                linewidth=0,
                zorder=3,
                label="a family at two dates",
            )
            axes.axhline(1, color="0.4", linewidth=0.8, zorder=1)
            axes.set_yscale("log")
            axes.set_title(f"{title} ({len(cells.pairs):,} pairs)", fontsize=11)
            axes.set_xlim(0, years[-1])
            axes.spines[["top", "right"]].set_visible(False)
            axes.yaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda v, _: f"{v:g}"))
            axes.yaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
        ticks = (0.5, 0.7, 1, 1.4, 2) if titles is not SHOWN[2] else (0.25, 0.5, 1, 2, 4)
        for axes in axes_of_row:
            axes.set_yticks(ticks)
            axes.tick_params(labelleft=True)
            axes.set_ylim((0.42, 2.4) if titles is not SHOWN[2] else (0.22, 5.5))
        axes_of_row[0].set_ylabel("later price / earlier price")
    for axes in grid[-1]:
        axes.set_xlabel("years between")
    grid[0, 0].legend(loc="upper left", fontsize=9, frameon=False)
    figure.tight_layout()
    path = price_age.ROOT / "docs/img/price-age.png"
    figure.savefig(path, metadata={"Software": None})
    print("written:", path.relative_to(price_age.ROOT))


if __name__ == "__main__":
    main()
