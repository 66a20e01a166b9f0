"""Write Tests/FineTuningTests/Fixtures: tiny classifiers with PyTorch's gradients and losses.

    python make_fine_tuning_fixtures.py OUT [NAME ...]   # torch 2.15.0, transformers 5.23.0, safetensors 0.8.0

Each folder is a checkpoint of a ...ForSequenceClassification with config.json, model.safetensors and
expected.safetensors, computed without dropout:

    input_ids, token_types, lengths, targets   a few random texts, and what they should give
    logits, loss                               of all texts as one batch, float64
    grad.<tensor>                              the loss's gradient by every parameter, float64
    losses                                     of six steps of torch.optim.AdamW over the same batch, float32
"""
import os, sys
import torch, transformers as tf
from safetensors.torch import save_file

SIZES = dict(vocab_size=60, hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40)
SHORT = [1, 2, 7, 33]
# Far enough for the last bucket of distances, which begins at 128.
FAR = [2, 7, 140]


def model(kind, config, **changes):
    name = kind + "ForSequenceClassification"
    return getattr(tf, name)(config(num_labels=changes.pop("num_labels", 3), **changes))


MODELS = {
    "bert": lambda **c: model("Bert", tf.BertConfig, **SIZES, max_position_embeddings=40, **c),
    "distilbert": lambda **c: model(
        "DistilBert", tf.DistilBertConfig, vocab_size=60, dim=24, n_layers=2, n_heads=2, hidden_dim=40,
        max_position_embeddings=40, **c),
    "roberta": lambda **c: model(
        "Roberta", tf.RobertaConfig, **SIZES, max_position_embeddings=43, pad_token_id=2, **c),
    "xlm-roberta": lambda **c: model(
        "XLMRoberta", tf.XLMRobertaConfig, **SIZES, max_position_embeddings=42, pad_token_id=1, hidden_act="relu", **c),
    "electra": lambda **c: model(
        "Electra", tf.ElectraConfig, **SIZES, max_position_embeddings=40, embedding_size=16, **c),
    "mpnet": lambda **c: model("MPNet", tf.MPNetConfig, **SIZES, max_position_embeddings=142, **c),
    "albert": lambda **c: model(
        "Albert", tf.AlbertConfig, **SIZES | dict(num_hidden_layers=3), max_position_embeddings=40,
        embedding_size=16, num_hidden_groups=2, inner_group_num=2, **c),
}
MODELS["bert-multi-label"] = lambda: MODELS["bert"](
    num_labels=4, problem_type="multi_label_classification", hidden_act="gelu_new")
MODELS["bert-regression"] = lambda: MODELS["bert"](
    num_labels=1, problem_type="regression", hidden_act="silu")
QUIET = dict(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, classifier_dropout=0.0,
             classifier_dropout_prob=0.0, dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0)


def loss_of(net, texts, types, targets, with_types):
    """The mean over the texts, each alone: no padding has a say."""
    logits = []
    for ids, kinds in zip(texts, types):
        extra = dict(token_type_ids=kinds[None]) if with_types else {}
        logits.append(net(input_ids=ids[None], attention_mask=torch.ones_like(ids)[None], **extra).logits[0])
    logits = torch.stack(logits)
    kind = net.config.problem_type
    if kind == "multi_label_classification":
        return logits, torch.nn.functional.binary_cross_entropy_with_logits(logits, targets.to(logits.dtype))
    if kind == "regression":
        return logits, torch.nn.functional.mse_loss(logits[:, 0], targets.to(logits.dtype))
    return logits, torch.nn.functional.cross_entropy(logits, targets)


def write(out, name, number):
    torch.manual_seed(number)
    net = MODELS[name]().eval()
    for key in QUIET:
        if hasattr(net.config, key):
            setattr(net.config, key, 0.0)
    for parameter in net.parameters():
        # Larger than a fresh model's, and nowhere 0 or 1: every term of a gradient shows.
        parameter.data += torch.randn_like(parameter) * 0.15
    lengths = FAR if name == "mpnet" else SHORT
    texts = [torch.randint(3, 60, (n,)) for n in lengths]
    # A padding token that stands in a text: its rows of words and positions learn nothing.
    texts[-1][len(texts[-1]) // 2] = getattr(net.config, "pad_token_id", None) or 0
    with_types = getattr(net.config, "type_vocab_size", 0) > 1 and name not in ("distilbert", "mpnet")
    types = [torch.randint(0, 2, (n,)) if with_types else torch.zeros(n, dtype=torch.long) for n in lengths]
    kind = net.config.problem_type
    if kind == "multi_label_classification":
        targets = torch.randint(0, 2, (len(texts), net.config.num_labels)).float()
    elif kind == "regression":
        targets = torch.randn(len(texts))
    else:
        targets = torch.tensor([i % 3 for i in range(len(texts))])
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    net.save_pretrained(folder)
    for extra in ("generation_config.json",):
        if os.path.exists(os.path.join(folder, extra)):
            os.remove(os.path.join(folder, extra))
    state = {key: value.clone() for key, value in net.state_dict().items()}
    net.double()
    logits, loss = loss_of(net, texts, types, targets, with_types)
    loss.backward()
    saved = {"grad." + key: p.grad.clone() for key, p in net.named_parameters() if p.grad is not None}
    net.float()
    net.load_state_dict(state)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01)
    losses = []
    for _ in range(6):
        optimizer.zero_grad()
        _, step = loss_of(net, texts, types, targets, with_types)
        step.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        losses.append(step.item())
    saved |= {
        "input_ids": torch.cat(texts).int(), "token_types": torch.cat(types).to(torch.uint8),
        "lengths": torch.tensor(lengths).int(), "targets": targets.float(),
        "logits": logits.detach().contiguous(), "loss": loss.detach().reshape(1), "losses": torch.tensor(losses).double(),
    }
    save_file({key: value.contiguous() for key, value in saved.items()}, os.path.join(folder, "expected.safetensors"))


out, names = sys.argv[1], sys.argv[2:] or list(MODELS)
for number, name in enumerate(MODELS):
    if name in names:
        write(out, name, number)
