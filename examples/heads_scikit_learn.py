#!/usr/bin/env python3
"""Trains a head of scikit-learn's on features.h5, on Firn's own splits:

    python3 examples/heads_scikit_learn.py outputs/movies/features.h5
"""
import sys

import h5py
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report

with h5py.File(sys.argv[1]) as file:
    X, y, split = file["embeddings"][:], file["labels"][:], file["split"][:]
    names = list(file["class_names"].asstr()[:])
train, test = split == 0, split == 2
head = LogisticRegression(max_iter=10_000).fit(X[train], y[train])
print(classification_report(y[test], head.predict(X[test]), target_names=names))
