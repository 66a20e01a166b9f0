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
from sklearn.metrics import pairwise_distances

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



def trusted(space, flat, k=12):
    """Scikit-learn's trustworthiness, but that points as far as each other rank by their numbers.

    A tenth of the distances between digits are equal; scikit-learn ranks them as an unstable sort leaves them.
    """
    far, near = pairwise_distances(space), pairwise_distances(flat)
    np.fill_diagonal(far, -1)
    np.fill_diagonal(near, -1)
    n = len(far)
    ranks = np.argsort(np.argsort(far, axis=1, kind="stable"), axis=1, kind="stable")
    nearest = np.argsort(near, axis=1, kind="stable")[:, 1:k + 1]
    penalty = np.maximum(0, np.take_along_axis(ranks, nearest, axis=1) - k).sum()
    return 1 - penalty * 2 / (n * k * (2 * n - 3 * k - 1))


text = json.dumps({
    "digits": digits.astype(int).ravel().tolist(),
    "variances": pca.explained_variance_.tolist(), "total_variance": float(digits.var(axis=0, ddof=1).sum()),
    "projected": projected[:40].ravel().tolist(),
    "points": points.ravel().tolist(), "joint": p.ravel().tolist(), "layout": layout.ravel().tolist(),
    "gradient": gradient.sum(axis=1).ravel().tolist(), "divergence": divergence,
    "trustworthiness": float(trustworthiness(digits, mapped, n_neighbors=12)),
    "kl_divergence": float(tsne.kl_divergence_),
    "pca_trustworthiness": float(trusted(digits, projected)),
}, allow_nan=False, separators=(",", ":"))
(fixtures / "projections.json").write_text(text, "utf-8")
