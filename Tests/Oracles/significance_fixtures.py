#!/usr/bin/env python3
"""Writes what statsmodels, SciPy, scikit-learn and NumPy say of comparisons of predictors.

Run: python Tests/Oracles/significance_fixtures.py
(statsmodels 0.15.0, SciPy 1.17.1, scikit-learn 1.9.1, NumPy 2.4.6)

Bootstraps come with the rows that were drawn, so that every resample's scores can be compared, and not
only a distribution within its Monte Carlo error.
"""
import json
import math
import pathlib
import warnings

import numpy as np
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from calibration import calibration_error

warnings.simplefilter("ignore")
fixtures = pathlib.Path(__file__).parent.parent / "EvaluationTests" / "Fixtures"
rng = np.random.default_rng(5)


def number(value):
    return None if math.isnan(value) else float(value)


counts = [(0, 0), (0, 1), (1, 0), (0, 12), (3, 3), (5, 14), (14, 5), (15, 16), (40, 60), (121, 169),
          (160, 160), (1000, 1100), (4800, 5200), (50000, 50500), (499000, 501000), (20, 700)]
tests = [{"first_only": b, "second_only": c,
          "p": float(mcnemar([[10, b], [c, 10]], exact=True).pvalue)} for b, c in counts]

families = [[0.04], [0.01, 0.04, 0.03, 0.005], [0.2, 0.5, 0.9], [0.02, 0.02, 0.02], [0.0, 1.0, 1e-12]]
families += [list(rng.random(int(n)) ** 3) for n in (2, 5, 10, 28)]
corrections = [{"p": [float(p) for p in family],
                "corrected": [float(p) for p in multipletests(family, method="holm")[1]]}
               for family in families]

intervals = []
for values in ([3.0], [1.0, 2.0], list(rng.normal(size=11)), list(np.round(rng.normal(size=999), 2))):
    low, high = np.percentile(values, [2.5, 97.5])
    intervals.append({"values": [float(v) for v in values], "lower": float(low), "upper": float(high)})

curves = []
for n, bins in ((1, 10), (30, 10), (400, 10), (400, 15), (31, 5)):
    p = np.round(rng.random(n), 2) if n != 31 else np.arange(31) / 30
    y = rng.random(n) < p
    observed, predicted = calibration_curve(y, p, n_bins=bins)
    curves.append({"bins": bins, "probabilities": p.tolist(), "outcomes": y.tolist(),
                   "predicted": predicted.tolist(), "observed": observed.tolist()})


def simplex(n, k):
    return np.array([rng.multinomial(20, p) for p in rng.dirichlet([0.7] * k, n)]) / 20


def defined(function, *arguments, **options):
    try:
        return function(*arguments, **options)
    except ValueError:
        return math.nan


def class_scores(y, p):
    k = p.shape[1]
    labels, predicted = list(range(k)), p.argmax(axis=1)
    name = "roc_auc" if k == 2 else "roc_auc_ovr_macro"
    columns = [1] if k == 2 else labels
    areas = [defined(metrics.roc_auc_score, y == j, p[:, j]) for j in columns]
    return {
        "accuracy": metrics.accuracy_score(y, predicted),
        "f1_macro": metrics.f1_score(y, predicted, labels=labels, average="macro", zero_division=0),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, predicted),
        "log_loss": metrics.log_loss(y, p, labels=labels),
        "brier": metrics.brier_score_loss(y, p, labels=labels),
        "expected_calibration_error": float(calibration_error(y, p)),
        name: float(np.mean(areas)),
    }


def set_scores(y, p):
    predicted = (p > 0.5).astype(int)
    return {
        "subset_accuracy": metrics.accuracy_score(y, predicted),
        "f1_micro": metrics.f1_score(y, predicted, average="micro", zero_division=0),
        "f1_macro": metrics.f1_score(y, predicted, average="macro", zero_division=0),
        "hamming_loss": metrics.hamming_loss(y, predicted),
    }


def number_scores(y, p):
    return {"r2": metrics.r2_score(y, p), "mae": metrics.mean_absolute_error(y, p),
            "rmse": metrics.root_mean_squared_error(y, p)}


def bootstrap(kind, y, p, score, resamples=20):
    drawn = rng.integers(0, len(y), (resamples, len(y)))
    found = [score(y[rows], p[rows]) for rows in drawn]
    return {
        "kind": kind, "width": p.shape[1] if p.ndim > 1 else 1,
        "labels": [float(v) for v in np.ravel(y)], "predictions": [float(v) for v in np.ravel(p)],
        "drawn": drawn.tolist(),
        "scores": {name: [number(scores[name]) for scores in found] for name in found[0]},
    }


y = rng.normal(size=30) + 1e4
bootstraps = [
    bootstrap("single-label", rng.integers(0, 2, 40), simplex(40, 2), class_scores),
    bootstrap("single-label", rng.integers(0, 4, 50), simplex(50, 4), class_scores),
    bootstrap("single-label", np.array([0, 1, 1]), simplex(3, 2), class_scores),
    bootstrap("multi-label", (rng.random((30, 4)) < 0.4).astype(int), rng.random((30, 4)), set_scores),
    bootstrap("multi-label", (rng.random((9, 2)) < 0.1).astype(int), rng.random((9, 2)), set_scores),
    bootstrap("number", y, y + rng.normal(size=30), number_scores),
    bootstrap("number", np.array([2.0, 2.0, 2.0]), np.array([2.0, 1.0, 2.0]), number_scores),
]

# Independent draws: equal within the Monte Carlo error of both.
y = rng.integers(0, 2, 300)
first = np.where(rng.random(300) < 0.8, y, 1 - y)
second = np.where(rng.random(300) < 0.7, y, 1 - y)
right = np.stack([first == y, second == y]).astype(float)
scipy_bootstraps = {"first": (first == y).tolist(), "second": (second == y).tolist()}
for name, data, statistic in (
        ("accuracy", (right[0],), lambda a, axis: a.mean(axis=axis)),
        ("difference", (right[0], right[1]),
         lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis))):
    interval = stats.bootstrap(
        data, statistic, n_resamples=100_000, method="percentile", paired=True, vectorized=True,
        batch=10_000, rng=np.random.default_rng(1)).confidence_interval
    scipy_bootstraps[name] = [float(interval.low), float(interval.high)]

flips = []
for differences in ([1.0, 2.0, -0.5, 3.0], [0.5, -0.5, 0.25], list(rng.normal(0.4, 1, 11)), [0.0, 0.0]):
    found = stats.permutation_test(
        (np.array(differences), np.zeros(len(differences))),
        lambda a, b, axis: (a - b).mean(axis=axis), permutation_type="samples", n_resamples=np.inf)
    flips.append({"differences": [float(d) for d in differences], "p": float(found.pvalue)})

text = json.dumps({
    "mcnemar": tests, "holm": corrections, "intervals": intervals, "calibration": curves,
    "bootstraps": bootstraps, "scipy_bootstraps": scipy_bootstraps, "sign_flips": flips,
}, allow_nan=False, separators=(",", ":"))
(fixtures / "significance.json").write_text(text, "utf-8")
