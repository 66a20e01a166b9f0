"""Write Tests/TokenizersTests/Fixtures: small tokenizers and the ids Hugging Face gives for them.

    python Tests/Oracles/make_tokenizer_fixtures.py Tests/TokenizersTests/Fixtures

Each folder is a model folder; expected.json has the texts and, for each case (folder, maximal length,
number of texts), the ids. Deterministic. Needs: tokenizers (0.23.3) and transformers (5.x) wrote the
committed files, versions in expected.json; sentencepiece compiled the table of replacements.
"""
import io, json, pathlib, random, sys, tempfile, unicodedata
import sentencepiece, tokenizers, transformers
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

out = pathlib.Path(sys.argv[1])
r = random.Random(7)

CORPUS = """A wonderful little production. The filming technique is very unassuming and gives a comforting sense of realism.
I thought this was a wonderful way to spend time on a too hot summer weekend, sitting in the air conditioned theater.
The plot is simplistic, but the dialogue is witty and the characters are likable, even the well bread suspected serial killer!
Basically there's a family where a little boy thinks there's a zombie in his closet & his parents are fighting all the time.
Don't we'll they've I'm you'd 're 3.14 $5,000.00 100% http://example.com/a_b?c=d&e=f#g user@mail.org (quoted) "double" 'single'
naïve café résumé Ångström Æsir straße ŒUVRE İstanbul ıñçüö Dvořák crème brûlée façade
Привет мир как дела ελληνικά γλώσσα Οδυσσεύς العربية हिन्दी भाषा ไทย 日本語のテキスト 中文字符 한국어 텍스트 ﬁne ½ ①
unbelievable unbelievably unhappiness happiness running runner runs walked walking talked talking tokenization tokenizer""".split("\n")

TEXTS = [
    "", " ", "\t\n\r ", "a", "A wonderful little production.", "naïve café — “quoted”, it's 3.14% & <br />done!",
    "MiXeD CaSe İstanbul ŒUVRE ﬁne ½ ①", "日本語のテキスト and 한국어 텍스트 و العربية हिन्दी", "emoji 👩‍👩‍👧‍👦 🇫🇷 zero\u200bwidth a\u0301e\u0301 \u00ad soft",
    "tabs\tand\nnewlines\r\n  and   spaces ", "x" * 99, "x" * 100, "x" * 101, "é" * 100, "é" * 101, "e\u0301" * 100, "x" * 300,
    "don't we'll they've I'm you'd 're", "http://example.com/a_b?c=d&e=f#g @user #tag $5,000.00 1e-5",
    "[CLS] literal [SEP] <s> </s> <pad> [MASK] <mask>", "\0control\7chars\ufffd", "a[MASK]b [mask] [MASK", "[[MASK]]", "[CLS][CLS] [SEP]", "[UNK] [PAD]",
    "##ing ## #", "e\u0301\7\u0315 clean before order", "ΑΣ ΟΔΟΣ ς Σ", "각가힣 \u1100\u1161\u11a8", "\u0344 \u0958 \u2126 \u212b \u0374 \u037e \u1fef",
    "a\u0488\u0301\u0315b a\u093f\u0301\u0323 q\u0307\u0323 q\u0323\u0307", "a\u0898\u0301\u0315 \U00011938 \u1abf\u0323", "\u0301start", "中文abc字符 \u3400\U00020000\uf900\U0002f800",
    "a\u00a0b\u2003c\u3000d\u2028e\u0085f\u000bg\u000ch", "\u200b\u200c\u200d\u2060\ufeff", "¿qué? ¡sí! «oui» 、。「」 ‥…", "\u166d \u111c9 𑇉 ꣸ ؟ ؝ ৽",
    "$ + < = > ^ ` | ~", "SPAM spam Spam eggs", "prefix<mask>suffix", " <mask> <mask>\u3000x", "spam!spam _spam spam_ éspam spamé", "FÓO foo Foo fóo foobar", "new\u0301word NEWword",
    "tokens tokenization unhappiness unbelievably zzzqqq", "Ǆ ǅ ẞ ᲐᲑ Ა Ꭰ ꭰ Ⓐ 𐐀 𝐀", "ﷺ ㎏ ㍿ ﬀ", "🏳️‍🌈 👍🏽 ☃️ ♥︎", "\ud7ff\ue000\ufffe\uffff\U0010ffff", "\x1b[31mred\x1b[0m \x7f\x80\x9f",
]


