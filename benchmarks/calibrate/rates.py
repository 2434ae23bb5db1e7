"""Measured mode: what a rate that was seen on one GPU says of another, for the same program.

ln(time seen / time predicted) of a program on a GPU is a sum of independent parts, each normal with its own variance:
what the program has on all GPUs, on a generation, on a GPU, in a setting (GPUs, machines, batch), and at random.
Given some rates, the best linear prediction of another is that of kriging (Goldberger 1962; BLUP, Henderson 1975):
the mean of the target given what was seen. The variances are those of greatest likelihood of a multivariate Student-t,
under the condition that they add up to the square of the model's scale: a prediction without rates stays as it is.
"""

import collections
import math

import numpy as np
from scipy import optimize, stats

import fit
import model

PARTS = ("program", "generation", "gpu", "setting", "rate")
SETTING = ("gpu", "gpu_count", "machine_count", "global_batch", "precision", "recompute", "micro_batch")
PROGRAM = ("source_group", "model", "row_type", "seq_len", "fine_tune")
FOLDS = 5  # of sources, of which one is left out of the variances that its rows are tried with
SOURCE_POWER = 0.5  # a source with m programs counts as sqrt(m), and one of n rows as sqrt(n)


class Program:
    """The rows of one program: their residuals, each from a fit without its source, and what they share."""

    def __init__(self, key, rows, residual, labels, sources, widenings):
        same = lambda names: np.array([[a == b for a in names] for b in names], float)
        doubt = lambda label, name: fit.PRIOR[label] ** 2 / (1 + sources[label].get(name, 0))
        both = lambda label, names: np.sqrt(np.outer(*2 * [[doubt(label, n) for n in names]]))
        kinds, self.generations, self.gpus = zip(*labels)
        self.source, self.error = key[0], residual
        self.parts = [
            np.ones((len(rows), len(rows))),
            same(self.generations),
            same(self.gpus),
            same([tuple(r[c] for c in SETTING) for r in rows]),
            np.eye(len(rows)),
        ]
        self.known = (
            both("kind", kinds)
            + np.outer(widenings, widenings)
            + self.parts[1] * both("generation", self.generations)
            + self.parts[2] * both("gpu", self.gpus)
        )

    def covariance(self, variances):
        return self.known + sum(v * part for v, part in zip(variances, self.parts))

    def likelihood(self, variances, dof):
        """ln of the density, but for what does not depend on the variances."""
        root = np.linalg.cholesky(self.covariance(variances))
        z = np.linalg.solve(root, self.error)
        return -np.log(np.diag(root)).sum() - (dof + len(z)) / 2 * math.log1p(z @ z / dof)


def programs(c, sources_of, names_of, widenings):
    """The programs of which several rows are scored."""
    found = collections.defaultdict(list)
    for i in np.where(c["scored"])[0]:
        found[tuple(c["rows"][i][name] for name in PROGRAM)].append(i)
    names, group, without = names_of(c), c["fit"].group, {}
    out = []
    for key, rows in found.items():
        if len(rows) < 2:
            continue
        if key[0] not in without:
            without[key[0]] = sources_of(c, group != key[0])
        wider = [
            math.sqrt(sum(widenings[n] ** 2 for n in model.widenings(c["fit"].workloads[i]))) for i in rows
        ]
        out.append(
            Program(
                key,
                [c["rows"][i] for i in rows],
                c["residual"][rows],
                [names[i] for i in rows],
                without[key[0]],
                wider,
            )
        )
    return out


def variances(found, scale, dof):
    """The variance of each part; they add up to scale^2."""
    count = collections.Counter(p.source for p in found)
    weight = [(count[p.source] * len(p.error)) ** -SOURCE_POWER for p in found]

    def shares(q):
        e = np.exp(np.append(q, 0.0))
        return scale**2 * e / e.sum()

    def loss(q):
        v = shares(q)
        return -sum(w * p.likelihood(v, dof) for w, p in zip(weight, found))

    return shares(optimize.minimize(loss, np.zeros(len(PARTS) - 1), method="BFGS", options={"gtol": 1e-4}).x)


