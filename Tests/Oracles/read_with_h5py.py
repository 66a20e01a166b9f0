"""Reads every dataset and attribute of HDF5 files with h5py and prints a JSON summary.

Run: python Tests/Oracles/read_with_h5py.py tokens.h5 features.h5     (h5py 3.16.0)

It ends with an error where h5py cannot read something, where features.h5's `embeddings` is not a
hard link to one of its views, or where a text does not have the digest beside it.
"""

import hashlib
import json
import sys

import h5py
import numpy as np


def summary(dataset):
    entry = {"shape": list(dataset.shape), "fletcher32": dataset.fletcher32, "chunks": dataset.chunks}
    if h5py.check_string_dtype(dataset.dtype) is not None:
        values = list(dataset.asstr()[...])
        digest = hashlib.sha256("\0".join(values).encode()).hexdigest()
        return entry | {"dtype": "str", "first": values[:2], "sha256": digest}
    values = dataset[...]
    entry |= {"dtype": str(values.dtype), "sha256": hashlib.sha256(values.tobytes()).hexdigest()}
    if values.size:
        entry |= {"min": float(values.min()), "max": float(values.max())}
        entry |= {"finite": bool(np.isfinite(values).all())}
    return entry


def check(file):
    if "embeddings" in file:
        views = [view for layer in file["layers"].values() for view in layer.values()]
        assert file["embeddings"] in views, "embeddings is not one of the views"
    if "texts" in file:
        for row, text in enumerate(file["texts"].asstr()[...]):
            digest = hashlib.sha256(text.replace("\u2400", "\0").encode()).digest()
            assert digest == file["text_sha256"][row].tobytes(), f"row {row}: another digest"


def read(path):
    with h5py.File(path, "r") as file:
        names = []
        file.visititems(
            lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        if "embeddings" in file and "embeddings" not in names:
            names.append("embeddings")  # visititems shows an object once
        check(file)
        attributes = {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in file.attrs.items()}
        return {
            "attributes": attributes,
            "datasets": {name: summary(file[name]) for name in sorted(names)}}


print(json.dumps({path: read(path) for path in sys.argv[1:]}, indent=2, ensure_ascii=False))
