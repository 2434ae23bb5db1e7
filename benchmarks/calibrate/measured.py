"""Measured mode: from a step time seen on one machine to the step time on another.

    step = (device^q + host^q)^(1/q)                  the host launches operations while the device works
    device = work * rate_of_machine + operations * latency
    host = host_time * (operations + host_base)

`work` is what the measured step time leaves after host and latency; it is not asked of the user.
"""

import itertools

import numpy as np
from scipy import optimize

import fit
import model

MACHINES = {
    "p2.xlarge": "nvidia-k80-gk210",
    "g3s.xlarge": "nvidia-m60-gm204",
    "g4dn.xlarge": "nvidia-t4",
    "p3.2xlarge": "nvidia-v100-sxm2-16gb",
}
BANDWIDTH = np.array([240.0, 160.0, 320.0, 900.0])  # GB/s, data/gpus.yaml
# USD/h in us-east-1: list prices of data/aws.yaml; spot prices of the sources that data/README.md names.
PRICES = {
    "list prices": np.array([0.90, 0.75, 0.526, 3.06]),
    "spot prices": np.array([0.2806, 0.2899, 0.2, 0.3707]),
}
# Published nets, as in data/models.yaml: forward multiplications (G) and activations (M) of a sample, operations that a
# step launches. AlexNet as measured is not the published net (its step takes longer than that of VGG-11 at 128 px), and
# the two small CNNs are not published: their figures are left out, as for a net of the user's own.
NETS = {
    "VGG11": (7.61, 7.44, 11),
    "VGG16": (15.47, 13.56, 16),
    "VGG19": (19.63, 14.86, 19),
    "ResNet34": (3.67, 3.74, 73),
    "InceptionV3": (5.73, 8.97, 189),
    "MobileNetV2": (0.30, 6.68, 105),
    "LeNet5": (0.000340908, 0.008094, 5),
    "AlexNet": (None, None, 8),
}
EXPONENT = 3.0  # q
FLOOR = 0.1  # the least share of a step that is the device's work
DEFAULT_OPERATIONS = 6.0
DEFAULT_FLOPS_PER_ACTIVATION = 5000.0
INTENSITY_POWER = 0.5
NU, SIGMA = 5.0, 0.2
PAIRS = np.array(list(itertools.permutations(range(4), 2)))
START = np.concatenate(
    [
        -np.log([1.5, 2.5, 4.2, 12.0]),
        np.log(10 / BANDWIDTH),
        np.log([0.4, 0.2, 0.12, 0.1]),
        np.full(4, np.log(0.17)),
        [np.log(8.0)],
    ]
)
SD = np.concatenate([np.full(4, 3.0), np.full(4, 0.3), np.full(4, 0.7), np.full(4, 0.2), [1.0], [1.5, 1.0]])


