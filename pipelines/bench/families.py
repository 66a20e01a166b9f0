#!/usr/bin/env python3
"""Runs every family of encoders at base size in Firn and in transformers on PyTorch, in turn.

    families.py --bin .build/release NAME=CSV:MAX_LENGTH:ROWS ...

Each family gets the sizes that its base model has on the hub, random weights, and one small vocabulary
trained on the texts themselves, so that all families encode the same tokens: what a weight is does not
change what it costs. Both pool by the mean. Seconds are of encoding alone, without start, loading and
tokenizing: what firn-encode says of itself, beside PyTorch in inference mode on batches of 32 texts
sorted by length, with the attention that transformers takes by itself (`attention` in the table). The two
take turns, and the table has medians.

`of sgemm` is the rate of a family's useful products beside OpenBLAS's sgemm on as many threads, measured
before and after. `cpu` after each is the same by the time that the threads worked, beside sgemm on one
thread: what it would be if the machine did nothing else. `difference` is the largest of any feature, beside
the largest feature.
"""

import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import time

import peers

# transformers' classes and the sizes of the base models, where they are not what a config is without any.
FAMILIES = {
    "bert": ("Bert", {}),
    "bert-cased": ("Bert", {"hidden_act": "gelu_new"}),
    "distilbert": ("DistilBert", {}),
    "roberta": ("Roberta", {"max_position_embeddings": 514, "type_vocab_size": 1}),
    "xlm-roberta": ("XLMRoberta", {"max_position_embeddings": 514, "type_vocab_size": 1}),
    "electra": (
        "Electra",
        {
            "embedding_size": 768,
            "hidden_size": 768,
            "num_attention_heads": 12,
            "intermediate_size": 3072,
        },
    ),
    "albert": (
        "Albert",
        {
            "embedding_size": 128,
            "hidden_size": 768,
            "num_attention_heads": 12,
            "intermediate_size": 3072,
        },
    ),
    "mpnet": ("MPNet", {"max_position_embeddings": 514}),
    "gpt2": ("GPT2", {}),
    "openai-gpt": ("OpenAIGPT", {}),
    "xlnet": ("XLNet", {"d_model": 768, "n_layer": 12, "n_head": 12, "d_inner": 3072}),
    "t5": ("T5Encoder", {"d_model": 768, "d_ff": 3072, "num_layers": 12, "num_heads": 12}),
    "t5-v1_1": (
        "T5Encoder",
        {
            "d_model": 768,
            "d_ff": 2048,
            "num_layers": 12,
            "num_heads": 12,
            "feed_forward_proj": "gated-gelu",
        },
    ),
    "deberta-v3": (
        "DebertaV2",
        {
            "hidden_size": 768,
            "num_hidden_layers": 12,
            "num_attention_heads": 12,
            "intermediate_size": 3072,
            "relative_attention": True,
            "position_buckets": 256,
            "norm_rel_ebd": "layer_norm",
            "share_att_key": True,
            "pos_att_type": ["p2c", "c2p"],
            "position_biased_input": False,
            "type_vocab_size": 0,
        },
    ),
    "modernbert": ("ModernBert", {}),
}
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VOCABULARY = 8000
ENGINES = ["firn", "torch"]


def say(message):
    print(f"families: {message}", file=sys.stderr, flush=True)


# --- Models and texts -----------------------------------------------------------------------------


class Workload:
    """Some texts, the vocabulary's tokens of them, and their order by length."""

    def __init__(self, argument, arguments):
        self.name, _, rest = argument.partition("=")
        path, length, rows = rest.rsplit(":", 2)
        self.max_length = int(length)
        self.texts = spread(peers.read_texts(path), int(rows))
        self.folder = arguments.work / self.name
        self.folder.mkdir(parents=True, exist_ok=True)

    def tokenize(self, arguments):
        """By Firn, whose tokens both get."""
        import h5py
        import numpy as np

        texts, self.tokens = self.folder / "texts.jsonl", self.folder / "tokens.h5"
        lines = (json.dumps({"text": text}) + "\n" for text in self.texts)
        texts.write_text("".join(lines), encoding="utf-8")
        run_stage(
            [arguments.bin / "firn-tokenize", texts, "-o", self.tokens]
            + ["--model", arguments.work / "vocabulary", "--max-length", str(self.max_length)]
        )
        with h5py.File(self.tokens) as file:
            ids, offsets = file["tokens"][:].astype(np.int64), file["offsets"][:]
        ids = [ids[a:b] for a, b in zip(offsets[:-1], offsets[1:])]
        self.token_count = sum(map(len, ids))
        order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
        self.batches = []
        for start in range(0, len(order), peers.BATCH):
            rows = order[start : start + peers.BATCH]
            lengths = np.array([len(ids[row]) for row in rows])
            self.batches.append((rows, peers.padded([ids[row] for row in rows], lengths)))


