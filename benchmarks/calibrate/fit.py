"""Fits the model of training time to data/measured/training.csv, with partial pooling.

ln(time) is the logarithm of a sum of terms, and the logarithm of each term is linear in the parameters:
ln t = ln sum_k exp(c_k + x_k . theta). Student-t residuals, normal priors on theta, Gauss-Newton steps.
"""

import collections

import numpy as np
from scipy import optimize, special

import model

NU = 4.0  # degrees of freedom of the residuals in the fit
GROUP_POWER = 0.5  # a source with m rows counts as sqrt(m) rows
DEFAULT_VISION_LAYERS = 50.0
# Standard deviation of the priors of ln factors; see docs/calibration.md.
PRIOR = {
    "kind": 0.5,
    "precision": 0.3,
    "generation": 0.3,
    "gpu": 0.1,
    "run": 0.3,
    "recompute_unknown": 0.2,
    "attention": 1.0,
    "memory_token": 1.5,
    "memory_sample": 1.5,
    "sample": 1.5,
    "launch": 1.0,
    "launch_sample": 1.0,
    "all_reduce": 0.5,
    "time_per_flop": 30.0,
    "software_year": 0.1,
    "finetune": 0.3,
    "adapters": 0.3,
    "fused_attention": 0.7,
    "dequant": 0.5,
    "gather": 0.5,
    "program": 0.1,
    "precision_generation": 0.1,
    "launch_year": 0.1,
    "count": 0.05,
}
START = {
    "time_per_flop": 0.6,
    "memory_token": 4.0,
    "memory_sample": 3.0,
    "sample": -9.0,
    "launch": np.log(5e-4),
    "launch_sample": np.log(5e-4),
    "all_reduce": np.log(2.0),
    "gather": np.log(0.5),
}
SHARED = (
    "time_per_flop",
    "attention",
    "memory_token",
    "memory_sample",
    "sample",
    "launch",
    "launch_sample",
    "all_reduce",
    "run",
    "recompute_unknown",
    "software_year",
    "finetune",
    "adapters",
    "fused_attention",
    "dequant",
    "gather",
    "launch_year",
    "count",
)
TERMS = ("compute", "attention", "memory", "sample", "launch", "dequant", "all_reduce", "gather")