# For byte-level patterns, white space of SentencePiece's kind, grapheme clusters and ligatures.
TEXTS += [
    "It's we're I'd you'll they've I'm can't 'tis 'S 'LL o''s '", "a  b   c\n\nd \t e  ", "   ", " 'll 're", "x'\u00e9 'r 'l", "12ab34 \u0663\u0664 \u2167\u00b2 x\u00b2", "\u3000\u3000a\u00a0 b",
    "\u2581a\u2581\u2581b \u2581", "``quoted'' ''and``", "e\u0301\u0302\u0303 a\u0301 a\u0301\u0302 \r\n\r \n", "\u0600a\u0301 \u00a9\u200d\u2764\u0301 \u00a9\u200d", "\u0915\u094d\u0924\u0301 \u1100\u1161\u0301 \uac00\u0301\u11a8",
    "ﬁ\u0301 ½\u0301 ①② ㎏ Ａ１", "\u11a7 \uac00\u11a7 \u1100\u1161\u11a8\u11a8", "\u0f73\u0f71 \u0344\u0345 \u1e9b\u0323", "unseen \U0001f984\U0001f984 \u4dff\ua000", "<unk> x<unk>y </s><s>", "9 99 999 9999 3.14", "a-b--c---d", "\0",
]


def noise():
    """A string of pieces from every corner, the seed of the rest of the texts."""
    blocks = [(0x20, 0x7F), (0xA0, 0x180), (0x300, 0x370), (0x370, 0x400), (0x400, 0x460), (0x5D0, 0x700), (0x900, 0x980), (0xE00, 0xE60), (0x1100, 0x1200),
        (0x1E00, 0x2000), (0x2000, 0x2070), (0x20A0, 0x2200), (0x3000, 0x3100), (0x4E00, 0x4F00), (0xAC00, 0xAD00), (0xF900, 0xFB10), (0x1F600, 0x1F650), (0xE000, 0xE010)]
    words = [w for l in CORPUS for w in l.split()]
    made = []
    for _ in range(r.randrange(1, 9)):
        k = r.random()
        lo, hi = r.choice(blocks)
        if k < 0.45: made.append(r.choice(words) + r.choice(["", " ", "  ", "\n", ",", "."]))
        elif k < 0.75: made.append("".join(chr(r.randrange(lo, hi)) for _ in range(r.randrange(1, 5))))
        elif k < 0.85: made.append("".join(chr(r.randrange(0x300, 0x370)) for _ in range(r.randrange(1, 4))))
        else: made.append(r.choice(["[MASK]", "[SEP]", "<mask>", "spam", "foo", "\0", "\u200d", "\u00a0", "İ", "##", "'s", " 're", "\u2581", "  ", "1234", "\r\n", "a\u0301"]))
    return "".join(made)


TEXTS += [noise() for _ in range(220)]


def trained(lower, specials, size):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=lower)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.train_from_iterator(CORPUS * 3, trainers.WordPieceTrainer(vocab_size=size, special_tokens=specials, show_progress=False))
    return t


def template(t, cls="[CLS]", sep="[SEP]"):
    t.post_processor = processors.TemplateProcessing(f"{cls} $A {sep}", f"{cls} $A {sep} $B:1 {sep}:1", [(cls, t.token_to_id(cls)), (sep, t.token_to_id(sep))])
    return t


BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def lower():
    t = template(trained(True, BERT, 620))
    t.enable_truncation(7); t.enable_padding(length=9)  # the caller's maximal length overrides both
    return t


def cased():
    """Also has é composed and decomposed as two tokens."""
    j = json.loads(template(trained(False, BERT, 560)).to_str())
    j["normalizer"]["clean_text"] = False
    vocab = j["model"]["vocab"]
    for token in ["é", "e\u0301", "##é", "##e\u0301", "Å", "A\u030a"]:
        vocab.setdefault(token, len(vocab))
    j["model"]["max_input_chars_per_word"] = 12
    return Tokenizer.from_str(json.dumps(j))


def accents():
    t = trained(True, BERT, 500)
    t.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=True)
    t.post_processor = processors.BertProcessing(("[SEP]", t.token_to_id("[SEP]")), ("[CLS]", t.token_to_id("[CLS]")))
    return t


def mpnet():
    t = trained(True, ["<s>", "<pad>", "</s>", "[UNK]", "<mask>"], 420)
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    t.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True, normalized=False)])
    return t


