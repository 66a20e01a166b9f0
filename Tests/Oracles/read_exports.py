#!/usr/bin/env python3
"""Reads what firn-export writes by the programs that it is for, and holds it against the file itself.

    python Tests/Oracles/read_exports.py FEATURES.h5 TOKENS.h5 [--bin .build/release]

Formats: npy by NumPy, csv, tsv and jsonl by pandas, h5ad by anndata, projector by TensorBoard's own
projector plugin, which serves the folder as `tensorboard --logdir` would. Beside the two files, corpora of
label sets, numbers and weights are tokenized by their model (--model) and exported. (anndata 0.13.4, which
needs Python 3.12; TensorBoard 2.21.0, pandas 3.1.1, NumPy 2.4.6, h5py 3.16.0)
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import pandas as pd

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("features")
parser.add_argument("tokens")
parser.add_argument("--bin", default=".build/release")
parser.add_argument("--model", default="data/models/all-MiniLM-L6-v2")
arguments = parser.parse_args()
failed = False


def check(name, holds):
    global failed
    failed |= not holds
    print(f"{'ok  ' if holds else 'FAIL'} {name}")


def firn(stage, *options):
    subprocess.run([f"{arguments.bin}/firn-{stage}", *map(str, options), "--quiet"], check=True,
                   stdout=subprocess.DEVNULL)


def export(source, path, kind, *options):
    firn("export", source, "-o", path, "--format", kind, *options)
    return path


features, tokens = h5py.File(arguments.features), h5py.File(arguments.tokens)
X, split = features["embeddings"][:], features["split"][:]
ids, texts = features["ids"].asstr()[:], tokens["texts"].asstr()[:]
names = features["class_names"].asstr()[:]
codes = features["labels"][:]
labels = np.array([names[code] if code >= 0 else None for code in codes], dtype=object)
parts = np.array(["train", "validation", "test"])[split]
test = split == 2
view = next(name for name in (f"layers/{layer}/{pooling}" for layer in features["layers"]
                              for pooling in features[f"layers/{layer}"])
            if features[name] == features["embeddings"])


def columns(width):
    return [f"f{column}" for column in range(width)]


def numpy_arrays(folder):
    check("npy: float32, all rows", np.array_equal(np.load(export(
        arguments.features, folder / "X.npy", "npy")), X))
    half = np.load(export(arguments.features, folder / "h.npy", "npy", "--dtype", "float16"),
                   mmap_mode="r")
    check("npy: float16, mapped", half.dtype == np.float16 and np.array_equal(half, X.astype("f2")))
    arrays = export(arguments.features, folder / "arrays", "npy", "--split", "test", "--texts",
                    arguments.tokens)
    check("npy folder: features of test", np.array_equal(np.load(arrays / "features.npy"), X[test]))
    check("npy folder: labels, split", np.array_equal(np.load(arrays / "labels.npy"), codes[test])
          and np.array_equal(np.load(arrays / "split.npy"), split[test]))
    rows = pd.read_csv(arrays / "rows.csv", dtype=str, keep_default_na=False)
    check("npy folder: rows.csv", list(rows.id) == list(ids[test])
          and list(rows.text) == list(texts[test]))
    check("npy folder: class_names.json",
          json.loads((arrays / "class_names.json").read_text()) == list(names))
    folder = export(arguments.tokens, folder / "tokens", "npy")
    check("npy folder of tokens", all(
        np.array_equal(np.load(folder / f"{name}.npy"), tokens[name][:])
        for name in ("tokens", "token_types", "offsets", "labels")))


def tables(folder):
    for kind, separator in (("csv", ","), ("tsv", "\t")):
        path = export(arguments.features, folder / f"rows.{kind}", kind, "--texts", arguments.tokens)
        rows = pd.read_csv(path, sep=separator, dtype={"id": str, "label": str, "text": str},
                           keep_default_na=False)
        check(f"{kind}: ids, labels, splits, texts", list(rows.id) == list(ids)
              and list(rows.label) == [label or "" for label in labels]
              and list(rows.split) == list(parts) and list(rows.text) == list(texts))
        check(f"{kind}: features to the bit",
              np.array_equal(rows[columns(X.shape[1])].to_numpy(np.float32), X))
        rows = pd.read_csv(export(arguments.tokens, folder / f"tokens.{kind}", kind), sep=separator,
                           dtype=str, keep_default_na=False)
        check(f"{kind} of tokens", list(rows.text) == list(texts) and np.array_equal(
            rows.n_tokens.astype(int), np.diff(tokens["offsets"][:])))
    rows = pd.read_json(export(arguments.features, folder / "rows.jsonl", "jsonl", "--split", "test",
                               "--texts", arguments.tokens), lines=True, dtype=False,
                        precise_float=True)
    check("jsonl", list(rows.id) == list(ids[test]) and list(rows.text) == list(texts[test])
          and list(rows.label) == list(labels[test])
          and np.array_equal(np.array(rows.features.tolist(), np.float32), X[test]))
    rows = [json.loads(line) for line in export(
        arguments.tokens, folder / "tokens.jsonl", "jsonl").read_text().splitlines()]
    check("jsonl of tokens", [id for row in rows for id in row["tokens"]] == list(tokens["tokens"][:]))


def annotated(folder):
    import anndata

    data = anndata.read_h5ad(export(arguments.features, folder / "rows.h5ad", "h5ad", "--texts",
                                    arguments.tokens))
    check("h5ad: X", data.X.dtype == np.float32 and np.array_equal(data.X, X))
    check("h5ad: obs", list(data.obs_names) == list(ids) and list(data.obs.split) == list(parts)
          and list(data.obs.text) == list(texts)
          and list(data.obs.label.astype(object).where(data.obs.label.notna(), None)) == list(labels)
          and np.array_equal(data.obs.n_tokens, features["n_tokens"][:]))
    check("h5ad: var", list(data.var_names) == columns(X.shape[1]) and set(data.var.view) == {view})
    data.write_h5ad(folder / "again.h5ad")
    check("h5ad: anndata writes it and reads it again",
          np.array_equal(anndata.read_h5ad(folder / "again.h5ad").X, X))
    backed = anndata.read_h5ad(folder / "rows.h5ad", backed="r")
    check("h5ad: backed", np.array_equal(backed[:5].X, X[:5]))


def projector(folder):
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.projector import projector_plugin
    from werkzeug.test import Client
    from werkzeug.wrappers import Response

    export(arguments.features, folder / "log", "projector", "--split", "test", "--texts",
           arguments.tokens)
    plugin = projector_plugin.ProjectorPlugin(
        base_plugin.TBContext(logdir=str(folder / "log"), data_provider=None))
    apps = plugin.get_plugin_apps()

    def ask(route, **query):
        return Client(apps[route], Response).get(route, query_string=query)

    plugin._thread_for_determining_is_active = None
    run = ask("/runs").json[0]
    info = ask("/info", run=run).json["embeddings"][0]
    check("projector: configuration", info["tensorShape"] == [int(test.sum()), X.shape[1]]
          and info["tensorName"] == view)
    tensor = ask("/tensor", run=run, name=view, num_rows=10**9).data
    check("projector: vectors",
          np.array_equal(np.frombuffer(tensor, np.float32).reshape(-1, X.shape[1]), X[test]))
    lines = ask("/metadata", run=run, name=view, num_rows=10**9).data.decode().splitlines()
    check("projector: metadata", lines[0].split("\t") == ["id", "label", "split", "text"]
          and [line.split("\t")[0] for line in lines[1:]] == list(ids[test])
          and all(len(line.split("\t")) == 4 for line in lines))


def other_labels(folder):
    import anndata

    sets = pd.DataFrame({"text": ["good film", "bad, \"dull\" film", "a\tfilm\nof two lines", "x"],
                         "a": [1, 0, 0, None], "b": [1, 1, 0, None], "w": [1, 2.5, 0, 1]})
    sets.astype({"a": "Int64", "b": "Int64"}).to_csv(folder / "sets.csv", index=False)
    numbers = pd.DataFrame({"text": sets.text, "y": [0.1, -2e-7, None, 3]})
    numbers.to_csv(folder / "numbers.csv", index=False)
    for name, options in (("sets", ["--label-columns", "a,b", "--weight-column", "w"]),
                          ("numbers", ["--label-column", "y", "--label-type", "number"])):
        firn("tokenize", folder / f"{name}.csv", "--model", arguments.model, "-o",
             folder / f"{name}-t.h5", *options)
        firn("encode", folder / f"{name}-t.h5", "--model", arguments.model, "-o",
             folder / f"{name}-f.h5")
    own = ["--texts", folder / "sets-t.h5"]
    rows = pd.read_csv(export(folder / "sets-f.h5", folder / "s.csv", "csv", *own))
    check("label sets: csv", rows[["label_a", "label_b"]].equals(
        sets[["a", "b"]].rename(columns=lambda name: f"label_{name}"))
        and list(rows.weight) == list(sets.w) and list(rows.text) == list(sets.text))
    rows = pd.read_csv(export(folder / "sets-f.h5", folder / "s.tsv", "tsv", *own), sep="\t")
    check("label sets: tsv", list(rows.text) == list(sets.text))
    rows = [json.loads(line) for line in export(
        folder / "sets-f.h5", folder / "s.jsonl", "jsonl", *own).read_text().splitlines()]
    check("label sets: jsonl", [row["labels"] for row in rows] == [["a", "b"], ["b"], [], None])
    arrays = export(folder / "sets-f.h5", folder / "s", "npy")
    matrix = np.array([[1, 1], [0, 1], [0, 0], [255, 255]])
    check("label sets: npy", np.array_equal(np.load(arrays / "label_matrix.npy"), matrix)
          and np.array_equal(np.load(arrays / "weights.npy"), sets.w))
    data = anndata.read_h5ad(export(folder / "sets-f.h5", folder / "s.h5ad", "h5ad", *own))
    check("label sets: h5ad", np.array_equal(data.obsm["labels"], matrix)
          and list(data.uns["class_names"]) == ["a", "b"] and list(data.obs.weight) == list(sets.w)
          and list(data.obs.text) == list(sets.text))
    rows = pd.read_csv(export(folder / "numbers-f.h5", folder / "n.csv", "csv"))
    check("numbers: csv", rows.target.equals(numbers.y.rename("target")))
    data = anndata.read_h5ad(export(folder / "numbers-f.h5", folder / "n.h5ad", "h5ad"))
    check("numbers: h5ad", np.array_equal(data.obs.target, numbers.y, equal_nan=True))


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for part in (numpy_arrays, tables, annotated, projector, other_labels):
        part(folder)
sys.exit(failed)
