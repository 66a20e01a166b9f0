"""Write Tests/EncodersTests/Fixtures/sentence: a sentence-transformers' folder's modules beside the tiny BERT,
with the vectors sentence-transformers gives.

    python make_sentence_fixtures.py FIXTURES   # torch 2.15.0, transformers 5.23.0, sentence-transformers 6.2.0

FIXTURES/sentence/<case>/ holds modules.json, the modules' folders and expected.safetensors (`vectors`: of the
texts of FIXTURES/bert, one at a time; Normalize at the end left out, as Firn leaves it to --normalize). The
encoder itself is FIXTURES/bert. Cases with a prompt skip its 3 first tokens.
"""
import json, os, shutil, sys
import torch, transformers as tf
from safetensors.torch import load_file, save_file
from sentence_transformers.base.modules import Dense, Normalize
from sentence_transformers.sentence_transformer.modules import Pooling

ROOT = sys.argv[1]
bert = tf.BertModel.from_pretrained(os.path.join(ROOT, "bert")).eval()
given = load_file(os.path.join(ROOT, "bert", "expected.safetensors"))
SKIPPED = 3
NN = torch.nn


def dense(inputs, outputs, activation, **options):
    module = Dense(inputs, outputs, activation_function=activation, **options)
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(torch.randn_like(p) * (0.6 / p.shape[-1] ** 0.5 if p.dim() > 1 else 0.3))
    return module


def build(name, *modules, legacy=None, prompt=None):
    folder = os.path.join(ROOT, "sentence", name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    entries = [("", "sentence_transformers.models.Transformer")]
    for i, module in enumerate(modules, 1):
        path = f"{i}_{type(module).__name__}"
        module.save(os.path.join(folder, path)) if os.makedirs(os.path.join(folder, path)) is None else 0
        kind = type(module).__module__ + "." + type(module).__name__
        entries.append((path, "sentence_transformers.models." + type(module).__name__ if legacy else kind))
    if legacy:
        json.dump(legacy, open(os.path.join(folder, "1_Pooling", "config.json"), "w"), indent=2)
    json.dump([dict(idx=i, name=str(i), path=p, type=t) for i, (p, t) in enumerate(entries)],
              open(os.path.join(folder, "modules.json"), "w"), indent=2)
    vectors, start = [], 0
    with torch.inference_mode():
        for n in given["lengths"].int().tolist():
            ids = given["input_ids"][start:start + n].long()[None]
            types = given["token_types"][start:start + n].long()[None]
            start += n
            features = {"token_embeddings": bert(input_ids=ids, token_type_ids=types).last_hidden_state,
                        "attention_mask": torch.ones(1, n, dtype=torch.long)}
            if prompt:
                features["prompt_length"] = prompt
            last = modules[:-1] if isinstance(modules[-1], Normalize) else modules
            for module in last:
                features = module.eval()(features)
            vectors.append(features["sentence_embedding"][0])
    save_file({"vectors": torch.stack(vectors)}, os.path.join(folder, "expected.safetensors"))


torch.manual_seed(7)
build("joined", Pooling(24, pooling_mode=("max", "mean")), Normalize())
build("flags", Pooling(24, pooling_mode=("cls", "mean")), legacy={
    "word_embedding_dimension": 24, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True,
    "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False})
for activation in (NN.Tanh(), NN.ReLU(), NN.GELU(), NN.Sigmoid(), NN.SiLU(), NN.Identity()):
    build("dense-" + type(activation).__name__.lower(), Pooling(24), dense(24, 17, activation), Normalize())
# A wider one, a residual with and without a product of its own, a Normalize between, no bias.
build("dense-several", Pooling(24, pooling_mode=["mean", "cls"]), dense(48, 70, NN.Tanh(), bias=False),
      Normalize(), dense(70, 70, NN.GELU(), use_residual=True), dense(70, 9, NN.Identity(), use_residual=True))
MODES = ["mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]
build("prompt", Pooling(24, pooling_mode=MODES, include_prompt=False), prompt=SKIPPED)
# Whole texts alone: sentence-transformers gives the first token's, or minus infinity, where nothing is left.
build("prompt-first", Pooling(24, pooling_mode=["cls", "max"], include_prompt=False), prompt=SKIPPED)