def spread(texts, rows):
    """`rows` of the texts, evenly from all of them: files may be sorted by topic."""
    step = max(len(texts) / rows, 1)
    return [texts[int(i * step)] for i in range(min(rows, len(texts)))]


def write_vocabulary(texts, folder):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCABULARY, special_tokens=SPECIAL, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[(name, SPECIAL.index(name)) for name in SPECIAL[2:4]]
    )
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    # firn-tokenize takes whole model folders alone, and their limits of length.
    make_model("xlnet", folder, folder, d_model=8, n_layer=1, n_head=1, d_inner=8)


def make_model(family, folder, vocabulary, **sizes):
    """Writes a checkpoint with random weights and gives the same model."""
    import torch
    import transformers

    name, own = FAMILIES[family]
    sizes = own | {"vocab_size": VOCABULARY} | sizes
    # The hub's numbers of special tokens would lie beyond a small vocabulary.
    sizes |= {f"{role}_token_id": i for i, role in enumerate(["pad", "unk", "cls", "sep"])}
    sizes |= {"bos_token_id": 2, "eos_token_id": 3}
    torch.manual_seed(0)
    config = getattr(transformers, name.removesuffix("Encoder") + "Config")(**sizes)
    model = getattr(transformers, name + "Model")(config).eval()
    model.save_pretrained(folder)
    if vocabulary != folder:
        shutil.copy(vocabulary / "tokenizer.json", folder)
    return model


# --- Running --------------------------------------------------------------------------------------


