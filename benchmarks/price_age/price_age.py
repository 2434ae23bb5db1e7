"""Fits how far off an old price is, and writes what follows from it.

    python3 benchmarks/price_age/price_age.py            data/price_age.yaml and the tables of docs/prices.md
    python3 benchmarks/price_age/price_age.py --check    writes nothing; exit code 1 if a file would change

Reads the tables in data/prices, and the families in data/*.yaml. Needs numpy and scipy (requirements.txt).
docs/prices.md has the formulas.
"""

import argparse
import collections
import csv
import dataclasses
import datetime
import fnmatch
import functools
import math
import os
import pathlib
import re
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # small arrays: threads only cost time
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import norm

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
OUTPUTS = {"ages": DATA / "price_age.yaml", "page": ROOT / "docs/prices.md"}
DAYS_PER_YEAR = 365.25
UNCHANGED = 0.01  # |ln ratio| up to this: the same price, written by another source
SHORTEST = 14  # days; two sources nearer than this differ by source more than by time
RATES = (1e-3, 100.0)  # changes a year among which the most likely is looked for
ADDED = 0.5  # families without a change after the shortest time, and with one after the longest: no rate is 0 or endless
SMALLEST_SPREAD = 0.01
GAIN = 0.1  # of held-out ln density, from which a spread that grows is taken
LEVEL = 0.8
RESAMPLES = 400
CUTS = (datetime.date(2025, 5, 31), datetime.date(2026, 6, 30))
BIG = ("p4*", "p5*", "p6*")


@dataclasses.dataclass(frozen=True)
class Row:
    """Prices that age alike. The first row that matches holds."""

    title: str
    providers: tuple
    families: tuple
    purchase: str
    held: str  # what is left out to judge it: date, provider or family
    pooled: tuple = ()  # titles of rows whose pairs are fitted too

    def matches(self, provider, family, purchase):
        some = lambda globs, name: any(fnmatch.fnmatchcase(name, g) for g in globs)
        return purchase == self.purchase and some(self.providers, provider) and some(self.families or ("*",), family)


ROWS = (
    Row("AWS, p4 to p6", ("aws",), BIG, "on_demand", "date"),
    Row("AWS, others", ("aws",), (), "on_demand", "date"),
    Row("Azure", ("azure",), (), "on_demand", "date"),
    Row("Google", ("gcp",), (), "on_demand", "provider", ("AWS, others", "Azure")),
    Row("Verda", ("verda",), (), "on_demand", "date"),
    Row("markets", ("akash", "sf-compute", "vast"), (), "on_demand", "date"),
    Row("other clouds", ("*",), (), "on_demand", "provider"),
    Row("AWS spot, p2 to p6", ("aws",), ("p2*", "p3*", *BIG), "spot", "date"),
    Row("AWS spot, g", ("aws",), ("g*",), "spot", "date"),
    Row("AWS spot, others", ("aws",), (), "spot", "family", ("AWS spot, p2 to p6", "AWS spot, g")),
    Row("Google spot", ("gcp",), (), "spot", "date"),
    Row("Verda spot", ("verda",), (), "spot", "date"),
    Row(
        "other spot",
        ("*",),
        (),
        "spot",
        "provider",
        ("AWS spot, p2 to p6", "AWS spot, g", "AWS spot, others", "Google spot", "Verda spot"),
    ),
)


# ---- pairs of prices ----------------------------------------------------------------


def day(text):
    """The first day of a date, a month or a year; None if undated."""
    if text == "undated":
        return None
    parts = [int(p) for p in text.split("-")]
    return datetime.date(*parts, *[1] * (3 - len(parts)))


def families():
    """The family of each machine. The files have one machine a line, so that no YAML library is needed."""
    found = {}
    for path in sorted(DATA.glob("*.yaml")):
        text = path.read_text()
        provider = re.search(r"^provider: (\S+)", text, re.M)
        for m in re.finditer(r'^  - \{name: "?([^,"]+)"?, family: "?([^,"]+)"?,', text, re.M):
            found[provider[1], m[1]] = m[2]
    return found


@dataclasses.dataclass(frozen=True)
class Pair:
    provider: str
    family: str
    purchase: str
    instance: str
    region: str
    earlier: datetime.date
    later: datetime.date
    ln: float  # of the later price over the earlier one

    @property
    def years(self):
        return (self.later - self.earlier).days / DAYS_PER_YEAR


