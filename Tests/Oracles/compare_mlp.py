"""Trains an mlp run's network in PyTorch and in scikit-learn, and compares the test accuracies.

    python Tests/Oracles/compare_mlp.py outputs/movies/features.h5 outputs/movies/mlp

The run is one with --seeds. Its network starts from other random weights than PyTorch's with the same
seed, so what is compared is the mean over the seeds: it must be within 0.5 points of PyTorch's.
PyTorch's has the run's every setting. scikit-learn's MLPClassifier has no dropout, decays
weights in the objective and stops by accuracy: its figure is for orientation.
"""

import argparse
import json
import sys
from pathlib import Path

import h5py
import numpy
import torch
from sklearn.neural_network import MLPClassifier

ACTIVATIONS = {"relu": torch.nn.ReLU, "gelu": torch.nn.GELU, "tanh": torch.nn.Tanh}


def network(width, classes, settings):
    layers, before = [], width
    for after in settings["hidden"]:
        layers += [torch.nn.Linear(before, after), ACTIVATIONS[settings["activation"]](),
                   torch.nn.Dropout(settings["dropout"])]
        before = after
    return torch.nn.Sequential(*layers, torch.nn.Linear(before, classes))


def by_torch(parts, classes, settings, seed):
    """Test accuracy with the weights of the epoch of the least validation loss."""
    torch.manual_seed(seed)
    (x, y), (vx, vy), (tx, ty) = [(torch.tensor(x), torch.tensor(y).long()) for x, y in parts]
    model = network(x.shape[1], classes, settings)
    # Biases are not decayed.
    weights = [p for p in model.parameters() if p.ndim > 1]
    biases = [p for p in model.parameters() if p.ndim == 1]
    optimizer = torch.optim.AdamW(
        [{"params": weights, "weight_decay": settings["weight_decay"]},
         {"params": biases, "weight_decay": 0}], lr=settings["learning_rate"])
    loss = torch.nn.CrossEntropyLoss()
    best, state, waited = float("inf"), None, 0
    for _ in range(settings["epochs"]):
        model.train()
        for batch in torch.randperm(len(x)).split(settings["batch_size"]):
            optimizer.zero_grad()
            loss(model(x[batch]), y[batch]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            found = loss(model(vx), vy).item()
        if found < best:
            best, waited = found, 0
            state = {name: value.clone() for name, value in model.state_dict().items()}
        else:
            waited += 1
            if waited >= settings["patience"]:
                break
    model.load_state_dict(state)
    with torch.no_grad():
        return (model(tx).argmax(1) == ty).double().mean().item()


def by_sklearn(parts, settings, seed):
    (x, y), (vx, vy), (tx, ty) = parts
    model = MLPClassifier(
        settings["hidden"], activation="relu" if settings["activation"] == "gelu"
        else settings["activation"], batch_size=settings["batch_size"],
        learning_rate_init=settings["learning_rate"], max_iter=settings["epochs"],
        early_stopping=True, validation_fraction=len(vx) / (len(x) + len(vx)),
        n_iter_no_change=settings["patience"], random_state=seed)
    model.fit(numpy.concatenate([x, vx]), numpy.concatenate([y, vy]))
    return model.score(tx, ty)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("features")
    arguments.add_argument("run", type=Path)
    arguments.add_argument("--points", type=float, default=0.5, help="of accuracy, allowed")
    arguments = arguments.parse_args()
    torch.set_num_threads(1)
    settings = json.loads((arguments.run / "run.json").read_text())["settings"]
    metrics = json.loads((arguments.run / "metrics.json").read_text())
    if settings["optimizer"] != "adamw" or settings["class_weight"] != "none":
        sys.exit("only runs with --optimizer adamw and without --class-weight can be compared")
    with h5py.File(arguments.features) as file:
        x = numpy.concatenate([file[name][:] for name in settings["view"].split(",")], axis=1)
        y, split = file["labels"][:], file["split"][:]
        classes = len(file["class_names"])
    x = x.astype(numpy.float32)
    if settings["standardize"]:
        train = x[(split == 0) & (y >= 0)].astype(numpy.float64)
        scale = train.std(0)
        x = ((x - train.mean(0)) / numpy.where(scale == 0, 1, scale)).astype(numpy.float32)
    parts = [(x[rows], y[rows]) for rows in [(split == k) & (y >= 0) for k in range(3)]]
    torches = [by_torch(parts, classes, settings, seed) for seed in settings["seeds"]]
    sklearns = [by_sklearn(parts, settings, seed) for seed in settings["seeds"]]
    own = metrics.get("test.accuracy_mean", metrics["test.accuracy"])
    for name, values in [("PyTorch", torches), ("scikit-learn", sklearns)]:
        spread = numpy.std(values, ddof=1) if len(values) > 1 else float("nan")
        print(f"{name:13} {numpy.mean(values):.4f} ± {spread:.4f}")
    print(f"{'Firn':13} {own:.4f} ± {metrics.get('test.accuracy_sd', float('nan')):.4f}")
    difference = 100 * (own - numpy.mean(torches))
    print(f"difference to PyTorch: {difference:+.2f} points")
    sys.exit(int(abs(difference) > arguments.points))


if __name__ == "__main__":
    main()
