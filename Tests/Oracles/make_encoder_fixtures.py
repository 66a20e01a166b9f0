"""Write Tests/EncodersTests/Fixtures: tiny checkpoints with the hidden states transformers gives.

    python make_encoder_fixtures.py OUT      # torch 2.15.0, transformers 5.23.0, safetensors 0.8.0

Each folder has config.json, model.safetensors and expected.safetensors: input_ids, token_types and
lengths of a few random texts, hidden.<k> of every layer, and the six poolings of sentence-transformers
6.2.0 (its Pooling module run on the hidden states, one text at a time).
"""
import os, sys
import torch, transformers as tf
from safetensors.torch import save_file
from sentence_transformers.models import Pooling

MODES = ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]


def bert(**changes):
    config = tf.BertConfig(
        vocab_size=120, hidden_size=24, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=40, max_position_embeddings=40, **changes)
    return tf.BertModel(config)


def distilbert(**changes):
    config = tf.DistilBertConfig(
        vocab_size=120, dim=24, n_layers=2, n_heads=2, hidden_dim=40, max_position_embeddings=40,
        **changes)
    return tf.DistilBertModel(config)


def build(name, family, **changes):
    torch.manual_seed(7)
    model = family(**changes).eval()
    with torch.no_grad():
        for n, p in model.named_parameters():
            g = torch.randn_like(p)
            scale = 0.7 if "embed" in n else 0.6 / p.shape[-1] ** 0.5
            p.copy_(g * scale if p.dim() > 1 else (1 + 0.1 * g if "Norm.weight" in n else 0.1 * g))
    folder = os.path.join(sys.argv[1], name)
    model.save_pretrained(folder)
    lengths = [1, 2, 5, 7, 32, 33, 40]
    ids = [torch.randint(0, 120, (n,)) for n in lengths]
    types = [torch.randint(0, 2, (n,)) for n in lengths]
    out = {f"hidden.{k}": [] for k in range(3)} | {f"pooled.{m}": [] for m in MODES}
    with torch.inference_mode():
        for x, t in zip(ids, types):
            extra = {"token_type_ids": t[None]} if family is bert else {}
            o = model(input_ids=x[None], output_hidden_states=True, **extra)
            for k, h in enumerate(o.hidden_states):
                out[f"hidden.{k}"].append(h[0])
            for m in MODES:
                pool = Pooling(24, pooling_mode=m)
                y = pool({"token_embeddings": o.last_hidden_state, "attention_mask": torch.ones(1, len(x), dtype=torch.long)})
                out[f"pooled.{m}"].append(y["sentence_embedding"])
    tensors = {k: torch.cat(v).contiguous() for k, v in out.items()}
    tensors["input_ids"] = torch.cat(ids).float()
    tensors["token_types"] = torch.cat(types).float()
    tensors["lengths"] = torch.tensor(lengths).float()
    save_file(tensors, os.path.join(folder, "expected.safetensors"))


build("bert", bert)
build("distilbert", distilbert)
build("bert-gelu-new", bert, hidden_act="gelu_new", layer_norm_eps=1e-6)