def pairs_of_row(dates, cells):
    """(earlier, later, ln ratio) of each two dated prices of a row that are SHORTEST days apart or more."""
    prices = [(d, float(c)) for d, c in zip(dates, cells) if d and c]
    return [
        (a, b, math.log(q / p))
        for i, (a, p) in enumerate(prices)
        for b, q in prices[i + 1 :]
        if (b - a).days >= SHORTEST
    ]


def read_pairs():
    family = families()
    pairs = []
    for path in sorted((DATA / "prices").glob("*.csv")):
        m = re.fullmatch(r"(.+)-(on-demand|spot)", path.stem)
        if not m:
            continue  # reserved: one day
        provider, purchase = m[1], m[2].replace("-", "_")
        with open(path, newline="") as file:
            lines = csv.reader(file)
            dates = [day(cell.split()[0]) for cell in next(lines)[2:]]
            for instance, region, *cells in lines:
                pairs += [
                    Pair(provider, family[provider, instance], purchase, instance, region, a, b, ln)
                    for a, b, ln in pairs_of_row(dates, cells)
                ]
    return pairs


def tables_of_data():
    """(provider, purchase, dated columns, undated columns, prices) of each table."""
    for path in sorted((DATA / "prices").glob("*.csv")):
        m = re.fullmatch(r"(.+)-(on-demand|spot)", path.stem)
        if m:
            with open(path, newline="") as file:
                head, *rows = csv.reader(file)
            dates = [day(cell.split()[0]) for cell in head[2:]]
            known = sorted(d for d in dates if d)
            yield m[1], m[2].replace("-", "_"), known, len(dates) - len(known), sum(bool(c) for r in rows for c in r[2:])


# ---- the fit ------------------------------------------------------------------------


class Cells:
    """Pairs by provider, family and the two dates, with their weights.

    A provider with m families weighs sqrt(m), its families the same, the pairs of dates of a family the same, and the
    machines and regions of a pair of dates the same.
    """

    def __init__(self, pairs):
        self.pairs = pairs
        groups = collections.defaultdict(list)
        for i, p in enumerate(pairs):
            groups[p.provider, p.family, p.earlier, p.later].append(i)
        self.keys = sorted(groups)
        per_family = collections.Counter(k[:2] for k in self.keys)
        per_provider = collections.Counter(k[0] for k in per_family)
        self.clusters = sorted(per_family)
        self.cluster = np.array([self.clusters.index(k[:2]) for k in self.keys])
        self.weight = np.array([1 / per_family[k[:2]] / math.sqrt(per_provider[k[0]]) for k in self.keys])
        self.years = np.array([(k[3] - k[2]).days / DAYS_PER_YEAR for k in self.keys])
        self.of_pair = np.empty(len(pairs), int)
        for n, k in enumerate(self.keys):
            self.of_pair[groups[k]] = n
        size = np.bincount(self.of_pair, minlength=len(self.keys))
        self.ln = np.array([p.ln for p in pairs])
        self.changed = np.abs(self.ln) > UNCHANGED
        self.pair_weight = (self.weight / size)[self.of_pair]
        self.pair_years = self.years[self.of_pair]
        total = lambda v: np.bincount(self.of_pair, v * self.pair_weight, minlength=len(self.keys))
        self.w_changed = total(self.changed.astype(float))
        self.w_same = self.weight - self.w_changed
        self.w_same[self.w_same < 1e-12] = 0
        self.x = total(np.where(self.changed, self.ln, 0))
        self.xx = total(np.where(self.changed, self.ln**2, 0))

    def without(self, keep):
        """How often each pair of dates counts: those of which keep(key) holds."""
        return np.array([1.0 if keep(k) else 0.0 for k in self.keys])


