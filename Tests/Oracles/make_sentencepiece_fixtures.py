"""Write Tests/TokenizersTests/Fixtures/sentencepiece: small sentencepiece models of six families without
tokenizer.json, and the ids that transformers' AutoTokenizer gives with them.

    python make_sentencepiece_fixtures.py OUT   # transformers 5.23.0, tokenizers 0.23.3, sentencepiece 0.2.3

OUT/<family>/ holds the model and config.json; OUT/expected.json the texts and, for each family and
tokenizer_config.json, the ids and the token types of the last text. The table of replacements is a small one,
so that the files are.
"""
import json, os, random, sys, tempfile
import sentencepiece as spm
from transformers import AutoTokenizer

OUT = sys.argv[1]
WORDS = """the a of and wonderful little film actor's plot-twist 1,000 20,5 café déjà naïve où Привет мир 日本語 テスト
never ending stories don't isn't 3, 4, five x<y> [ok] (well) ``quoted'' ﬁne ½ ① É ß""".split()
random.seed(5)
LINES = [" ".join(random.choice(WORDS) for _ in range(12)) for _ in range(400)]
# Two characters to one, one to several, one to nothing.
RULES = [("FB01", "66 69"), ("00BD", "31 2F 32"), ("2460", "31"), ("65 301", "E9"), ("3000", "20"), ("AD", ""), ("FF21", "41")]

FAMILIES = {
    "t5": ("spiece.model", "t5", dict(pad_id=0, eos_id=1, unk_id=2, bos_id=-1)),
    "albert": ("spiece.model", "albert", dict(pad_id=0, unk_id=1, bos_id=-1, eos_id=-1,
               control_symbols=["[CLS]", "[SEP]", "[MASK]"])),
    "xlnet": ("spiece.model", "xlnet", dict(unk_id=0, bos_id=1, eos_id=2, pad_id=5, control_symbols=["<cls>", "<sep>"],
              user_defined_symbols=["<mask>", "<eod>", "<eop>"])),
    "deberta": ("spm.model", "deberta-v2", dict(pad_id=0, bos_id=1, eos_id=2, unk_id=3, bos_piece="[CLS]",
                eos_piece="[SEP]", unk_piece="[UNK]", pad_piece="[PAD]")),
    "xlmr": ("sentencepiece.bpe.model", "xlm-roberta", dict(unk_id=0, bos_id=1, eos_id=2)),
    "camembert": ("sentencepiece.bpe.model", "camembert", dict(unk_id=0, bos_id=1, eos_id=2)),
}
CONFIGS = {
    "t5": ['{"tokenizer_class": "T5Tokenizer", "extra_ids": 3}'],
    "albert": ['{"tokenizer_class": "AlbertTokenizer", "do_lower_case": false, "keep_accents": true}'],
    "xlnet": ['{"tokenizer_class": "XLNetTokenizerFast", "do_lower_case": true, "keep_accents": true}'],
    "deberta": ['{"tokenizer_class": "DebertaV2Tokenizer", "do_lower_case": true, "split_by_punct": true}',
                '{"tokenizer_class": "DebertaV2TokenizerFast", "add_prefix_space": false}'],
    "xlmr": ['{"tokenizer_class": "XLMRobertaTokenizer", "add_prefix_space": false}'],
    "camembert": ['{"tokenizer_class": "CamembertTokenizer", "add_prefix_space": false}'],
}
SPECIALS = ["<s>", "</s>", "<mask>", "[MASK]", "<unk>", "[UNK]", "<pad>", "<extra_id_1>", "<extra_id_99>", "<eod>", "<sep>",
            "</s>NOTUSED", "▁", "  ", "\t", "\n\n", "\u3000", "\u00ad", "İ", "ΑΣ", "e\u0301", "👩‍👩‍👧", "\u200b", "!", "``", "''"]


def texts():
    out = ["", " ", "A wonderful little film.", "  two  spaces \n and\ta tab  ", "ﬁne ½ ① Ａ café cafe\u0301"]
    for _ in range(75):
        out.append(random.choice(["", " "]).join(
            random.choice(WORDS) if random.random() < 0.6 else random.choice(SPECIALS) if random.random() < 0.7
            else "".join(chr(random.choice([random.randrange(0x20, 0x7F), random.randrange(0xA0, 0x3000)])) for _ in range(3))
            for _ in range(random.randrange(1, 9))))
    return out


TEXTS = texts()
cases = []
for family, (name, kind, options) in FAMILIES.items():
    folder = os.path.join(OUT, family)
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        rules = os.path.join(work, "rules.tsv")
        with open(rules, "w") as out:
            out.writelines(f"{a}\t{b}\n" for a, b in RULES)
        spm.SentencePieceTrainer.train(
            sentence_iterator=iter(LINES), model_prefix=work + "/m", vocab_size=160, model_type="unigram", num_threads=1,
            hard_vocab_limit=False, normalization_rule_tsv=rules, minloglevel=2, **options)
        os.replace(work + "/m.model", os.path.join(folder, name))
    with open(os.path.join(folder, "config.json"), "w") as out:
        json.dump({"model_type": kind}, out)
    for config in [None] + CONFIGS[family]:
        path = os.path.join(folder, "tokenizer_config.json")
        if config:
            open(path, "w").write(config)
        got = AutoTokenizer.from_pretrained(folder)(TEXTS, return_token_type_ids=True)
        if config:
            os.remove(path)
        cases.append(dict(folder=family, config=config, ids=[" ".join(map(str, ids)) for ids in got["input_ids"]],
                          types=" ".join(map(str, got["token_type_ids"][-1]))))
with open(os.path.join(OUT, "expected.json"), "w") as out:
    json.dump(dict(texts=TEXTS, cases=cases), out, indent=0)
