#!/usr/bin/env python3
"""Reads features.h5 by h5py: python3 examples/features_h5py.py outputs/movies/features.h5"""
import sys

import h5py

with h5py.File(sys.argv[1]) as file:
    print("made by Firn", file.attrs["firn_version"], "with", file.attrs["model"])
    for layer, poolings in file["layers"].items():
        for pooling, view in poolings.items():
            print(f"layers/{layer}/{pooling}: {view.shape[0]} rows x {view.shape[1]} {view.dtype}")
    # Only the rows asked for are read from the disk.
    test = file["split"][:] == 2
    features, labels = file["embeddings"][test], file["labels"][test]
    names = file["class_names"].asstr()[:]
    for code, name in enumerate(names):
        print(f"{name}: {(labels == code).sum()} test rows")
    print("mean length of a test row's vector:", round(float((features**2).sum(1).mean() ** 0.5), 4))
