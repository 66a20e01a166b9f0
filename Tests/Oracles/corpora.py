"""Writes the tables that Tests/CorporaTests compares with, into its Fixtures folder.

    python3 Tests/Oracles/corpora.py

Written with Python 3.11, NumPy 2.4.6 and scikit-learn 1.9.1; the versions of the last run stand in
versions.json. Everything is seeded: the same versions write the same bytes.
"""

import csv
import gzip
import io
import json
import platform
import random
import sys
import warnings
from pathlib import Path

import numpy
import sklearn
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

FIXTURES = Path(__file__).resolve().parent.parent / "CorporaTests" / "Fixtures"


def write(name, value):
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    # A line per case keeps diffs readable.
    (FIXTURES / name).write_text(text.replace("},{", "},\n{") + "\n")


def fnv1a(values):
    digest = 0xCBF29CE484222325
    for value in values:
        digest = ((digest ^ value) * 0x100000001B3) % 2**64
    return f"{digest:016x}"


def fold_cases():
    """The fold of every row, as digits; None where scikit-learn refuses."""
    generator = random.Random(11)
    cases = []
    for n in (2, 3, 7, 10, 101):
        for k in (2, 3, 5, 10):
            for seed in (0, 42):
                cases.append(fold_case(KFold, n, k, seed, None))
    weights = {
        "two": [1, 1], "uneven": [30, 1], "five": [50, 20, 15, 10, 5], "rare": [20, 20, 1],
    }
    for weight in weights.values():
        for n in (6, 24, 100, 333):
            labels = generator.choices(range(len(weight)), weight, k=n)
            for k in (2, 3, 5, 10):
                for seed in (0, 42, 2**32 - 1):
                    cases.append(fold_case(StratifiedKFold, n, k, seed, labels))
    # A class number that does not occur, and the largest number first.
    for labels in ([7, 7, 2, 2, 7, 2, 7, 2, 5, 5], [3, 1, 3, 1, 1, 3, 3]):
        cases.append(fold_case(StratifiedKFold, len(labels), 2, 1, labels))
    return cases


def fold_case(kind, n, k, seed, labels):
    result = {"n": n, "k": k, "seed": seed}
    if labels is not None:
        result["labels"] = "".join(map(str, labels))
    folds = [0] * n
    try:
        with warnings.catch_warnings():
            # It warns of classes smaller than the number of folds, and goes on.
            warnings.simplefilter("ignore")
            splitter = kind(k, shuffle=True, random_state=seed)
            for fold, (_, held) in enumerate(splitter.split(range(n), labels)):
                for row in held:
                    folds[row] = fold
    except ValueError:
        return result
    return result | {"folds": "".join(map(str, folds))}


def random_cases():
    cases = []
    for seed in (0, 1, 42, 2019, 2**32 - 1):
        words = numpy.random.RandomState(seed)
        cases.append({
            "seed": seed,
            # Beyond 624 words, so that the state is refilled.
            "words": [int(w) for w in words.randint(0, 2**32, 630, dtype=numpy.uint32)][-8:],
            "permutation": numpy.random.RandomState(seed).permutation(17).tolist(),
            "choice": numpy.random.RandomState(seed).choice(
                [3, 5, 8, 13, 21], size=3, replace=False).tolist(),
        })
    return cases


def size_of(value):
    return {"fraction": value} if isinstance(value, float) else {"count": value}


def assign(n, labels, test, validation, seed):
    """The splits as digits, 0 train, 1 validation, 2 test; None where scikit-learn refuses."""
    rest, split = list(range(n)), [0] * n
    try:
        for part, size in ((2, test), (1, validation)):
            if size is None:
                continue
            stratify = None if labels is None else [labels[i] for i in rest]
            rest, taken = train_test_split(
                rest, test_size=size, random_state=seed, stratify=stratify)
            for row in taken:
                split[row] = part
    except ValueError:
        return None
    return split


def split_cases():
    cases = []
    plain = [2, 3, 5, 10, 57, 101, 1000, 70000]
    sizes = [(0.2, 0.2), (0.25, None), (None, 0.1), (0.33, 0.15), (7, 13), (1, 0.5), (0.9, 0.6)]
    for n in plain:
        for test, validation in sizes if n < 1000 else sizes[:4]:
            for seed in (0, 42, 123456789):
                cases.append(case(n, None, "plain", test, validation, seed))
    generator = random.Random(7)
    weights = {
        "two": [1, 1], "uneven": [3, 1], "five": [50, 20, 15, 10, 5], "even": [1, 1, 1, 1, 1],
    }
    for name, weight in weights.items():
        for n in (10, 24, 100, 333, 1000):
            labels = generator.choices(range(len(weight)), weight, k=n)
            for test, validation in sizes[:5]:
                for seed in (0, 42, 99):
                    cases.append(case(n, labels, name, test, validation, seed))
    # Equal remainders everywhere: the draw that breaks ties decides.
    for k, each in ((5, 4), (5, 6), (7, 3), (10, 5)):
        labels = [i % k for i in range(k * each)]
        for test in (0.3, 0.37, k + 1, k + 2):
            for seed in range(6):
                cases.append(case(k * each, labels, "ties", test, None, seed))
    return cases