@dataclasses.dataclass(frozen=True)
class Age:
    changes_per_year: float
    median_change: float
    spread: float
    grows: bool = False

    def unchanged(self, years):
        return np.exp(-self.changes_per_year * years)

    def spread_at(self, years):
        return self.spread * (np.sqrt(years) if self.grows else np.ones_like(years))

    def same(self, years):
        """Probability of a price within UNCHANGED of the old one: not changed, or changed by less."""
        q = self.unchanged(years)
        return q + (1 - q) * near(self.median_change, self.spread_at(years))

    def quantile(self, years, p):
        """ln(price now / price then) at probability p: a normal, and a step at 0 for the price that has not changed."""
        years = np.asarray(years, float)
        q, s = self.unchanged(years), self.spread_at(years)
        below = (1 - q) * norm.cdf(-self.median_change / s)
        normal = lambda v: self.median_change + s * norm.ppf(np.clip(v / (1 - q), 1e-15, 1 - 1e-15))
        return np.where(p <= below, normal(p), np.where(p <= below + q, 0.0, normal(p - q)))

    def ln_density(self, years, ln, changed):
        s = self.spread_at(years)
        other = np.log1p(-self.unchanged(years)) + norm.logpdf(ln, self.median_change, s)
        return np.where(changed, other, np.log(self.same(years)))


def near(mean, spread):
    """Probability that a changed price is within UNCHANGED of the old one."""
    return norm.cdf((UNCHANGED - mean) / spread) - norm.cdf((-UNCHANGED - mean) / spread)


def fit(cells, grows=False, times=1.0, clusters=None):
    """The most likely changes a year, mean and standard deviation; times is how often each pair of dates counts."""
    c, u = cells.w_changed * times, cells.w_same * times
    mean, spread = 0.0, SMALLEST_SPREAD
    if c.sum() > 0:
        v = cells.years if grows else np.ones_like(cells.years)
        k = times / v
        mean = (cells.x * k).sum() / (c / v).sum()
        square = ((cells.xx - 2 * mean * cells.x + mean**2 * cells.w_changed) * k).sum() / c.sum()
        spread = max(math.sqrt(max(square, 0)), SMALLEST_SPREAD)
    age = Age(1.0, mean, spread, grows)
    used = c + u > 0
    added = ADDED * (c + u).sum() / (clusters or len(np.unique(cells.cluster[used])))
    shortest, longest = cells.years[used].min(), cells.years[used].max()
    some, same = c > 0, u > 0
    t_some, t_same, c, u = cells.years[some], cells.years[same], c[some], u[same]
    by_chance = near(mean, age.spread_at(t_same))

    def loss(ln_rate):
        rate = math.exp(ln_rate)
        q = np.exp(-rate * t_same)
        known = (c * np.log(-np.expm1(-rate * t_some))).sum() + (u * np.log(q + (1 - q) * by_chance)).sum()
        return -known - added * (math.log(-math.expm1(-rate * longest)) - rate * shortest)

    grid = np.linspace(math.log(RATES[0]), math.log(RATES[1]), 40)  # there may be two valleys
    best = int(np.argmin([loss(v) for v in grid]))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    rate = math.exp(minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-9}).x)
    return dataclasses.replace(age, changes_per_year=rate)


def folds(cells, held):
    """(what is left out, test of a key) for each date, provider or family."""
    if held == "date":
        names = sorted({d for k in cells.keys for d in k[2:]})
        return [(n, lambda k, n=n: n in k[2:]) for n in names]
    part = slice(0, 1) if held == "provider" else slice(0, 2)
    return [(n, lambda k, n=n: k[part] == n) for n in sorted({k[part] for k in cells.keys})]


def score(cells, age, share, k):
    """Weighted sums over the pairs k: what is judged."""
    t, x, c, w = cells.pair_years[k], cells.ln[k], cells.changed[k], cells.pair_weight[k]
    q = age.same(t)
    low, mid, high = (age.quantile(t, p) for p in ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2))
    sure = np.clip(q, 0.001, 0.999)
    base = min(max(share, 0.001), 0.999)
    entropy = lambda p: -np.where(c, np.log(1 - p), np.log(p))
    return {
        "pairs": len(x),
        "weight": w.sum(),
        "inside": (w * ((x >= low - UNCHANGED) & (x <= high + UNCHANGED))).sum(),
        "brier": (w * (q - ~c) ** 2).sum(),
        "brier_share": (w * (base - ~c) ** 2).sum(),
        "log": (w * entropy(sure)).sum(),
        "log_share": (w * entropy(base)).sum(),
        "density": (w * age.ln_density(t, x, c)).sum(),
        "seen": (w * ~c).sum(),
        "said": (w * q).sum(),
        "far": [(cells.pairs[i], x[j] - mid[j]) for j, i in enumerate(k) if abs(x[j] - mid[j]) > math.log(2)],
    }


