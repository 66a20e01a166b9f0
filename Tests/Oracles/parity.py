#!/usr/bin/env python3
"""Prints a table: each family of reference checkpoints through the stages, beside what transformers gave.

    python Tests/Oracles/parity.py REFERENCES [--bin .build/release]

REFERENCES has a folder a family, as make_references.py writes them: a model folder (config.json,
tokenizer.json, model.safetensors), texts.json with the texts, and expected.safetensors with input_ids,
lengths and hidden.<k> of every text, one after the other. Texts are cut where tokenizer.json says.

Token ids must be identical. The hidden states of every token after every layer (`--token-features --dtype
float32 --layers k`) and every layer's six poolings must be within a relative error of 2e-5: the largest
difference beside the largest value of that layer, and of that layer and pooling. Beside it stands the same
error token by token, each beside its own largest value. Poolings are expected to be those of the expected
hidden states, in double precision; where expected.safetensors has pooled.<name>, the last layer's are compared
with that as well. A folder with setting.json may say that Firn refuses it: then its message must name the
setting. Exits with 1 where something differs.

Written with h5py 3.16.0, NumPy 2.4.6, safetensors 0.8.0.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np
from safetensors.numpy import load_file

TOLERANCE = 2e-5
POOLINGS = {
    "cls": lambda hidden: hidden[0],
    "max": lambda hidden: hidden.max(0),
    "mean": lambda hidden: hidden.mean(0),
    "mean_sqrt_len_tokens": lambda hidden: hidden.sum(0) / len(hidden) ** 0.5,
    "weightedmean": lambda hidden: np.average(hidden, axis=0, weights=np.arange(1, len(hidden) + 1)),
    "lasttoken": lambda hidden: hidden[-1],
}


class Refused(Exception):
    """A stage's own message."""


