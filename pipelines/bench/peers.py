#!/usr/bin/env python3
"""Runs what a user would pick instead of Firn beside Firn, on the same texts.

    peers.py export   --model DIR --work DIR
    peers.py compare  --model DIR --work DIR --bin .build/release NAME=CSV:MAX_LENGTH[:ROWS] ...
    peers.py embed    --engine ort --model DIR --work DIR --max-length 256 --out OUT.npy CSV
    peers.py tokenize --model DIR CSV
    peers.py roofline

`compare` starts the others itself, each run a process of its own, and measures the whole of it:
start, imports, csv, tokens, encoder, features on disk. The programs take turns, because a machine's
speed drifts by more than they differ: compare ratios of one table, never seconds of two.

All pool by the mean of the last hidden states and leave the vectors' length as it is, so that the
numbers can be compared too; what differs in the last column is not the same job.
"""

import argparse
import csv
import ctypes
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
import warnings

# What each engine imports. Firn's own two are compared with the rest, and "firn" is what all are
# compared with.
ENGINES = {
    "firn": [],
    "firn-int8": [],
    "ct2": ["tokenizers", "ctranslate2"],
    "ct2-int8": ["tokenizers", "ctranslate2"],
    "ort": ["tokenizers", "onnxruntime"],
    "openvino": ["tokenizers", "openvino"],
    "st": ["sentence_transformers"],
}
PACKAGES = [
    "torch",
    "transformers",
    "sentence-transformers",
    "tokenizers",
    "onnx",
    "onnxruntime",
    "openvino",
    "ctranslate2",
    "numpy",
    "h5py",
]
BATCH = 32  # sentence-transformers' default; the others get it too, sorted by length as it does
CHECK_ROWS = 64

csv.field_size_limit(2**31 - 1)


def read_texts(path):
    """The texts of a csv with a column `text`."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        if "text" not in (rows.fieldnames or []):
            sys.exit(f"peers: {path} has no column text")
        return [row["text"] for row in rows]


def versions():
    """The installed versions of the peers' packages; None where there is none."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = None
    return found


def say(message):
    print(f"peers: {message}", file=sys.stderr, flush=True)


# --- Exporting ------------------------------------------------------------------------------------


def export(arguments):
    """Writes the model in the formats of ONNX Runtime, OpenVINO and CTranslate2, once.

    What cannot be exported is said and kept in exports.json, so that `compare` can repeat it.
    """
    work = pathlib.Path(arguments.work)
    sources = made_of(arguments.model)
    stamp = work / "exports.json"
    if stamp.exists() and json.loads(stamp.read_text())["made_of"] == sources:
        return
    # The converters warn of what concerns their authors.
    warnings.simplefilter("ignore")
    # The stamp goes first and comes last: what was cut short is not taken for whole.
    stamp.unlink(missing_ok=True)
    shutil.rmtree(work / "exports", ignore_errors=True)
    (work / "exports").mkdir(parents=True)

    failed = {}
    for engines, step in [
        (["ort", "openvino"], export_onnx),
        (["ort"], export_fused),
        (["openvino"], export_openvino),
        (["ct2", "ct2-int8"], export_ctranslate2),
    ]:
        if any(engine in failed for engine in engines):
            continue
        say(f"exporting for {', '.join(engines)}")
        try:
            step(arguments.model, work / "exports")
        except Exception as error:  # A peer's converter may fail in any way; the others go on.
            reason = last_line(str(error)) or type(error).__name__
            say(f"not exported: {reason}")
            failed.update(dict.fromkeys(engines, reason))
    (work / "exports" / "model.onnx").unlink(missing_ok=True)
    stamp.write_text(json.dumps({"made_of": sources, "failed": failed}, indent=2) + "\n")