def add(scores):
    total = {}
    for s in scores:
        for name, v in s.items():
            total[name] = total[name] + v if name in total else v
    return total


def share_of(cells, times):
    return (cells.w_same * times).sum() / (cells.weight * times).sum()


def held_out(cells, held, grows, own=lambda p: True):
    """The scores of pairs that were left out of the fit: of own(pair), a date or a provider at a time."""
    found = []
    mine = np.array([bool(own(p)) for p in cells.pairs])
    for _, out in folds(cells, held):
        times = cells.without(lambda k: not out(k))
        k = np.where(mine & (times[cells.of_pair] == 0))[0]
        if times.sum() == 0 or not len(k) or not (cells.w_changed * times).sum():
            continue
        found.append(score(cells, fit(cells, grows, times), share_of(cells, times), k))
    return add(found)


def forward(cells, cut, grows, own):
    """Fitted to what was known on the day of the cut, judged by pairs across it; None if there is nothing to fit or judge."""
    times = cells.without(lambda k: k[3] <= cut)
    mine = np.array([own(p) and p.earlier <= cut < p.later for p in cells.pairs])
    if not mine.any() or not times.any():
        return None
    return score(cells, fit(cells, grows, times), share_of(cells, times), np.where(mine)[0])


def bootstrap(cells, grows):
    """Rates, means and spreads of resampled data: providers (if there are several), and their families."""
    draw = np.random.default_rng(1)
    by_provider = collections.defaultdict(list)
    for i, (provider, _) in enumerate(cells.clusters):
        by_provider[provider].append(i)
    names = sorted(by_provider)
    found = []
    for _ in range(RESAMPLES):
        count = np.zeros(len(cells.clusters))
        for n in draw.integers(len(names), size=len(names)):
            members = by_provider[names[n]]
            np.add.at(count, np.array(members)[draw.integers(len(members), size=len(members))], 1)
        age = fit(cells, grows, count[cells.cluster], count.sum())
        if (cells.w_changed * count[cells.cluster]).sum():
            found.append((age.changes_per_year, age.median_change, age.spread))
    return np.quantile(np.array(found), [0.1, 0.9], axis=0)


@functools.lru_cache(maxsize=None)
def ages():
    """Each row with its pairs, fit and errors, computed once."""
    own = {r.title: [] for r in ROWS}
    first = {}
    for p in read_pairs():
        key = p.provider, p.family, p.purchase
        if key not in first:
            first[key] = next(r.title for r in ROWS if r.matches(*key))
        own[first[key]].append(p)
    found = []
    for r in ROWS:
        cells = Cells(own[r.title] + [p for title in r.pooled for p in own[title]])
        both = [held_out(cells, r.held, grows) for grows in (False, True)]
        density = [b["density"] / b["weight"] for b in both]
        grows = bool(density[1] > density[0] + GAIN)
        mine = set(own[r.title]) or set(cells.pairs)
        is_own = mine.__contains__
        found.append(
            {
                "row": r,
                "cells": cells,
                "own": len(own[r.title]),
                "density": density,
                "age": fit(cells, grows),
                "interval": bootstrap(cells, grows),
                "held": held_out(cells, r.held, grows, is_own),
                "forward": [(cut, forward(cells, cut, grows, is_own)) for cut in CUTS],
            }
        )
    return found


# ---- what is written ----------------------------------------------------------------


def number(v):
    return f"{float(f'{v:.4g}'):g}"


def rounded(age):
    return Age(*(float(number(v)) for v in (age.changes_per_year, age.median_change, age.spread)), age.grows)


def ages_file(found):
    lines = ["# How prices age: written by benchmarks/price_age from prices/*.csv; docs/prices.md tells how.", "ages:"]
    quoted = lambda names: "[" + ", ".join(f'"{n}"' if "*" in n else n for n in names) + "]"
    for f in found:
        r, a = f["row"], f["age"]
        parts = [f"providers: {quoted(r.providers)}"]
        if r.families:
            parts.append(f"families: {quoted(r.families)}")
        parts += [
            f"purchase: {r.purchase}",
            f"changes_per_year: {number(a.changes_per_year)}",
            f"median_change: {number(a.median_change)}",
            f"spread: {number(a.spread)}",
        ]
        if a.grows:
            parts.append("grows: true")
        parts.append(f"pairs: {len(f['cells'].pairs)}")
        lines.append("  - {" + ", ".join(parts) + "}")
    return "\n".join(lines) + "\n"


