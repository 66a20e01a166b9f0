#!/usr/bin/env python3
"""Writes a checkpoint with random weights for every family, and what transformers and tokenizers give for it.

    python Tests/Oracles/make_references.py OUT [--seed N] [--families bert,t5] [--corpus FILE.csv ...] [--variations]

Sizes, weights, texts and the length at which texts are cut follow from the seed, which is printed. Tokenizers
are built as the hub's tokenizer.json files are and trained on the corpus: csv files with a column `text`,
else the texts below alone. OUT/<family>/ has a model folder (config.json, tokenizer.json, model.safetensors),
texts.json, and expected.safetensors with

    input_ids      int32 [tokens]         of every text, one after the other
    lengths        int32 [texts]
    hidden.<k>     float32 [tokens, width]    after layer k; 0 are the embeddings
    pooled.<name>  float32 [texts with tokens, width]    the last layer's, sentence-transformers' six poolings

With --variations there is a folder more for each setting of config.json that changes the numbers (`VARIATIONS`
below), with setting.json: what was changed, and whether Firn computes it or refuses it by its name.

Written with torch 2.15.0, transformers 5.23.0, tokenizers 0.23.3, sentencepiece 0.2.3, safetensors 0.8.0.
"""
import argparse
import csv
import dataclasses
import io
import json
import pathlib
import random
import sys

import torch
import transformers as tf
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from random_texts import random_texts
from variations import VARIATIONS

TEXTS = [
    "", " ", "a", "A short sentence.", "A  second one,\twith tabs\r\nand lines. ", "x" * 400,
    "Größe, naïve café: \u201cquoted\u201d \u2014 it's 3.14 % & <br /> done!", "İstanbul ŒUVRE ﬁne ½ ① ㎏",
    "日本語 한국어 \u1112\u1161\u11ab العربية हिन्दी ไทย", "👩‍👩‍👧‍👦 🇫🇷 👍🏽 e\u0301\u0323 \u00ad\u200b",
    "[CLS] [SEP] <s> </s> <pad> [MASK] <mask> <|endoftext|> [UNK]<unk>", "\u0000\u0007\ufffd\ufeff\ue000",
    "don't we'll they've I'm you'd 're 1234567890 $5,000.00 http://a.b/c?d=e#f @x",
]


@dataclasses.dataclass
class Sizes:
    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    longest: int

    @staticmethod
    def drawn(r):
        heads = r.choice([2, 3, 4, 6])
        width = heads * r.choice([8, 12, 16, 24])
        return Sizes(width, r.randint(2, 4), heads, width * r.choice([2, 3, 4]) + r.choice([0, 4]),
                     r.randint(700, 1800), r.choice([16, 33, 64, 130, 200]))


# MARK: tokenizers

def wordpiece(corpus, size, lowercase=True, specials=("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"), post=None):
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.train_from_iterator(corpus, trainers.WordPieceTrainer(
        vocab_size=size, special_tokens=list(specials), show_progress=False))
    return finished(t, post or "[CLS] $A [SEP]")


def byte_bpe(corpus, size, specials, post, prefix=False):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    t.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=size, special_tokens=specials, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return finished(t, post)


def unigram(corpus, size, specials, post, *, unknown="<unk>", before=(), after=(), words=True, strip=False):
    """As transformers converts sentencepiece's models, with the sentencepiece's own character map."""
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([line for line in corpus if line.strip()]), model_writer=model, vocab_size=size,
        hard_vocab_limit=False, minloglevel=2)
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.getvalue())
    pieces = [(piece.piece, piece.score) for piece in proto.pieces if piece.type == 1]
    t = Tokenizer(models.Unigram([(s, 0.0) for s in specials] + pieces, unk_id=specials.index(unknown)))
    t.normalizer = normalizers.Sequence([
        *([normalizers.Strip(left=False, right=True)] if strip else []), *before,
        normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap), *after,
        normalizers.Replace(Regex(" {2,}"), "▁" if strip else " ")])
    metaspace = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    t.pre_tokenizer = (
        pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace]) if words else metaspace)
    t.add_special_tokens(list(specials))
    return finished(t, post)