def case(n, labels, name, test, validation, seed):
    split = assign(n, labels, test, validation, seed)
    result = {"n": n, "name": name, "seed": seed}
    for key, size in (("test", test), ("validation", validation)):
        if size is not None:
            result[key] = size_of(size)
    if labels is not None:
        result["labels"] = "".join(map(str, labels))
    if split is not None:
        result["counts"] = [split.count(part) for part in range(3)]
        result["fnv1a"] = fnv1a(split)
        if n <= 60:
            result["split"] = "".join(map(str, split))
    return result


def parse(document, delimiter):
    """The records with the lines where they begin, or the kind of error."""
    reader = csv.reader(io.StringIO(document, newline=""), delimiter=delimiter, strict=True)
    records, line = [], 1
    try:
        for record in reader:
            if record:
                records.append({"line": line, "fields": record})
            line = reader.line_num + 1
    except csv.Error as error:
        kinds = {"unexpected end of data": "unclosed", "expected after": "textAfterQuote"}
        return records, next(kind for text, kind in kinds.items() if text in str(error))
    return records, None


def csv_cases():
    generator = random.Random(20)
    pieces = ['"', '""', ",", "\t", "\n", "\r\n", "\r", "a", "text", " ", "é", "😀", "\0", "'", "\\",
              "long unquoted words", '"quoted, words"', '"two\nlines"', '"a ""b"" c"', '""""']
    cases = []
    for index in range(360):
        delimiter = "\t" if index % 4 == 3 else ","
        if index % 3 == 0:
            # Well-formed: what Python's writer writes, quoted as it likes.
            out = io.StringIO(newline="")
            writer = csv.writer(
                out, delimiter=delimiter, lineterminator=generator.choice(["\n", "\r\n"]),
                quoting=generator.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
            for _ in range(generator.randrange(1, 5)):
                writer.writerow(["".join(generator.choices(pieces, k=generator.randrange(5)))
                                 for _ in range(generator.randrange(1, 4))])
            document = out.getvalue()
            if generator.random() < 0.3:
                document = document.rstrip("\r\n")
        else:
            document = "".join(generator.choices(pieces, k=generator.randrange(1, 14)))
        records, error = parse(document, delimiter)
        entry = {"document": document, "delimiter": delimiter, "records": records}
        if error:
            entry["error"] = error
        cases.append(entry)
    return cases


def length_cases():
    generator = random.Random(3)
    cases = []
    for n in (1, 2, 3, 20, 21, 40, 101, 999):
        for spread in (3, 50, 2000):
            lengths = [generator.randrange(spread) for _ in range(n)]
            cases.append({
                "n": n,
                "histogram": sorted([k, lengths.count(k)] for k in set(lengths)),
                # ktrain/text/preprocessor.py, seqlen_stats
                "mean": int(round(float(numpy.mean(lengths)))),
                "p95": int(round(float(numpy.percentile(lengths, 95)))),
                "p99": int(round(float(numpy.percentile(lengths, 99)))),
                "exact": [float(numpy.percentile(lengths, q)) for q in (0, 12.5, 50, 95, 99, 100)],
            })
    return cases


def word_cases():
    spaces = [chr(c) for c in range(sys.maxunicode + 1) if chr(c).isspace()]
    # Scalars that look like white space, or share their first bytes, and are not.
    others = ["a", "é", "\u200b", "\u2060", "\ufeff", "\u180e", "\u2007x", "\u00a1", "\u0086",
              "\u1681", "\u2030", "\u3001", "\u205e", "\0", "\u200d", "𝄞"]
    generator = random.Random(5)
    texts = [a + s + b for s in spaces for a, b in (("", ""), ("x", "y"))]
    texts += ["".join(generator.choices(spaces + others * 3, k=12)) for _ in range(120)]
    return {
        "spaces": [ord(s) for s in spaces],
        "texts": [{"text": t, "words": len(t.split())} for t in texts],
    }


def gzip_files():
    rows = [f"row {i},{'pos' if i % 2 else 'neg'}\n" for i in range(400)]
    document = ("text,label\n" + "".join(rows)).encode()
    cut = len(document) // 2
    one = gzip.compress(document, mtime=0)
    two = gzip.compress(document[:cut], mtime=0) + gzip.compress(document[cut:], mtime=0)
    (FIXTURES / "one-member.csv.gz").write_bytes(one)
    (FIXTURES / "two-members.csv.gz").write_bytes(two)


def main():
    FIXTURES.mkdir(exist_ok=True)
    write("random.json", random_cases())
    write("splits.json", split_cases())
    write("folds.json", fold_cases())
    write("csv.json", csv_cases())
    write("lengths.json", length_cases())
    write("words.json", word_cases())
    gzip_files()
    write("versions.json", {
        "script": "Tests/Oracles/corpora.py", "python": platform.python_version(),
        "numpy": numpy.__version__, "scikit-learn": sklearn.__version__,
    })


if __name__ == "__main__":
    main()
