"""Write Tests/EncodersTests/Fixtures: tiny checkpoints with the hidden states transformers gives.

    python make_encoder_fixtures.py OUT [NAME ...]   # torch 2.15.0, transformers 5.23.0, safetensors 0.8.0

Each folder has config.json, model.safetensors and expected.safetensors: input_ids, token_types and
lengths of a few random texts, hidden.<k> of every layer, and the six poolings of sentence-transformers
6.2.0 (its Pooling module run on the hidden states, one text at a time).
"""
import os, sys
import torch, transformers as tf
from safetensors.torch import save_file
from sentence_transformers.models import Pooling

MODES = ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]
# The names that BERT and its kin give to their sizes.
SIZES = dict(vocab_size=120, hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40)
GPT = dict(vocab_size=120, n_embd=24, n_layer=2, n_head=2, n_positions=40)
# Far enough for the last bucket of distances, which begins at 128.
FAR = [1, 2, 7, 33, 140]


def bert(**changes):
    return tf.BertModel(tf.BertConfig(**SIZES, max_position_embeddings=40, **changes))


def distilbert(**changes):
    config = tf.DistilBertConfig(
        vocab_size=120, dim=24, n_layers=2, n_heads=2, hidden_dim=40, max_position_embeddings=40,
        **changes)
    return tf.DistilBertModel(config)


def roberta(**changes):
    # Positions begin after the padding's id: 40 tokens need 43 of them.
    return tf.RobertaModel(tf.RobertaConfig(**SIZES, max_position_embeddings=43, pad_token_id=2, **changes))


def xlm_roberta(**changes):
    # The padding's id is 1, and positions begin at 2, as in every XLM-R checkpoint.
    return tf.XLMRobertaModel(tf.XLMRobertaConfig(
        **SIZES, max_position_embeddings=42, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1,
        **changes))


def electra(**changes):
    return tf.ElectraModel(tf.ElectraConfig(**SIZES, max_position_embeddings=40, embedding_size=16, **changes))


def albert(**changes):
    return tf.AlbertModel(tf.AlbertConfig(**SIZES | changes, max_position_embeddings=40, embedding_size=16))


def mpnet(**changes):
    return tf.MPNetModel(tf.MPNetConfig(**SIZES, max_position_embeddings=142, **changes))


def gpt2(**changes):
    return tf.GPT2Model(tf.GPT2Config(**GPT, **changes))


def openai_gpt(**changes):
    return tf.OpenAIGPTModel(tf.OpenAIGPTConfig(**GPT, **changes))


def t5(**changes):
    # The heads together are wider than the hidden states.
    return tf.T5EncoderModel(tf.T5Config(
        vocab_size=120, d_model=24, d_kv=10, d_ff=40, num_layers=2, num_heads=3, **changes))


def modernbert(**changes):
    return tf.ModernBertModel(tf.ModernBertConfig(
        **SIZES | dict(num_hidden_layers=4), max_position_embeddings=140, local_attention=16, pad_token_id=0,
        cls_token_id=2, sep_token_id=3, bos_token_id=2, eos_token_id=3, **changes))


def deberta_v2(**changes):
    return tf.DebertaV2Model(tf.DebertaV2Config(
        **SIZES, **dict(max_position_embeddings=140, relative_attention=True, position_buckets=16,
        norm_rel_ebd="layer_norm", share_att_key=True, pos_att_type=["p2c", "c2p"],
        position_biased_input=False) | changes))


def xlnet(**changes):
    return tf.XLNetModel(tf.XLNetConfig(vocab_size=120, d_model=24, n_layer=2, n_head=2, d_inner=40, **changes))


def build(name, family, lengths=[1, 2, 5, 7, 32, 33, 40], types=0, padding=None, **changes):
    """`types`: the number of token types that the model is given, 0 for none; `padding`: an id that stands in
    the middle of every longer text."""
    if sys.argv[2:] and name not in sys.argv[2:]:
        return
    torch.manual_seed(7)
    model = family(**changes).eval()
    with torch.no_grad():
        for n, p in model.named_parameters():
            g = torch.randn_like(p)
            scale = 0.7 if any(k in n for k in ("embed", "wte", "wpe", "shared", "relative_attention_bias")) else 0.6 / p.shape[-1] ** 0.5
            norm = any(k in n.lower() for k in ("norm", "ln_")) and n.endswith("weight")
            p.copy_(g * scale if p.dim() > 1 else (1 + 0.1 * g if norm else 0.1 * g))
    folder = os.path.join(sys.argv[1], name)
    model.save_pretrained(folder)
    ids = [torch.randint(0, 120, (n,)) for n in lengths]
    given = [torch.randint(0, types or 2, (n,)) for n in lengths]
    if padding is not None:
        for x in ids:
            if len(x) > 2:
                x[len(x) // 2] = padding
    out = {}
    with torch.inference_mode():
        for x, t in zip(ids, given):
            extra = {"token_type_ids": t[None]} if types else {}
            o = model(input_ids=x[None], output_hidden_states=True, **extra)
            for k, h in enumerate(o.hidden_states):
                out.setdefault(f"hidden.{k}", []).append(h[0])
            assert torch.equal(o.hidden_states[-1], o.last_hidden_state)
            for m in MODES:
                pool = Pooling(24, pooling_mode=m)
                y = pool({"token_embeddings": o.last_hidden_state, "attention_mask": torch.ones(1, len(x), dtype=torch.long)})
                out.setdefault(f"pooled.{m}", []).append(y["sentence_embedding"])
    tensors = {k: torch.cat(v).contiguous() for k, v in out.items()}
    tensors["input_ids"] = torch.cat(ids).float()
    tensors["token_types"] = torch.cat(given).float()
    tensors["lengths"] = torch.tensor(lengths).float()
    save_file(tensors, os.path.join(folder, "expected.safetensors"))


build("bert", bert, types=2)
build("distilbert", distilbert)
build("bert-gelu-new", bert, types=2, hidden_act="gelu_new", layer_norm_eps=1e-6)
build("roberta", roberta, types=3, padding=2, type_vocab_size=3)
build("xlm-roberta", xlm_roberta, types=1, padding=1)
build("electra", electra, types=2)
# The first two of three layers are the first group's, and each group has two of its own.
build("albert", albert, types=2, num_hidden_layers=3, num_hidden_groups=2, inner_group_num=2)
build("mpnet", mpnet, FAR, padding=1)
build("gpt2", gpt2)
build("gpt2-scaled-by-layer", gpt2, scale_attn_by_inverse_layer_idx=True, n_inner=40, activation_function="silu")
build("openai-gpt", openai_gpt)
build("t5", t5, FAR)
build("t5-gated", t5, FAR, feed_forward_proj="gated-gelu")
build("modernbert", modernbert, FAR)
build("modernbert-biases", modernbert, FAR, norm_bias=True, attention_bias=True, mlp_bias=True, hidden_activation="silu")
build("deberta-v2", deberta_v2, FAR)
# Everything else that its config.json can say.
build("deberta-v2-own-keys", deberta_v2, types=2, share_att_key=False, pos_att_type="c2p|p2c", norm_rel_ebd="none",
      position_buckets=-1, max_relative_positions=20, position_biased_input=True, type_vocab_size=2,
      embedding_size=16, max_position_embeddings=40)
build("xlnet", xlnet, FAR, types=3)
build("xlnet-causal", xlnet, types=3, attn_type="uni", clamp_len=20)