class Fit:
    """The rows as matrices, and the parameters with their priors."""

    def __init__(self, rows, gpus, all_reduce_share, reached, without=(), prior=None):
        prior = {**PRIOR, **(prior or {})}
        self.rows = rows
        self.group = np.array([r["source_group"] for r in rows])
        self.y = -np.log([float(r["units_per_s_per_gpu"]) for r in rows])
        self.generation = [gpus[r["gpu"]]["architecture"] for r in rows]
        self.workloads = [model.workload_of(r) for r in rows]
        self.names, self.start, self.sd = [], [], []
        constants = {
            "default_vision_layers": DEFAULT_VISION_LAYERS,
            "flops_per_activation": model.FLOPS_PER_ACTIVATION,
            "all_reduce_share": all_reduce_share,
            "reached": reached,
            "last_year": last_year(rows),
            **self.programs(),
        }
        for name in SHARED:
            self.add(name, prior[name], START.get(name, 0.0))
        for name in constants["programs"]:
            self.add(f"program:{name}", prior["program"], 0.0)
        for label, values in (
            ("kind", [w["kind"] for w in self.workloads]),
            ("precision", [w["precision"] for w in self.workloads]),
            ("generation", self.generation),
            ("gpu", [r["gpu"] for r in rows]),
            (
                "precision_generation",
                [precision_generation(w["precision"], g) for w, g in zip(self.workloads, self.generation)],
            ),
        ):
            for value in sorted(set(values)):
                self.add(f"{label}:{value}", prior[label], 0.0)
        at = {name: i for i, name in enumerate(self.names)}
        n, p = len(rows), len(self.names)
        self.c = np.full((len(TERMS), n), -80.0)
        self.x = np.zeros((len(TERMS), n, p))
        for i, (row, w) in enumerate(zip(rows, self.workloads)):
            gpu = gpus[row["gpu"]]
            common = model.common_names(w, constants)
            generation = gpu["architecture"]
            device = {
                f"generation:{generation}": 1,
                f"gpu:{gpu['name']}": 1,
                f"precision_generation:{precision_generation(w['precision'], generation)}": 1,
            }
            names = model.coefficient_names(w, constants)
            for term, value in model.terms(w, gpu, constants).items():
                if term in without or not value:
                    continue
                k = TERMS.index(term)
                self.c[k, i] = np.log(value) + model.default_all_reduce(w, constants)
                uses = {**common, **names[term], **(device if term in model.DEVICE_TERMS else {})}
                for name, weight in uses.items():
                    if name.split(":")[0] not in without:
                        self.x[k, i, at[name]] += weight

    def programs(self):
        """The programs of the rows, and their share of the weight of the rows of each kind that state one."""
        weights, found = self.weights(np.arange(len(self.rows))), {}
        for w, weight in zip(self.workloads, weights):
            if w["program"]:
                of_kind = found.setdefault(w["kind"], collections.Counter())
                of_kind[model.program_label(w["program"], w["kind"])] += weight
        return {
            "programs": sorted({name for shares in found.values() for name in shares}),
            "program_shares": {
                kind: {name: v / sum(shares.values()) for name, v in sorted(shares.items())}
                for kind, shares in sorted(found.items())
            },
        }

    def add(self, name, sd, start):
        self.names.append(name)
        self.sd.append(sd)
        self.start.append(start)

    def predict(self, theta, rows=slice(None)):
        a = self.c[:, rows] + self.x[:, rows] @ theta
        top = a.max(0)
        e = np.exp(a - top)
        total = e.sum(0)
        return top + np.log(total), e / total

    def weights(self, rows):
        count = collections.Counter(self.group[rows])
        w = np.array([count[g] ** -GROUP_POWER for g in self.group[rows]])
        return w / w.mean()

    def solve(self, rows, theta=None, steps=400, tolerance=1e-11):
        """(theta, its covariance) from the given rows."""
        theta = np.array(self.start) if theta is None else theta.copy()
        start, precision = np.array(self.start), 1 / np.square(self.sd)
        weights, y, x, square = self.weights(rows), self.y[rows], self.x[:, rows], 0.3**2
        for _ in range(steps):
            f, share = self.predict(theta, rows)
            r = y - f
            v = weights * (NU + 1) / (NU + r * r / square)
            square = np.sum(v * r * r) / np.sum(weights)
            j = np.einsum("kn,knp->np", share, x)
            h = j.T @ (v[:, None] * j) / square + np.diag(precision)
            step = np.linalg.solve(h, j.T @ (v * r) / square - precision * (theta - start))
            theta = theta + np.clip(step, -0.5, 0.5)
            if np.abs(step).max() < tolerance:
                break
        return theta, np.linalg.inv(h)

    def sources_of_gpus(self, rows):
        """{GPU: number of sources} of some rows."""
        found = collections.defaultdict(set)
        for i in rows:
            found[self.rows[i]["gpu"]].add(self.group[i])
        return {name: len(groups) for name, groups in found.items()}

    def ordered(self, theta, rows, seen_rows, ladder):
        """ln time of rows with the factors of the ladder in place of generation + GPU."""
        value = dict(zip(self.names, theta))
        table = ladder.factors(value, self.sources_of_gpus(seen_rows))
        a = self.c[:, rows] + self.x[:, rows] @ theta
        for column, i in enumerate(rows):
            gpu, precision = self.rows[i]["gpu"], self.workloads[i]["precision"]
            plain = generation_factor(value, self.generation[i], precision) + value[f"gpu:{gpu}"]
            a[:3, column] += table[precision][gpu] - plain
        return np.logaddexp.reduce(a, axis=0)

    def left_out(self, theta, groups=None, ladder=None):
        """ln time of each row, predicted without the rows of its group (by default its source)."""
        groups = self.group if groups is None else np.asarray(groups)
        predicted = np.zeros(len(self.y))
        for g in sorted(set(groups)):
            inside, outside = np.where(groups == g)[0], np.where(groups != g)[0]
            other, _ = self.solve(outside, theta, steps=12, tolerance=1e-3)
            predicted[inside] = (
                self.ordered(other, inside, outside, ladder) if ladder else self.predict(other, inside)[0]
            )
        return predicted


def precision_generation(precision, generation):
    return f"{precision} {generation}"


def generation_factor(value, generation, precision):
    """ln of the factor of a generation in a precision; 0 of what no source measured."""
    return value.get(f"generation:{generation}", 0.0) + value.get(
        f"precision_generation:{precision_generation(precision, generation)}", 0.0
    )


def last_year(rows):
    """The newest software that is in the data; later years are taken for this one."""
    return max(float(r["year"]) for r in rows if r["year"])


