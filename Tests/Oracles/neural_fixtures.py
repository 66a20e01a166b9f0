#!/usr/bin/env python3
"""Writes Tests/HeadsTests/Fixtures/perceptron.json and recurrent.json with PyTorch: from the same
weights, scores and gradients of the first batch, then the losses of ten steps of AdamW with rows in
order (weights decay, biases do not), and the scores after them. Vectors of token ids are nn.Embedding
with sparse gradients under SparseAdam. Numbers are learned as Firn does: shifted and scaled to mean 0
and deviation 1.

Run with PyTorch 2.15.0, OMP_NUM_THREADS=1.
"""
import json
import pathlib

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

torch.manual_seed(3)
FIXTURES = pathlib.Path(__file__).parent.parent / "HeadsTests" / "Fixtures"
ROWS, BATCH, STEPS, RATE = 40, 13, 10, 0.01


def rounded(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().flatten().tolist()]


def targets(kind, outputs):
    if kind == "softmax":
        return torch.arange(ROWS) * 7 % outputs
    if kind == "sigmoid":
        return (torch.rand(ROWS, outputs) > 0.6).float()
    return torch.randn(ROWS, 1) * 3 + 10


def loss_of(kind, scores, labels, weights, classes):
    w = weights * (classes[labels] if kind == "softmax" else 1)
    if kind == "softmax":
        each = cross_entropy(scores, labels, reduction="none")
    elif kind == "sigmoid":
        each = binary_cross_entropy_with_logits(
            scores, labels, pos_weight=classes, reduction="none").mean(1)
    else:
        each = mse_loss(scores, labels, reduction="none").mean(1)
    return (w * each).sum() / w.sum()


def train(case, model, run, kind, labels, weights, classes, sparse=None):
    names = dict(model.named_parameters())
    case["start"] = {k: rounded(v) for k, v in names.items()}
    learned = (labels - labels.mean()) / labels.std(unbiased=False) if kind == "identity" else labels
    dense = [(k, v) for k, v in names.items() if not k.startswith("embedding")]
    decays = [v for k, v in dense if "bias" not in k]
    rest = [v for k, v in dense if "bias" in k]
    optimizers = [torch.optim.AdamW([
        {"params": decays, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}], lr=RATE)]
    if sparse is not None:
        optimizers.append(torch.optim.SparseAdam([sparse], lr=RATE))
    losses = []
    for step in range(STEPS):
        begin = step * BATCH % (-(-ROWS // BATCH) * BATCH)
        rows = list(range(begin, min(begin + BATCH, ROWS)))
        for o in optimizers:
            o.zero_grad()
        scores = run(rows)
        loss = loss_of(kind, scores, learned[rows], weights[rows], classes)
        loss.backward()
        if step == 0:
            case["scores"] = rounded(scores)
            case["gradients"] = {
                k: rounded(v.grad.to_dense() if v.grad.is_sparse else v.grad)
                for k, v in names.items()}
        for o in optimizers:
            o.step()
        losses.append(float(loss))
    case["losses"] = losses
    case["final"] = rounded(run(list(range(ROWS))))


def common(kind, outputs, labels):
    weights = torch.rand(ROWS) + 0.5
    classes = torch.linspace(0.5, 2, outputs)
    return weights, classes, {
        "kind": kind, "outputs": outputs, "labels": labels.flatten().tolist(),
        "weights": weights.tolist(), "class_weights": classes.tolist(), "batch": BATCH,
        "rate": RATE}


def perceptron(kind, activation, hidden, outputs, inputs=7):
    x, labels = torch.randn(ROWS, inputs), targets(kind, outputs)
    weights, classes, case = common(kind, outputs, labels)
    function = {"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh}[activation]
    layers = []
    for a, b in zip([inputs] + hidden, hidden + [outputs]):
        layers += [nn.Linear(a, b), function()]
    model = nn.Sequential(*layers[:-1])
    case |= {"activation": activation, "hidden": hidden, "width": inputs, "features": rounded(x)}
    train(case, model, lambda rows: model(x[rows]), kind, labels, weights, classes)
    return case


class Recurrent(nn.Module):
    def __init__(self, cell, inputs, size, layers, bidirectional, pooling, outputs, vocabulary):
        super().__init__()
        if vocabulary:
            self.embedding = nn.Embedding(vocabulary, inputs, sparse=True)
        self.rnn = {"lstm": nn.LSTM, "gru": nn.GRU}[cell](
            inputs, size, layers, bidirectional=bidirectional)
        self.output = nn.Linear(size * (2 if bidirectional else 1), outputs)
        self.pooling, self.bidirectional = pooling, bidirectional

    def forward(self, sequences):
        if hasattr(self, "embedding"):
            sequences = [self.embedding(s) for s in sequences]
        packed, last = self.rnn(pack_sequence(sequences, enforce_sorted=False))
        if self.pooling == "last":
            h = last[0] if isinstance(last, tuple) else last
            pooled = torch.cat([h[-2], h[-1]], 1) if self.bidirectional else h[-1]
        else:
            out, lengths = pad_packed_sequence(packed, batch_first=True)
            pooled = torch.stack([
                o[:n].max(0).values if self.pooling == "max" else o[:n].mean(0)
                for o, n in zip(out, lengths)])
        return self.output(pooled)


def recurrent(cell, layers, bidirectional, pooling, kind="softmax", vocabulary=0, inputs=6, size=5):
    outputs = 1 if kind == "identity" else 3
    lengths = [1 + i * 5 % 11 for i in range(ROWS)]
    ids = [torch.randint(0, max(vocabulary, 1), (n,)) for n in lengths]
    # Every id occurs: a table of Firn's has no others.
    if vocabulary:
        ids[0] = torch.arange(vocabulary)
        lengths[0] = vocabulary
    x = [torch.randn(n, inputs) for n in lengths]
    labels = targets(kind, outputs)
    weights, classes, case = common(kind, outputs, labels)
    model = Recurrent(cell, inputs, size, layers, bidirectional, pooling, outputs, vocabulary)
    source = ids if vocabulary else x
    case |= {
        "cell": cell, "layers": layers, "bidirectional": bidirectional, "pooling": pooling,
        "width": inputs, "size": size, "lengths": lengths, "vocabulary": vocabulary,
        "ids": torch.cat(ids).tolist() if vocabulary else [],
        "features": [] if vocabulary else rounded(torch.cat(x))}
    train(case, model, lambda rows: model([source[r] for r in rows]), kind, labels, weights,
          classes, model.embedding.weight if vocabulary else None)
    return case


def write(name, cases):
    text = json.dumps(cases, separators=(",", ":"))
    (FIXTURES / name).write_text(text)
    print(name, len(cases), len(text))


write("perceptron.json", [
    perceptron("softmax", "relu", [9, 5], 3), perceptron("softmax", "gelu", [40], 2),
    perceptron("sigmoid", "tanh", [6], 4), perceptron("identity", "gelu", [8], 1),
    perceptron("softmax", "relu", [], 3)])
write("recurrent.json", [
    recurrent("lstm", 1, False, "last"), recurrent("gru", 1, False, "last"),
    recurrent("lstm", 2, True, "max"), recurrent("gru", 2, True, "mean"),
    recurrent("lstm", 1, True, "mean", "sigmoid", vocabulary=17),
    recurrent("gru", 1, True, "max", vocabulary=17),
    recurrent("gru", 1, False, "mean", "identity")])
print(torch.__version__)
