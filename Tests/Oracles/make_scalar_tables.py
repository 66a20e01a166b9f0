"""Write Sources/Tokenizers/Unicode/ScalarTables.swift by asking Hugging Face tokenizers.

    python Tests/Oracles/make_scalar_tables.py Sources/Tokenizers/Unicode/ScalarTables.swift

Every Unicode scalar goes through the oracle's own normalizers and pre-tokenizers, because they rest on
tables of several Unicode versions (general categories are older than case mappings), which no
single Unicode library reproduces. Needs: tokenizers (0.23.3 wrote the committed file).
"""
import itertools, struct, sys, textwrap, unicodedata
import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HANGUL = range(0xAC00, 0xAC00 + 11172)


def bert(**on):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**off, **on}).normalize_str


clean, chinese = bert(clean_text=True), bert(handle_chinese_chars=True)
strip, lower = bert(strip_accents=True), bert(lowercase=True)
nfd = normalizers.NFD().normalize_str
split_bert = pre_tokenizers.BertPreTokenizer().pre_tokenize_str  # whitespace, punctuation
split_word = pre_tokenizers.Whitespace().pre_tokenize_str  # \w+|[^\w\s]+

nfc = normalizers.NFC().normalize_str
nfkd = normalizers.NFKD().normalize_str
split_digits = pre_tokenizers.Digits().pre_tokenize_str  # char::is_numeric

# Bits 0...7 of a scalar's traits, as ScalarTraits.swift names them; bits 8...15 hold the
# canonical combining class, bits 16...21 further traits, bits 24...31 the grapheme role.
REMOVED, WHITESPACE, CJK, NONSPACING, PUNCTUATION, WORD, DECOMPOSES, LOWERS = (1 << k for k in range(8))
LETTER, NUMBER, PATTERN_SPACE, NUMERIC, MARK, DECOMPOSES_COMPATIBLY = (1 << k for k in range(16, 22))

ALL = "".join(map(chr, SCALARS))


def removed_by(normalizer):
    kept = set(normalizer.normalize_str(ALL))
    return {c for c in SCALARS if chr(c) not in kept}


letters, numbers, spaces = (removed_by(normalizers.Replace(Regex(p), "")) for p in (r"\p{L}", r"\p{N}", r"\s"))
marks = removed_by(normalizers.StripAccents())

decomposition = {c: nfd(chr(c)) for c in SCALARS if c not in HANGUL and nfd(chr(c)) != chr(c)}
compatible = {c: nfkd(chr(c)) for c in SCALARS if nfkd(chr(c)) != nfd(chr(c))}
lowered = {c: lower(chr(c)) for c in SCALARS if lower(chr(c)) != chr(c)}


def combining_class():
    """The classes, read off the order in which NFD puts a mark beside one of each known class."""
    swaps = lambda a, b: nfd(a + b) == b + a and a != b
    lowest, highest = "\u0334", "\u0345"  # classes 1 and 240
    known = {1: lowest, 240: highest}
    for c in SCALARS:  # a mark newer than the oracle's tables cannot stand for its class
        s = chr(c)
        k = unicodedata.combining(s)
        if k and c not in decomposition and (swaps(highest, s) or swaps(s, lowest)):
            known.setdefault(k, s)
    found = {}
    for c in SCALARS:
        s = chr(c)
        if c in decomposition or c in HANGUL or not (swaps(highest, s) or swaps(s, lowest)):
            continue
        same = [k for k, r in known.items() if not swaps(r, s) and not swaps(s, r)]
        assert len(same) == 1, (hex(c), same)
        found[c] = same[0]
    return found


CLASSES = combining_class()


def mapping(key):
    """A Precompiled normalizer that turns `key` into X: a trie with a block of 256 units for each node."""
    key = key.encode()
    units = [0] * (256 * (len(key) + 2))
    position = 0
    for k, byte in enumerate(key):
        units[position] |= (position ^ 256 * (k + 1)) << 10
        position = 256 * (k + 1) ^ byte
        units[position] = byte
    units[position] |= 1 << 8 | (position ^ 256 * (len(key) + 1)) << 10
    units[256 * (len(key) + 1)] = 1 << 31
    return normalizers.Precompiled(struct.pack(f"<I{len(units)}I", 4 * len(units), *units) + b"X\0").normalize_str