def added():
    t = trained(False, BERT, 420)
    t.normalizer = normalizers.BertNormalizer(strip_accents=True, lowercase=True)
    t.add_tokens([AddedToken("spam", single_word=True, normalized=False), AddedToken("Foo", single_word=True, lstrip=True, normalized=True),
        AddedToken("<mask>", lstrip=True, rstrip=True, normalized=False), AddedToken("new", rstrip=True, normalized=True), AddedToken("newword", normalized=True)])
    cls, sep, mask = (t.token_to_id(x) for x in ("[CLS]", "[SEP]", "[MASK]"))
    t.post_processor = processors.TemplateProcessing("$A:1 [SEP]:0 [CLS]:2", None, [("[CLS]", cls), ("[SEP]", sep)])
    return t


def byte_level(specials, size=500, **pre):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(**{"add_prefix_space": False, **pre})
    t.train_from_iterator(CORPUS * 3, trainers.BpeTrainer(vocab_size=size, special_tokens=specials, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return t


def gpt2():
    t = byte_level(["<|endoftext|>"])
    t.post_processor = processors.ByteLevel(trim_offsets=False)
    return t


ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def roberta():
    """The older form: merges as strings, no type, a prefix and a suffix that are empty."""
    t = byte_level(ROBERTA, add_prefix_space=True)
    t.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True, normalized=False)])
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    j = json.loads(t.to_str())
    m = j["model"]
    m.pop("type"); m["merges"] = [" ".join(pair) for pair in m["merges"]]
    m["continuing_subword_prefix"] = m["end_of_word_suffix"] = m["unk_token"] = ""
    return j


def modernbert():
    t = byte_level(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    t.normalizer = normalizers.NFC()
    t.add_tokens([AddedToken("  ", normalized=True), AddedToken("   ", normalized=True)])
    t.post_processor = processors.Sequence([processors.ByteLevel(), processors.TemplateProcessing("[CLS] $A:1 [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])])
    return t


def gpt1():
    t = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    t.normalizer = normalizers.BertNormalizer(lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.train_from_iterator(CORPUS * 3, trainers.BpeTrainer(vocab_size=500, special_tokens=["<unk>"], end_of_word_suffix="</w>", show_progress=False))
    return t


def bpe(change, pre=None, size=400):
    """BPE over characters with what `change` does to the model's part of the file."""
    t = Tokenizer(models.BPE(unk_token="<unk>"))
    t.pre_tokenizer = pre or pre_tokenizers.Whitespace()
    t.train_from_iterator(CORPUS[:5] * 3, trainers.BpeTrainer(vocab_size=size, special_tokens=["<unk>"], show_progress=False))
    j = json.loads(t.to_str())
    change(j["model"])
    return j


def bpe_bytes():
    """Bytes for what is unknown, but two bytes are missing; whole words first; unknown runs fused."""
    def change(m):
        for b in range(256):
            if b not in (0xC3, 0xF0): m["vocab"][f"<0x{b:02X}>"] = len(m["vocab"])
        m["vocab"]["wonderful\u2581"] = len(m["vocab"]); m["vocab"]["zzzqqq"] = len(m["vocab"])
        m.update(byte_fallback=True, ignore_merges=True, fuse_unk=True)
    return bpe(change, pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Digits(individual_digits=True)]))


def bpe_prefixed():
    """Subwords behind the first with a prefix; an unknown character is dropped; left truncation."""
    t = Tokenizer(models.BPE(continuing_subword_prefix="##"))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Punctuation("merged_with_previous"), pre_tokenizers.WhitespaceSplit()])
    t.train_from_iterator(CORPUS[:5] * 3, trainers.BpeTrainer(vocab_size=500, continuing_subword_prefix="##", special_tokens=["[CLS]", "[SEP]"], show_progress=False))
    t.post_processor = processors.BertProcessing(("[SEP]", 1), ("[CLS]", 0))
    t.enable_truncation(8, direction="left")
    return t


def charsmap():
    """A small table of replacements, compiled by sentencepiece: full-width forms, ligatures, controls, spaces,
    composed letters."""
    rules = {chr(c): unicodedata.normalize("NFKC", chr(c)) for c in [*range(0xFF01, 0xFF5F), *range(0xFB00, 0xFB07), *range(0x2460, 0x2474), 0xBD, 0x338F, 0x37E]}
    rules |= {chr(c): " " for c in [9, 10, 13, 0xA0, *range(0x2000, 0x2010), 0x2028, 0x3000, 0xFEFF]} | {chr(c): "" for c in [*range(1, 9), *range(14, 32), 0x7F, 0xAD]}
    rules |= {unicodedata.normalize("NFD", chr(c)): chr(c) for c in range(0xC0, 0x180) if len(unicodedata.normalize("NFD", chr(c))) > 1}
    rules["\u0344"] = "\u0308\u0301"; rules["\u1e9b\u0323"] = "\u1e69"
    with tempfile.TemporaryDirectory() as folder:
        tsv = pathlib.Path(folder) / "rules.tsv"
        tsv.write_text("".join("{}\t{}\n".format(" ".join(f"{ord(c):04X}" for c in a), " ".join(f"{ord(c):04X}" for c in b)) for a, b in sorted(rules.items())))
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(CORPUS), model_writer=model, vocab_size=300, model_type="unigram", hard_vocab_limit=False, minloglevel=2, normalization_rule_tsv=str(tsv))
        proto = sentencepiece_model_pb2.ModelProto(); proto.ParseFromString(model.getvalue())
        return normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)


