"""Write Tests/TokenizersTests/Fixtures: small tokenizers and the ids Hugging Face gives for them.

    python Tests/Oracles/make_tokenizer_fixtures.py Tests/TokenizersTests/Fixtures

Each folder is a model folder; expected.json has the texts and, for each case (folder, maximal length,
number of texts), the ids. Deterministic. Needs: tokenizers (0.23.3) and transformers (5.x) wrote the
committed files, versions in expected.json.
"""
import json, pathlib, random, sys, tempfile
import tokenizers, transformers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

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
        else: made.append(r.choice(["[MASK]", "[SEP]", "<mask>", "spam", "foo", "\0", "\u200d", "\u00a0", "İ", "##"]))
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


def numbers(values): return " ".join(map(str, values))


cases = []


def case(folder, t, max_length=None, count=len(TEXTS)):
    t.no_padding()
    t.enable_truncation(max_length) if max_length else t.no_truncation()
    encoded = t.encode_batch(TEXTS[:count])
    cases.append(dict(folder=folder, maxLength=max_length, ids=[numbers(e.ids) for e in encoded],
        types=numbers(encoded[4].type_ids)))


for name, build in dict(lower=lower, cased=cased, accents=accents, mpnet=mpnet, added=added).items():
    (out / name).mkdir(parents=True, exist_ok=True)
    t = build()
    j = json.loads(t.to_str())
    j.pop("decoder")
    (out / name / "tokenizer.json").write_text(json.dumps(j, ensure_ascii=name == "cased", separators=(",", ":")), encoding="utf-8")
    case(name, t)
    if name == "lower":
        for n in (2, 3, 5, 16): case(name, t, n, 60)
    if name == "added": case(name, t, 6, 60)

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