def export_onnx(model, folder):
    import torch
    from transformers import AutoModel

    class LastHiddenState(torch.nn.Module):
        def __init__(self):
            super().__init__()
            # Eager attention is what ONNX Runtime's fusions recognize.
            self.encoder = AutoModel.from_pretrained(model, attn_implementation="eager").eval()

        def forward(self, input_ids, attention_mask):
            output = self.encoder(input_ids=input_ids, attention_mask=attention_mask)
            return output.last_hidden_state

    encoder = LastHiddenState().eval()
    input_ids = torch.randint(0, encoder.encoder.config.vocab_size, (2, 9))
    names = ["input_ids", "attention_mask", "last_hidden_state"]
    torch.onnx.export(
        encoder,
        (input_ids, torch.ones_like(input_ids)),
        str(folder / "model.onnx"),
        input_names=names[:2],
        output_names=names[2:],
        dynamic_axes={name: {0: "batch", 1: "length"} for name in names},
        opset_version=17,
        dynamo=False,
    )


def export_fused(model, folder):
    from onnxruntime.transformers import optimizer

    config = read_config(model)
    fused = optimizer.optimize_model(
        str(folder / "model.onnx"),
        model_type="bert",
        num_heads=config.get("num_attention_heads") or config.get("n_heads") or 0,
        hidden_size=config.get("hidden_size") or config.get("dim") or 0,
    )
    fused.save_model_to_file(str(folder / "fused.onnx"))


def export_openvino(model, folder):
    import openvino

    converted = openvino.convert_model(str(folder / "model.onnx"))
    openvino.save_model(converted, str(folder / "openvino.xml"), compress_to_fp16=False)


def export_ctranslate2(model, folder):
    from ctranslate2.converters import TransformersConverter

    TransformersConverter(model).convert(str(folder / "ct2"))
    # Weights that are int8 on disk: start-up does not pay for quantizing them.
    TransformersConverter(model).convert(str(folder / "ct2-int8"), quantization="int8")


def read_config(model):
    return json.loads((pathlib.Path(model) / "config.json").read_text(encoding="utf-8"))


def made_of(model):
    """What the exports depend on: the model's files and the packages."""
    digest = hashlib.sha256()
    folder = pathlib.Path(model)
    weights = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
    for path in [folder / "config.json", *weights]:
        digest.update(path.read_bytes())
    return {"model_sha256": digest.hexdigest(), "versions": versions()}


# --- Embedding ------------------------------------------------------------------------------------


def embed(arguments):
    """One engine, one csv, one .npy: what `compare` measures."""
    import numpy as np

    texts = read_texts(arguments.csv)
    if arguments.engine == "st":
        features = embed_with_sentence_transformers(arguments, texts)
    else:
        features = embed_in_batches(arguments, texts)
    np.save(arguments.out, features)


def embed_with_sentence_transformers(arguments, texts):
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(arguments.threads)
    model = SentenceTransformer(arguments.model, device="cpu")
    modules = [module for module in model if type(module).__name__ != "Normalize"]
    model = SentenceTransformer(modules=modules, device="cpu")
    model.max_seq_length = arguments.max_length
    return model.encode(texts, batch_size=BATCH, show_progress_bar=False)


def embed_in_batches(arguments, texts):
    """Padded batches of texts of like length, the longest first."""
    import numpy as np

    ids = [
        encoding.ids
        for encoding in load_tokenizer(arguments.model, arguments.max_length).encode_batch(texts)
    ]
    forward = load_encoder(arguments)
    order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
    features = None
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        batch = [ids[row] for row in rows]
        lengths = np.array([len(row) for row in batch])
        hidden = forward(batch, lengths)
        weights = mask(lengths, hidden.shape[1]) / np.maximum(lengths, 1)[:, None]
        if features is None:
            features = np.zeros((len(texts), hidden.shape[2]), np.float32)
        # A product of batches: quicker than multiplying by the mask and summing.
        features[rows] = (weights[:, None, :].astype(np.float32) @ hidden)[:, 0]
    return features


