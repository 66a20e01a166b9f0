"""Compare Firn's token ids with Hugging Face tokenizers', text by text; and time the latter.

    python Tests/Oracles/compare_tokenizer.py make OUT --movies FILE --bbc FOLDER --random 100000
    firn-tokenize OUT/random.jsonl --model MODEL --max-length 512 -o random.h5
    python Tests/Oracles/compare_tokenizer.py check MODEL OUT/random.jsonl random.h5 --max-length 512
    python Tests/Oracles/compare_tokenizer.py families REFERENCES --random 100000

`make` writes movies.jsonl, bbc.jsonl and random.jsonl, an object {"text": …} a line. `families` makes random
strings, runs firn-tokenize on them with each folder's tokenizer.json, and prints a table. `check` takes
tokens.h5, or a text file with the ids of one text a line (Tests/TokenizersTests/OracleRunTests.swift
writes one), and exits with 1 at a difference. Needs: tokenizers (0.23.3), transformers for a folder
without tokenizer.json, h5py for tokens.h5.
"""
import argparse, csv, json, os, pathlib, random, subprocess, sys, tempfile, time

from random_texts import random_texts


def write(path, texts):
    with open(path, "w", encoding="utf-8") as out:
        for text in texts:
            out.write(json.dumps({"text": text}) + "\n")
    print(f"{path}: {len(texts)} texts, {sum(len(t.encode()) for t in texts) / 1e6:.2f} MB")


