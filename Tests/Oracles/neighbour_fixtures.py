#!/usr/bin/env python3
"""Writes rows, queries and what scikit-learn and NumPy say of their cosines.

Run: python Tests/Oracles/neighbour_fixtures.py     (scikit-learn 1.9.1, NumPy 2.4.6)

1,300 rows cross the borders of Firn's tiles of 512. Numbers are multiples of 1/8, exact in float32.
Some rows are equal, some multiples of others, some nearly so, one is all zeros.
"""
import json
import pathlib

import numpy as np
from sklearn.metrics.pairwise import cosine_similarity

tests = pathlib.Path(__file__).parent.parent
rng = np.random.default_rng(8)
count, width = 1300, 11
rows = rng.integers(-16, 17, size=(count, width)) / 8
rows[700] = rows[3]
rows[1299] = rows[3] * 4
rows[512] = rows[511] + np.eye(width)[0] / 8
rows[20] = 0
queries = rng.integers(-16, 17, size=(5, width)) / 8
queries[1] = rows[3]

exact = cosine_similarity(rows.astype(np.float64))
asked = cosine_similarity(queries.astype(np.float64), rows.astype(np.float64))


def nearest(cosines, limit):
    # lexsort's last key comes first: the greatest cosine, then the lowest row. Rounding makes equal
    # directions differ in the last bits, so ties are of what is left of twelve digits.
    order = np.lexsort((np.arange(len(cosines)), -np.round(cosines, 12)))
    return [[int(row), float(cosines[row])] for row in order[:limit]]


def pairs(cosines, threshold, within):
    first, second = np.nonzero(cosines >= threshold)
    keep = first < second if within else np.ones(len(first), bool)
    return [[int(a), int(b), float(cosines[a, b])] for a, b in zip(first[keep], second[keep])]


threshold = 0.91
gap = np.abs(exact - threshold).min()
assert gap > 1e-6, gap  # no pair is where rounding to float32 decides
fixture = {
    "rows": count, "width": width, "values": rows.ravel().tolist(),
    "queries": queries.ravel().tolist(), "limit": 9,
    "nearest": [nearest(line, 9) for line in asked],
    "threshold": threshold,
    "within": pairs(exact, threshold, True),
    "left": 600, "between": pairs(exact[:600, 600:], threshold, False),
}
path = tests / "NeighboursTests/Fixtures/neighbours.json"
path.parent.mkdir(exist_ok=True)
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, len(fixture["within"]), len(fixture["between"]))
