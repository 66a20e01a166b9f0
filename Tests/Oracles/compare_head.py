#!/usr/bin/env python3
"""Compares a logistic run folder with scikit-learn's LogisticRegression on the same features.

    python Tests/Oracles/compare_head.py FEATURES RUN

Checks that the splits are train_test_split's; that predictions.csv repeats ids, splits and labels
and its probabilities sum to 1 and agree with its classes; that classification_report.txt is, to the
character, scikit-learn's report of the run's own predictions; and that scikit-learn, trained on the
same rows, gives at least --agreement of the test rows the same class. Exits with 1 at a difference.

Written with h5py 3.16.0, NumPy 2.4.6, pandas 3.1.1, scikit-learn 1.9.1.
"""
import argparse
import json
import pathlib
import sys

import h5py
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, classification_report
from sklearn.model_selection import train_test_split

SPLITS = ["train", "validation", "test"]
failed = False


def check(name, holds, evidence=""):
    global failed
    failed |= not holds
    print(f"{'ok' if holds else 'DIFFERS':8} {name} {evidence}".rstrip())


def first_difference(found, expected):
    rows = np.flatnonzero(np.asarray(found) != np.asarray(expected))
    if not len(rows):
        return ""
    return f"{len(rows)} rows; row {rows[0]}: {found[rows[0]]!r}, expected {expected[rows[0]]!r}"


def expected_splits(n, seed):
    rest, test = train_test_split(range(n), test_size=0.2, random_state=seed)
    _, validation = train_test_split(rest, test_size=0.2, random_state=seed)
    splits = np.zeros(n, np.uint8)
    splits[validation], splits[test] = 1, 2
    return splits


p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
p.add_argument("features", type=pathlib.Path)
p.add_argument("run", type=pathlib.Path)
p.add_argument("--seed", type=int, default=42)
p.add_argument("--agreement", type=float, default=0.999, help="least share of same test classes")
a = p.parse_args()

settings = json.loads((a.run / "run.json").read_text())["settings"]
if settings["class_weight"] != "none" or settings["standardize"]:
    sys.exit("this script compares runs without --class-weight and --standardize")
with h5py.File(a.features) as file:
    x = file[settings["view"]][:].astype(np.float64)
    y, split = file["labels"][:], file["split"][:]
    ids, names = file["ids"].asstr()[:], list(file["class_names"].asstr()[:])

# Text stays text: an id such as 007, or a class that is called NA, is no number and no gap.
columns = dict.fromkeys(["id", "split", "label", "predicted"], str)
run = pd.read_csv(a.run / "predictions.csv", dtype=columns, keep_default_na=False)
if len(run) != len(y):
    sys.exit(f"predictions.csv has {len(run)} rows, the features have {len(y)}")
probabilities = run[[f"probability_{name}" for name in names]].to_numpy(np.float64)
predicted = np.array([names.index(name) for name in run["predicted"]])

expected = expected_splits(len(y), a.seed)
difference = first_difference(split, expected)
check("splits are train_test_split's, twice", not difference, difference)
for column, values in [("id", list(ids)), ("split", [SPLITS[s] for s in split]),
                       ("label", [names[k] for k in y])]:
    difference = first_difference(run[column].tolist(), values)
    check(f"predictions.csv: {column}", not difference, difference)
difference = first_difference(predicted, probabilities.argmax(1))
check("predictions.csv: class of the greatest probability", not difference, difference)
gap = np.abs(probabilities.sum(1) - 1).max()
check("predictions.csv: probabilities sum to 1", gap < 1e-12, f"within {gap:.1e}")

test = split == 2
report = (a.run / "classification_report.txt").read_bytes().decode("utf-8")
wanted = classification_report(
    y[test], predicted[test], labels=range(len(names)), target_names=names)
check("classification_report.txt to the character", report == wanted,
      "" if report == wanted else f"\n{report!r}\n{wanted!r}")

model = LogisticRegression(C=settings["C"], max_iter=5000, tol=1e-8)
model.fit(x[split == 0], y[split == 0])
theirs, gap = model.predict(x), np.abs(model.predict_proba(x) - probabilities).max()
same = (theirs == predicted)[test]
check("test rows of the same class as scikit-learn's", same.mean() >= a.agreement,
      f"{same.sum()} of {len(same)} ({same.mean():.4%})")
for row in np.flatnonzero(test)[~same][:3]:
    other = model.predict_proba(x[row:row + 1])[0]
    print(f"         {ids[row]}: {probabilities[row]}, scikit-learn {other}")
print(f"         test accuracy: {accuracy_score(y[test], predicted[test]):.6f}, "
      f"scikit-learn {accuracy_score(y[test], theirs[test]):.6f}; "
      f"greatest difference of a probability, all rows: {gap:.1e}; "
      f"{int(model.n_iter_.max())} iterations")
sys.exit(1 if failed else 0)
