#!/usr/bin/env python3
"""Reads an exported csv by pandas:

    firn-export features.h5 -o rows.csv --format csv --texts tokens.h5
    python3 examples/rows_pandas.py rows.csv
"""
import sys

import pandas as pd

rows = pd.read_csv(sys.argv[1], dtype={"id": str, "label": str, "text": str})
features = rows.filter(regex=r"^f\d+$")
print(rows.groupby(["split", "label"]).size().to_string())
print("longest text:", rows.text.str.len().max(), "characters;", features.shape[1], "features")
# The row nearest to the first one: the greatest cosine.
unit = features.div((features**2).sum(axis=1) ** 0.5, axis=0)
nearest = unit.iloc[1:].dot(unit.iloc[0]).idxmax()
print("first:  ", rows.text[0])
print("nearest:", rows.text[nearest])
