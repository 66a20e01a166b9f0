#!/usr/bin/env python3
"""Writes what scikit-learn, SciPy and NumPy say of predictions of all three kinds, by the names of
metrics.json, and scikit-learn's reports of multi-label rows.

Run: python Tests/Oracles/metric_fixtures.py     (scikit-learn 1.9.1, SciPy 1.17.1, NumPy 2.4.6)

A metric that they warn of or refuse is NaN, here null. Scores are multiples of 1/20: many ties.
"""
import json
import math
import pathlib
import warnings

import numpy as np
from scipy import stats
from sklearn import metrics

from calibration import calibration_error

warnings.simplefilter("ignore")
tests = pathlib.Path(__file__).parent.parent
rng = np.random.default_rng(11)


def scores(y_true, y_pred, averages, **options):
    found = {}
    for average in averages:
        values = metrics.precision_recall_fscore_support(
            y_true, y_pred, average=average, zero_division=0, **options)
        for name, value in zip(("precision", "recall", "f1"), values):
            found[f"{name}_{average}"] = value
    return found


def defined(function, *arguments, **options):
    try:
        return function(*arguments, **options)
    except ValueError:
        return math.nan


def classes(title, y, probabilities):
    k = probabilities.shape[1]
    labels = list(range(k))
    predicted = probabilities.argmax(axis=1)
    one_hot = np.eye(k, dtype=int)[y]
    found = {
        "rows": len(y),
        "accuracy": metrics.accuracy_score(y, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, predicted),
        "matthews_correlation": metrics.matthews_corrcoef(y, predicted),
        "log_loss": metrics.log_loss(y, probabilities, labels=labels),
        "brier": metrics.brier_score_loss(y, probabilities, labels=labels),
        "expected_calibration_error": calibration_error(y, probabilities),
        **scores(y, predicted, ("micro", "macro", "weighted"), labels=labels),
    }
    if k == 2:
        found["roc_auc"] = metrics.roc_auc_score(y, probabilities[:, 1])
        found["average_precision"] = metrics.average_precision_score(y, probabilities[:, 1])
    else:
        for average in ("macro", "weighted"):
            found[f"roc_auc_ovr_{average}"] = metrics.roc_auc_score(
                y, probabilities, multi_class="ovr", average=average, labels=labels)
        found["average_precision_macro"] = metrics.average_precision_score(one_hot, probabilities)
    return case(title, "single-label", y, probabilities, found, [
        [defined(metrics.roc_auc_score, one_hot[:, j], probabilities[:, j]),
         metrics.average_precision_score(one_hot[:, j], probabilities[:, j])] for j in labels])


def sets(title, y, probabilities):
    k = y.shape[1]
    predicted = (probabilities > 0.5).astype(int)
    found = {
        "rows": len(y),
        "subset_accuracy": metrics.accuracy_score(y, predicted),
        "hamming_loss": metrics.hamming_loss(y, predicted),
        "log_loss": np.mean([
            metrics.log_loss(y[:, j], probabilities[:, j], labels=[0, 1]) for j in range(k)]),
        "brier": np.mean([
            metrics.brier_score_loss(y[:, j], probabilities[:, j], labels=[0, 1])
            for j in range(k)]),
        **scores(y, predicted, ("micro", "macro", "weighted", "samples")),
    }
    for average in ("micro", "macro", "weighted"):
        found[f"roc_auc_{average}"] = metrics.roc_auc_score(y, probabilities, average=average)
        found[f"average_precision_{average}"] = metrics.average_precision_score(
            y, probabilities, average=average)
    return case(title, "multi-label", y, probabilities, found, [
        [metrics.roc_auc_score(y[:, j], probabilities[:, j]),
         metrics.average_precision_score(y[:, j], probabilities[:, j])] for j in range(k)])


def numbers(title, y, predicted):
    y, predicted = np.array(y, float), np.array(predicted, float)
    return case(title, "number", y, predicted, {
        "rows": len(y),
        "r2": metrics.r2_score(y, predicted),
        "mae": metrics.mean_absolute_error(y, predicted),
        "rmse": metrics.root_mean_squared_error(y, predicted),
        "pearson": defined(lambda: stats.pearsonr(y, predicted).statistic),
        "spearman": defined(lambda: stats.spearmanr(y, predicted).statistic),
    }, [])


def case(title, kind, labels, predictions, found, ranking):
    def number(value):
        return None if math.isnan(value) else float(value)

    return {
        "title": title, "kind": kind, "width": predictions.shape[1] if predictions.ndim > 1 else 1,
        "labels": [float(v) for v in np.ravel(labels)],
        "predictions": [float(v) for v in np.ravel(predictions)],
        "metrics": {name: number(value) for name, value in found.items()},
        "ranking": [[number(v) for v in pair] for pair in ranking],
    }


