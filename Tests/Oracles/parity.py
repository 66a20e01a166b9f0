#!/usr/bin/env python3
"""Prints a table: each family of reference checkpoints through the stages, beside what transformers gave.

    python Tests/Oracles/parity.py REFERENCES [--bin .build/release] [--max-length 64]

REFERENCES has a folder a family: a model folder (config.json, tokenizer.json, model.safetensors),
texts.json with the texts, and expected.safetensors with input_ids, lengths and hidden.<k> of every text,
one after the other. Token ids must be identical; every layer's cls, mean, max and last-token pooling must
be within a relative error of 2e-5 of the same poolings of the expected hidden states, where an error is the
largest difference beside the largest value of that layer and pooling. Exits with 1 where one is not.

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
    "mean": lambda hidden: hidden.mean(0, dtype=np.float64),
    "max": lambda hidden: hidden.max(0),
    "lasttoken": lambda hidden: hidden[-1],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("references", type=pathlib.Path)
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path(".build/release"))
    parser.add_argument("--max-length", type=int, default=64)
    arguments = parser.parse_args()
    families = sorted(path.parent for path in arguments.references.glob("*/expected.safetensors"))
    if not families:
        sys.exit(f"parity: {arguments.references} has no */expected.safetensors")
    print(f"{'family':14}{'texts':>7}{'tokens':>8}{'ids differ':>12}{'layers':>8}{'worst error':>13}")
    failed = False
    for family in families:
        with tempfile.TemporaryDirectory() as work:
            failed |= not compare(family, pathlib.Path(work), arguments)
    return 1 if failed else 0


def compare(family, work, arguments):
    texts = json.loads((family / "texts.json").read_text(encoding="utf-8"))
    expected = load_file(family / "expected.safetensors")
    lengths = expected["lengths"]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    lines = (json.dumps({"text": text}) + "\n" for text in texts)
    (work / "texts.jsonl").write_text("".join(lines), encoding="utf-8")
    tokens, features = work / "tokens.h5", work / "features.h5"
    for command in [
        ["firn-tokenize", work / "texts.jsonl", "--max-length", str(arguments.max_length)]
        + ["-o", tokens],
        ["firn-encode", tokens, "--layers", "all", "--pooling", ",".join(POOLINGS), "-o", features],
    ]:
        done = subprocess.run(
            [arguments.bin / command[0], *command[1:], "--model", family, "--quiet"],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            print(f"{family.name:14}{done.stderr.strip()}")
            return False

    with h5py.File(tokens) as file:
        ids, found_offsets = file["tokens"][:], file["offsets"][:]
    differing = sum(
        not np.array_equal(
            ids[found_offsets[row] : found_offsets[row + 1]],
            expected["input_ids"][offsets[row] : offsets[row + 1]],
        )
        for row in range(len(texts))
    )
    layers = sum(name.startswith("hidden.") for name in expected)
    worst = 0.0
    with h5py.File(features) as file:
        for layer in range(layers):
            hidden = expected[f"hidden.{layer}"]
            for name, pool in POOLINGS.items():
                rows = [row for row in range(len(texts)) if lengths[row]]
                wanted = np.stack([pool(hidden[offsets[row] : offsets[row + 1]]) for row in rows])
                found = file[f"layers/{layer}/{name}"][:]
                worst = max(worst, np.abs(found[rows] - wanted).max() / np.abs(wanted).max())
                if np.abs(np.delete(found, rows, 0)).any():
                    print(f"{family.name:14}a text without tokens is not a row of zeros")
                    return False
    right = differing == 0 and worst <= TOLERANCE
    print(
        f"{family.name:14}{len(texts):>7}{lengths.sum():>8}{differing:>12}{layers:>8}{worst:>13.1e}"
        + ("" if right else "  DIFFERS")
    )
    return right


if __name__ == "__main__":
    sys.exit(main())
