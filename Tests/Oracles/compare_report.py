#!/usr/bin/env python3
"""Holds a report of firn-compare to statsmodels, SciPy and scikit-learn on the same predictions.

    python Tests/Oracles/compare_report.py outputs/movies/report outputs/movies/logistic outputs/movies/mlp …

The runs in the report's order, one class a row. Compared: every metric, McNemar's exact test and Holm's
correction, calibration curves, F1 by class; bootstrap intervals, of accuracies and paired differences, against
SciPy's own draws within the Monte Carlo error of both. Prints what it compared and exits with 1 at a
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

report, *folders = map(pathlib.Path, sys.argv[1:])
found = json.loads((report / "comparison.json").read_text("utf-8"))
names = found["classes"]
k = len(names)
worst = {}


def compare(what, value, expected, bound):
    error = abs(value - expected)
    if error > worst.get(what, (-1, 0))[0]:
        worst[what] = (error, bound)


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
    # The 2.5 % point of n draws: a deviation of √(0.025 · 0.975 / n) / 0.058 σ; four of both, and a step.
    sigma = right.std() / len(right) ** 0.5
    bound = 4 * (0.025 * 0.975) ** 0.5 / 0.058 * sigma * (
        1 / found["resamples"] + 1 / 20_000) ** 0.5 + 1 / len(right)
    compare("intervals", contender["scores"]["accuracy"]["low"], interval.low, bound)
    compare("intervals", contender["scores"]["accuracy"]["high"], interval.high, bound)

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
    sigma = differences.std() / len(differences) ** 0.5
    bound = 4 * (0.025 * 0.975) ** 0.5 / 0.058 * sigma * (
        1 / found["resamples"] + 1 / 20_000) ** 0.5 + 1 / len(differences)
    compare("paired intervals", pair["low"], interval.low, bound)
    compare("paired intervals", pair["high"], interval.high, bound)
for pair, corrected in zip(found["pairs"], multipletests(p_values, method="holm")[1]):
    compare("Holm", pair["p_value_holm"], corrected, 1e-12)

failed = False
for what, (error, bound) in worst.items():
    print(f"{'ok  ' if error <= bound else 'FAIL'} {what}: largest difference {error:.2g}, bound {bound:.2g}")
    failed = failed or error > bound
sys.exit(failed)
