"""Compare Firn's token ids with Hugging Face tokenizers', text by text; and time the latter.

    python Tests/Oracles/compare_tokenizer.py make OUT --movies FILE --bbc FOLDER --random 100000
    firn-tokenize OUT/random.jsonl --model MODEL --max-length 512 -o random.h5
    python Tests/Oracles/compare_tokenizer.py check MODEL OUT/random.jsonl random.h5 --max-length 512

`make` writes movies.jsonl, bbc.jsonl and random.jsonl, an object {"text": …} a line. `check` takes
tokens.h5, or a text file with the ids of one text a line (Tests/TokenizersTests/OracleRunTests.swift
writes one), and exits with 1 at a difference. Needs: tokenizers (0.23.3), transformers for a folder
without tokenizer.json, h5py for tokens.h5.
"""
import argparse, json, os, pathlib, random, sys, time


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


def random_texts(count, seed):
    """Strings from scripts, edges and the whole code space, with marks, specials and controls between."""
    r = random.Random(seed)
    ranges = [(0x20, 0x7F)] * 4 + [(0xA0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x590, 0x800), (0x800, 0x1000),
        (0x1000, 0x1800), (0x1AB0, 0x1B00), (0x1DC0, 0x2070), (0x2070, 0x2C00), (0x2DE0, 0x2E60), (0x3000, 0x3200), (0x3400, 0x4DC0),
        (0x4E00, 0xA000), (0xA640, 0xAC00), (0xAC00, 0xD7B0), (0xF900, 0x10000), (0x10000, 0x12000), (0x16E00, 0x17000),
        (0x1D100, 0x1D800), (0x1E000, 0x1E960), (0x1F300, 0x1FA00), (0x20000, 0x20100), (0x2A6D0, 0x2A710), (0x2F800, 0x2FA20),
        (0xE0000, 0xE01F0), (0, 0x20), (0x7F, 0xA0), (0, 0xD800), (0xE000, 0x110000)]
    marks = [chr(c) for lo, hi in [(0x300, 0x370), (0x483, 0x488), (0x591, 0x5C8), (0x610, 0x61B), (0x64B, 0x660), (0x8D0, 0x900),
        (0x93C, 0x950), (0x9BC, 0x9CE), (0xE31, 0xE4F), (0xF18, 0xFBD), (0x1AB0, 0x1AFF), (0x1DC0, 0x1E00), (0x302A, 0x3030),
        (0x1D165, 0x1D173)] for c in range(lo, hi)]
    pieces = ["[CLS]", "[SEP]", "[MASK]", "[UNK]", "[PAD]", "[cls]", "[", "]", "##", "##s", " ", "  ", "\t", "\n", "\r\n", "\u00a0",
        "\u2028", "\u3000", "\u200b", "\u200d", "\ufeff", "\u00ad", "\ufffd", "\0", "the", "ing", "un", "İ", "ΑΣ", "ß", "ﬁ", "①", "½",
        "e\u0301", "각", "\u1100\u1161\u11a8", "\u0344", "\u0958", "\u2126", "\u212b", "👩‍👩‍👧‍👦", "🇫🇷", "don't", "3.14",
        "<s>", "</s>", "<mask>", "<unk>", "<|endoftext|>", "'s", "'re", "'ll", "''", "``", "\u2581", "\u2581a", "1234", "a\u0301", "\u00a9\u200d", "\u0600", "\r\n"]
    english = "The quick brown fox jumps over an unbelievably lazy dog's antidisestablishmentarianism in 1984".split()

    def scalar():
        lo, hi = r.choice(ranges)
        c = r.randrange(lo, hi)
        return "x" if 0xD800 <= c < 0xE000 else chr(c)

    def text():
        lo, hi = r.choice(ranges)
        home = lambda: (lambda c: "y" if 0xD800 <= c < 0xE000 else chr(c))(r.randrange(lo, hi))
        out = []
        for _ in range(r.choice([0, 1, 2, 5, 10, 20, 40])):
            k = r.random()
            if k < 0.35: out.append("".join(home() for _ in range(r.randrange(1, 7))))
            elif k < 0.55: out.append(scalar())
            elif k < 0.65: out.append("".join(r.choice(marks) for _ in range(r.randrange(1, 6))))
            elif k < 0.80: out.append(r.choice(pieces))
            elif k < 0.95: out.append(r.choice(english) + " ")
            else: out.append(scalar() * r.choice([1, 2, 99, 100, 101]))
        return "".join(out)

    return [text() for _ in range(count)]


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
a = p.parse_args()
a.run(a)