def run_stage(command):
    """Runs one of Firn's stages; what it says of itself, and its processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.run(
        [str(word) for word in command] + ["--json", "--quiet", "--force"],
        capture_output=True,
        text=True,
    )
    if process.returncode != 0:
        sys.exit(f"families: {peers.last_line(process.stderr)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(peers.last_line(process.stdout)), cpu


def run_firn(folder, workload, arguments):
    output = workload.folder / "features.h5"
    said, cpu = run_stage(
        [arguments.bin / "firn-encode", workload.tokens, "-o", output, "--model", folder]
        + ["--pooling", "mean", "--threads", str(arguments.threads)]
    )
    # Loading is one thread's work, and not what is compared.
    loading = said["seconds"] - said["encode_seconds"]
    return {
        "seconds": said["encode_seconds"],
        "cpu_seconds": max(cpu - loading, 0),
        "product_flop": said["product_flop"],
        "kernels": said["kernels"],
    }


def run_torch(model, workload):
    """Features and seconds."""
    import numpy as np
    import torch

    features = None
    start, cpu = time.perf_counter(), time.process_time()
    with torch.inference_mode():
        for rows, batch in workload.batches:
            inputs = {name: torch.from_numpy(values) for name, values in batch.items()}
            hidden = model(**inputs).last_hidden_state
            mask = inputs["attention_mask"].to(hidden.dtype)
            weights = mask / mask.sum(1, keepdim=True)
            pooled = torch.bmm(weights[:, None], hidden)[:, 0]
            if features is None:
                features = np.zeros((len(workload.texts), hidden.shape[2]), np.float32)
            features[rows] = pooled.numpy()
    seconds = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - cpu,
    }
    return features, seconds


def measure_roofline(threads):
    process = subprocess.run(
        [sys.executable, peers.__file__, "roofline", "--threads", str(threads)],
        capture_output=True,
        text=True,
    )
    if process.returncode != 0:
        sys.exit(f"families: {peers.last_line(process.stderr)}")
    rates = json.loads(peers.last_line(process.stdout))
    return [rates[f"gflop_per_second_{count}"] for count in [1, threads]]


def measure(family, workloads, arguments):
    """Both engines on every workload: a row a workload."""
    import numpy as np
    import torch

    torch.set_num_threads(arguments.threads)
    folder = arguments.work / "model"
    shutil.rmtree(folder, ignore_errors=True)
    model = make_model(family, folder, arguments.work / "vocabulary")
    rows = []
    before = measure_roofline(arguments.threads)
    for workload in workloads:
        # Once before time counts: files and code come into memory, and the numbers are compared.
        theirs, _ = run_torch(model, workload)
        run_firn(folder, workload, arguments)
        ours = peers.load_features(workload.folder / "features.h5")
        runs = {engine: [] for engine in ENGINES}
        for number in range(arguments.rounds):
            # Neither is always first.
            for engine in ENGINES if number % 2 == 0 else ENGINES[::-1]:
                if engine == "firn":
                    runs[engine].append(run_firn(folder, workload, arguments))
                else:
                    runs[engine].append(run_torch(model, workload)[1])
        row = {
            "family": family,
            "workload": workload.name,
            "tokens": workload.token_count,
            "attention": model.config._attn_implementation,
            "difference": float(np.abs(theirs - ours).max() / np.abs(theirs).max()),
            "runs": runs,
        }
        for engine in ENGINES:
            for key in ["seconds", "cpu_seconds"]:
                row[f"{engine}_{key}"] = statistics.median(run[key] for run in runs[engine])
        row["ratio"] = row["torch_seconds"] / row["firn_seconds"]
        row["cpu_ratio"] = row["torch_cpu_seconds"] / max(row["firn_cpu_seconds"], 1e-9)
        rows.append(row)
    after = measure_roofline(arguments.threads)
    single, rate = [statistics.mean(rates) for rates in zip(before, after)]
    for row in rows:
        flop = row["runs"]["firn"][0]["product_flop"]
        row["sgemm_gflop_per_second"] = rate
        row["sgemm_gflop_per_second_1"] = single
        row["gflop_per_second"] = flop / row["firn_seconds"] / 1e9
        row["share_of_sgemm"] = row["gflop_per_second"] / rate
        row["cpu_share_of_sgemm"] = flop / max(row["firn_cpu_seconds"], 1e-9) / 1e9 / single
        print_row(row)
    return rows


# --- Printing -------------------------------------------------------------------------------------


def print_head(result, workloads):
    versions = result["versions"]
    print(
        f"{result['processor']}, {result['threads']} threads, {result['rounds']} rounds; "
        f"transformers {versions['transformers']}, torch {versions['torch']}"
    )
    for workload in workloads:
        print(
            f"{workload.name}: {len(workload.texts)} texts, {workload.token_count} tokens, "
            f"max-length {workload.max_length}"
        )
    print(
        f"{'family':13}{'texts':8}{'Firn s':>8}{'PyTorch s':>11}{'ratio':>7}{'cpu':>6}"
        f"{'GFLOP/s':>9}{'of sgemm':>10}{'cpu':>6}{'difference':>12}  attention"
    )


def print_row(row):
    print(
        f"{row['family']:13}{row['workload']:8}{row['firn_seconds']:8.2f}"
        f"{row['torch_seconds']:11.2f}{row['ratio']:7.2f}{row['cpu_ratio']:6.2f}"
        f"{row['gflop_per_second']:9.0f}{row['share_of_sgemm']:10.2f}"
        f"{row['cpu_share_of_sgemm']:6.2f}"
        f"{row['difference']:12.1e}  {row['attention']}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path(".build/release"))
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("outputs/bench/families"))
    parser.add_argument("--families", default=" ".join(FAMILIES), help="default: all")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", default="outputs/bench/families.json")
    parser.add_argument("workloads", nargs="+", metavar="NAME=CSV:MAX_LENGTH:ROWS")
    arguments = parser.parse_args()
    families = arguments.families.split()
    unknown = [family for family in families if family not in FAMILIES]
    if unknown or arguments.rounds < 1:
        sys.exit(f"families: --rounds from 1 on, --families of {' '.join(FAMILIES)}")

    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    workloads = [Workload(argument, arguments) for argument in arguments.workloads]
    texts = [text for workload in workloads for text in workload.texts]
    write_vocabulary(texts, arguments.work / "vocabulary")
    for workload in workloads:
        workload.tokenize(arguments)
    result = {
        "processor": peers.processor(),
        "threads": arguments.threads,
        "rounds": arguments.rounds,
        "versions": peers.versions(),
        "load_before": os.getloadavg()[0],
        "rows": [],
    }
    print_head(result, workloads)
    for family in families:
        result["rows"] += measure(family, workloads, arguments)
        # As it goes: the whole takes an hour.
        output = pathlib.Path(arguments.output)
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(json.dumps(result, indent=2) + "\n")
    say(f"wrote {arguments.output}")


if __name__ == "__main__":
    main()
