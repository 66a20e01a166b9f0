#!/usr/bin/env python3
"""Holds a report of firn-compare to statsmodels, SciPy and scikit-learn on the same predictions.

    python Tests/Oracles/compare_report.py outputs/movies/report outputs/movies/logistic outputs/movies/mlp …

The runs in the report's order, one class a row. Compared: every metric, McNemar's exact test and Holm's
correction, calibration curves and the expected calibration error, F1 by class, what all seeds say; bootstrap
intervals, of every score and of paired differences, against SciPy's own draws within the Monte Carlo error of
both. Prints what it compared and exits with 1 at a
difference.
"""
import csv
import json
import pathlib
import sys

import numpy as np
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from calibration import calibration_error

report, *folders = map(pathlib.Path, sys.argv[1:])
found = json.loads((report / "comparison.json").read_text("utf-8"))
names = found["classes"]
k = len(names)
worst = {}


def compare(what, value, expected, bound):
    error = abs(value - expected)
    if error > worst.get(what, (-1, 0))[0]:
        worst[what] = (error, bound)


def seeds(folder):
    """The accuracy of every seed that was trained; of the one where there is one."""
    if (folder / "seeds.csv").exists():
        with open(folder / "seeds.csv", newline="", encoding="utf-8") as file:
            return [float(row[found["split"] + ".accuracy"]) for row in csv.DictReader(file)]
    return [json.loads((folder / "metrics.json").read_text("utf-8"))[found["split"] + ".accuracy"]]


def bound_of(deviation, ours, theirs, step):
    """Of the 2.5 % point of n draws: a deviation of √(0.025 · 0.975 / n) / 0.058 σ; four of both, and a step."""
    return 4 * (0.025 * 0.975) ** 0.5 / 0.058 * deviation * (1 / ours + 1 / theirs) ** 0.5 + step


runs = []
for folder in folders:
    with open(folder / "predictions.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == found["split"] and row["label"]]
    y = np.array([names.index(row["label"]) for row in rows])
    p = np.array([[float(row["probability_" + name]) for name in names] for row in rows])
    runs.append((y, p, p.argmax(axis=1)))
assert len(runs) == len(found["contenders"]), "the runs are not the report's"

for (y, p, predicted), contender in zip(runs, found["contenders"]):
    expected = {
        "accuracy": metrics.accuracy_score(y, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, predicted),
        "f1_macro": metrics.f1_score(y, predicted, average="macro"),
        "matthews_correlation": metrics.matthews_corrcoef(y, predicted),
        "log_loss": metrics.log_loss(y, p, labels=range(k)),
        "brier": metrics.brier_score_loss(y, p, labels=range(k)),
        "expected_calibration_error": calibration_error(y, p),
    }
    if k == 2:
        expected["roc_auc"] = metrics.roc_auc_score(y, p[:, 1])
        expected["average_precision"] = metrics.average_precision_score(y, p[:, 1])
    else:
        expected["roc_auc_ovr_macro"] = metrics.roc_auc_score(y, p, multi_class="ovr")
    for name, value in expected.items():
        compare("metrics", contender["metrics"][name], value, 1e-12)
    for value, own in zip(metrics.f1_score(y, predicted, average=None), contender["f1_by_class"]):
        compare("F1 by class", own, value, 1e-12)
    outcome, told = (y == 1, p[:, 1]) if k == 2 else (predicted == y, p.max(axis=1))
    observed, mean = calibration_curve(outcome, told, n_bins=10)
    assert len(observed) == len(contender["calibration"])
    for point, x, share in zip(contender["calibration"], mean, observed):
        compare("calibration", point["predicted"], x, 1e-12)
        compare("calibration", point["observed"], share, 1e-12)
    right = (predicted == y).astype(float)
    interval = stats.bootstrap(
        (right,), lambda a, axis: a.mean(axis=axis), n_resamples=20_000, method="percentile",
        vectorized=True, batch=500, rng=np.random.default_rng(0)).confidence_interval
    bound = bound_of(right.std() / len(right) ** 0.5, found["resamples"], 20_000, 1 / len(right))
    compare("intervals", contender["scores"]["accuracy"]["low"], interval.low, bound)
    compare("intervals", contender["scores"]["accuracy"]["high"], interval.high, bound)
    others = {
        "f1_macro": lambda i: metrics.f1_score(y[i], predicted[i], average="macro"),
        "log_loss": lambda i: metrics.log_loss(y[i], p[i], labels=range(k)),
        "brier": lambda i: metrics.brier_score_loss(y[i], p[i], labels=range(k)),
        "roc_auc": lambda i: metrics.roc_auc_score(y[i], p[i, 1]),
        "expected_calibration_error": lambda i: calibration_error(y[i], p[i]),
    }
    for name, statistic in others.items():
        score = contender["scores"].get(name)
        if score is None or score["low"] is None:
            continue
        drawn = stats.bootstrap(
            (np.arange(len(y)),), statistic, n_resamples=1_000, method="percentile", vectorized=False,
            rng=np.random.default_rng(0))
        bound = bound_of(drawn.standard_error, found["resamples"], 1_000, 0)
        compare(f"intervals of {name}", score["low"], drawn.confidence_interval.low, bound)
        compare(f"intervals of {name}", score["high"], drawn.confidence_interval.high, bound)

place = {contender["name"]: index for index, contender in enumerate(found["contenders"])}
p_values = []
for pair in found["pairs"]:
    rights = [(runs[place[pair[side]]][2] == runs[place[pair[side]]][0]) for side in ("first", "second")]
    only = (int((rights[0] & ~rights[1]).sum()), int((~rights[0] & rights[1]).sum()))
    assert only == (pair["only_first_right"], pair["only_second_right"])
    table = [[int((rights[0] & rights[1]).sum()), only[0]], [only[1], int((~rights[0] & ~rights[1]).sum())]]
    p_values.append(float(mcnemar(table, exact=True).pvalue))
    compare("McNemar", pair["p_value"], p_values[-1], 1e-12)
    differences = rights[1].astype(float) - rights[0].astype(float)
    compare("differences", pair["difference"], differences.mean(), 1e-12)
    interval = stats.bootstrap(
        (differences,), lambda a, axis: a.mean(axis=axis), n_resamples=20_000, method="percentile",
        vectorized=True, batch=500, rng=np.random.default_rng(0)).confidence_interval
    bound = bound_of(
        differences.std() / len(differences) ** 0.5, found["resamples"], 20_000, 1 / len(differences))
    compare("paired intervals", pair["low"], interval.low, bound)
    compare("paired intervals", pair["high"], interval.high, bound)
    first, second = (seeds(folders[place[pair[side]]]) for side in ("first", "second"))
    agree = all((b - a) * pair["difference"] > 0 for a in first for b in second)
    compare("what all seeds say", pair["seeds_agree"], agree, 0)
    excludes = pair["low"] > 0 or pair["high"] < 0
    compare("beyond chance", pair["supported"], bool(agree and pair["p_value_holm"] < 0.05 and excludes), 0)
for pair, corrected in zip(found["pairs"], multipletests(p_values, method="holm")[1]):
    compare("Holm", pair["p_value_holm"], corrected, 1e-12)

failed = False
for what, (error, bound) in worst.items():
    print(f"{'ok  ' if error <= bound else 'FAIL'} {what}: largest difference {error:.2g}, bound {bound:.2g}")
    failed = failed or error > bound
sys.exit(bool(failed))
