"""Fine-tune with Firn and with PyTorch from the same weights, on the same rows in the same order.

    python compare_fine_tuning.py MODEL TOKENS.h5 --bin .build/release [--steps 40] [--batch 16] [--rate 5e-5]
        [--timing] [--threads 2]                                     # torch 2.15.0, transformers 5.23.0, h5py 3.16

A classifier is put on MODEL once, so that both begin with the same head. Without --timing: no dropout, a
constant rate, rows in order; the losses of every step, and the logits that transformers gives for the model
that Firn wrote, beside Firn's. With --timing: MODEL's own dropout, and the time of a step, start-up included on
Firn's side and left out on PyTorch's, which pads to the longest text of a batch.
"""
import argparse, csv, json, os, shutil, subprocess, sys, tempfile, time
import numpy as np, torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from packed_rows import PackedRows

ap = argparse.ArgumentParser()
ap.add_argument("model"); ap.add_argument("tokens"); ap.add_argument("--bin", default=".build/release")
ap.add_argument("--steps", type=int, default=40); ap.add_argument("--batch", type=int, default=16)
ap.add_argument("--rate", type=float, default=5e-5); ap.add_argument("--threads", type=int, default=2)
ap.add_argument("--timing", action="store_true"); ap.add_argument("--rounds", type=int, default=3)
a = ap.parse_args()
torch.set_num_threads(a.threads)

data = PackedRows(a.tokens)
names, rows = data.names, list(data.labelled(0))
work = tempfile.mkdtemp()
start = os.path.join(work, "start")
torch.manual_seed(0)
net = AutoModelForSequenceClassification.from_pretrained(a.model, num_labels=len(names))
net.save_pretrained(start)
AutoTokenizer.from_pretrained(a.model).save_pretrained(start)
for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
    source = os.path.join(a.model, name)
    if os.path.exists(source):
        shutil.copy(source, os.path.join(start, name))


def peer(steps, dropout):
    net = AutoModelForSequenceClassification.from_pretrained(start)
    net.train()
    if not dropout:
        for module in net.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        for module in net.modules():
            for name in ("dropout_prob", "attention_dropout", "dropout"):
                if isinstance(getattr(module, name, None), float):
                    setattr(module, name, 0.0)
        net.config.attention_probs_dropout_prob = 0.0
    optimizer = torch.optim.AdamW(net.parameters(), lr=a.rate, weight_decay=0.01)
    losses, times = [], []
    for step in range(steps):
        batch = rows[step * a.batch:(step + 1) * a.batch]
        began = time.time()
        loss = net(**data.padded(batch), labels=data.targets(batch)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        times.append(time.time() - began)
    return losses, times, net


def firn(steps, dropout, run):
    command = [
        os.path.join(a.bin, "firn-finetune"), a.tokens, "--model", start, "-o", run, "--batch-size", str(a.batch),
        "--learning-rate", str(a.rate), "--schedule", "constant", "--no-shuffle", "--max-steps", str(steps), "--epochs",
        "1000", "--threads", str(a.threads), "--json", "--force", "--quiet"]
    if not dropout:
        command += ["--dropout", "0"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


run = os.path.join(work, "run")
if not a.timing:
    theirs, _, net = peer(a.steps, False)
    summary = firn(a.steps, False, run)
    ours = [float(r["loss"]) for r in csv.DictReader(open(os.path.join(run, "history.csv")))]
    apart = [abs(x - y) for x, y in zip(ours, theirs)]
    print(f"{len(ours)} steps: losses differ by at most {max(apart):.2e} (the last is {ours[-1]:.4f})")
    loaded, report = AutoModelForSequenceClassification.from_pretrained(
        os.path.join(run, "model"), output_loading_info=True)
    assert not any(report[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys")), report
    tokenizer = AutoTokenizer.from_pretrained(os.path.join(run, "model"))
    loaded.eval()
    worst = 0.0
    for number, row in enumerate(csv.DictReader(open(os.path.join(run, "predictions.csv")))):
        if number >= 200:
            break
        with torch.no_grad():
            logits = loaded(**data.padded([number])).logits[0].double()
        probabilities = torch.softmax(logits, 0).numpy()
        mine = np.array([float(row["probability_" + name]) for name in names])
        worst = max(worst, np.abs(np.log(mine) - np.log(probabilities)).max())
    print(f"200 rows: log probabilities of the written model differ by at most {worst:.2e}; labels", loaded.config.id2label)
    weights = dict(net.state_dict())
    far = max((loaded.state_dict()[k] - v).abs().max().item() for k, v in weights.items() if v.dtype == torch.float32)
    print(f"weights differ by at most {far:.2e} after {a.steps} steps of {a.rate}")
else:
    ours, theirs = [], []
    for _ in range(a.rounds):
        began = time.time()
        summary = firn(a.steps, True, run)
        spent = time.time() - began
        phases = json.load(open(os.path.join(run, "run.json")))["seconds"]
        ours.append((phases["load"] + phases["fit"]) / a.steps)
        _, times, _ = peer(a.steps, True)
        theirs.append(sum(times) / len(times))
        print(f"firn {ours[-1]:.4f} s a step with its start (whole run {spent:.1f} s), PyTorch {theirs[-1]:.4f}, "
              f"median step {np.median(times):.4f}: {theirs[-1] / ours[-1]:.2f} times", flush=True)
    print(f"median: {np.median(np.array(theirs) / np.array(ours)):.2f} times")
shutil.rmtree(work)
