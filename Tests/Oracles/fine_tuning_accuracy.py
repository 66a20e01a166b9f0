"""Fine-tune with PyTorch by firn-finetune's recipe on a tokens file's rows and split: the test accuracy of each seed.

    python fine_tuning_accuracy.py MODEL TOKENS.h5 --seeds 1,2,3 [--epochs 3] [--batch 16] [--rate 1e-4] [--threads 1]
                                                                # torch 2.15.0, transformers 5.23.0, h5py 3.16

AdamW with decay 0.01 on every weight, gradients clipped to 1, the model's own dropout, a shuffle an epoch, ktrain's
one-cycle (rate and first moment), batches padded to their longest text; the epoch that is best on the validation rows
is judged on the test rows, and a line of JSON is printed for each seed. Texts of a batch are as Firn has them: a
shuffle of all rows, not of lengths.
"""
import argparse, copy, json, time
import numpy as np, torch
from transformers import AutoModelForSequenceClassification

from packed_rows import PackedRows

ap = argparse.ArgumentParser()
ap.add_argument("model"); ap.add_argument("tokens"); ap.add_argument("--seeds", default="1,2,3")
ap.add_argument("--epochs", type=int, default=3); ap.add_argument("--batch", type=int, default=16)
ap.add_argument("--rate", type=float, default=1e-4); ap.add_argument("--threads", type=int, default=1)
a = ap.parse_args()
torch.set_num_threads(a.threads)

data = PackedRows(a.tokens)
train, validation, test = (data.labelled(part) for part in range(3))


def triangle(step, steps):
    """ktrain/lroptimize/triangular.py: the rate and Adam's first moment of a step, from 0."""
    half = max(1, (steps + 1) // 2)
    base = a.rate / (1000 if step % (2 * half) > half else 10)
    distance = abs(step / half - 2 * (1 + step // (2 * half)) + 1)
    place = (step + 1) % (2 * half) / half
    moment = 0.9 if step == 0 else 0.95 - (2 - place if place > 1 else place) * 0.1
    return base + (a.rate - base) * max(0.0, 1 - distance), moment


def accuracy(net, rows):
    net.eval()
    by_length = sorted(rows, key=data.length)
    right = 0
    with torch.no_grad():
        for first in range(0, len(by_length), 32):
            batch = by_length[first:first + 32]
            right += int((net(**data.padded(batch)).logits.argmax(1).numpy() == data.labels[batch]).sum())
    return right / len(rows)


for seed in map(int, a.seeds.split(",")):
    torch.manual_seed(seed)
    order = np.random.default_rng(seed)
    net = AutoModelForSequenceClassification.from_pretrained(a.model, num_labels=len(data.names))
    optimizer = torch.optim.AdamW(net.parameters(), lr=a.rate, weight_decay=0.01)
    steps = a.epochs * -(-len(train) // a.batch)
    best, history, step, began = None, [], 0, time.time()
    for epoch in range(a.epochs):
        net.train()
        rows = order.permutation(train)
        for first in range(0, len(rows), a.batch):
            batch = rows[first:first + a.batch]
            for group in optimizer.param_groups:
                group["lr"], moment = triangle(step, steps)
                group["betas"] = (moment, 0.999)
            net(**data.padded(batch), labels=data.targets(batch)).loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
        history.append(round(accuracy(net, validation), 4))
        if best is None or history[-1] > best[0]:
            best = (history[-1], epoch + 1, copy.deepcopy(net.state_dict()))
    net.load_state_dict(best[2])
    print(json.dumps(dict(
        seed=seed, test_accuracy=round(accuracy(net, test), 4), best_epoch=best[1], validation=history,
        seconds=round(time.time() - began))), flush=True)
