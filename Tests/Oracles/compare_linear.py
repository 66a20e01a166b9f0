#!/usr/bin/env python3
"""Compares the linear heads with scikit-learn's on whole data sets.

    python Tests/Oracles/compare_linear.py make DIR [--features F.h5...] [--texts DATA.csv...]
    FIRN_ORACLE_LINEAR=DIR swift test -c release --skip-build --filter HeadsTests.OracleRunTests
    python Tests/Oracles/compare_linear.py check DIR

For each features.h5: logistic regression with C = 0.1, 1 and 10, balanced, with several labels (each
class, and whether the text is longer than most), and ridge regression for the logarithm of the length.
For each csv with the columns text and label: TF-IDF of words and pairs and logistic regression, C = 1
and 10. A fifth of the rows is for the test. `check` fits scikit-learn to the same train rows and wants
99.9 % of the test rows (of each label) to get the same class, and an objective that is nowhere more than
1e-6 above scikit-learn's. Exits with 1 at a difference.

Written with h5py 3.16.0, NumPy 2.4.6, pandas 3.1.1, scikit-learn 1.9.1.
"""
import argparse
import json
import pathlib
import sys
import warnings

import numpy as np
from scipy.special import logsumexp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.utils.class_weight import compute_sample_weight


def make(folder, feature_files, text_files):
    import h5py
    import pandas as pd
    folder.mkdir(parents=True, exist_ok=True)
    tasks = []

    def add(name, kind, files, labels, tests, classes, c=1.0, balanced=False):
        tasks.append({
            "name": name, "kind": kind, "train": files[0], "test": files[1], "c": c, "balanced": balanced,
            "class_count": classes, "labels": np.asarray(labels, float).flatten().tolist(),
            "test_labels": np.asarray(tests, float).flatten().tolist()})

    def save(name, x):
        np.concatenate([[x.shape[1]], x.flatten()]).astype(np.float32).tofile(folder / name)
        return name

    for number, path in enumerate(feature_files):
        with h5py.File(path) as file:
            x, y = file["embeddings"][:].astype(np.float32), file["labels"][:]
            length, k = file["n_tokens"][:], len(file["class_names"])
        train, test = train_test_split(np.flatnonzero(y >= 0), test_size=0.2, random_state=42)
        files = [save(f"train{number}.f32", x[train]), save(f"test{number}.f32", x[test])]
        for c in (0.1, 1.0, 10.0):
            add(f"{path}: C {c}", "classes", files, y[train], y[test], k, c)
        add(f"{path}: balanced", "classes", files, y[train], y[test], k, balanced=True)
        sets = np.column_stack([np.eye(k)[y], length > np.median(length)])
        add(f"{path}: {k + 1} labels", "sets", files, sets[train], sets[test], k + 1)
        add(f"{path}: ridge", "numbers", files, np.log(length[train]), np.log(length[test]), 0)
    for number, path in enumerate(text_files):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        names = sorted(set(table["label"]))
        y = np.array([names.index(label) for label in table["label"]])
        texts = table["text"].tolist()
        train, test = train_test_split(range(len(y)), test_size=0.2, random_state=42)
        files = [f"train{number}.json", f"test{number}.json"]
        for name, rows in zip(files, (train, test)):
            (folder / name).write_text(json.dumps([texts[i] for i in rows], ensure_ascii=False))
        for c in (1.0, 10.0):
            add(f"{path}: TF-IDF, C {c}", "tfidf", files, y[train], y[test], len(names), c)
    (folder / "tasks.json").write_text(json.dumps(tasks))
    print(len(tasks), "tasks")


def logistic_objective(model, x, y, c, balanced):
    """The mean over the rows' weights, as Sources/Heads has it."""
    z = x @ model.coef_.T.astype(np.float64) + model.intercept_
    if z.shape[1] == 1:
        z = np.hstack([np.zeros_like(z), z])
    weights = compute_sample_weight("balanced" if balanced else None, y)
    losses = logsumexp(z, axis=1) - z[np.arange(len(y)), y.astype(int)]
    return (weights @ losses + (model.coef_ ** 2).sum() / (2 * c)) / weights.sum()


def check(folder):
    failed = False
    tasks = json.loads((folder / "tasks.json").read_text())
    results = json.loads((folder / "results.json").read_text())
    for task, result in zip(tasks, results, strict=True):
        c, kind, balanced = task["c"], task["kind"], task["balanced"]
        y = np.array(task["labels"])

        def rows(name):
            if kind == "tfidf":
                return json.loads((folder / name).read_text())
            numbers = np.fromfile(folder / name, np.float32)
            return numbers[1:].reshape(-1, int(numbers[0])).astype(np.float64)

        train, test = rows(task["train"]), rows(task["test"])
        if kind == "tfidf":
            vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
            train, test = vectorizer.fit_transform(train), vectorizer.transform(test)
        found = np.array(result["predicted"])
        if kind == "numbers":
            model = Ridge(alpha=c).fit(train, y)
            theirs = model.predict(test)
            objective = ((y - model.predict(train)) ** 2).sum() + c * model.coef_ @ model.coef_
            share = (np.abs(found - theirs) <= 1e-9 * np.abs(theirs)).mean()
        else:
            one = LogisticRegression(
                C=c, tol=1e-6, max_iter=5000, class_weight="balanced" if balanced else None)
            found = found.reshape(-1, task["class_count"])
            if kind == "sets":
                y = y.reshape(-1, task["class_count"]).astype(int)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    model = OneVsRestClassifier(one).fit(train, y)
                # A label that each row has, or none, is not trained and in no objective.
                objective = sum(
                    logistic_objective(m, train, y[:, i], c, balanced)
                    for i, m in enumerate(model.estimators_) if hasattr(m, "coef_"))
                share = (model.predict(test) == (found > 0.5)).mean()
            else:
                model = one.fit(train, y)
                objective = logistic_objective(model, train, y, c, balanced)
                share = (model.predict(test) == found.argmax(1)).mean()
        excess = (result["objective"] - objective) / objective
        holds = share >= 0.999 and excess <= 1e-6
        failed |= not holds
        print(f"{'ok' if holds else 'DIFFERS':8} {task['name']}: {share:.4%} of the test rows alike, "
              f"objective {excess:+.1e} of scikit-learn's")
    return failed


p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
p.add_argument("action", choices=["make", "check"])
p.add_argument("folder", type=pathlib.Path)
p.add_argument("--features", nargs="*", default=[])
p.add_argument("--texts", nargs="*", default=[])
a = p.parse_args()
if a.action == "make":
    make(a.folder, a.features, a.texts)
else:
    sys.exit(check(a.folder))