def student(errors, width=0.0):
    """(scale, degrees of freedom) of a centred Student-t of greatest likelihood; `width` adds to the scale in quadrature."""

    def loss(q):
        nu, scale = np.exp(q[0]), np.sqrt(np.exp(2 * q[1]) + np.square(width))
        z = np.square(errors / scale)
        return np.sum((nu + 1) / 2 * np.log1p(z / nu) + np.log(scale)) - len(errors) * (
            special.gammaln((nu + 1) / 2) - special.gammaln(nu / 2) - np.log(nu) / 2
        )

    q = optimize.minimize(
        loss,
        [np.log(5.0), np.log(0.3)],
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-10, "maxiter": 4000},
    ).x
    return float(np.exp(q[1])), float(np.exp(q[0]))


def student_scale(errors, nu):
    """The same with degrees of freedom that are given."""

    def loss(ln_scale):
        return np.sum((nu + 1) / 2 * np.log1p(np.square(errors / np.exp(ln_scale)) / nu) + ln_scale)

    return float(np.exp(optimize.minimize_scalar(loss, bounds=(-7.0, 3.0), method="bounded").x))


def all_reduce_share(rows):
    """Share of the time that n GPUs add when the batch is not known: median over the measured pairs."""
    shares = []
    for r in rows:
        n = float(r["gpu_count"])
        efficiency = float(r["rate"]) / float(r["rate_of_one_gpu"]) / n
        shares.append((1 / efficiency - 1) * n / (n - 1))
    return float(max(0.0, np.median(shares)))


class Ladder:
    """Which GPU beats which in all figures, and the factors that keep the better one from being slower.

    A GPU g that beats h runs any work at least r times as fast as h if their factors are equal, r being the smaller
    of the ratios of bandwidth and of peak. So g is never slower while factor_g <= factor_h + ln r.
    """

    def __init__(self, gpus, reached):
        self.names = [
            n for n, g in gpus.items() if g["memory_bandwidth_gb_per_s"] and g["peak"] and n not in BOARDS
        ]
        p_reached = {"reached": reached}
        rows = [gpus[n] for n in self.names]
        self.generation = [g["architecture"] for g in rows]
        self.gap = {}
        for p in model.PRECISIONS:
            beats = np.array([[g is h or dominates(g, h, p) for h in rows] for g in rows])
            figures = [
                np.array([g["memory_bandwidth_gb_per_s"] for g in rows]),
                np.array([model.reached(g, p, p_reached) or np.nan for g in rows]),
                np.array([model.attention_reached(g, p, p_reached) or np.nan for g in rows]),
            ]
            gap = np.min([np.log(f[:, None] / f[None, :]) for f in figures], axis=0)
            self.gap[p] = np.where(beats & np.isfinite(gap), gap, np.inf)
            np.fill_diagonal(self.gap[p], 0.0)

    def factors(self, value, sources):
        """{precision: ln factor of each GPU}: generation + GPU, moved as little as the order asks for.

        Those with most sources keep theirs, and each next one is moved between those that it beats and those that beat
        it. GPUs without data come last.
        """
        count = np.array([sources.get(n, 0) for n in self.names])
        result = {}
        for p, gap in self.gap.items():
            own = np.array(
                [
                    generation_factor(value, a, p) + value.get(f"gpu:{n}", 0.0)
                    for n, a in zip(self.names, self.generation)
                ]
            )
            k = np.full(len(own), np.nan)
            for i in np.argsort(-count, kind="stable"):
                done = np.where(~np.isnan(k))[0]
                least = np.max(k[done] - gap[done, i], initial=-np.inf)
                most = np.min(k[done] + gap[i, done], initial=np.inf)
                k[i] = min(max(own[i], least), most)
            for _ in range(len(k)):
                lower = np.minimum(k, np.min(k[None, :] + gap, axis=1))
                if np.array_equal(lower, k):
                    break
                k = lower
            result[p] = dict(zip(self.names, k))
        return result


# Boards with two GPUs, which no cloud counts as one: their halves have rows of their own.
BOARDS = ("nvidia-k80", "nvidia-grid-k520", "nvidia-m60")


def dominates(g, h, precision=None):
    """All figures of g are known where those of h are, and none is worse.

    A rate of g in other arithmetic that is not known is not a worse one.
    """
    link = lambda q: q["interconnect_gb_per_s"] or model.DEFAULT_LINK_GB_PER_S
    return (
        g["memory_gib"] >= h["memory_gib"]
        and link(g) >= link(h)
        and g["memory_bandwidth_gb_per_s"] >= h["memory_bandwidth_gb_per_s"]
        and all(
            g["peak"].get(p, v if p != precision else 0) >= v
            for p, v in h["peak"].items()
        )
    )
