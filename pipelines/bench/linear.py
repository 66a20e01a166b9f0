#!/usr/bin/env python3
"""Times Firn's logistic regression and TF-IDF beside scikit-learn's, to the same objective.

    swift build -c release --build-tests
    python pipelines/bench/linear.py [independent] [falling] [tfidf] [--rounds 5] [--threads 2]
        [--texts data/bbc/bbc.csv] [--work DIR]

Logistic regression: 100,000 rows x 384 features, ten classes, C = 1; once with independent features and
once with variances that fall as 1/rank, as an encoder's do. "The same objective" is one within 1e-6 of
the optimum, of its value: of the tolerances 1e-3, 1e-4, … each side uses the largest that gets there.
scikit-learn's solver is lbfgs, its default, fed float32 and float64. TF-IDF: fit_transform of words and
pairs, which scikit-learn does on one thread.

Firn is run by Tests/HeadsTests/OracleRunTests.swift; each side measures the fit alone, without start
and reading. They take turns, because a machine's speed drifts by more than they differ: compare ratios
of one table, never seconds of two.
"""
import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import time

p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
p.add_argument("parts", nargs="*", default=["independent", "falling", "tfidf"], help="what is timed")
p.add_argument("--rounds", type=int, default=5)
p.add_argument("--threads", type=int, default=os.cpu_count())
p.add_argument("--texts", type=pathlib.Path, default=pathlib.Path("data/bbc/bbc.csv"))
p.add_argument("--work", type=pathlib.Path, default=pathlib.Path("outputs/bench/linear"))
a = p.parse_args()
# Before NumPy is there: later its BLAS does not look.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(a.threads)

import numpy as np  # noqa: E402
from scipy.special import logsumexp  # noqa: E402
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

N, D, K = 100_000, 384, 10
TOLERANCES = [10.0 ** -i for i in range(3, 9)]
SHARE = 1e-6


def independent(rng):
    x = rng.normal(size=(N, D))
    z = x @ (rng.normal(size=(D, K)) * 0.1)
    return x.astype(np.float32), (z + rng.gumbel(size=z.shape)).argmax(1).astype(np.int32)


def falling(rng):
    rotation, _ = np.linalg.qr(rng.normal(size=(D, D)))
    scales = 1 / np.sqrt(np.arange(1, D + 1))
    y = rng.integers(0, K, N).astype(np.int32)
    centers = rng.normal(size=(K, D)) * scales * 0.6
    x = (centers[y] + rng.normal(size=(N, D)) * scales) @ rotation
    return x.astype(np.float32), y


def objective(model, x, y):
    z = x.astype(np.float64) @ model.coef_.T.astype(np.float64) + model.intercept_
    losses = logsumexp(z, axis=1) - z[np.arange(len(y)), y]
    return (losses.sum() + (model.coef_.astype(np.float64) ** 2).sum() / 2) / len(y)


def firn(tasks):
    """Results of OracleRunTests for `tasks`, in their order."""
    (a.work / "tasks.json").write_text(json.dumps(tasks))
    subprocess.run(
        ["swift", "test", "-c", "release", "--skip-build", "--explicit-target-dependency-import-check",
         "error", "--filter", "HeadsTests.OracleRunTests"],
        check=True, capture_output=True, env=os.environ | {"FIRN_ORACLE_LINEAR": str(a.work.resolve())})
    return json.loads((a.work / "results.json").read_text())


def timed(fit):
    start = time.perf_counter()
    model = fit()
    return time.perf_counter() - start, model


def task(**more):
    return {"c": 1.0, "balanced": False, "threads": a.threads, "test": "few.f32"} | more


def report(name, seconds):
    ours = statistics.median(seconds["firn"])
    print(name)
    for side, all_seconds in seconds.items():
        median = statistics.median(all_seconds)
        print(f"  {side:16} {median:7.3f} s ({min(all_seconds):.3f} to {max(all_seconds):.3f})"
              f"  {median / ours:5.2f} x firn's")


def logistic(name, x, y):
    np.concatenate([[D], x.flatten()]).astype(np.float32).tofile(a.work / "train.f32")
    np.concatenate([[D], x[:9].flatten()]).astype(np.float32).tofile(a.work / "few.f32")
    sides = {f"sklearn {kind}": x.astype(kind) for kind in ("float32", "float64")}

    def ours(tolerance):
        return task(kind="classes", class_count=K, train="train.f32", labels=y.tolist(),
                    tolerance=tolerance)

    def theirs(side, tolerance):
        return timed(lambda: LogisticRegression(tol=tolerance, max_iter=1000).fit(sides[side], y))

    found = firn([ours(tolerance) for tolerance in TOLERANCES])
    optimum = min(result["objective"] for result in found)
    print(f"{name}: optimum {optimum:.9f}")
    chosen = {}
    chosen["firn"] = next(
        t for t, result in zip(TOLERANCES, found) if result["objective"] <= optimum * (1 + SHARE))
    for side in sides:
        for tolerance in TOLERANCES:
            value = objective(theirs(side, tolerance)[1], x, y)
            if value <= optimum * (1 + SHARE):
                chosen[side] = tolerance
                break
    print("tolerances:", chosen)
    seconds = {side: [] for side in ["firn", "firn to 1e-7", *sides]}
    for _ in range(a.rounds):
        results = firn([ours(chosen["firn"]), ours(1e-7)])
        for side, result in zip(list(seconds)[:2], results):
            seconds[side].append(result["seconds"])
        for side in sides:
            if side in chosen:  # float32 may never get there
                seconds[side].append(theirs(side, chosen[side])[0])
    report(name, {side: values for side, values in seconds.items() if values})


def tfidf():
    csv.field_size_limit(2 ** 31 - 1)
    with open(a.texts, newline="", encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    (a.work / "texts.json").write_text(json.dumps(texts, ensure_ascii=False))
    labels = [i % 2 for i in range(len(texts))]
    ours = task(kind="vectorizer", class_count=2, train="texts.json", labels=labels)
    seconds = {"firn": [], "sklearn": []}
    for _ in range(a.rounds):
        seconds["firn"].append(firn([ours])[0]["seconds"])
        seconds["sklearn"].append(timed(
            lambda: TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(texts))[0])
    report(f"TF-IDF of {len(texts)} texts of {a.texts}", seconds)


a.work.mkdir(parents=True, exist_ok=True)
if "independent" in a.parts:
    logistic("independent features", *independent(np.random.default_rng(0)))
if "falling" in a.parts:
    logistic("falling variances", *falling(np.random.default_rng(0)))
if "tfidf" in a.parts and a.texts.exists():
    tfidf()