def repeat_sd(found, dof):
    """Of one rate in one setting, from the median difference of two: rows state not all of a setting, so at most this."""
    apart = [
        abs(p.error[i] - p.error[j])
        for p in found
        for i in range(len(p.error))
        for j in range(i)
        if p.parts[PARTS.index("setting")][i, j]
    ]
    return float(np.median(apart) / math.sqrt(2) / stats.t.ppf(0.75, dof))


def deviations(found, scale, dof):
    """{part: standard deviation} for rates of the user's own. His setting is the same in all, so what is random in the
    rows beyond a repetition belongs to it. Three digits; what the program has everywhere is the rest of scale^2."""
    v = dict(zip(PARTS, variances(found, scale, dof)))
    repeat = repeat_sd(found, dof)
    setting = v["setting"] + v["rate"] - repeat**2
    squares = {"generation": v["generation"], "gpu": v["gpu"], "setting": setting, "repeat": repeat**2}
    return {name: float(f"{math.sqrt(x):.3f}") for name, x in squares.items()}


def update(covariance, error, seen, target):
    """(shift of ln time, scale) of the target, given the errors of those that were seen."""
    weights = np.linalg.solve(covariance[np.ix_(seen, seen)], covariance[seen, target])
    square = covariance[target, target] - weights @ covariance[seen, target]
    return weights @ error[seen], math.sqrt(square)


def tried(found, scale, dof):
    """For each row and one or two others of its program: errors of the ratio and of the update, its scale, and where."""
    sources = sorted({p.source for p in found})
    fold = {name: i % FOLDS for i, name in enumerate(sources)}
    draw = np.random.default_rng(1)
    out = []
    for k in range(FOLDS):
        v = variances([p for p in found if fold[p.source] != k], scale, dof)
        for p in (p for p in found if fold[p.source] == k):
            covariance, n = p.covariance(v), len(p.error)
            for i, j in ((i, j) for i in range(n) for j in range(n) if i != j):
                shift, width = update(covariance, p.error, [i], j)
                others = [x for x in range(n) if x not in (i, j)]
                second = update(covariance, p.error, [i, draw.choice(others)], j) if others else (math.nan, math.nan)
                where = (
                    "the same setting"
                    if p.parts[3][i, j]
                    else "the same GPU"
                    if p.parts[2][i, j]
                    else "the same generation"
                    if p.parts[1][i, j]
                    else "another generation"
                )
                e = p.error[j]
                out.append((where, p.source, e - p.error[i], e - shift, width, e - second[0], second[1]))
    return out


def table(results, dof, level, ratio):
    """[(where, pairs, sources, (median, p90, coverage) of the ratio, of one rate, of two)]"""
    reach = stats.t.ppf(0.5 + level / 2, dof)

    def summary(errors, widths, reach):
        a = np.abs(np.array(errors))
        known = np.isfinite(a)
        a, widths = a[known], np.broadcast_to(widths, known.shape)[known]
        return float(np.median(a)), float(np.quantile(a, 0.9)), float(np.mean(a <= reach * widths))

    lines = []
    order = ("the same setting", "the same GPU", "the same generation", "another generation")
    for name, keep in [*((w, (w,)) for w in order), ("another GPU", order[2:]), ("any", order)]:
        rows = [r for r in results if r[0] in keep]
        column = lambda k: np.array([r[k] for r in rows], float)
        lines.append(
            (
                name,
                len(rows),
                len({r[1] for r in rows}),
                summary(column(2), ratio[0], stats.t.ppf(0.5 + level / 2, ratio[1])),
                summary(column(3), column(4), reach),
                summary(column(5), column(6), reach),
            )
        )
    return lines
