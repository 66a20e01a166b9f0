#!/usr/bin/env python3
"""Trains the same networks in Firn, PyTorch and scikit-learn, in turn, and compares seconds an epoch.

    heads.py --bin .build/release [--threads 1,2] [--rounds 3] [NETWORK:BATCH ...]

A network is mlp (384-256-10, rectified, 20,000 rows), lstm, gru, bilstm or bigru (384-128-2, the last
state, 1600 texts of 5 to 45 tokens; PyTorch's on packed sequences). All use AdamW or, where scikit-learn has
no AdamW, Adam, and no dropout. What is learned is noise: what a number is does not change what it costs.

Each round runs every program for a few epochs, the first of which does not count; the table has medians
over all rounds. A machine's speed drifts by more than the programs differ: compare ratios of one line.
"""

import argparse
import json
import statistics
import subprocess
import time
import warnings

import numpy
import threadpoolctl
import torch
from sklearn.neural_network import MLPClassifier
from torch.nn.utils.rnn import pack_sequence

NETWORKS = ["mlp:32", "mlp:128"] + [
    f"{kind}:{batch}" for kind in ["lstm", "gru", "bilstm", "bigru"] for batch in [32, 128]]


def steps(model, scores, labels, batch):
    """An epoch of PyTorch: a function without arguments."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    loss = torch.nn.CrossEntropyLoss()

    def epoch():
        for rows in torch.randperm(len(labels)).split(batch):
            optimizer.zero_grad()
            loss(scores(rows), labels[rows]).backward()
            optimizer.step()

    return epoch


def torch_mlp(batch):
    model = torch.nn.Sequential(
        torch.nn.Linear(384, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
    x = torch.rand(20_000, 384) * 2 - 1
    return steps(model, lambda rows: model(x[rows]), torch.arange(len(x)) * 7 % 10, batch)


def torch_recurrent(kind, batch):
    both = kind.startswith("bi")
    cell = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[kind.removeprefix("bi")]
    layers = torch.nn.ModuleList(
        [cell(384, 128, bidirectional=both), torch.nn.Linear(256 if both else 128, 2)])
    texts = [torch.rand(5 + i * 7919 % 41, 384) * 2 - 1 for i in range(1600)]

    def scores(rows):
        packed = pack_sequence([texts[row] for row in rows.tolist()], enforce_sorted=False)
        state = layers[0](packed)[1]
        state = state[0] if isinstance(state, tuple) else state
        return layers[1](torch.cat([state[-2], state[-1]], 1) if both else state[-1])

    return steps(layers, scores, torch.arange(len(texts)) * 7 % 2, batch)


def sklearn_mlp(batch):
    x = (numpy.random.default_rng(0).random((20_000, 384), numpy.float32) * 2 - 1)
    y = numpy.arange(len(x)) * 7 % 10
    model = MLPClassifier((256,), batch_size=batch, max_iter=1, warm_start=True)
    return lambda: model.fit(x, y)


def timed(epoch, epochs):
    seconds = []
    for _ in range(epochs):
        start = time.perf_counter()
        epoch()
        seconds.append(time.perf_counter() - start)
    return seconds


def firn(arguments, kind, batch, threads):
    command = [f"{arguments.bin}/firn-bench", "--network", kind, "--batch-size", str(batch),
               "--threads", str(threads), "--rounds", str(arguments.epochs + 1), "--json", "--quiet"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["epoch_seconds"][1:]


def compare(arguments, kind, batch, threads):
    torch.set_num_threads(threads)
    threadpoolctl.threadpool_limits(threads)
    rivals = {"torch": torch_mlp(batch) if kind == "mlp" else torch_recurrent(kind, batch)}
    if kind == "mlp":
        rivals["sklearn"] = sklearn_mlp(batch)
    for epoch in rivals.values():
        epoch()
    seconds = {name: [] for name in ["firn", *rivals]}
    for _ in range(arguments.rounds):
        seconds["firn"] += firn(arguments, kind, batch, threads)
        for name, epoch in rivals.items():
            seconds[name] += timed(epoch, arguments.epochs)
    return {name: statistics.median(values) for name, values in seconds.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("networks", nargs="*", default=NETWORKS, metavar="NETWORK:BATCH")
    parser.add_argument("--bin", default=".build/release")
    parser.add_argument("--threads", default="1,2", help="numbers of threads, joined by commas")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=2, help="of each program in a round")
    arguments = parser.parse_args()
    # One epoch at a time is not meant to converge.
    warnings.filterwarnings("ignore", category=UserWarning)
    print(f"{'network':8} {'batch':>5} {'threads':>7} {'firn s':>8} {'torch s':>8} {'sklearn s':>9}"
          f" {'of torch':>8} {'of sklearn':>10}")
    for name in arguments.networks:
        kind, batch = name.split(":")
        for threads in map(int, arguments.threads.split(",")):
            found = compare(arguments, kind, int(batch), threads)
            own, peer, other = found["firn"], found["torch"], found.get("sklearn")
            line = f"{kind:8} {batch:>5} {threads:7} {own:8.3f} {peer:8.3f}"
            line += f" {other:9.3f} {peer / own:7.2f}x {other / own:9.2f}x" if other else (
                f" {'':9} {peer / own:7.2f}x")
            print(line, flush=True)


if __name__ == "__main__":
    main()
