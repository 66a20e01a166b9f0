#!/usr/bin/env python3
"""Writes the fixtures of EvaluationTests and ReportingTests with scikit-learn.

Run with scikit-learn 1.9.1, NumPy 2.4.6.
"""
import json
import pathlib
import warnings

import numpy as np
from sklearn import metrics

warnings.simplefilter("ignore")
tests = pathlib.Path(__file__).parent.parent
rng = np.random.default_rng(7)


def case(title, y_true, y_pred, names):
    return {
        "title": title,
        "labels": [int(y) for y in y_true],
        "predictions": [int(y) for y in y_pred],
        "class_names": names,
    }


cases = [
    # The table that the ktrain tutorial prints for IMDb: 5,000 rows, two classes.
    case("tutorial", [0] * 2489 + [1] * 2511, [0] * 2069 + [1] * 420 + [0] * 376 + [1] * 2135,
         ["negative", "positive"]),
    case("nobody predicted", [0, 1, 2, 2, 2], [0, 0, 2, 2, 0], ["class 0", "class 1", "class 2"]),
    case("one class missing", [0, 2, 2, 0], [0, 1, 2, 2], ["a", "b", "c"]),
    case("missing and never predicted", [0, 2, 2, 0], [0, 2, 2, 2], ["a", "b", "c"]),
    case("a single class left", [1, 1, 1], [1, 1, 1], ["no", "yes"]),
    case("all wrong", [0, 0, 1, 1], [1, 1, 0, 0], ["no", "yes"]),
    case("long names", [0, 1, 1, 0], [0, 1, 0, 0],
         ["a class whose name is much longer than the columns", "short"]),
    case("non-ASCII", [0, 1, 2, 3, 0], [0, 1, 2, 0, 3],
         ["日本語のニュース", "größe", "e\u0301" * 14, "👩‍👩‍👧‍👦 family"]),
    # precision 1/8, 3/8, 5/8: ties of the second digit, where rounding to even shows
    case("ties", [0] * 1 + [1] * 7 + [0] * 3 + [1] * 5, [0] * 8 + [1] * 8, ["a", "b"]),
    case("large", rng.integers(0, 3, 12345), rng.integers(0, 3, 12345), ["x", "y", "z"]),
    case("many classes", rng.integers(0, 150, 900), rng.integers(0, 150, 900),
         [f"topic {i}" for i in range(150)]),
]
for i in range(30):
    k = int(rng.integers(2, 24))
    n = int(rng.integers(1, 120))
    y_true = rng.integers(0, k, n)
    y_pred = np.where(rng.random(n) < rng.random(), y_true, rng.integers(0, k, n))
    names = ["".join(rng.choice(list("abcdefg éß-"), rng.integers(1, 20))) for _ in range(k)]
    cases.append(case(f"random {i}", y_true, y_pred, names))

reports, scores = [], []
for c in cases:
    y_true, y_pred, names = c["labels"], c["predictions"], c["class_names"]
    k = len(names)
    labels = list(range(k))
    report = metrics.classification_report(
        y_true, y_pred, labels=labels, target_names=names, zero_division=0)
    confusion = metrics.confusion_matrix(y_true, y_pred, labels=labels)
    # Rows in any order give the same report: (label, prediction, how often) keeps the file small.
    cells = [[int(t), int(p), int(confusion[t, p])] for t, p in zip(*np.nonzero(confusion))]
    reports.append({"title": c["title"], "class_names": names, "cells": cells, "report": report})
    p, r, f, s = metrics.precision_recall_fscore_support(
        y_true, y_pred, labels=labels, zero_division=0)
    probabilities = rng.dirichlet(np.full(k, 0.05 if "random" in c["title"] else 1), len(y_true))
    probabilities = probabilities.round(4)
    keep = len(y_true) <= 200 and len(names) <= 12
    averages = {
        name: [float(v) for v in metrics.precision_recall_fscore_support(
            y_true, y_pred, labels=labels, average=name, zero_division=0)[:3]]
        for name in ("micro", "macro", "weighted")
    }
    if not keep:
        continue
    scores.append({
        **{key: c[key] for key in ("title", "labels", "predictions")},
        "class_count": k,
        "confusion": confusion.flatten().tolist(),
        "precision": p.tolist(), "recall": r.tolist(), "f1": f.tolist(), "support": s.tolist(),
        **averages,
        "accuracy": float(metrics.accuracy_score(y_true, y_pred)),
        "balanced_accuracy": float(metrics.balanced_accuracy_score(y_true, y_pred)),
        "matthews": float(metrics.matthews_corrcoef(y_true, y_pred)),
        "probabilities": probabilities.flatten().tolist(),
        "log_loss": float(metrics.log_loss(y_true, probabilities, labels=labels)),
    })


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), "utf-8")


write(tests / "ReportingTests" / "Fixtures" / "reports.json", reports)
write(tests / "EvaluationTests" / "Fixtures" / "metrics.json", scores)