class Comparison:
    """One folder through the stages: how many texts' ids differ, and the worst errors."""

    def __init__(self, family, work, bin):
        self.family, self.work, self.bin = family, work, bin
        self.texts = json.loads((family / "texts.json").read_text(encoding="utf-8"))
        self.expected = load_file(family / "expected.safetensors")
        self.lengths = self.expected["lengths"]
        self.offsets = np.concatenate([[0], np.cumsum(self.lengths)])
        self.layers = sum(name.startswith("hidden.") for name in self.expected)
        self.width = self.expected["hidden.0"].shape[1]
        self.hidden = self.by_token = self.pooled = 0.0
        self.faults = []

    def run(self):
        lines = (json.dumps({"text": text}) + "\n" for text in self.texts)
        (self.work / "texts.jsonl").write_text("".join(lines), encoding="utf-8")
        definition = json.loads((self.family / "tokenizer.json").read_text(encoding="utf-8"))
        longest = definition["truncation"]["max_length"]
        tokens = self.work / "tokens.h5"
        self.stage("firn-tokenize", self.work / "texts.jsonl", "--max-length", longest, "-o", tokens)
        with h5py.File(tokens) as file:
            ids, offsets = file["tokens"][:], file["offsets"][:]
        ours, theirs = np.split(ids, offsets[1:-1]), np.split(self.expected["input_ids"], self.offsets[1:-1])
        self.differing = sum(not np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
        # All poolings of all layers in one file; token features are of one layer a file.
        for k in range(self.layers):
            features = self.work / f"{k}.h5"
            layers = "all" if k == 0 else k
            self.stage("firn-encode", tokens, "--layers", layers, "--pooling", ",".join(POOLINGS),
                       "--token-features", "--dtype", "float32", "-o", features)
            if self.differing == 0:
                with h5py.File(features) as file:
                    self.compare(k, file)

    def stage(self, name, *arguments):
        command = [self.bin / name, *map(str, arguments), "--model", self.family, "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise Refused(done.stderr.strip())

    def compare(self, layer, file):
        if not np.array_equal(file["offsets"][:], self.offsets):
            self.faults.append(f"layer {layer}: offsets differ")
            return
        wanted, found = self.expected[f"hidden.{layer}"], file["token_features"][:]
        self.hidden = np.maximum(self.hidden, error(found, wanted))
        self.by_token = np.maximum(self.by_token, error(found, wanted, axis=1))
        if file["embeddings"] != file[f"layers/{layer}/{next(iter(POOLINGS))}"]:
            self.faults.append(f"layer {layer}: embeddings is not its first pooling")
        for other in range(self.layers) if layer == 0 else [layer]:
            for name in POOLINGS:
                self.compare_pooling(other, name, file[f"layers/{other}/{name}"][:])

    def compare_pooling(self, layer, name, found):
        rows = np.flatnonzero(self.lengths)
        hidden = self.expected[f"hidden.{layer}"].astype(np.float64)
        wanted = np.stack([POOLINGS[name](hidden[self.offsets[row] : self.offsets[row + 1]]) for row in rows])
        self.pooled = np.maximum(self.pooled, error(found[rows], wanted))
        given = self.expected.get(f"pooled.{name}")
        if layer == self.layers - 1 and given is not None:
            self.pooled = np.maximum(self.pooled, error(found[rows], given))
        if np.delete(found, rows, 0).any():
            self.faults.append(f"layer {layer}, {name}: a text without tokens is not a row of zeros")

    @property
    def right(self):
        # np.maximum, because a NaN stays one and is beyond every tolerance.
        return not self.faults and self.differing == 0 and np.maximum(self.hidden, self.pooled) <= TOLERANCE

    def __str__(self):
        empty = len(self.texts) - np.count_nonzero(self.lengths)
        return (
            f"{len(self.texts):>6}{empty:>6}{self.lengths.sum():>8}{self.differing:>8}{self.layers:>7}"
            f"{self.width:>6}{self.hidden:>10.1e}{self.by_token:>10.1e}{self.pooled:>10.1e}"
            + ("" if self.right else "  DIFFERS") + "".join(f"\n    {fault}" for fault in self.faults)
        )


def error(found, wanted, axis=None):
    """The largest difference beside the largest value: of all, or row by row."""
    difference, scale = np.abs(found - wanted).max(axis), np.abs(wanted).max(axis)
    return (difference / scale).max()


def described(family):
    """The setting that a folder varies, in a few words, and whether Firn says that it refuses it."""
    path = family / "setting.json"
    if not path.exists():
        return "", [], False
    setting = json.loads(path.read_text(encoding="utf-8"))
    words = ", ".join(f"{key} {json.dumps(value)}" for key, value in setting["setting"].items())
    return words, list(setting["setting"]), setting["refused"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("references", type=pathlib.Path)
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path(".build/release"))
    arguments = parser.parse_args()
    families = sorted(path.parent for path in arguments.references.glob("*/expected.safetensors"))
    if not families:
        sys.exit(f"parity: {arguments.references} has no */expected.safetensors")
    print(f"{'':14}{'texts':>6}{'empty':>6}{'tokens':>8}{'ids':>8}{'layers':>7}{'width':>6}{'hidden':>10}"
          f"{'by token':>10}{'pooled':>10}\n{'':28}{'':6}{'differ':>8}", flush=True)
    wrong = 0
    for family in families:
        words, keys, refused = described(family)
        with tempfile.TemporaryDirectory() as work:
            comparison = Comparison(family, pathlib.Path(work), arguments.bin)
            try:
                comparison.run()
                line, right = str(comparison), comparison.right and not refused
                line += "  and should have been refused" if refused else ""
            except Refused as message:
                right = refused and any(key in str(message) for key in keys)
                line = "  refused by name" if right else f"  {message}"
        wrong += not right
        print(f"{family.name:14}{line}" + (f"   {words}" if words else ""), flush=True)
    print(f"{len(families) - wrong} of {len(families)} as they should be; bound {TOLERANCE:g}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
