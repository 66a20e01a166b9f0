#!/usr/bin/env python3
"""Writes Tests/OptimizationTests/Fixtures/optimizers.json with PyTorch's optimizers, transformers'
schedules and the triangle of ktrain's fit_onecycle, which is written out below after
ktrain/lroptimize/triangular.py: rate and moment are set after each batch, the base after the rate.

Run with PyTorch 2.15.0, transformers' optimization.py.
"""
import json
import math
import pathlib

import torch
from transformers import optimization

COUNT, STEPS = 37, 20
torch.manual_seed(5)
start = torch.randn(COUNT)
gradients = torch.randn(STEPS, COUNT) * torch.logspace(-3, 1, COUNT)


def run(make, maximum=None):
    p = torch.nn.Parameter(start.clone())
    optimizer = make([p])
    norms = []
    for g in gradients:
        p.grad = g.clone()
        if maximum:
            norms.append(float(torch.nn.utils.clip_grad_norm_([p], maximum)))
        optimizer.step()
    return {"parameters": p.tolist(), "norms": norms}


def onecycle(rate, steps):
    half, base, overhump = math.ceil(steps / 2), rate / 10, False
    rates, moments = [base], [None]
    for done in range(1, steps):
        cycle = math.floor(1 + done / (2 * half))
        x = abs(done / half - 2 * cycle + 1)
        rates.append(base + (rate - base) * max(0, 1 - x))
        iterations = (done + 1) % (half * 2)
        before, overhump = overhump, iterations / half > 1
        if overhump and not before:
            base = rate / 1000
        elif before and not overhump:
            base = rate / 10
        share = 1 - (iterations - half) / half if overhump else iterations / half
        moments.append(0.95 - share * (0.95 - 0.85))
    return {"rates": rates, "moments": moments}


def scheduled(make, steps, warm_up):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=3e-4)
    scheduler = make(optimizer, warm_up, steps)
    rates = []
    for _ in range(steps):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return rates


o = torch.optim
cases = {
    "adamw": run(lambda p: o.AdamW(p, lr=0.01, weight_decay=0.1)),
    "adamw clipped": run(lambda p: o.AdamW(p, lr=0.01, weight_decay=0.1), 1.5),
    "adam": run(lambda p: o.Adam(p, lr=0.01, weight_decay=0.1)),
    "sgd": run(lambda p: o.SGD(p, lr=0.01, momentum=0.9, weight_decay=0.1)),
    "sgd nesterov": run(lambda p: o.SGD(p, lr=0.01, momentum=0.9, nesterov=True)),
    "sgd plain": run(lambda p: o.SGD(p, lr=0.01)),
}
schedules = {
    "constant": scheduled(
        lambda o, w, n: optimization.get_constant_schedule_with_warmup(o, w), 23, 5),
    "linear": scheduled(optimization.get_linear_schedule_with_warmup, 23, 5),
    "cosine": scheduled(optimization.get_cosine_schedule_with_warmup, 23, 5),
}
result = {
    "start": start.tolist(), "gradients": gradients.flatten().tolist(), "cases": cases,
    "schedules": schedules, "onecycle": {str(n): onecycle(3e-4, n) for n in (1, 2, 7, 20)},
}
path = pathlib.Path(__file__).parent.parent / "OptimizationTests" / "Fixtures" / "optimizers.json"
path.write_text(json.dumps(result, separators=(",", ":")))
print(torch.__version__)