class Steps:
    """The measured step times. Parameters: ln of compute, memory, latency, host of each machine, then host_base, and
    two that all machines share: the level of memory and of host."""

    def __init__(self, rows):
        self.net = np.array([r["model"] for r in rows])
        self.image_px = np.array([r["image_px"] for r in rows])
        self.batch = np.array([float(r["batch"]) for r in rows])
        self.ms = np.array([[float(r[m.replace(".", "_") + "_ms"]) for m in MACHINES] for r in rows])
        figures = [NETS.get(n, (None, None, None)) for n in self.net]
        self.intensity = np.array(
            [6e3 * f[0] / f[1] if f[0] else DEFAULT_FLOPS_PER_ACTIVATION for f in figures]
        )
        self.operations = np.array([f[2] or DEFAULT_OPERATIONS for f in figures], float)

    def predict(self, q, rows):
        """ln step time for each pair (measured, asked) of machines."""
        a, b = PAIRS.T
        ops = self.operations[rows][:, None]
        low = (1000 / self.intensity[rows][:, None]) ** INTENSITY_POWER
        device = np.exp(q[None, 0:4]) + np.exp(q[None, 4:8] + q[17]) * low
        latency = np.exp(q[None, 8:12]) * ops
        host = np.exp(q[None, 12:16] + q[18]) * (ops + np.exp(q[16]))
        seen = self.ms[rows]
        total = np.maximum(FLOOR, np.maximum(1e-9, 1 - (host / seen) ** EXPONENT) ** (1 / EXPONENT)) * seen
        work = np.maximum(FLOOR * total, total - latency)
        there = work[:, a] * device[:, b] / device[:, a] + latency[:, b]
        return np.log(there**EXPONENT + host[:, b] ** EXPONENT) / EXPONENT

    def fit(self, rows, tolerance=1e-6, evaluations=20):
        target = np.log(self.ms[rows])[:, PAIRS[:, 1]]
        prior = np.concatenate([START, [0.0, 0.0]])

        def residuals(q):
            r = (self.predict(q, rows) - target).ravel() / SIGMA
            return np.concatenate([np.sign(r) * np.sqrt(NU * np.log1p(r * r / NU)), (q - prior) / SD])

        return optimize.least_squares(
            residuals, prior, xtol=tolerance, ftol=tolerance, gtol=tolerance, max_nfev=evaluations
        ).x

    def left_out(self):
        """Predictions for each net from the fit to the other nets."""
        result = np.zeros((len(self.net), len(PAIRS)))
        for n in sorted(set(self.net)):
            result[self.net == n] = self.predict(
                self.fit(np.where(self.net != n)[0]), np.where(self.net == n)[0]
            )
        return result

    def errors(self, predicted):
        return predicted - np.log(self.ms)[:, PAIRS[:, 1]]

    def peak_ratio(self, peaks):
        """Plain rule to compare with: time goes with the reciprocal of the fp32 peak."""
        return np.log(self.ms)[:, PAIRS[:, 0]] + np.log(peaks[PAIRS[:, 0]] / peaks[PAIRS[:, 1]])[None, :]

    def choice(self, predicted, price=None):
        """(share of right choices, mean excess where wrong): one machine's rate measured, the others predicted."""
        price = np.ones(4) if price is None else price
        truth = self.ms * price
        right, excess = [], []
        for measured in range(4):
            guess = self.ms.copy()
            for column, (a, b) in enumerate(PAIRS):
                if a == measured:
                    guess[:, b] = np.exp(predicted[:, column])
            pick = np.argmin(guess * price, axis=1)
            ratio = truth[np.arange(len(truth)), pick] / truth.min(axis=1) - 1
            right.append(ratio == 0)
            excess.append(ratio)
        right, excess = np.concatenate(right), np.concatenate(excess)
        return (
            float(right.mean()),
            float(excess[~right].mean()) if not right.all() else 0.0,
            float(excess.mean()),
        )


def random_prices(steps, predicted, draws=200, seed=1):
    """List prices, each times a factor between 1/sqrt(3) and sqrt(3): any two move by up to 3 to 1."""
    generator = np.random.default_rng(seed)
    found = [
        steps.choice(predicted, PRICES["list prices"] * 3 ** generator.uniform(-0.5, 0.5, 4))
        for _ in range(draws)
    ]
    right = np.mean([f[0] for f in found])
    overall = np.mean([f[2] for f in found])
    return float(right), float(overall / (1 - right)), float(overall)


def figures(steps, degrees_of_freedom):
    """What docs/calibration.md reports of measured mode."""
    predicted = steps.left_out()
    errors = np.abs(np.expm1(steps.errors(predicted)))
    gpus = model.read_gpus()
    peaks = np.array([gpus[g]["peak"]["fp32"] for g in MACHINES.values()])
    plain = np.abs(np.expm1(steps.errors(steps.peak_ratio(peaks))))
    result = {
        "median": float(np.median(errors)),
        "p90": float(np.quantile(errors, 0.9)),
        "pairs": {
            tuple(list(MACHINES)[i] for i in pair): (
                float(np.median(errors[:, k])),
                float(np.median(plain[:, k])),
            )
            for k, pair in enumerate(PAIRS)
        },
        "peak_ratio_median": float(np.median(plain)),
        "nets": {n: float(np.median(errors[steps.net == n])) for n in sorted(set(steps.net))},
        "fastest": steps.choice(predicted),
        "random prices": random_prices(steps, predicted),
    }
    for name, price in PRICES.items():
        result[name] = steps.choice(predicted, price)
    signed = steps.errors(predicted).ravel()
    result["scale"] = fit.student_scale(signed, degrees_of_freedom)
    return result