def load_tokenizer(model, max_length=None):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(pathlib.Path(model) / "tokenizer.json"))
    tokenizer.no_padding()
    if max_length:
        tokenizer.enable_truncation(max_length)
    else:
        tokenizer.no_truncation()
    return tokenizer


def mask(lengths, longest):
    """Row i has lengths[i] ones, then zeros."""
    import numpy as np

    return (np.arange(longest)[None] < lengths[:, None]).astype(np.int64)


def load_encoder(arguments):
    """A function from token ids and their lengths to hidden states [batch, longest, width]."""
    exports = pathlib.Path(arguments.work) / "exports"
    load = {
        "ct2": load_ctranslate2,
        "ct2-int8": load_ctranslate2,
        "ort": load_onnxruntime,
        "openvino": load_openvino,
    }[arguments.engine]
    return load(exports, arguments)


def load_ctranslate2(exports, arguments):
    import ctranslate2
    import numpy as np

    encoder = ctranslate2.Encoder(
        str(exports / arguments.engine),
        device="cpu",
        compute_type="int8" if arguments.engine == "ct2-int8" else "float32",
        inter_threads=1,
        intra_threads=arguments.threads,
    )
    return lambda batch, lengths: np.array(encoder.forward_batch(batch).last_hidden_state)


def load_onnxruntime(exports, arguments):
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    session = onnxruntime.InferenceSession(
        str(exports / "fused.onnx"), options, providers=["CPUExecutionProvider"]
    )
    # The fusions may have made the inputs int32.
    types = {
        one.name: np.int32 if "int32" in one.type else np.int64 for one in session.get_inputs()
    }

    def forward(batch, lengths):
        inputs = padded(batch, lengths)
        return session.run(None, {name: inputs[name].astype(types[name]) for name in types})[0]

    return forward


def load_openvino(exports, arguments):
    import openvino

    options = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": arguments.threads,
    }
    model = openvino.Core().compile_model(str(exports / "openvino.xml"), "CPU", options)
    return lambda batch, lengths: model(padded(batch, lengths))[0]


def padded(batch, lengths):
    import numpy as np

    input_ids = np.zeros((len(batch), lengths.max()), np.int64)
    for row, ids in enumerate(batch):
        input_ids[row, : len(ids)] = ids
    return {"input_ids": input_ids, "attention_mask": mask(lengths, lengths.max())}


# --- Tokenizing -----------------------------------------------------------------------------------


def tokenize(arguments):
    """Hugging Face tokenizers alone, without csv and start-up: the best of three."""
    texts = read_texts(arguments.csv)
    tokenizer = load_tokenizer(arguments.model)
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        encodings = tokenizer.encode_batch(texts)
        best = min(best, time.perf_counter() - start)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    tokens = sum(len(encoding.ids) for encoding in encodings)
    print(json.dumps({"megabytes": megabytes, "tokens": tokens, "mb_per_second": megabytes / best}))


# --- The machine's limit --------------------------------------------------------------------------


def roofline(arguments):
    """GFLOP/s of OpenBLAS sgemm at an encoder's wide product: the best of 20 times 10."""
    import numpy as np

    m, n, k = 1024, 1536, 384
    blas = ctypes.CDLL("libopenblas.so.0")
    blas.openblas_get_config.restype = ctypes.c_char_p
    random = np.random.default_rng(0)
    matrices = [random.random(shape, np.float32) for shape in [(m, k), (n, k), (m, n)]]
    a, b, c = [matrix.ctypes.data_as(ctypes.c_void_p) for matrix in matrices]
    row_major, as_it_is, transposed = 101, 111, 112
    one, zero = ctypes.c_float(1), ctypes.c_float(0)
    result = {"openblas": blas.openblas_get_config().decode().strip()}
    for threads in sorted({1, arguments.threads}):
        blas.openblas_set_num_threads(threads)
        best = 0
        for _ in range(20):
            start = time.perf_counter()
            for _ in range(10):
                blas.cblas_sgemm(
                    *(row_major, as_it_is, transposed, m, n, k),
                    *(one, a, k, b, k, zero, c, n),
                )
            best = max(best, 10 * 2 * m * n * k / (time.perf_counter() - start) / 1e9)
        result[f"gflop_per_second_{threads}"] = best
    print(json.dumps(result))