def unigram(specials, template, unk, normalizer, pre, size=420, change=lambda model: None):
    t = Tokenizer(models.Unigram())
    t.normalizer, t.pre_tokenizer = normalizer, pre
    t.train_from_iterator(CORPUS * 3, trainers.UnigramTrainer(vocab_size=size, special_tokens=specials, unk_token=unk, show_progress=False, seed_size=4000))
    if template: t.post_processor = processors.TemplateProcessing(template, special_tokens=[(s, t.token_to_id(s)) for s in specials])
    j = json.loads(t.to_str())
    change(j["model"])
    return j


N, P = normalizers, pre_tokenizers
SPACES = lambda: N.Replace(Regex(" {2,}"), " ")


def xlm_roberta():
    return unigram(["<s>", "<pad>", "</s>", "<unk>", "<mask>"], "<s> $A </s>", "<unk>", N.Sequence([charsmap(), SPACES()]), P.Metaspace())


def albert():
    n = N.Sequence([N.Replace("``", '"'), N.Replace("''", '"'), N.NFKD(), N.StripAccents(), N.Lowercase(), charsmap(), SPACES()])
    return unigram(["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], "[CLS] $A [SEP]", "<unk>", n, P.Metaspace())


def deberta():
    n = N.Sequence([N.Strip(), charsmap(), SPACES()])
    return unigram(["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"], "[CLS] $A [SEP]", "[UNK]", n, P.Sequence([P.Punctuation(), P.Metaspace()]))


def t5():
    """The scheme "first", which asks where a text begins."""
    n = N.Sequence([N.Strip(left=True, right=True), N.NFKC(), SPACES()])
    return unigram(["<pad>", "</s>", "<unk>"], "$A </s>", "<unk>", n, P.Metaspace(prepend_scheme="first"))


def xlnet():
    n = N.Sequence([N.Replace("``", '"'), N.NFKD(), N.StripAccents(), charsmap(), SPACES()])
    return unigram(["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>"], "$A <sep>:0 <cls>:2", "<unk>", n, P.Sequence([P.WhitespaceSplit(), P.Metaspace(prepend_scheme="never")]))


def unigram_bytes():
    """Bytes for unknown characters, words that are not split, another character for spaces."""
    def change(m):
        m["vocab"] += [[f"<0x{b:02X}>", -20.0 - b] for b in range(256) if b != 0xE4]
        m["byte_fallback"] = True
    return unigram(["<unk>"], None, "<unk>", N.Sequence([N.Nmt(), N.NFD(), N.Prepend("_")]), P.Metaspace(replacement="_", split=False, prepend_scheme="never"), 300, change)


def words(pre, normalizer=None):
    """Whole words and single characters, to see where a pre-tokenizer cuts."""
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre
    if normalizer: t.normalizer = normalizer
    t.train_from_iterator(CORPUS * 3, trainers.BpeTrainer(vocab_size=600, show_progress=False))
    return t


GPT4 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
PRE = dict(
    split_gpt4=lambda: words(P.Sequence([P.Split(Regex(GPT4), "isolated"), P.ByteLevel(add_prefix_space=False, use_regex=False)])),
    split_string=lambda: words(P.Sequence([P.Split("a", "merged_with_next"), P.Split(" ", "contiguous"), P.Split("e", "removed")])),
    split_inverted=lambda: words(P.Sequence([P.Split(Regex(r"\w+"), "merged_with_previous", invert=True), P.CharDelimiterSplit("e")])),
    split_empty=lambda: words(P.Sequence([P.Split(Regex("x*"), "isolated"), P.Punctuation("merged_with_next")])),
    bytes_first=lambda: words(P.Sequence([P.ByteLevel(add_prefix_space=True), P.Digits(), P.Punctuation("contiguous")])),
    spaces=lambda: words(P.Sequence([P.Whitespace(), P.Digits()]), N.Sequence([N.NFC(), N.Replace(Regex(r"(?<=a)n"), ""), N.Lowercase()])),
    normalized=lambda: words(P.ByteLevel(add_prefix_space=True, use_regex=False), N.Sequence([N.NFKC(), N.Strip(left=True, right=False), N.StripAccents()])),
)


def numbers(values): return " ".join(map(str, values))


cases = []


def case(folder, t, max_length=None, count=len(TEXTS), direction="right"):
    t.no_padding()
    t.enable_truncation(max_length, direction=direction) if max_length else t.no_truncation()
    encoded = t.encode_batch(TEXTS[:count])
    cases.append(dict(folder=folder, maxLength=max_length, ids=[numbers(e.ids) for e in encoded],
        types=numbers(encoded[4].type_ids)))


FOLDERS = dict(lower=lower, cased=cased, accents=accents, mpnet=mpnet, added=added, gpt2=gpt2, roberta=roberta, modernbert=modernbert, gpt1=gpt1,
    bpe_bytes=bpe_bytes, bpe_prefixed=bpe_prefixed, xlm_roberta=xlm_roberta, albert=albert, deberta=deberta, t5=t5, xlnet=xlnet, unigram_bytes=unigram_bytes, **PRE)
for name, build in FOLDERS.items():
    (out / name).mkdir(parents=True, exist_ok=True)
    t = build()
    j = t if isinstance(t, dict) else json.loads(t.to_str())
    j.pop("decoder")
    t = Tokenizer.from_str(json.dumps(j))
    (out / name / "tokenizer.json").write_text(json.dumps(j, ensure_ascii=name == "cased", separators=(",", ":")), encoding="utf-8")
    case(name, t, count=160 if name in PRE else len(TEXTS))
    if name == "lower":
        for n in (2, 3, 5, 16): case(name, t, n, 60)
    if name in ("added", "roberta", "xlnet"): case(name, t, 6, 60)
    if name == "bpe_prefixed": case(name, t, 6, 60, direction="left")

vocab = json.loads((out / "lower" / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
(out / "vocab").mkdir(exist_ok=True)
(out / "vocab" / "vocab.txt").write_text("".join(f"{t}\n" for t in sorted(vocab, key=vocab.get)), encoding="utf-8")
variants = []
for config in [{}, {"do_lower_case": False}, {"do_lower_case": True, "strip_accents": False}, {"tokenize_chinese_chars": False, "model_max_length": 128},
        {"unk_token": "[PAD]", "cls_token": {"__type": "AddedToken", "content": "[MASK]", "lstrip": True, "special": True, "normalized": False}},
        {"added_tokens_decoder": {str(len(vocab)): {"content": "spam", "single_word": True, "lstrip": False, "rstrip": False, "normalized": False, "special": False}}}]:
    config = {"tokenizer_class": "BertTokenizer", **config}
    with tempfile.TemporaryDirectory() as folder:
        f = pathlib.Path(folder)
        (f / "vocab.txt").write_text((out / "vocab" / "vocab.txt").read_text(encoding="utf-8"), encoding="utf-8")
        (f / "tokenizer_config.json").write_text(json.dumps(config))
        t = transformers.AutoTokenizer.from_pretrained(folder)
        variants.append(dict(config=json.dumps(config), ids=[numbers(t(x)["input_ids"]) for x in TEXTS[:55]]))

versions = dict(tokenizers=tokenizers.__version__, transformers=transformers.__version__)
(out / "expected.json").write_text(json.dumps(dict(versions=versions, texts=TEXTS, cases=cases, vocabularyFiles=variants), separators=(",", ":")))
print(sum(f.stat().st_size for f in out.rglob("*") if f.is_file()), "bytes")
