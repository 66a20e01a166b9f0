#!/usr/bin/env python3
"""Writes Tests/HeadsTests/Fixtures/linear.json: weighted, multi-label and ridge models of scikit-learn.

Run with scikit-learn 1.9.1, NumPy 2.4.6, SciPy. Logistic models are OneVsRestClassifier's or
LogisticRegression's with newton-cg, as in logistic_fixtures.py; objectives are those of Sources/Heads,
computed here from scikit-learn's coefficients: the mean over the rows' weights, of labels their sum.
Features are rounded to 3 digits and half of them are 0, so that they serve as sparse rows too.
"""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.utils.class_weight import compute_sample_weight

rng = np.random.default_rng(23)
cases = []


def features(n, d):
    x = rng.normal(size=(n, d)) * np.logspace(-0.5, 0.5, d)
    return (x * (rng.random((n, d)) < 0.5)).round(3).astype(np.float32)


def numbers(values):
    return [float(v) for v in np.asarray(values).flatten()]


def floats(x):
    return [float(v) for v in x.flatten().astype(str)]


def binary_objective(z, y, weights, coef, c):
    losses = np.logaddexp(0, z) - y * z
    return float((weights @ losses + coef @ coef / (2 * c)) / weights.sum())


def weighted(title, n, d, k, c, balanced):
    x, y = features(n, d), rng.integers(0, k, n)
    x[:, :k] += np.eye(k, dtype=np.float32)[y].round(3)
    w = rng.integers(0, 4, n).astype(float) / 2
    model = LogisticRegression(C=c, tol=1e-12, max_iter=10000, solver="newton-cg",
                               class_weight="balanced" if balanced else None)
    model.fit(x.astype(np.float64), y, sample_weight=w)
    # Per-fit weights as scikit-learn makes them: classes balanced by the sums of the rows' weights.
    s = w
    if balanced:
        sums = np.bincount(y, weights=w, minlength=k)
        s = w * (sums.sum() / (k * sums))[y]
    z = x.astype(np.float64) @ model.coef_.T + model.intercept_
    if k == 2:
        z = np.hstack([np.zeros_like(z), z])
    losses = np.logaddexp.reduce(z, axis=1) - z[np.arange(n), y]
    objective = (s @ losses + (model.coef_ ** 2).sum() / (2 * c)) / s.sum()
    cases.append({
        "title": title, "kind": "classes", "c": c, "balanced": balanced, "class_count": k, "width": d,
        "features": floats(x), "labels": y.tolist(), "weights": w.tolist(),
        "coef": numbers(model.coef_), "intercept": numbers(model.intercept_),
        "objective": float(objective), "predicted": numbers(model.predict_proba(x.astype(np.float64)))})


def multi_label(title, n, d, k, c, balanced, constant=False):
    x = features(n, d)
    y = (x[:, :k] + rng.normal(size=(n, k)) > 0.5).astype(int)
    if constant:
        y[:, 0], y[:, 1] = 0, 1
    one = LogisticRegression(C=c, tol=1e-12, max_iter=10000, solver="newton-cg",
                             class_weight="balanced" if balanced else None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of labels that each row has, or none
        model = OneVsRestClassifier(one).fit(x.astype(np.float64), y)
    trained = [i for i in range(k) if 0 < y[:, i].sum() < n]
    models = [model.estimators_[i] for i in trained]
    objective = sum(
        binary_objective(
            x.astype(np.float64) @ m.coef_[0] + m.intercept_[0], y[:, i],
            compute_sample_weight("balanced" if balanced else None, y[:, i]), m.coef_[0], c)
        for i, m in zip(trained, models))
    cases.append({
        "title": title, "kind": "sets", "c": c, "balanced": balanced, "class_count": k, "width": d,
        "features": floats(x), "labels": y.flatten().tolist(), "weights": None,
        "coef": numbers([m.coef_ for m in models]), "intercept": numbers([m.intercept_ for m in models]),
        "objective": objective, "predicted": numbers(model.predict_proba(x.astype(np.float64)))})


def ridge(title, n, d, alpha, weights=False):
    x = features(n, d)
    y = (x @ rng.normal(size=d) + rng.normal(size=n) + 3).round(3)
    w = rng.integers(0, 4, n).astype(float) / 2 if weights else None
    model = Ridge(alpha=alpha, solver="svd").fit(x.astype(np.float64), y, sample_weight=w)
    predicted = model.predict(x.astype(np.float64))
    s = np.ones(n) if w is None else w
    cases.append({
        "title": title, "kind": "numbers", "c": alpha, "balanced": False, "class_count": 0, "width": d,
        "features": floats(x), "labels": numbers(y), "weights": None if w is None else w.tolist(),
        "coef": numbers(model.coef_), "intercept": [float(model.intercept_)],
        "objective": float(s @ (y - predicted) ** 2 + alpha * model.coef_ @ model.coef_),
        "predicted": numbers(predicted)})


weighted("binary, rows weighted", 60, 5, 2, 1.0, False)
weighted("four classes, rows weighted", 80, 6, 4, 10.0, False)
weighted("binary, rows weighted and balanced", 60, 5, 2, 0.1, True)
weighted("four classes, rows weighted and balanced", 80, 6, 4, 1.0, True)
for c in (0.1, 1.0, 10.0):
    multi_label(f"three labels, C {c}", 70, 6, 3, c, False)
multi_label("three labels, balanced", 70, 6, 3, 1.0, True)
multi_label("four labels, two of them constant", 70, 6, 4, 1.0, False, constant=True)
for alpha in (0.01, 1.0, 100.0):
    ridge(f"ridge, alpha {alpha}", 60, 5, alpha)
ridge("ridge, rows weighted", 60, 5, 1.0, weights=True)
ridge("ridge, fewer rows than columns", 12, 20, 1.0)
ridge("ridge, fewer rows than columns, rows weighted", 12, 20, 0.1, weights=True)
path = pathlib.Path(__file__).parent.parent / "HeadsTests" / "Fixtures" / "linear.json"
path.write_text(json.dumps(cases, separators=(",", ":")))
print(sklearn.__version__, len(cases))
