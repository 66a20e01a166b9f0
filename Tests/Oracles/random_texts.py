"""Random Unicode strings for comparing tokenizers: every plane, and what sits at tokenizers' edges."""
import random
import re
import sys
import unicodedata

# Scripts and blocks where normalizers and pre-tokenizers do something, each as often as another.
RANGES = [(0x20, 0x7F)] * 4 + [
    (0xA0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x590, 0x800), (0x800, 0x1000), (0x1000, 0x1800),
    (0x1AB0, 0x1B00), (0x1DC0, 0x2070), (0x2070, 0x2C00), (0x2DE0, 0x2E60), (0x3000, 0x3200),
    (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xA640, 0xAC00), (0xAC00, 0xD7B0), (0xF900, 0x10000),
    (0x10000, 0x12000), (0x16E00, 0x17000), (0x1D100, 0x1D800), (0x1E000, 0x1E960), (0x1F300, 0x1FA00),
    (0x20000, 0x20100), (0x2A6D0, 0x2A710), (0x2F800, 0x2FA20), (0xE0000, 0xE01F0), (0, 0x20), (0x7F, 0xA0),
    (0, 0xD800), (0xE000, 0x110000)]
MARKS = [(0x300, 0x370), (0x483, 0x488), (0x591, 0x5C8), (0x610, 0x61B), (0x64B, 0x660), (0x8D0, 0x900),
         (0x93C, 0x950), (0x9BC, 0x9CE), (0xE31, 0xE4F), (0xF18, 0xFBD), (0x1AB0, 0x1AFF), (0x1DC0, 0x1E00),
         (0x302A, 0x3030), (0x1D165, 0x1D173)]
PRIVATE = [(0xE000, 0xF900), (0xF0000, 0xF0100), (0x10FF00, 0x110000)]
CONTROLS = [(0, 0x20), (0x7F, 0xA0), (0x200B, 0x2010), (0x2028, 0x202F), (0x2060, 0x2070), (0xFFF0, 0x10000),
            (0xFE00, 0xFE10), (0xE0000, 0xE0080)]
EMOJI = [(0x1F300, 0x1F650), (0x1F680, 0x1F700), (0x1F900, 0x1FA00), (0x2600, 0x27C0)]
PIECES = [
    "[CLS]", "[SEP]", "[MASK]", "[UNK]", "[PAD]", "[cls]", "[", "]", "##", "##s", "<s>", "</s>", "<mask>",
    "<unk>", "<pad>", "<cls>", "<sep>", "<|endoftext|>", "</w>", "[CLS][SEP]", " [MASK] ", "<mask> ", " <mask>",
    " ", "  ", "\t", "\n", "\r\n", "\r", "\r\n\r\n", " \r\n ", "\n\n\n", "\u00a0", "\u2028", "\u3000", "\u200b",
    "\u200d", "\ufeff", "\u00ad", "\ufffd", "\0", "the", "ing", "un", "İ", "ΑΣ", "ß", "ﬁ", "①", "½", "e\u0301",
    "각", "\u1100\u1161\u11a8", "\u0344", "\u0958", "\u2126", "\u212b", "👩‍👩‍👧‍👦", "🇫🇷", "don't", "3.14", "'s",
    "'re", "'ll", "''", "``", "▁", "▁a", "▁▁", "1234", "a\u0301", "\u00a9\u200d", "\u0600", "Ġ", "Ċ", "<0x41>",
    "<0x0A>", "http://a.b/c?d=e#f", "@user", "<br />"]
ENGLISH = "The quick brown fox jumps over an unbelievably lazy dog's antidisestablishmentarianism in 1984".split()
ASSIGNED = [c for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]


def random_texts(count, seed, corpus=()):
    """`corpus`: texts whose words, whole and cut, stand between the rest."""
    r = random.Random(seed)
    words = [w for text in corpus for w in re.findall(r"\S+\s*", text)][:200_000] or [w + " " for w in ENGLISH]

    def one(ranges):
        lo, hi = r.choice(ranges)
        c = r.randrange(lo, hi)
        return "x" if 0xD800 <= c < 0xE000 else chr(c)

    def several(make, most):
        return "".join(make() for _ in range(r.randint(1, most)))

    def hangul():
        kind = r.randrange(3)
        if kind == 0:
            return chr(0xAC00 + r.randrange(11172))
        jamo = chr(0x1100 + r.randrange(0x13)) + chr(0x1161 + r.randrange(0x15))
        return jamo + (chr(0x11A7 + r.randrange(0x1C)) if kind == 1 else "")

    def emoji():
        parts = [one(EMOJI) + r.choice(["", "\ufe0f", "\U0001f3fb", "\U0001f3ff"]) for _ in range(r.randint(1, 4))]
        flag = chr(0x1F1E6 + r.randrange(26)) + chr(0x1F1E6 + r.randrange(26))
        return r.choice(["\u200d", "\u200d", ""]).join(parts) + r.choice(["", "", flag, "1\ufe0f\u20e3"])

    def word():
        found = r.choice(words)
        cut = r.random()
        if cut < 0.2:
            found = found[: r.randrange(len(found)) + 1]
        elif cut < 0.3:
            found = found.upper()
        elif cut < 0.4:
            place = r.randrange(len(found) + 1)
            found = found[:place] + one(RANGES) + found[place:]
        elif cut < 0.45:
            found = unicodedata.normalize(r.choice(["NFD", "NFKD", "NFC"]), found)
        return found

    kinds = [
        (20, lambda home: several(lambda: one([home]), 6)),
        (12, lambda home: several(lambda: chr(r.choice(ASSIGNED)), 4)),
        (8, lambda home: one(RANGES)),
        (8, lambda home: several(lambda: one(MARKS), 5)),
        (4, lambda home: several(lambda: one([home]) + several(lambda: one(MARKS), 3), 4)),
        (5, lambda home: several(hangul, 5)),
        (5, lambda home: emoji()),
        (4, lambda home: several(lambda: one(CONTROLS), 3)),
        (2, lambda home: several(lambda: one(PRIVATE), 3)),
        (14, lambda home: r.choice(PIECES)),
        (16, lambda home: several(word, 4)),
        (3, lambda home: one(RANGES) * r.choice([2, 99, 100, 101, 300])),
        (1, lambda home: r.choice([" ", "\r\n", "\t", "▁", "\u0301", "ㅤ"]) * r.choice([2, 50, 200])),
    ]
    weights, makers = [w for w, _ in kinds], [m for _, m in kinds]

    def text():
        home = r.choice(RANGES)
        return "".join(m(home) for m in r.choices(makers, weights, k=r.choice([0, 1, 2, 5, 10, 20, 40])))

    return [text() for _ in range(count)]
