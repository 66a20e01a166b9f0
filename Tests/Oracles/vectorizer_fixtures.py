#!/usr/bin/env python3
"""Writes Tests/VectorizersTests/Fixtures/tfidf.json with scikit-learn's TfidfVectorizer.

Run with scikit-learn 1.9.1 on Python 3.11 (Unicode 14). The texts are English sentences and random
Unicode: scalars of many scripts, digits, marks, letters whose lower case is two scalars, capital sigmas.
"""
import json
import pathlib
import random
import sys
import unicodedata

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer

random.seed(7)
ENGLISH = [
    "The quick brown fox jumps over the lazy dog.", "The dog barks; the fox does not.",
    "A fox, a dog, and a_snake met in 2024 - at 7 pm.", "", "a b c", "Over and over and over again!",
    "It's the dog's day: don't wake the dog", "naïve café Ünïcödé ÄÖÜ straße STRASSE"]
SPECIAL = list("ΣσςİIıßẞŁłΑΒΓабвГДŽǅǆ中文字ｱ一二٣४½²Ⅷ①_-'.·̈̇ʰªº\u200d\u00ad’ \t\n\u3000") + ["ΟΔΟΣ", "ΣΑΣ.", "Σ", "ΑΣ΄Α"]
BLOCKS = [(0x20, 0x7F), (0xA0, 0x180), (0x370, 0x530), (0x5D0, 0x700), (0x900, 0x980), (0xE00, 0xE60),
          (0x1E00, 0x2000), (0x2070, 0x2190), (0x3040, 0x3100), (0x4E00, 0x4E40), (0xFF00, 0xFF60),
          (0x10400, 0x10450), (0x1D400, 0x1D440)]


def scalar():
    while True:
        if random.random() < 0.4:
            return random.choice(SPECIAL)
        value = chr(random.randrange(*random.choice(BLOCKS)))
        if unicodedata.category(value) != "Cn":
            return value


def random_text():
    return "".join(scalar() if random.random() < 0.9 else " " for _ in range(random.randrange(60)))


cases = []
texts = ENGLISH + [random_text() for _ in range(120)]
for settings in [{"ngram_range": (1, 2)}, {"ngram_range": (1, 1)}, {"ngram_range": (2, 2)},
                 {"ngram_range": (1, 2), "min_df": 2}, {"ngram_range": (1, 2), "sublinear_tf": False}]:
    settings = {"sublinear_tf": True, "min_df": 1} | settings
    vectorizer = TfidfVectorizer(**settings)
    x = vectorizer.fit_transform(texts)
    x.sort_indices()  # fit_transform leaves a row's entries in the order that the words first came in
    low, high = settings.pop("ngram_range")
    cases.append({
        "settings": settings | {"ngram_min": low, "ngram_max": high},
        "vocabulary": vectorizer.get_feature_names_out().tolist(), "idf": vectorizer.idf_.tolist(),
        "starts": x.indptr.tolist(), "columns": x.indices.tolist(), "values": x.data.tolist()})
new = [random_text() + " " + ENGLISH[i % len(ENGLISH)] for i in range(12)]
x = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit(texts).transform(new)
x.sort_indices()
path = pathlib.Path(__file__).parent.parent / "VectorizersTests" / "Fixtures" / "tfidf.json"
path.write_text(json.dumps({
    "texts": texts, "cases": cases, "new": new,
    "new_starts": x.indptr.tolist(), "new_columns": x.indices.tolist(), "new_values": x.data.tolist(),
}, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
print(sklearn.__version__, sys.version.split()[0], len(texts), path.stat().st_size)
