#!/usr/bin/env python3
"""Fine-tunes a whole encoder with Firn, PyTorch and ktrain, in turn, and compares the seconds of their processes.

    finetune.py --bin .build/release --csv movies.csv [--model DIR] [--steps 100] [--rounds 3]
        [--max-length 100] [--batch-size 16] [--threads 2] [--ktrain PYTHON]

Every program is a process of its own that reads the same csv (its first steps * batch-size rows after one
shuffle), loads the same checkpoint, puts a classifier on it and makes `steps` steps of AdamW with the model's
own dropout. PyTorch pads to the longest text of a batch; ktrain, whose fit_onecycle is what its users call,
to max-length, as it always does. A process counts from its start to the end of its last step, whatever it
does afterwards (Firn judges every row and writes a model). PyTorch's line has the seconds of its steps alone
too. The table has medians over the rounds, ratios of medians, and Firn's products beside sgemm.

Without --model: a DistilBERT of the base size, random weights, with --tokenizer's vocabulary.
ktrain needs a python of its own: pipelines/bench/ktrain-requirements.txt; left out without --ktrain.
"""

import argparse
import csv
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time

def texts_and_labels(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = sorted({row["label"] for row in rows})
    return [row["text"] for row in rows], [names.index(row["label"]) for row in rows], names


# --- The peers: each prints the moment of its last step ---------------------------------------------


def torch_peer(a):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.set_num_threads(a.threads)
    texts, labels, names = texts_and_labels(a.csv)
    tokenizer = AutoTokenizer.from_pretrained(a.model)
    network = AutoModelForSequenceClassification.from_pretrained(a.model, num_labels=len(names)).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=a.learning_rate, weight_decay=0.01)
    seconds = []
    for first in range(0, len(texts), a.batch_size):
        start = time.perf_counter()
        batch = tokenizer(texts[first:first + a.batch_size], truncation=True, max_length=a.max_length,
                          padding="longest", return_token_type_ids=False, return_tensors="pt")
        wanted = torch.tensor(labels[first:first + a.batch_size])
        network(**batch, labels=wanted).loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        seconds.append(time.perf_counter() - start)
    return {"step_seconds": sum(seconds)}


def ktrain_peer(a):
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import numpy
    import tensorflow

    # ktrain 0.41.4 was written for NumPy 1.
    numpy.Inf = numpy.inf
    tensorflow.config.threading.set_intra_op_parallelism_threads(a.threads)
    tensorflow.config.threading.set_inter_op_parallelism_threads(a.threads)
    import ktrain
    from ktrain import text

    texts, labels, names = texts_and_labels(a.csv)
    job = text.Transformer(a.model, maxlen=a.max_length, class_names=names)
    train = job.preprocess_train(texts, [names[label] for label in labels], verbose=0)
    learner = ktrain.get_learner(
        job.get_classifier(), train_data=train, batch_size=a.batch_size)
    learner.fit_onecycle(a.learning_rate, 1, verbose=0)
    return {}


def peer(a):
    found = {"torch": torch_peer, "ktrain": ktrain_peer}[a.peer](a)
    print("\n" + json.dumps(found | {"ended": time.time()}), flush=True)


# --- The comparison -----------------------------------------------------------------------------------


def timed_peer(a, name, python, source, model):
    command = [python, os.path.abspath(__file__), "--peer", name, "--csv", source, "--model", model,
               "--batch-size", str(a.batch_size), "--max-length", str(a.max_length),
               "--threads", str(a.threads), "--learning-rate", str(a.learning_rate)]
    began = time.time()
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"HF_HUB_OFFLINE": "1"})
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr[-2000:]}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return found["ended"] - began, found


def timed_firn(a, tokens, model, run):
    command = [f"{a.bin}/firn-finetune", tokens, "--model", model, "-o", run, "--epochs", "1",
               "--batch-size", str(a.batch_size), "--learning-rate", str(a.learning_rate),
               "--threads", str(a.threads), "--json", "--quiet", "--force"]
    began = time.time()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    ended = time.time()
    with open(os.path.join(run, "run.json"), encoding="utf-8") as file:
        seconds = json.load(file)["seconds"]
    # What comes after the last step is no peer's business: every row's predictions, and the files.
    return min(ended - began, seconds["load"] + seconds["fit"]), json.loads(done.stdout)