def openai_gpt(corpus, size):
    t = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    t.normalizer = normalizers.BertNormalizer(lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<unk>"], end_of_word_suffix="</w>", show_progress=False))
    return t


def finished(t, post):
    if isinstance(post, str):
        names = {word.split(":")[0] for word in post.split()} - {"$A"}
        post = processors.TemplateProcessing(post, special_tokens=[(n, t.token_to_id(n)) for n in sorted(names)])
    elif callable(post):
        post = post(t)
    if post is not None:
        t.post_processor = post
    return t


def roberta_post(t):
    return processors.RobertaProcessing(("</s>", t.token_to_id("</s>")), ("<s>", t.token_to_id("<s>")))


ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
QUOTES = [normalizers.Replace("``", '"'), normalizers.Replace("''", '"')]
BARE = [*QUOTES, normalizers.NFKD(), normalizers.StripAccents()]
TOKENIZERS = {
    "bert": wordpiece,
    "bert-cased": lambda c, n: wordpiece(c, n, lowercase=False),
    "distilbert": wordpiece,
    "electra": wordpiece,
    "mpnet": lambda c, n: wordpiece(
        c, n, specials=("<s>", "<pad>", "</s>", "[UNK]", "<mask>"), post=roberta_post),
    "roberta": lambda c, n: byte_bpe(c, n, ROBERTA, roberta_post),
    "gpt2": lambda c, n: byte_bpe(c, n, ["<|endoftext|>"], processors.ByteLevel(trim_offsets=False)),
    "modernbert": lambda c, n: byte_bpe(c, n, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], "[CLS] $A [SEP]"),
    "openai-gpt": openai_gpt,
    "xlm-roberta": lambda c, n: unigram(c, n, ROBERTA, "<s> $A </s>"),
    "albert": lambda c, n: unigram(
        c, n, ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], "[CLS] $A [SEP]",
        before=[*BARE, normalizers.Lowercase()]),
    "deberta-v2": lambda c, n: unigram(
        c, n, ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"], "[CLS] $A [SEP]", unknown="[UNK]", words=False,
        strip=True),
    "xlnet": lambda c, n: unigram(
        c, n, ["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>"], "$A <sep>:0 <cls>:2", before=BARE),
    "t5": lambda c, n: unigram(c, n, ["<pad>", "</s>", "<unk>"], "$A </s>"),
    "t5-v1_1": lambda c, n: unigram(c, n, ["<pad>", "</s>", "<unk>"], "$A </s>", words=False),
}


# MARK: models

def kin(s, **more):
    """The names that BERT and its kin give to their sizes."""
    return dict(hidden_size=s.width, num_hidden_layers=s.layers, num_attention_heads=s.heads,
                intermediate_size=s.inner, max_position_embeddings=s.longest + 8) | more


def gpt(s):
    return dict(n_embd=s.width, n_layer=s.layers, n_head=s.heads, n_positions=s.longest + 8)


def t5(s, projection):
    return dict(d_model=s.width, d_kv=s.width // s.heads, d_ff=s.inner, num_layers=s.layers, num_heads=s.heads,
                feed_forward_proj=projection)


