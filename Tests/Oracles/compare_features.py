#!/usr/bin/env python3
"""Compares tokens.h5 and features.h5 with what tokenizers and transformers make of the same texts.

    python Tests/Oracles/compare_features.py TOKENS FEATURES MODEL [--csv FILE]

Reads every dataset and attribute of both files with h5py, row by row against Hugging Face: digests,
token ids and types, offsets, full lengths, truncation; then every view against transformers' hidden
states of the same texts, from tokenizers' ids, in padded batches. With --csv, ids, texts and labels
are also those of the csv as Python's csv module reads it. Exits with 1 at any difference.

Written with h5py 3.16.0, NumPy 2.4.6, tokenizers 0.23.3, torch 2.15.0, transformers 5.23.0.
"""
import argparse
import csv
import hashlib
import json
import pathlib
import sys
import time

import h5py
import numpy as np

OPTIONAL = ["label_matrix", "targets", "weights"]
SHARED = ["ids", "labels", "class_names", "split", "text_sha256", "truncated"]


class Checks:
    """Prints each check with its smallest example and remembers whether one failed."""

    failed = False

    def that(self, name, bad, total, example=None):
        bad = list(bad)
        self.failed |= bool(bad)
        print(f"{'DIFFERS' if bad else 'ok':8} {name}: {len(bad)} of {total} differ")
        if bad and example:
            print(f"         first, row {bad[0]}: {example(bad[0])}")

    def equal(self, name, found, expected):
        found, expected = np.asarray(found), np.asarray(expected)
        if found.shape != expected.shape:
            self.failed = True
            print(f"DIFFERS  {name}: shape {found.shape}, expected {expected.shape}")
            return
        differs = found != expected
        rows = np.flatnonzero(differs.reshape(len(found), -1).any(axis=1))
        self.that(name, rows, len(found),
                  lambda i: f"{found.tolist()[i]!r}, expected {expected.tolist()[i]!r}")


def read(file):
    """Prints the table of a file and returns all its datasets, each read to the last chunk."""
    contents = {}

    def visit(item, path):
        for key, value in item.attrs.items():
            print(f"  {path + '@' + key:37}{type(value).__name__:9}{value}")
        if isinstance(item, h5py.Group):
            # Not visititems: it shows a dataset of two names, as `embeddings` is, under one only.
            for name in item:
                visit(item[name], f"{path}/{name}")
            return
        text = h5py.check_string_dtype(item.dtype)
        kind = f"{text.encoding} string" if text else str(item.dtype)
        print(f"  {path:37}{kind:14}{item.shape}")
        contents[path[1:]] = item.asstr()[:] if text else item[:]

    visit(file, "")
    return contents