def sgemm(a):
    """GFLOP/s of OpenBLAS's sgemm on as many threads."""
    done = subprocess.run([f"{a.bin}/firn-bench", "--no-kernels", "--threads", str(a.threads), "--json",
                           "--quiet"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["roofline"]["sgemm_gflops"]


def base_model(tokenizer, folder):
    """A DistilBERT of the base size with random weights, and a tokenizer that fits."""
    from transformers import AutoTokenizer, DistilBertConfig, DistilBertModel

    size = len(AutoTokenizer.from_pretrained(tokenizer))
    DistilBertModel(DistilBertConfig(vocab_size=size)).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        if os.path.exists(os.path.join(tokenizer, name)):
            shutil.copy(os.path.join(tokenizer, name), folder)
    return folder


def compare(a):
    os.makedirs(a.work, exist_ok=True)
    with open(a.csv, newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    random.Random(0).shuffle(rows)
    rows = rows[:a.steps * a.batch_size]
    source = os.path.join(a.work, "rows.csv")
    with open(source, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head] + rows)
    model = a.model or base_model(a.tokenizer, os.path.join(a.work, "base"))
    tokens = os.path.join(a.work, "tokens.h5")
    began = time.time()
    subprocess.run([f"{a.bin}/firn-tokenize", source, "--model", model, "-o", tokens, "--max-length",
                    str(a.max_length), "--force", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    tokenizing = time.time() - began
    jobs = {"firn": None, "torch": sys.executable} | ({"ktrain": a.ktrain} if a.ktrain else {})
    for name in a.without.split(","):
        jobs.pop(name, None)
    seconds = {name: [] for name in jobs} | {"torch, steps alone": []}
    shares, rates = [], []
    for number in range(a.rounds):
        order = list(jobs)
        for name in order[number % len(order):] + order[:number % len(order)]:
            if name == "firn":
                before = sgemm(a)
                spent, found = timed_firn(a, tokens, model, os.path.join(a.work, "run"))
                rates.append(found["gflop_per_second"])
                shares.append(rates[-1] / ((before + sgemm(a)) / 2))
                spent += tokenizing
            else:
                spent, found = timed_peer(a, name, jobs[name], source, model)
                if name == "torch":
                    seconds["torch, steps alone"].append(found["step_seconds"])
            seconds[name].append(spent)
            print(f"round {number + 1}: {name} {spent:.2f} s", flush=True)
    steps = -(-len(rows) // a.batch_size)
    own = statistics.median(seconds["firn"])
    print(f"\n{steps} steps of {a.batch_size} texts, max-length {a.max_length}, {a.threads} threads")
    print(f"{'program':20} {'seconds':>8} {'a step':>8} {'of firn':>8}")
    for name, values in seconds.items():
        if values:
            middle = statistics.median(values)
            print(f"{name:20} {middle:8.2f} {middle / steps:8.4f} {middle / own:7.2f}x")
    print(f"Firn's products: {statistics.median(rates):.1f} GFLOP/s while it trained, "
          f"{statistics.median(shares):.2f} of sgemm's before and after")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", default=".build/release")
    parser.add_argument("--csv", required=True, help="with the columns text and label")
    parser.add_argument("--model", help="a checkpoint; a DistilBERT of the base size without")
    parser.add_argument("--tokenizer", default="data/models/all-MiniLM-L6-v2")
    parser.add_argument("--work", default="outputs/bench/finetune")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--max-length", type=int, default=100)
    parser.add_argument("--learning-rate", type=float, default=1e-4)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--ktrain", help="a python that has ktrain")
    parser.add_argument("--without", default="", help="programs to leave out, joined by commas")
    parser.add_argument("--peer", choices=["torch", "ktrain"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    peer(arguments) if arguments.peer else compare(arguments)


if __name__ == "__main__":
    main()