def percent(v):
    return f"{100 * v:.0f} %"


def dates():
    """Which days the tables have, of the three largest providers and of all others."""
    large = {"aws": "AWS", "azure": "Azure", "gcp": "Google"}
    rows = {}
    for provider, purchase, known, undated, prices in tables_of_data():
        r = rows.setdefault((purchase, large.get(provider, "the others")), [set(), [], 0, 0])
        r[0].add(provider)
        r[1] += known
        r[2] += undated
        r[3] += prices
    lines = ["| prices | providers | columns | first | last | prices known |", "|---|---:|---:|---|---|---:|"]
    for (purchase, name), (providers, known, undated, prices) in sorted(
        rows.items(), key=lambda kv: (kv[0][0], list(large.values()).index(kv[0][1]) if kv[0][1] in large.values() else 3)
    ):
        lines.append(
            f"| {name}, {purchase.replace('_', ' ')} | {len(providers)} | {len(known) + undated}"
            f"{f', {undated} undated' if undated else ''} | {min(known)} | {max(known)} | {prices:,} |"
        )
    return lines


def fitted(found):
    lines = [
        "| prices | pairs | clusters | `changes_per_year` | `median_change` | `spread` | grows |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    for f in found:
        a, (low, high) = f["age"], f["interval"]
        shown = [
            f"{v:.{d}f} ({x:.{d}f} to {y:.{d}f})"
            for v, x, y, d in zip(
                (a.changes_per_year, a.median_change, a.spread), low, high, (3 if a.changes_per_year < 0.1 else 2, 2, 2)
            )
        ]
        lines.append(
            f"| {f['row'].title} | {len(f['cells'].pairs):,} | {len(f['cells'].clusters)} | "
            + " | ".join(shown)
            + f" | {'yes' if a.grows else 'no'} |"
        )
    return lines


def examples(found):
    lines = [
        "| prices | unchanged after 30 days | 200 days | 1 year | 80 % interval after 30 days | 200 days | 1 year |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    years = np.array([30, 200, DAYS_PER_YEAR]) / DAYS_PER_YEAR
    for f in found:
        a = rounded(f["age"])
        low, high = (np.exp(a.quantile(years, p)) for p in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        lines.append(
            f"| {f['row'].title} | "
            + " | ".join([percent(q) for q in a.unchanged(years)] + [f"{x:.2f} to {y:.2f}" for x, y in zip(low, high)])
            + " |"
        )
    return lines


def example(found):
    """The interval of one price, step by step, of the row of on_demand that fits all."""
    a = rounded(next(f["age"] for f in found if f["row"].title == "other clouds"))
    t = 200 / DAYS_PER_YEAR
    q, s = math.exp(-a.changes_per_year * t), a.spread * math.sqrt(t)
    b = (1 - q) * norm.cdf(-a.median_change / s)
    z = norm.ppf((0.9 - q) / (1 - q))
    high = a.median_change + s * z
    if not (a.grows and b < 0.1 < b + q < 0.9):
        raise SystemExit("the worked example of docs/prices.md takes another branch now: write it anew")
    steps = (
        ("t = 200 / 365.25", f"{t:.4f}", ""),
        (f"q = e^(-{number(a.changes_per_year)} * {t:.4f})", f"{q:.4f}", f"still the same: {percent(q)}"),
        (f"s = {number(a.spread)} * sqrt({t:.4f})", f"{s:.4f}", ""),
        (f"b = {1 - q:.4f} * Φ(-{number(a.median_change)} / {s:.4f})", f"{b:.4f}", ""),
        (f"p = 0.1: {b:.4f} < 0.1 <= {b + q:.4f}", "0", "1.00 USD/h"),
        (f"p = 0.9: {b + q:.4f} < 0.9", "", ""),
        (f"    Φ^-1((0.9 - {q:.4f}) / {1 - q:.4f})", f"{z:.4f}", ""),
        (f"    {number(a.median_change)} + {s:.4f} * {z:.4f}", f"{high:.4f}", f"{math.exp(high):.2f} USD/h"),
    )
    line = lambda left, value, said: f"{left:<38}{'= ' + value if value else '':<11}{said}".rstrip()
    return ["```text"] + [line(*step) for step in steps] + ["```"]


def held(found):
    lines = [
        "| prices | left out | pairs | inside | unchanged: said, seen | Brier (of the share) | log loss (of the share) |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for f in found:
        s = f["held"]
        mean = lambda name: s[name] / s["weight"]
        lines.append(
            f"| {f['row'].title} | each {f['row'].held} | {s['pairs']:,} | {percent(mean('inside'))} | "
            f"{percent(mean('said'))}, {percent(mean('seen'))} | {mean('brier'):.3f} ({mean('brier_share'):.3f}) | "
            f"{mean('log'):.3f} ({mean('log_share'):.3f}) |"
        )
    return lines


def forward_table(found):
    lines = [
        "| fitted to what was known on | prices | pairs across that day | inside | unchanged: said, seen |",
        "|---|---|---:|---:|---:|",
    ]
    for n, cut in enumerate(CUTS):
        for f in found:
            s = f["forward"][n][1]
            if s is None:
                continue
            mean = lambda name: s[name] / s["weight"]
            lines.append(
                f"| {cut} | {f['row'].title} | {s['pairs']:,} | {percent(mean('inside'))} | "
                f"{percent(mean('said'))}, {percent(mean('seen'))} |"
            )
    return lines


def growth(found):
    lines = ["| prices | constant | grows |", "|---|---:|---:|"]
    for f in found:
        shown = [f"{d:.2f}" for d in f["density"]]
        shown[f["age"].grows] = f"**{shown[f['age'].grows]}**"
        lines.append(f"| {f['row'].title} | " + " | ".join(shown) + " |")
    return lines


def misses(found):
    """The pairs that are off by more than a factor of 2 from the median, left out, by row and provider."""
    with open(pathlib.Path(__file__).with_name("misses.csv"), newline="") as file:
        why = {(r["prices"], r["provider"]): r["why"] for r in csv.DictReader(file)}
    lines = [
        "| prices | provider | pairs off | families | later / predicted | why |",
        "|---|---|---:|---|---:|---|",
    ]
    for f in found:
        by = collections.defaultdict(list)
        for pair, off in f["held"]["far"]:
            by[pair.provider].append((pair, off))
        for provider, items in sorted(by.items()):
            total = sum(p.provider == provider for p in f["cells"].pairs)
            names = ", ".join(sorted({p.family for p, _ in items}))
            off = [math.exp(o) for _, o in items]
            lines.append(
                f"| {f['row'].title} | {provider} | {len(items):,} of {total:,} | {names} | "
                f"{min(off):.2f} to {max(off):.2f} | {why.get((f['row'].title, provider), '')} |"
            )
    return lines


def tables(found):
    return {
        "dates": dates(),
        "fitted": fitted(found),
        "examples": examples(found),
        "example": example(found),
        "held": held(found),
        "forward": forward_table(found),
        "growth": growth(found),
        "misses": misses(found),
    }


def page(found, text):
    """The page with its tables replaced. A table stands between <!-- table: name --> and <!-- end -->."""
    for name, lines in tables(found).items():
        begin = f"<!-- table: {name} -->\n"
        if begin in text:
            head, rest = text.split(begin, 1)
            text = head + begin + "\n".join(lines) + "\n<!-- end -->" + rest.split("<!-- end -->", 1)[1]
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--print", action="store_true", help="the tables too")
    arguments = parser.parse_args()
    found = ages()
    if arguments.print:
        for name, lines in tables(found).items():
            print(name, *lines, "", sep="\n")
    texts = {"ages": ages_file(found)}
    if OUTPUTS["page"].exists():
        texts["page"] = page(found, OUTPUTS["page"].read_text())
    changed = [n for n, t in texts.items() if not OUTPUTS[n].exists() or OUTPUTS[n].read_text() != t]
    for name in changed:
        if not arguments.check:
            OUTPUTS[name].write_text(texts[name])
        print(("differs: " if arguments.check else "written: ") + str(OUTPUTS[name].relative_to(ROOT)))
    return 1 if arguments.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