# Of a grapheme cluster of less than six bytes the normalizer looks at the beginning only, so that a mark
# behind a mapped scalar vanishes; in a larger cluster, or a cluster of its own, the mark stays.
ACUTE, GRAVE, ZWJ, VIRAMA, KA, TA, HEART = "\u0301", "\u0300", "\u200d", "\u094d", "\u0915", "\u0924", "\u2764"
map_a, map_acute, map_copyright, map_heart, map_ka = map(mapping, ["a", ACUTE, "\u00a9", HEART, KA])
jamo_maps = {j: mapping(j) for j in "\u1100\u1161\u11a8"}
assert map_a("a" + ACUTE) == "X" and map_a("ab") == "Xb" and map_a("a" + 2 * ACUTE + ACUTE) == "X" + 3 * ACUTE
(OTHER, CONTROL, EXTEND, CONJUNCT_EXTEND, LINKER, CONSONANT, JOINER, SPACING, PREPEND, PICTOGRAPHIC, JAMO_L, JAMO_V, JAMO_T,
    LV, LVT, CR, LF) = range(17)


def grapheme_role(c):
    s = chr(c)
    if s in "\r\n":
        return CR if s == "\r" else LF
    if map_acute(s + ACUTE + GRAVE) == s + "X":
        return CONTROL
    if s == ZWJ:
        return JOINER
    if map_a("a" + s) == "X":  # joins what is before
        if map_heart("\u00a9" + s + ZWJ + HEART + ACUTE) == "\u00a9" + s + ZWJ + "X":
            return SPACING
        if map_ka(TA + s + KA + ACUTE) == TA + s + "X" + ACUTE:
            return LINKER
        return CONJUNCT_EXTEND if map_ka(TA + s + VIRAMA + KA + ACUTE) == TA + s + VIRAMA + "X" + ACUTE else EXTEND
    if s != "a" and map_a(s + "a" + ACUTE) == s + "X" + ACUTE:
        return PREPEND
    if map_copyright("\u00a9" + ZWJ + s) != "X" + (s if s != "\u00a9" else "X"):
        return PICTOGRAPHIC
    if s != KA and map_ka(s + VIRAMA + KA + ACUTE) == s + VIRAMA + "X" + ACUTE or s == KA:
        return CONSONANT
    joins = "".join(j for j, m in jamo_maps.items() if m(s + j + ACUTE) in (s + "X" + ACUTE, "X" + "X" + ACUTE))
    if c in HANGUL:
        assert joins == ("\u11a8" if (c - 0xAC00) % 28 else "\u1161\u11a8")
        return LVT if (c - 0xAC00) % 28 else LV
    return {"": OTHER, "\u1100\u1161": JAMO_L, "\u1161\u11a8": JAMO_V, "\u11a8": JAMO_T}[joins]


def traits(c):
    s = chr(c)
    bert_pieces = len(split_bert("a" + s + "a"))
    t = REMOVED if clean(s) == "" else 0
    t |= WHITESPACE if bert_pieces == 2 else PUNCTUATION if bert_pieces == 3 else 0
    t |= CJK if chinese(s) != s else 0
    t |= NONSPACING if c not in decomposition and c not in HANGUL and strip(s) == "" else 0
    t |= WORD if len(split_word("a" + s)) == 1 and not t & WHITESPACE else 0
    t |= DECOMPOSES if c in decomposition or c in HANGUL else 0
    t |= LOWERS if c in lowered else 0
    t |= LETTER if c in letters else 0
    t |= NUMBER if c in numbers else 0
    t |= PATTERN_SPACE if c in spaces else 0
    t |= NUMERIC if len(split_digits("a" + s)) == 2 else 0
    t |= MARK if c in marks else 0
    t |= DECOMPOSES_COMPATIBLY if c in compatible else 0
    return t | CLASSES.get(c, 0) << 8 | grapheme_role(c) << 24


def trait_runs():
    """(first scalar, traits) of every run of equal traits; surrogates join the run before them."""
    runs = []
    for c in SCALARS:
        t = traits(c)
        if not runs or runs[-1][1] != t:
            runs.append((c, t))
    return runs