def source_texts(tokens, path, checks):
    """The texts as they were tokenized: the csv's, else the file's with their NULs put back."""
    if path is None:
        texts = list(tokens["texts"])
        for i, text in enumerate(texts):
            # HDF5's strings end at NUL, therefore Firn stores U+2400 in its place.
            restored = text.replace("\u2400", "\0")
            if text != restored and digest(restored) == tokens["text_sha256"][i].tobytes():
                texts[i] = restored
        return texts
    csv.field_size_limit(sys.maxsize)
    with open(path, encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    texts = [row["text"] for row in rows]
    names = sorted({row["label"] for row in rows})
    checks.equal("ids are the csv's", tokens["ids"], [row["id"] for row in rows])
    checks.equal("class names are the csv's, sorted", tokens["class_names"], names)
    checks.equal("labels are the csv's", tokens["labels"], [names.index(r["label"]) for r in rows])
    if "texts" in tokens:
        stored = [text.replace("\0", "\u2400") for text in texts]
        checks.equal("texts are the csv's", tokens["texts"], stored)
    return texts


def digest(text):
    return hashlib.sha256(text.encode("utf-8")).digest()


def compare_tokens(tokens, texts, folder, limit, checks):
    """Compares all that tokens.h5 says of each text; returns tokenizers' encodings, truncated."""
    import tokenizers

    oracle = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    oracle.no_padding()
    oracle.no_truncation()
    lengths = [len(encoding.ids) for encoding in oracle.encode_batch(texts)]
    oracle.enable_truncation(limit)
    expected = oracle.encode_batch(texts)

    starts = np.cumsum([0] + [len(encoding.ids) for encoding in expected])
    checks.equal("text_sha256", tokens["text_sha256"],
                 np.array([np.frombuffer(digest(text), np.uint8) for text in texts]))
    checks.equal("n_tokens_full", tokens["n_tokens_full"], lengths)
    checks.equal("truncated", tokens["truncated"], [n > limit for n in lengths])
    checks.equal("offsets", tokens["offsets"], starts)
    spans = list(zip(tokens["offsets"], tokens["offsets"][1:]))
    for name, values in [("tokens", [e.ids for e in expected]),
                         ("token_types", [e.type_ids for e in expected])]:
        found = [tokens[name][begin:end].tolist() for begin, end in spans]
        checks.that(f"{name} of every text", [i for i, v in enumerate(values) if found[i] != v],
                    len(texts), lambda i: f"{texts[i][:80]!r} {found[i]}, expected {values[i]}")
    print(f"         {starts[-1]} tokens, {sum(n > limit for n in lengths)} texts truncated")
    return expected


def compare_files(tokens, features, checks):
    """What features.h5 repeats of tokens.h5."""
    for name in SHARED:
        checks.equal(f"features' {name}", features[name], tokens[name])
    for name in OPTIONAL:
        checks.that(f"{name} in both files or in none", [0] * ((name in tokens) != (name in features)), 1)
        if name in tokens and name in features:
            # Bytes, because a row without a target has NaN.
            checks.equal(f"features' {name}", np.frombuffer(features[name].tobytes(), np.uint8),
                         np.frombuffer(tokens[name].tobytes(), np.uint8))
    checks.equal("features' n_tokens", features["n_tokens"], np.diff(tokens["offsets"]))


def pooled(hidden, mask, pooling):
    """hidden [batch, tokens, width], mask [batch, tokens] of 0 and 1, padded on the right."""
    import torch

    weights = mask.unsqueeze(-1).to(hidden.dtype)
    count = weights.sum(1)
    match pooling:
        case "cls":
            return hidden[:, 0]
        case "lasttoken":
            return hidden[torch.arange(len(hidden)), mask.sum(1) - 1]
        case "max":
            return hidden.masked_fill(weights == 0, -torch.inf).amax(1)
        case "mean":
            return (hidden * weights).sum(1) / count
        case "mean_sqrt_len_tokens":
            return (hidden * weights).sum(1) / count.sqrt()
        case "weightedmean":
            weights = weights * torch.arange(1, hidden.shape[1] + 1).view(1, -1, 1)
            return (hidden * weights).sum(1) / weights.sum(1)
    sys.exit(f"unknown pooling {pooling}")


def reference(encodings, views, normalize, a):
    """Yields rows and transformers' vectors of every view, in batches of texts of like length."""
    import torch
    import transformers

    torch.set_num_threads(a.threads)
    model = transformers.AutoModel.from_pretrained(a.model, dtype=torch.float32).eval()
    print(f"transformers {transformers.__version__}, torch {torch.__version__}, "
          f"{a.threads} threads")
    order = sorted(range(0, len(encodings), a.every), key=lambda i: len(encodings[i].ids))
    for start in range(0, len(order), a.batch_size):
        rows = order[start:start + a.batch_size]
        width = len(encodings[rows[-1]].ids)
        # RoBERTa counts positions by the padding's id; the mask hides it from all else.
        ids = torch.full((len(rows), width), model.config.pad_token_id or 0)
        types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
        for k, i in enumerate(rows):
            n = len(encodings[i].ids)
            ids[k, :n] = torch.tensor(encodings[i].ids)
            types[k, :n] = torch.tensor(encodings[i].type_ids)
            mask[k, :n] = 1
        with torch.inference_mode():
            hidden = model(input_ids=ids, attention_mask=mask, token_type_ids=types,
                           output_hidden_states=True).hidden_states
            vectors = {}
            for view in views:
                _, layer, pooling = view.split("/")
                y = pooled(hidden[int(layer)], mask, pooling)
                vectors[view] = (torch.nn.functional.normalize(y) if normalize else y).numpy()
        yield rows, vectors


def compare_views(features, views, batches, tolerance, checks):
    """Compares rows of every view with `batches`, which are as `reference` yields them."""
    # A row each: greatest difference, the same by the row's greatest value, and in L2.
    errors, compared = {view: [] for view in views}, []
    begin = time.perf_counter()
    for rows, vectors in batches:
        compared += rows
        for view in views:
            y = vectors[view].astype(np.float64)
            difference = features[view][rows] - y
            greatest = np.abs(difference).max(1)
            errors[view].append(np.stack([
                greatest, greatest / np.abs(y).max(1),
                np.linalg.norm(difference, axis=1) / np.linalg.norm(y, axis=1)], axis=1))
    print(f"         {len(compared)} texts in {time.perf_counter() - begin:.0f} s")
    for view in views:
        error = np.concatenate(errors[view])
        worst, middle = error.max(axis=0), np.median(error, axis=0)
        print(f"         {view}: max|x-y|/max|y| at most {worst[1]:.2e} (row "
              f"{compared[error[:, 1].argmax()]}), median {middle[1]:.1e}; L2 at most "
              f"{worst[2]:.2e}, median {middle[2]:.1e}; max|x-y| at most {worst[0]:.2e}")
        # Written so that a NaN is beyond every tolerance.
        beyond = ~(error[:, 1:] <= tolerance).all(axis=1)
        found = dict(zip(np.array(compared)[beyond], error[beyond].tolist()))
        checks.that(f"{view} within {tolerance:g}", sorted(found), len(error), found.get)


def main(a):
    checks = Checks()
    with h5py.File(a.tokens) as tokens_file, h5py.File(a.features) as features_file:
        print(a.tokens.name)
        tokens = read(tokens_file)
        print(a.features.name)
        features = read(features_file)
        settings = json.loads(features_file.attrs["config"])
        views = settings["views"]
        linked = features_file["embeddings"] == features_file[views[0]]
        for file in (tokens_file, features_file):
            stated, config = file.attrs["config_sha256"], file.attrs["config"]
            checks.equal(f"{file.attrs['format']}: config_sha256",
                         [stated], [hashlib.sha256(config.encode()).hexdigest()])
        limit = int(tokens_file.attrs["max_length"])
        checks.equal("features' max_length", [features_file.attrs["max_length"]], [limit])
        checks.equal("features' input_sha256 is that of the tokens file",
                     [features_file.attrs["input_sha256"]],
                     [hashlib.sha256(a.tokens.read_bytes()).hexdigest()])
    checks.that(f"embeddings is {views[0]}", [] if linked else [0], 1)
    texts = source_texts(tokens, a.csv, checks)
    encodings = compare_tokens(tokens, texts, a.model, limit, checks)
    compare_files(tokens, features, checks)
    batches = reference(encodings, views, settings["normalize"], a)
    compare_views(features, views, batches, a.tolerance, checks)
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("tokens", type=pathlib.Path)
    p.add_argument("features", type=pathlib.Path)
    p.add_argument("model", type=pathlib.Path, help="the model's folder")
    p.add_argument("--csv", type=pathlib.Path, help="the source: columns id, text, label")
    p.add_argument("--tolerance", type=float, default=1e-5, help="relative, of a row (1e-5)")
    p.add_argument("--every", type=int, default=1, metavar="N", help="views: only each N-th row")
    p.add_argument("--batch-size", type=int, default=32)
    p.add_argument("--threads", type=int, default=2)
    main(p.parse_args())