def simplex(n, k, sharpness=1.0):
    return np.array([rng.multinomial(20, p) for p in rng.dirichlet([sharpness] * k, n)]) / 20


def twentieths(*shape):
    return rng.integers(0, 21, shape) / 20


cases = [
    classes("two classes, a single row", np.array([1]), np.array([[0.25, 0.75]])),
    classes("three classes, a single row", np.array([2]), np.array([[0.25, 0.5, 0.25]])),
    classes("no positive row", np.zeros(6, int), simplex(6, 2)),
    classes("only positive rows", np.ones(6, int), simplex(6, 2)),
    classes("constant predictions", np.array([0, 1, 1, 0, 1]), np.full((5, 2), 0.5)),
    classes("one class missing", np.array([0, 2, 2, 0, 2, 0]), simplex(6, 3)),
    classes("a single class of three", np.array([1, 1, 1]), simplex(3, 3)),
    classes("certain and right", np.array([0, 1, 2]), np.eye(3)),
    classes("certain and wrong", np.array([1, 2, 0]), np.eye(3)),
    # Bounds of the bins: 1/15, 2/15, … are in the bin below.
    classes("at the bins' bounds", rng.integers(0, 2, 30),
            np.stack([np.arange(30) % 16 / 15, 1 - np.arange(30) % 16 / 15], axis=1)),
    sets("a single row", np.array([[1, 0, 1]]), np.array([[0.9, 0.8, 0.3]])),
    sets("a label without rows", np.array([[1, 0], [0, 0], [1, 0]]), twentieths(3, 2)),
    sets("a label of all rows", np.array([[1, 0], [1, 1], [1, 0]]), twentieths(3, 2)),
    sets("no labels at all", np.zeros((4, 3), int), twentieths(4, 3)),
    sets("nothing predicted", rng.integers(0, 2, (5, 3)), twentieths(5, 3) / 2),
    sets("all wrong", np.array([[1, 0], [0, 1]]), np.array([[0.0, 1.0], [1.0, 0.0]])),
    sets("all right", np.array([[1, 0], [0, 1]]), np.array([[1.0, 0.0], [0.0, 1.0]])),
    sets("constant predictions", rng.integers(0, 2, (7, 3)), np.full((7, 3), 0.7)),
    numbers("a single row", [1], [2]),
    numbers("two rows", [1, 2], [4, 3]),
    numbers("constant targets", [2, 2, 2], [1, 2, 3]),
    numbers("constant targets, all right", [2, 2, 2], [2, 2, 2]),
    numbers("constant predictions", [1, 2, 4], [2, 2, 2]),
    numbers("ties", [1, 1, 2, 2, 3, 3], [3, 1, 2, 2, 2, 5]),
    numbers("far from 0", 1e9 + rng.normal(size=40), 1e9 + rng.normal(size=40)),
    numbers("large beside small", [1e100, -1e100, 3e100], [1e-100, 2e-100, 3e-100]),
]
for i in range(12):
    n, k = int(rng.integers(2, 60)), int(rng.integers(2, 6))
    cases.append(classes(f"random {i}", rng.integers(0, k, n), simplex(n, k, rng.random() + 0.1)))
    y = (rng.random((n, k)) < rng.random(k)).astype(int)
    cases.append(sets(f"random {i}", y, twentieths(n, k)))
    y = rng.integers(0, 9, n) / 4 if i % 2 else rng.normal(size=n)
    cases.append(numbers(f"random {i}", y, y * rng.normal() + rng.integers(-3, 4, n)))
cases.append(classes("large", rng.integers(0, 2, 700), simplex(700, 2)))

reports = []
for c in cases:
    if c["kind"] != "multi-label":
        continue
    k = c["width"]
    names = ["größe", "日本語のニュース", "insult", "a label whose name is longer than averages",
             "e\u0301"][:k]
    y = np.array(c["labels"], int).reshape(-1, k)
    predicted = (np.array(c["predictions"]).reshape(-1, k) > 0.5).astype(int)
    reports.append({
        "title": c["title"], "class_names": names, "labels": y.ravel().tolist(),
        "predictions": predicted.ravel().tolist(),
        "counts": metrics.multilabel_confusion_matrix(y, predicted).reshape(k, 4).tolist(),
        "report": metrics.classification_report(
            y, predicted, target_names=names, zero_division=0)})


def write(path, value):
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    path.write_text(text, "utf-8")


write(tests / "EvaluationTests" / "Fixtures" / "predictions.json", cases)
write(tests / "ReportingTests" / "Fixtures" / "multilabel_reports.json", reports)