# --- Comparing ------------------------------------------------------------------------------------


class Failure(Exception):
    """A program that ended with an error, as one line."""


class Workload:
    """NAME=CSV:MAX_LENGTH[:ROWS] and the folder that its files are written into."""

    def __init__(self, argument, work):
        try:
            self.name, rest = argument.split("=", 1)
            path, *numbers = rest.split(":")
            self.max_length, *rows = [int(number) for number in numbers]
            self.rows = rows[0] if rows else None
        except ValueError:
            sys.exit(f"peers: {argument} is not NAME=CSV:MAX_LENGTH[:ROWS]")
        if not os.path.isfile(path):
            sys.exit(f"peers: there is no {path}")
        self.source = path
        self.folder = work / self.name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.csv = self.cut("texts.csv", self.rows) if self.rows else pathlib.Path(path)
        self.check_csv = self.cut("check.csv", CHECK_ROWS)
        texts = read_texts(self.csv)
        self.texts = len(texts)
        self.megabytes = sum(len(text.encode()) for text in texts) / 1e6

    def cut(self, name, rows):
        """The csv's first rows, as a file of its own."""
        path = self.folder / name
        with open(self.source, newline="", encoding="utf-8") as file:
            lines = [row for row, _ in zip(csv.reader(file), range(rows + 1))]
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(lines)
        return path