def decode(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def make(a):
    os.makedirs(a.out, exist_ok=True)
    out = pathlib.Path(a.out)
    if a.movies:
        lines = pathlib.Path(a.movies).read_bytes().split(b"\n")
        write(out / "movies.jsonl", [decode(l.rstrip(b"\r")).split("\t")[-1] for l in lines if l.strip()])
    if a.bbc:
        files = sorted(pathlib.Path(a.bbc).rglob("*.txt"))
        write(out / "bbc.jsonl", [decode(f.read_bytes()) for f in files])
    if a.random:
        write(out / "random.jsonl", random_texts(a.random, a.seed))


def firn_ids(path):
    if path.endswith(".h5"):
        import h5py
        with h5py.File(path) as f:
            ids, offsets = f["tokens"][:], f["offsets"][:]
        for begin, end in zip(offsets, offsets[1:]):
            yield ids[begin:end].tolist()
    else:
        for line in open(path, encoding="ascii"):
            yield [int(x) for x in line.split()]


def widened(folder, copy):
    """The tokenizer beside a config.json with positions for any text: the stage holds texts to the model's."""
    copy.mkdir()
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    for key in config.keys() & {"max_position_embeddings", "n_positions"}:
        config[key] = 1 << 20
    (copy / "config.json").write_text(json.dumps(config), encoding="utf-8")
    for name in ("tokenizer.json", "model.safetensors"):
        (copy / name).symlink_to((folder / name).resolve())
    return copy


def families(a):
    import tokenizers

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    folders = sorted(file.parent for file in a.references.glob("*/tokenizer.json"))
    if not folders:
        sys.exit(f"compare_tokenizer: {a.references} has no */tokenizer.json")
    seed = random.SystemRandom().randrange(2**31) if a.seed is None else a.seed
    csv.field_size_limit(sys.maxsize)
    corpus = []
    for path in a.corpus:
        with open(path, encoding="utf-8", newline="") as file:
            corpus += [row["text"] for row in csv.DictReader(file)]
    texts = random_texts(a.random, seed, corpus)
    print(f"{len(texts)} random strings of seed {seed}, {len(set(''.join(texts)))} different scalars, cut at "
          f"{a.max_length} tokens; tokenizers {tokenizers.__version__}\n{'':14}{'tokens':>10}{'unknown':>9}{'differ':>8}",
          flush=True)
    wrong = 0
    with tempfile.TemporaryDirectory() as work:
        source, tokens = f"{work}/random.jsonl", f"{work}/random.h5"
        with open(source, "w", encoding="utf-8") as out:
            out.writelines(json.dumps({"text": text}) + "\n" for text in texts)
        for folder in folders:
            model = widened(folder, pathlib.Path(work) / folder.name)
            subprocess.run([a.bin / "firn-tokenize", source, "--model", model, "--max-length", str(a.max_length),
                            "--no-texts", "--force", "--quiet", "-o", tokens], check=True, stdout=subprocess.DEVNULL)
            oracle = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            oracle.no_padding()
            oracle.enable_truncation(a.max_length)
            names = {name for name in ("[UNK]", "<unk>") if oracle.token_to_id(name) is not None}
            unknown = {oracle.token_to_id(name) for name in names}
            found, total, strange, different = firn_ids(tokens), 0, 0, []
            for start in range(0, len(texts), 10_000):
                part = texts[start:start + 10_000]
                for i, (e, ids) in enumerate(zip(oracle.encode_batch(part), found)):
                    total += len(ids)
                    strange += sum(id in unknown for id in ids)
                    if e.ids != ids:
                        different.append((ascii(part[i]), e.ids, ids))
            print(f"{folder.name:14}{total:>10}{strange:>9}{len(different):>8}", flush=True)
            for example in sorted(different, key=lambda d: len(d[0]))[:3]:
                print("  DIFFERS", *example, sep="\n    ")
            wrong += bool(different) or next(found, None) is not None
    sys.exit(1 if wrong else 0)


def check(a):
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    import tokenizers
    file = os.path.join(a.model, "tokenizer.json")
    if os.path.exists(file):
        oracle = tokenizers.Tokenizer.from_file(file)
    else:
        import transformers
        oracle = transformers.AutoTokenizer.from_pretrained(a.model).backend_tokenizer
    oracle.no_padding()
    oracle.enable_truncation(a.max_length) if a.max_length else oracle.no_truncation()
    texts = [json.loads(l)["text"] for l in open(a.texts, encoding="utf-8")]
    megabytes = sum(len(t.encode()) for t in texts) / 1e6
    begin = time.perf_counter()
    encoded = oracle.encode_batch(texts)
    seconds = time.perf_counter() - begin
    found = list(firn_ids(a.ids))
    different = [i for i, (e, f) in enumerate(zip(encoded, found)) if e.ids != f]
    for i in different[:5]:
        print("DIFFERENT", i, ascii(texts[i]), encoded[i].ids, found[i], sep="\n  ")
    equal = not different and len(found) == len(texts)
    print(f"{a.texts}: {len(texts)} texts, {sum(len(e.ids) for e in encoded)} tokens, {len(different)} texts differ; "
          f"{len(found)} read; tokenizers {tokenizers.__version__} encode_batch {megabytes / seconds:.2f} MB/s")
    sys.exit(0 if equal else 1)


p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
commands = p.add_subparsers(required=True)
m = commands.add_parser("make")
m.add_argument("out"); m.add_argument("--movies"); m.add_argument("--bbc"); m.add_argument("--random", type=int, default=0)
m.add_argument("--seed", type=int, default=0)
m.set_defaults(run=make)
c = commands.add_parser("check")
c.add_argument("model"); c.add_argument("texts"); c.add_argument("ids"); c.add_argument("--max-length", type=int)
c.set_defaults(run=check)
f = commands.add_parser("families")
f.add_argument("references", type=pathlib.Path); f.add_argument("--random", type=int, default=100_000)
f.add_argument("--seed", type=int, help="(random)"); f.add_argument("--max-length", type=int, default=512)
f.add_argument("--corpus", type=pathlib.Path, nargs="*", default=[], help="csv files with a column text")
f.add_argument("--bin", type=pathlib.Path, default=pathlib.Path(".build/release"))
f.set_defaults(run=families)
a = p.parse_args()
a.run(a)