AFTER_PADDING = dict(pad_token_id=1, bos_token_id=0, eos_token_id=2)
MODELS = {
    "bert": (tf.BertConfig, tf.BertModel, kin),
    "bert-cased": (tf.BertConfig, tf.BertModel, lambda s: kin(s, hidden_act="gelu_new")),
    "distilbert": (tf.DistilBertConfig, tf.DistilBertModel, lambda s: dict(
        dim=s.width, n_layers=s.layers, n_heads=s.heads, hidden_dim=s.inner,
        max_position_embeddings=s.longest + 8)),
    "electra": (tf.ElectraConfig, tf.ElectraModel, lambda s: kin(s, embedding_size=s.width // 2)),
    "albert": (tf.AlbertConfig, tf.AlbertModel, lambda s: kin(s, embedding_size=s.width // 2)),
    "mpnet": (tf.MPNetConfig, tf.MPNetModel, lambda s: kin(s, pad_token_id=1)),
    "roberta": (tf.RobertaConfig, tf.RobertaModel, lambda s: kin(s, type_vocab_size=1, **AFTER_PADDING)),
    "xlm-roberta": (
        tf.XLMRobertaConfig, tf.XLMRobertaModel, lambda s: kin(s, type_vocab_size=1, **AFTER_PADDING)),
    "gpt2": (tf.GPT2Config, tf.GPT2Model, gpt),
    "openai-gpt": (tf.OpenAIGPTConfig, tf.OpenAIGPTModel, gpt),
    "xlnet": (tf.XLNetConfig, tf.XLNetModel, lambda s: dict(
        d_model=s.width, n_layer=s.layers, n_head=s.heads, d_inner=s.inner)),
    "t5": (tf.T5Config, tf.T5EncoderModel, lambda s: t5(s, "relu")),
    "t5-v1_1": (tf.T5Config, tf.T5EncoderModel, lambda s: t5(s, "gated-gelu")),
    "deberta-v2": (tf.DebertaV2Config, tf.DebertaV2Model, lambda s: kin(
        s, relative_attention=True, position_buckets=16, norm_rel_ebd="layer_norm", share_att_key=True,
        pos_att_type=["p2c", "c2p"], position_biased_input=False, type_vocab_size=0)),
    "modernbert": (tf.ModernBertConfig, tf.ModernBertModel, lambda s: kin(
        s, local_attention=16, global_attn_every_n_layers=3, pad_token_id=0, bos_token_id=2, eos_token_id=3,
        cls_token_id=2, sep_token_id=3)),
}


def model_of(family, sizes, vocabulary, seed, changes):
    """A model whose weights are large and uneven, so that every term shows in what comes out."""
    config, model, settings = MODELS[family]
    given = {"vocab_size": vocabulary} | settings(sizes)
    for key, value in changes.items():
        given[key] = value(sizes) if callable(value) else value
    torch.manual_seed(seed)
    made = model(config(**given)).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in made.named_parameters():
            g = torch.randn(weight.shape, generator=generator)
            table = any(word in name for word in ("embed", "wte", "wpe", "shared", "relative_attention_bias"))
            norm = any(word in name.lower() for word in ("norm", "ln_")) and name.endswith("weight")
            if weight.dim() > 1:
                weight.copy_(g * (0.7 if table else 0.6 / weight.shape[-1] ** 0.5))
            else:
                weight.copy_(1 + 0.1 * g if norm else 0.1 * g)
    return made


POOLINGS = {
    "cls": lambda h: h[0],
    "max": lambda h: h.amax(0),
    "mean": lambda h: h.mean(0),
    "mean_sqrt_len_tokens": lambda h: h.sum(0) / len(h) ** 0.5,
    "weightedmean": lambda h: (h * (w := torch.arange(1.0, len(h) + 1)[:, None])).sum(0) / w.sum(),
    "lasttoken": lambda h: h[-1],
}


def answers(model, encodings):
    """What transformers gives for each text alone."""
    found = {}
    takes_types = "token_type_ids" in model.forward.__code__.co_varnames
    for e in encodings:
        if not e.ids:
            continue
        extra = {"token_type_ids": torch.tensor([e.type_ids])} if takes_types and any(e.type_ids) else {}
        with torch.inference_mode():
            out = model(input_ids=torch.tensor([e.ids]), output_hidden_states=True, **extra)
        # Some models' list ends before the last normalization.
        layers = [h[0] for h in out.hidden_states[:-1]] + [out.last_hidden_state[0]]
        for k, hidden in enumerate(layers):
            found.setdefault(f"hidden.{k}", []).append(hidden)
        for name, pool in POOLINGS.items():
            found.setdefault(f"pooled.{name}", []).append(pool(layers[-1])[None])
    tensors = {name: torch.cat(parts).float().contiguous() for name, parts in found.items()}
    tensors["input_ids"] = torch.tensor([i for e in encodings for i in e.ids], dtype=torch.int32)
    tensors["lengths"] = torch.tensor([len(e.ids) for e in encodings], dtype=torch.int32)
    return tensors


def write(folder, model, tokenizer, texts):
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    save_file(answers(model, tokenizer.encode_batch(texts)), folder / "expected.safetensors")


def lines(paths):
    csv.field_size_limit(sys.maxsize)
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            yield from (row["text"] for row in csv.DictReader(file))


def main(a):
    seed = random.SystemRandom().randrange(2**31) if a.seed is None else a.seed
    print(f"references of seed {seed}", flush=True)
    torch.set_num_threads(1)
    # About ids of other tokenizers that a config names by default, and how a file is written.
    tf.utils.logging.set_verbosity_error()
    tf.utils.logging.disable_progress_bar()
    r = random.Random(seed)
    corpus = list(lines(a.corpus)) or [text * 3 for text in TEXTS]
    corpus = [line for line in r.sample(corpus, min(len(corpus), 3000)) if line.strip()]
    families = a.families.split(",") if a.families else list(TOKENIZERS)
    for name in families:
        r = random.Random(f"{seed} {name}")
        sizes = Sizes.drawn(r)
        tokenizer = TOKENIZERS[name](corpus, sizes.vocabulary)
        tokenizer.enable_truncation(sizes.longest)
        # Corpus lines with words that no tokenizer was trained on between them.
        texts = TEXTS + r.sample(corpus, min(len(corpus), 30)) + random_texts(20, r.randrange(2**31), corpus)
        vocabulary = tokenizer.get_vocab_size() + r.randrange(9)
        if not a.variations:
            write(a.out / name, model_of(name, sizes, vocabulary, seed, {}), tokenizer, texts)
        for k, (changes, refused) in enumerate(VARIATIONS.get(name, []) if a.variations else []):
            # What is refused is written into config.json alone: transformers may not have it either.
            model = model_of(name, sizes, vocabulary, seed + k, {} if refused else changes)
            folder = a.out / f"{name}.{k + 1:02}"
            write(folder, model, tokenizer, texts[:25])
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            if refused:
                config |= changes
                (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
            setting = {"setting": {key: config[key] for key in changes if key in config}, "refused": refused}
            (folder / "setting.json").write_text(json.dumps(setting), encoding="utf-8")
        print(f"{name}: {sizes}, vocabulary {vocabulary}", flush=True)


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("out", type=pathlib.Path)
    p.add_argument("--seed", type=int, help="(random)")
    p.add_argument("--families", default="", help="joined by commas (all)")
    p.add_argument("--corpus", type=pathlib.Path, nargs="*", default=[])
    p.add_argument("--variations", action="store_true", help="the settings of config.json instead")
    main(p.parse_args())
