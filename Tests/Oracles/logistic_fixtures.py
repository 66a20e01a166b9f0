#!/usr/bin/env python3
"""Writes Tests/HeadsTests/Fixtures/logistic.json with scikit-learn's LogisticRegression.

Run with scikit-learn 1.9.1, NumPy 2.4.6. Objectives are those of Sources/Heads: the mean over
the rows' weights, computed here from scikit-learn's coefficients in float64. The solver is
newton-cg: lbfgs, for the same objective, stops at a relative change of 64 epsilon, which left five
classes with C = 100 at 5e-8 above the optimum whatever the tolerance.
"""
import json
import pathlib

import numpy as np
import sklearn
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_sample_weight

rng = np.random.default_rng(11)


def data(n, d, classes):
    y = rng.choice(classes, n, p=np.arange(1, len(classes) + 1) / sum(range(1, len(classes) + 1)))
    centers = rng.normal(size=(max(classes) + 1, d))
    scales = np.logspace(-1, 1, d)
    x = (centers[y] + rng.normal(size=(n, d)) * 1.5) * scales + rng.normal(size=d) * 2
    return x.round(3).astype(np.float32), y


def objective(model, x, y, weights, c):
    z = x @ model.coef_.T + model.intercept_
    if z.shape[1] == 1:
        z = np.hstack([np.zeros_like(z), z])
    index = np.searchsorted(model.classes_, y)
    losses = logsumexp(z, axis=1) - z[np.arange(len(y)), index]
    return float((weights @ losses + (model.coef_ ** 2).sum() / (2 * c)) / weights.sum())


cases = []


def add(title, x, y, k, c=1.0, weight=None, standardize=False):
    class_weight = dict(enumerate(weight)) if isinstance(weight, list) else weight
    inputs = x.astype(np.float64)
    if standardize:
        inputs = StandardScaler().fit_transform(inputs)
    present = {i: w for i, w in class_weight.items() if i in y} if isinstance(weight, list) else class_weight
    model = LogisticRegression(
        C=c, tol=1e-12, max_iter=10000, class_weight=present, solver="newton-cg")
    model.fit(inputs, y)
    probabilities = np.zeros((len(y), k))
    probabilities[:, model.classes_] = model.predict_proba(inputs)
    cases.append({
        "title": title, "class_count": k, "c": c, "standardize": standardize,
        "balanced": weight == "balanced", "weights": weight if isinstance(weight, list) else None,
        "width": x.shape[1], "features": [float(v) for v in x.flatten().astype(str)],
        "labels": y.tolist(), "coef": model.coef_.flatten().tolist(),
        "intercept": model.intercept_.tolist(),
        "objective": objective(model, inputs, y, compute_sample_weight(present, y), c),
        "probabilities": probabilities.flatten().round(9).tolist(),
    })


for c in (0.01, 1.0, 100.0):
    add(f"binary, C {c}", *data(60, 4, [0, 1]), 2, c)
    add(f"five classes, C {c}", *data(90, 6, [0, 1, 2, 3, 4]), 5, c)
add("binary, balanced", *data(60, 4, [0, 1]), 2, weight="balanced")
add("five classes, balanced", *data(90, 6, [0, 1, 2, 3, 4]), 5, weight="balanced")
add("explicit weights", *data(60, 4, [0, 1, 2]), 3, weight=[0.5, 1.0, 4.0])
add("binary, standardized", *data(60, 4, [0, 1]), 2, standardize=True)
add("five classes, standardized", *data(90, 6, [0, 1, 2, 3, 4]), 5, standardize=True)
add("three of five classes, balanced", *data(60, 4, [0, 2, 4]), 5, weight="balanced")
add("two of five classes", *data(60, 4, [1, 3]), 5)
add("fewer rows than columns", *data(12, 20, [0, 1, 2]), 3, c=10.0)
path = pathlib.Path(__file__).parent.parent / "HeadsTests" / "Fixtures" / "logistic.json"
path.write_text(json.dumps(cases, separators=(",", ":")))
print(sklearn.__version__, len(cases))
