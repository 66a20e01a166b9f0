"""Every gradient of a fine-tuning beside PyTorch's, on checkpoints of any seed and size.

    python compare_gradients.py REFERENCES --bin .build/release [--families bert,albert] [--classes 3] [--texts 24]
                                                          # torch 2.15.0, transformers 5.23.0, safetensors 0.8.0

REFERENCES holds folders as Tests/Oracles/make_references.py writes them: config.json, tokenizer.json,
model.safetensors, texts.json. A classifier is put on each by transformers, and one step of plain descent without
momentum, decay, clipping and dropout is made by firn-finetune at so high a rate that what it writes is the
gradient: (before - after) / rate. PyTorch's is in float64, each text alone. Both see the ids of firn-tokenize.
For each family: the largest error of a tensor's gradient, relative to the size of that tensor's.
"""
import argparse, csv, json, os, shutil, subprocess, sys, tempfile
import h5py, numpy as np, torch
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification

FAMILIES = "bert,bert-cased,distilbert,roberta,xlm-roberta,electra,mpnet,albert"
ap = argparse.ArgumentParser()
ap.add_argument("references"); ap.add_argument("--bin", default=".build/release")
ap.add_argument("--families", default=FAMILIES); ap.add_argument("--classes", type=int, default=3)
ap.add_argument("--texts", type=int, default=24); ap.add_argument("--seed", type=int, default=1)
a = ap.parse_args()
RATE = 10.0
BOUND = 1e-4


def run(program, *arguments):
    done = subprocess.run([os.path.join(a.bin, program), *arguments], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)


def compare(family, work):
    folder = os.path.join(a.references, family)
    texts = [t for t in json.load(open(os.path.join(folder, "texts.json"))) if t.strip()][:a.texts]
    source, start = os.path.join(work, "rows.csv"), os.path.join(work, "start")
    with open(source, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows([text.replace("\0", ""), f"class {i % a.classes}"] for i, text in enumerate(texts))
    torch.manual_seed(a.seed)
    net = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=a.classes, dtype=torch.float32)
    with torch.no_grad():
        for name, p in net.named_parameters():
            # A fresh head is so small that the encoder's gradients would be too.
            if name.startswith(("classifier", "pre_classifier")) or "pooler" in name:
                p.copy_(torch.randn_like(p) * (0.6 / p.shape[-1] ** 0.5))
    net.save_pretrained(start)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        if os.path.exists(os.path.join(folder, name)):
            shutil.copy(os.path.join(folder, name), start)
    tokens, out = os.path.join(work, "tokens.h5"), os.path.join(work, "run")
    longest = min(64, getattr(net.config, "max_position_embeddings", 64) - 8)
    run("firn-tokenize", source, "--model", start, "-o", tokens, "--max-length", str(longest), "--quiet", "--force")
    run("firn-finetune", tokens, "--model", start, "-o", out, "--batch-size", str(len(texts)), "--max-steps", "1",
        "--optimizer", "sgd", "--learning-rate", str(RATE), "--schedule", "constant", "--weight-decay", "0",
        "--clip-norm", "0", "--dropout", "0", "--no-shuffle", "--quiet", "--force")
    with h5py.File(tokens) as file:
        offsets, ids, labels = file["offsets"][:], file["tokens"][:], file["labels"][:]
    net.double().eval()
    loss = 0
    for row, label in enumerate(labels):
        text = torch.from_numpy(ids[offsets[row]:offsets[row + 1]].astype(np.int64))[None]
        logits = net(input_ids=text, attention_mask=torch.ones_like(text)).logits
        loss = loss + torch.nn.functional.cross_entropy(logits, torch.tensor([int(label)])) / len(labels)
    loss.backward()
    before = load_file(os.path.join(start, "model.safetensors"))
    after = load_file(os.path.join(out, "model", "model.safetensors"))
    whole = sum(p.grad.square().sum() for p in net.parameters() if p.grad is not None).sqrt().item()
    worst, where, count = 0.0, "", 0
    for name, p in net.named_parameters():
        if p.grad is None:
            continue
        found = (before[name].double() - after[name].double()) / RATE
        # A key's bias has no gradient, as softmax does not see what all scores share: there rounding is all.
        error = (found - p.grad).norm().item() / (p.grad.norm().item() + 1e-2 * whole)
        count += 1
        if error > worst:
            worst, where = error, name
    c = net.config
    print(f"{family:12} width {c.hidden_size:4} layers {c.num_hidden_layers:2} {count:4} tensors {len(ids):5} tokens  "
          f"worst {worst:.1e} of {BOUND:.0e}: {where}", flush=True)
    return worst <= BOUND


good = True
for family in a.families.split(","):
    work = tempfile.mkdtemp()
    good &= compare(family, work)
    shutil.rmtree(work)
sys.exit(0 if good else 1)