class Comparison:
    def __init__(self, arguments):
        self.arguments = arguments
        self.work = pathlib.Path(arguments.work)
        self.left_out = {}
        names = arguments.engines.replace(",", " ").split()
        unknown = [name for name in names if name not in ENGINES]
        if unknown:
            sys.exit(f"peers: no engine {unknown[0]}; there are {' '.join(ENGINES)}")
        self.not_exported = self.read_exports()
        # All are compared with firn, so it is always there.
        self.engines = ["firn"] + [
            name for name in ENGINES if name in names and name != "firn" and self.is_there(name)
        ]
        self.environment = dict(os.environ, HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error")
        # Each library reads its own; Firn is told by --threads.
        for name in ["OMP", "MKL", "OPENBLAS", "RAYON"]:
            self.environment[f"{name}_NUM_THREADS"] = str(arguments.threads)

    def is_there(self, engine):
        missing = [name for name in ENGINES[engine] if importlib.util.find_spec(name) is None]
        if missing:
            self.leave_out(engine, f"{missing[0]} is not installed")
        elif engine in self.not_exported:
            self.leave_out(engine, f"not exported: {self.not_exported[engine]}")
        return engine not in self.left_out

    def read_exports(self):
        """Why engines have no export of this model, by engine."""
        stamp = self.work / "exports.json"
        exports = json.loads(stamp.read_text()) if stamp.exists() else None
        if not exports or exports["made_of"] != made_of(self.arguments.model):
            sys.exit("peers: this model is not exported yet by these packages; run peers.py export")
        return exports["failed"]

    def leave_out(self, engine, reason):
        self.left_out[engine] = reason
        say(f"{engine} is left out: {reason}")

    def run(self, command):
        """One whole process: its seconds by the wall clock, and what it says on standard output."""
        start = time.perf_counter()
        try:
            process = subprocess.run(command, capture_output=True, text=True, env=self.environment)
        except OSError as error:
            raise Failure(str(error)) from error
        seconds = time.perf_counter() - start
        if process.returncode != 0:
            raise Failure(last_line(process.stderr) or f"ended with {process.returncode}")
        said = last_line(process.stdout)
        return seconds, json.loads(said) if said.startswith("{") else {}

    def run_verb(self, verb, *options):
        threads = str(self.arguments.threads)
        return self.run([sys.executable, __file__, verb, "--threads", threads, *options])

    def run_engine(self, engine, workload, texts):
        """From the csv to features on disk."""
        output = features_path(workload, engine)
        output.unlink(missing_ok=True)
        if engine.startswith("firn"):
            return self.run_firn(engine, workload, texts, output)
        return self.run_verb(
            "embed",
            *("--engine", engine, "--model", self.arguments.model, "--work", str(self.work)),
            *("--max-length", str(workload.max_length), "--out", str(output), str(texts)),
        )

    def run_firn(self, engine, workload, texts, output):
        tokens = workload.folder / "tokens.h5"
        seconds, _ = self.run_firn_tokenize(workload, texts, tokens)
        precision = ["--precision", "int8"] if engine == "firn-int8" else []
        more, summary = self.run(
            self.stage("firn-encode", tokens, output) + ["--pooling", "mean"] + precision
        )
        return seconds + more, summary

    def run_firn_tokenize(self, workload, texts, output):
        options = ["--id-column", "id", "--max-length", str(workload.max_length)]
        return self.run(self.stage("firn-tokenize", texts, output) + options)

    def stage(self, name, source, output):
        return [
            *(os.path.join(self.arguments.bin, name), str(source), "-o", str(output)),
            *("--model", self.arguments.model, "--threads", str(self.arguments.threads)),
            *("--json", "--quiet", "--force"),
        ]

    def try_engine(self, engine, workload, texts):
        """Runs it; a peer that fails is left out from here on, and Firn's failure ends all."""
        try:
            return self.run_engine(engine, workload, texts)
        except Failure as failure:
            if engine == "firn":
                raise
            self.engines.remove(engine)
            self.leave_out(engine, str(failure))
            return None

    def measure_engines(self, workload):
        # A few rows first: each works, and its files are in memory before time counts.
        for engine in list(self.engines):
            self.try_engine(engine, workload, workload.check_csv)
        turns = list(self.engines)
        runs = {engine: [] for engine in turns}
        for number in range(self.arguments.rounds):
            for engine in turns:
                if engine not in self.engines:
                    continue
                run = self.try_engine(engine, workload, workload.csv)
                if run:
                    runs[engine].append(run)
                    of = f"{number + 1}/{self.arguments.rounds}"
                    say(f"{workload.name}, round {of}: {engine} {run[0]:.2f} s")
            # Nobody is always first.
            turns = turns[1:] + turns[:1]
        ours = load_features(features_path(workload, "firn"))
        median = statistics.median(seconds for seconds, _ in runs["firn"])
        return [
            self.engine_row(engine, workload, runs[engine], median, ours) for engine in self.engines
        ]

    def engine_row(self, engine, workload, runs, firn_median, ours):
        seconds = [seconds for seconds, _ in runs]
        median = statistics.median(seconds)
        row = {
            "engine": engine,
            "median_seconds": median,
            "min_seconds": min(seconds),
            "max_seconds": max(seconds),
            "ratio_to_firn": median / firn_median,
            "texts_per_second": workload.texts / median,
            "max_abs_difference": difference(load_features(features_path(workload, engine)), ours),
            "seconds": seconds,
        }
        # What firn-encode says of itself.
        summary = runs[0][1]
        for key in ["tokens", "kernels"]:
            if key in summary:
                row[key] = summary[key]
        if "gflop_per_second" in summary:
            rates = [summary["gflop_per_second"] for _, summary in runs]
            row["gflop_per_second"] = statistics.median(rates)
        return row

    def measure_tokenizers(self, workload):
        """firn-tokenize from csv to tokens.h5, beside the bare tokenizing of Hugging Face."""
        if importlib.util.find_spec("tokenizers") is None:
            self.left_out["tokenizers"] = "tokenizers is not installed"
            return None
        output = workload.folder / "tokens.h5"
        firn, peer = [], []
        for _ in range(self.arguments.rounds):
            firn.append(self.run_firn_tokenize(workload, workload.csv, output))
            peer.append(
                self.run_verb("tokenize", "--model", self.arguments.model, str(workload.csv))[1]
            )
        seconds = [seconds for seconds, _ in firn]
        own = [summary.get("tokenize_mb_per_second") for _, summary in firn]
        return {
            "megabytes": workload.megabytes,
            "tokenizers_mb_per_second": statistics.median(one["mb_per_second"] for one in peer),
            "firn_mb_per_second": workload.megabytes / statistics.median(seconds),
            "firn_own_mb_per_second": statistics.median(own) if all(own) else None,
            "tokenizers_tokens": peer[0]["tokens"],
            "firn_tokens": untruncated_tokens(output),
            "firn_seconds": seconds,
        }

    def measure_roofline(self):
        try:
            return self.run_verb("roofline")[1]
        except Failure as failure:
            self.left_out["sgemm"] = str(failure)
            return None

    def result(self):
        """All that is measured; each workload's table is printed as soon as it is there."""
        workloads = [Workload(argument, self.work) for argument in self.arguments.workloads]
        load = os.getloadavg()[0]
        if load > 0.5:
            say(f"the machine was busy in the last minute (load {load:.1f}): ratios may be off")
        result = {
            "processor": processor(),
            "threads": self.arguments.threads,
            "rounds": self.arguments.rounds,
            "model": os.path.basename(os.path.normpath(self.arguments.model)),
            "versions": versions(),
            "load_before": load,
            "sgemm_before": self.measure_roofline(),
            "workloads": [],
        }
        print_machine(result)
        for workload in workloads:
            result["workloads"].append(
                {
                    "workload": workload.name,
                    "texts": workload.texts,
                    "megabytes": workload.megabytes,
                    "max_length": workload.max_length,
                    "engines": self.measure_engines(workload),
                    "tokenize": self.measure_tokenizers(workload),
                }
            )
            print_workload(result["workloads"][-1], result["rounds"])
        result["sgemm_after"] = self.measure_roofline()
        result["left_out"] = self.left_out
        print_end(result)
        return result


def features_path(workload, engine):
    return workload.folder / f"{engine}.{'h5' if engine.startswith('firn') else 'npy'}"


def load_features(path):
    import h5py
    import numpy as np

    if path.suffix == ".npy":
        return np.load(path)
    with h5py.File(path) as file:
        return file["embeddings"][:]


def untruncated_tokens(path):
    import h5py

    with h5py.File(path) as file:
        return int(file["n_tokens_full"][:].sum())


def difference(features, ours):
    """The largest absolute difference of two matrices; None where they cannot be compared."""
    import numpy as np

    if features.shape != ours.shape or not np.isfinite(features).all():
        return None
    return float(np.abs(features - ours).max())


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return None


def last_line(text):
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""


# --- Printing -------------------------------------------------------------------------------------


def print_machine(result):
    print(f"{result['processor']}, {result['threads']} threads, {result['model']}")
    print_roofline("before", result)


def print_roofline(moment, result):
    sgemm = result[f"sgemm_{moment}"]
    if sgemm:
        rates = [
            f"{sgemm[f'gflop_per_second_{threads}']:.0f} with {threads}"
            for threads in sorted({1, result["threads"]})
        ]
        print(f"OpenBLAS sgemm {moment} the runs, GFLOP/s by threads: {', '.join(rates)}")


def print_workload(workload, rounds):
    rows = workload["engines"]
    print(
        f"\n{workload['workload']}: {workload['texts']} texts, {workload['megabytes']:.2f} MB, "
        f"{rows[0].get('tokens')} tokens, max-length {workload['max_length']}; "
        f"whole processes, {rounds} rounds"
    )
    print(
        f"  {'engine':10}{'median s':>10}{'min':>9}{'max':>9}{'/ firn':>9}{'texts/s':>10}"
        f"{'GFLOP/s':>10}{'difference':>13}"
    )
    for row in rows:
        rate = f"{row['gflop_per_second']:.0f}" if "gflop_per_second" in row else ""
        apart = row["max_abs_difference"]
        apart = "unlike" if apart is None else f"{apart:.1e}"
        print(
            f"  {row['engine']:10}{row['median_seconds']:10.2f}{row['min_seconds']:9.2f}"
            f"{row['max_seconds']:9.2f}{row['ratio_to_firn']:9.2f}{row['texts_per_second']:10.0f}"
            f"{rate:>10}{apart:>13}"
        )
    if workload["tokenize"]:
        print_tokenizers(workload["tokenize"])
    sys.stdout.flush()


def print_tokenizers(rates):
    peer = rates["tokenizers_mb_per_second"]
    print(f"  {'tokenizing':40}{'MB/s':>8}{'ratio':>9}")
    print(f"  {'tokenizers, in memory, best of 3':40}{peer:8.2f}{1:9.2f}")
    for key, name in [
        ("firn_mb_per_second", "firn-tokenize, whole process"),
        ("firn_own_mb_per_second", "firn-tokenize, as it says itself"),
    ]:
        if rates[key]:
            print(f"  {name:40}{rates[key]:8.2f}{rates[key] / peer:9.2f}")
    if rates["tokenizers_tokens"] != rates["firn_tokens"]:
        print(
            f"  DIFFERS: {rates['firn_tokens']} tokens by Firn, "
            f"{rates['tokenizers_tokens']} by tokenizers"
        )


def print_end(result):
    print()
    print_roofline("after", result)
    for name, reason in result["left_out"].items():
        print(f"left out: {name}: {reason}")


def compare(arguments):
    if arguments.rounds < 1:
        sys.exit("peers: --rounds must be at least 1")
    for name in ["numpy", "h5py"]:  # Now, not after an hour of runs.
        if importlib.util.find_spec(name) is None:
            sys.exit(f"peers: {name} is not installed; see pipelines/bench/requirements.txt")
    try:
        result = Comparison(arguments).result()
    except Failure as failure:
        sys.exit(f"peers: {failure}")
    new = pathlib.Path(f"{arguments.output}.new")
    new.parent.mkdir(parents=True, exist_ok=True)
    new.write_text(json.dumps(result, indent=2) + "\n")
    new.replace(arguments.output)
    say(f"wrote {arguments.output}")


def main():
    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(run, *options):
        """A verb, and which of the options that several share it has."""
        one = verbs.add_parser(run.__name__, help=run.__doc__ and run.__doc__.splitlines()[0])
        one.set_defaults(run=run)
        if "model" in options:
            one.add_argument("--model", required=True, help="a model folder")
        if "work" in options:
            one.add_argument("--work", default="outputs/bench/peers", help="exports and features")
        if "threads" in options:
            one.add_argument("--threads", type=int, default=cores)
        if "csv" in options:
            one.add_argument("csv")
        return one

    verb(export, "model", "work")
    one = verb(embed, "model", "work", "threads", "csv")
    one.add_argument("--engine", required=True, choices=[name for name in ENGINES if ENGINES[name]])
    one.add_argument("--max-length", type=int, required=True)
    one.add_argument("--out", required=True)
    verb(tokenize, "model", "threads", "csv")
    verb(roofline, "threads")
    one = verb(compare, "model", "work", "threads")
    one.add_argument("--bin", default=".build/release", help="where firn's stages are")
    one.add_argument("--engines", default=" ".join(ENGINES), help="default: all")
    one.add_argument("--rounds", type=int, default=5)
    one.add_argument("--output", default="outputs/bench/peers.json")
    one.add_argument("workloads", nargs="+", metavar="NAME=CSV:MAX_LENGTH[:ROWS]")

    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
