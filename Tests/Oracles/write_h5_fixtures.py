"""Writes the HDF5 fixtures of HDF5Tests and FeatureStoreTests with h5py.

Run: python Tests/Oracles/write_h5_fixtures.py     (h5py 3.16.0 with HDF5 2.0.0, numpy 2.4.6)

They are what other people's programs write: h5py's own defaults for strings and attributes, other
byte orders, contiguous and compressed data, and headers that lie.
"""

import hashlib
import os

import h5py
import numpy as np

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
TEXTS = ["A good film.", "Größe: 映画 🎬", ""]


def general(path):
    with h5py.File(path, "w") as file:
        file.attrs["name"] = "Größe"
        file.attrs["answer"] = 42
        file.attrs["ratio"] = 0.5
        file["contiguous"] = np.arange(6, dtype=np.float32).reshape(2, 3)
        file["big_endian"] = np.array([1, -2, 3], dtype=">i4")
        file["half"] = np.array([[0.5, -65504.0], [2.0**-24, np.inf]], dtype=np.float16)
        file.create_dataset(
            "deflated", data=np.arange(1000, dtype=np.int64), chunks=(64,), compression="gzip",
            shuffle=True, fletcher32=True)
        file.create_dataset("strings", data=TEXTS, dtype=h5py.string_dtype())
        file.create_dataset("fixed", data=np.array([b"ab", b"c"], dtype="S2"))
        file["double"] = np.array([0.1, -1e300, 2.0**-1074])
        file["long_double"] = np.zeros(2, dtype=np.longdouble)
        file["cube"] = np.zeros((2, 2, 2), dtype=np.float32)
        # Promises without rows: some chunks, a petabyte, and a chunk of 128 MiB.
        holes = file.create_dataset("holes", shape=(1000,), chunks=(100,), dtype=np.int32)
        holes[:100] = 1
        file.create_dataset("petabyte", shape=(2**48,), chunks=(1024,), dtype=np.int32)
        file.create_dataset("overflow", shape=(2**62, 4), chunks=(1024, 4), dtype=np.int32)
        file.create_dataset("vast_chunk", shape=(2**25,), chunks=(2**25,), dtype=np.int32)


def attributes(file, name):
    config = "{}"
    file.attrs["format"] = name
    file.attrs["format_version"] = 1
    file.attrs["firn_version"] = "0.1.0"
    file.attrs["model"] = "tiny"
    file.attrs["model_sha256"] = "1" * 64
    file.attrs["tokenizer_sha256"] = "2" * 64
    file.attrs["max_length"] = 8
    file.attrs["config"] = config
    file.attrs["config_sha256"] = hashlib.sha256(config.encode()).hexdigest()
    file.attrs["input_sha256"] = "3" * 64


def columns(file):
    digests = b"".join(hashlib.sha256(text.encode()).digest() for text in TEXTS)
    file.create_dataset("ids", data=["a", "b", "c"], dtype=h5py.string_dtype())
    file["labels"] = np.array([1, 0, -1], dtype=np.int32)
    file.create_dataset("class_names", data=["neg", "pos"], dtype=h5py.string_dtype())
    file["split"] = np.array([0, 1, 2], dtype=np.uint8)
    file["truncated"] = np.array([0, 1, 0], dtype=np.uint8)
    file["text_sha256"] = np.frombuffer(digests, dtype=np.uint8).reshape(3, 32)


def other_labels(path, **datasets):
    """A features.h5 of version 2: label sets or numbers instead of classes, and weights."""
    features(path)
    with h5py.File(path, "r+") as file:
        file.attrs["format_version"] = 2
        file["labels"][...] = -1
        for name, values in datasets.items():
            file[name] = values


def tokens(path):
    with h5py.File(path, "w") as file:
        attributes(file, "firn.tokens")
        columns(file)
        file["tokens"] = np.array([101, 7, 102, 101, 8, 9, 102, 101, 102], dtype=np.int32)
        file["token_types"] = np.zeros(9, dtype=np.uint8)
        file["offsets"] = np.array([0, 3, 7, 9], dtype=np.int64)
        file["n_tokens_full"] = np.array([3, 11, 2], dtype=np.int32)
        file.create_dataset("texts", data=TEXTS, dtype=h5py.string_dtype())


def features(path):
    with h5py.File(path, "w") as file:
        attributes(file, "firn.features")
        columns(file)
        file["n_tokens"] = np.array([3, 4, 2], dtype=np.int32)
        file["layers/6/mean"] = np.arange(12, dtype=np.float32).reshape(3, 4)
        file["layers/10/cls"] = np.arange(12, dtype=np.float16).reshape(3, 4) / 2
        file["embeddings"] = file["layers/6/mean"]


general(os.path.join(TESTS, "HDF5Tests", "Fixtures", "h5py.h5"))
tokens(os.path.join(TESTS, "FeatureStoreTests", "Fixtures", "tokens.h5"))
features(os.path.join(TESTS, "FeatureStoreTests", "Fixtures", "features.h5"))
other_labels(
    os.path.join(TESTS, "FeatureStoreTests", "Fixtures", "label-sets.h5"),
    label_matrix=np.array([[0, 1], [0, 0], [255, 255]], dtype=np.uint8),
    weights=np.array([1.0, 0.0, 2.5]))
other_labels(
    os.path.join(TESTS, "FeatureStoreTests", "Fixtures", "numbers.h5"),
    targets=np.array([-0.5, np.nan, 1e300]))