def lower_runs():
    """(first, last, stride, delta) of scalars that map to one scalar at a fixed distance."""
    runs, longer = [], {}
    for c, s in sorted(lowered.items()):
        if len(s) > 1:
            longer[c] = s
            continue
        delta = ord(s) - c
        if runs and runs[-1][3] == delta:
            first, last, stride, _ = runs[-1]
            step = c - last
            if step in (1, 2) and (first == last or step == stride):
                runs[-1] = (first, c, step, delta)
                continue
        runs.append((c, c, 1, delta))
    assert longer == {0x130: "i\u0307"}, longer  # ScalarTables+Mappings.swift knows this one
    return runs


def composition_pairs():
    """(first, second) of every primary composite, Hangul left out."""
    pairs = {}
    for c, d in decomposition.items():
        if len(d) < 2 or nfc(d) != chr(c):
            continue
        first = nfc(d[:-1])
        assert len(first) == 1 and nfc(first + d[-1]) == chr(c), hex(c)
        pairs[ord(first) << 32 | ord(d[-1])] = c
    return sorted(pairs.items())


def array(name, element, values, doc):
    body = textwrap.fill(", ".join(map(str, values)), width=98, initial_indent="    ", subsequent_indent="    ")
    return f"  /// {doc}\n  static let {name}: [{element}] = [\n{body},\n  ]\n"


for c in HANGUL:  # the arithmetic that ScalarTables+Mappings.swift does instead of a table
    i = c - 0xAC00
    jamo = [0x1100 + i // 588, 0x1161 + i % 588 // 28] + ([0x11A7 + i % 28] if i % 28 else [])
    assert nfd(chr(c)) == "".join(map(chr, jamo))

runs, lowers, keys = trait_runs(), lower_runs(), sorted(decomposition)
compatible_keys, pairs = sorted(compatible), composition_pairs()
compatible_ends = list(itertools.accumulate(len(compatible[c]) for c in compatible_keys))
ends = list(itertools.accumulate(len(decomposition[c]) for c in keys))
out = [
    "// Generated by Tests/Oracles/make_scalar_tables.py; do not edit.",
    f"// Oracle: Hugging Face tokenizers {tokenizers.__version__}, every Unicode scalar probed.",
    "// swift-format-ignore-file",
    "",
    "/// What Hugging Face tokenizers knows of each Unicode scalar.",
    "enum ScalarTables {",
    array("runStarts", "UInt32", [c for c, _ in runs], "First scalar of each run of equal traits."),
    array("runTraits", "UInt32", [t for _, t in runs], "The traits of each run: `ScalarTraits.rawValue`."),
    array("lowerFirst", "UInt32", [r[0] for r in lowers], "First scalar of each run that lower-cases by a fixed distance."),
    array("lowerLast", "UInt32", [r[1] for r in lowers], "Last scalar of each run."),
    array("lowerStride", "UInt8", [r[2] for r in lowers], "Distance between the scalars of a run: 1 or 2."),
    array("lowerDelta", "Int32", [r[3] for r in lowers], "What to add to a scalar of the run."),
    array("decomposed", "UInt32", keys, "Scalars with a canonical decomposition, Hangul syllables left out."),
    array("decompositionEnds", "UInt16", ends, "Where each one's decomposition ends in `decompositionScalars`."),
    array("decompositionScalars", "UInt32", [ord(x) for c in keys for x in decomposition[c]], "Full canonical decompositions, one after the other."),
    array("compatible", "UInt32", compatible_keys, "Scalars whose compatibility decomposition is not the canonical one."),
    array("compatibleEnds", "UInt16", compatible_ends, "Where each one's decomposition ends in `compatibleScalars`."),
    array("compatibleScalars", "UInt32", [ord(x) for c in compatible_keys for x in compatible[c]], "Full compatibility decompositions, one after the other."),
    array("compositionPairs", "UInt64", [p for p, _ in pairs], "First scalar above second scalar of each primary composite."),
    array("compositions", "UInt32", [c for _, c in pairs], "The composite of each pair."),
]
text = "\n".join(out).rstrip("\n") + "\n}\n"
open(sys.argv[1], "w", encoding="utf-8").write(text)
print(f"{len(runs)} runs, {len(lowers)} lower-case runs, {len(keys)} decompositions, {len(CLASSES)} combining marks, "
      f"{len(compatible_keys)} compatibility decompositions, {len(pairs)} composites")
