#!/usr/bin/env python3
"""Writes what scikit-learn and NumPy say of maps: PCA, t-SNE's affinities, its gradient and divergence, and
how far a map of scikit-learn's can be trusted.

Run: python Tests/Oracles/projection_fixtures.py     (scikit-learn 1.9.1, NumPy 2.4.6)
"""
import json
import pathlib

import numpy as np
from scipy.spatial.distance import pdist, squareform
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities

fixtures = pathlib.Path(__file__).parent.parent / "ProjectionsTests" / "Fixtures"
digits = load_digits().data[:500]
rng = np.random.default_rng(3)

# float64 and svd_flip by the components, as Firn's.
pca = PCA(n_components=2, svd_solver="full").fit(digits)
signs = np.sign(pca.components_[range(2), np.abs(pca.components_).argmax(axis=1)])
projected = pca.transform(digits) * signs

# A small problem in float64 whose affinities are of all pairs.
points = rng.normal(size=(60, 8))
distances = squareform(pdist(points)) ** 2
joint = squareform(_joint_probabilities(distances.astype(np.float32), 10.0, 0))
layout = rng.normal(size=(60, 2)) * 3
d = layout[:, None, :] - layout[None, :, :]
q = 1 / (1 + (d**2).sum(axis=2))
np.fill_diagonal(q, 0)
z = q.sum()
p = joint / joint.sum()
gradient = 4 * ((p - q / z) * q)[:, :, None] * d
divergence = float((p[p > 0] * np.log(p[p > 0] / (q[p > 0] / z))).sum())

tsne = TSNE(perplexity=30, init="pca", random_state=0, max_iter=1000)
mapped = tsne.fit_transform(digits)

text = json.dumps({
    "digits": digits.astype(int).ravel().tolist(),
    "variances": pca.explained_variance_.tolist(), "total_variance": float(digits.var(axis=0, ddof=1).sum()),
    "projected": projected[:40].ravel().tolist(),
    "points": points.ravel().tolist(), "joint": p.ravel().tolist(), "layout": layout.ravel().tolist(),
    "gradient": gradient.sum(axis=1).ravel().tolist(), "divergence": divergence,
    "trustworthiness": float(trustworthiness(digits, mapped, n_neighbors=12)),
    "kl_divergence": float(tsne.kl_divergence_),
    "pca_trustworthiness": float(trustworthiness(digits, projected, n_neighbors=12)),
}, allow_nan=False, separators=(",", ":"))
(fixtures / "projections.json").write_text(text, "utf-8")
