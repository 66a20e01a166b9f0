"""Settings of config.json that change an encoder's numbers, a family each: what is changed, and whether Firn
refuses it. A value may follow from the sizes that were drawn."""

COMPUTED = ["gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "quick_gelu", "relu", "silu", "swish", "tanh"]
# All others of transformers' ACT2FN that are a function alone.
REFUSED = ["gelu_10", "gelu_accurate", "gelu_python", "hardswish", "laplace", "leaky_relu", "linear", "mish",
           "relu2", "relu6", "sigmoid"]


def accepted(*changes):
    return [(change, False) for change in changes]


def refused(*changes):
    return [(change, True) for change in changes]


def each(key, *values):
    return [{key: value} for value in values]


def activations(key, computed=COMPUTED, refusals=REFUSED):
    return accepted(*each(key, *computed)) + refused(*each(key, *refusals))


def rope(full, sliding, **more):
    return {"rope_parameters": {
        "full_attention": {"rope_type": "default", "rope_theta": full} | more,
        "sliding_attention": {"rope_type": "default", "rope_theta": sliding}}}


EPSILONS = [1e-12, 1e-5, 1e-3, 0.1]
SHAPES = [{"num_hidden_layers": 1}, {"intermediate_size": 37}, {"num_attention_heads": 1}]

VARIATIONS = {
    "bert": activations("hidden_act") + accepted(
        *each("layer_norm_eps", *EPSILONS), *each("type_vocab_size", 1, 3), *SHAPES,
        {"tie_word_embeddings": False}, {"pad_token_id": None},
    ) + refused({"is_decoder": True}),
    "distilbert": accepted(
        *each("activation", *COMPUTED), {"sinusoidal_pos_embds": True}, {"n_layers": 1}, {"hidden_dim": 41},
        {"n_heads": 1},
    ) + refused({"activation": "mish"}),
    "electra": accepted(
        {"embedding_size": lambda s: s.width}, {"embedding_size": lambda s: s.width * 2}, {"embedding_size": 5},
        {"hidden_act": "relu"}, {"layer_norm_eps": 1e-3}, {"type_vocab_size": 1},
    ) + refused({"is_decoder": True}, {"hidden_act": "gelu_10"}),
    "albert": accepted(
        {"num_hidden_groups": 2, "num_hidden_layers": 4}, {"num_hidden_groups": 3, "num_hidden_layers": 5},
        {"num_hidden_groups": 6, "num_hidden_layers": 7, "inner_group_num": 2}, {"inner_group_num": 3},
        {"embedding_size": lambda s: s.width}, {"hidden_act": "gelu"}, {"hidden_act": "relu"},
        {"layer_norm_eps": 1e-3}, {"type_vocab_size": 4}, {"num_hidden_layers": 1},
    ) + refused({"hidden_act": "leaky_relu"}),
    "mpnet": accepted(
        {"relative_attention_num_buckets": 32}, {"relative_attention_num_buckets": 64},
        {"hidden_act": "relu"}, {"hidden_act": "silu"}, {"layer_norm_eps": 1e-3}, {"pad_token_id": 0},
        {"pad_token_id": 5}, {"num_attention_heads": 1},
    ) + refused({"hidden_act": "mish"}),
    "roberta": accepted(
        *each("pad_token_id", 0, 1, 2), {"type_vocab_size": 2}, {"layer_norm_eps": 1e-5}, {"hidden_act": "gelu_new"},
    ) + refused({"is_decoder": True}, {"hidden_act": "hardswish"}),
    "xlm-roberta": accepted(
        *each("pad_token_id", 0, 1, 3), {"type_vocab_size": 2}, {"layer_norm_eps": 1e-5}, {"hidden_act": "silu"},
    ) + refused({"is_decoder": True}),
    "gpt2": activations("activation_function") + accepted(
        {"scale_attn_by_inverse_layer_idx": True, "attn_implementation": "eager"},
        {"reorder_and_upcast_attn": True, "attn_implementation": "eager"},
        {"reorder_and_upcast_attn": True, "scale_attn_by_inverse_layer_idx": True, "attn_implementation": "eager"},
        {"scale_attn_weights": False, "attn_implementation": "eager"}, {"scale_attn_weights": False},
        {"scale_attn_by_inverse_layer_idx": True, "scale_attn_weights": False}, {"n_inner": 29}, {"n_layer": 1},
        {"layer_norm_epsilon": 1e-2}, {"n_head": 1}, {"add_cross_attention": True},
    ),
    "openai-gpt": accepted(
        *each("afn", "gelu", "relu", "silu", "swish"), {"layer_norm_epsilon": 1e-2}, {"n_layer": 1}, {"n_head": 1},
    ) + refused({"afn": "gelu_new"}, {"afn": "quick_gelu"}),
    "t5": activations("feed_forward_proj") + accepted(
        {"relative_attention_num_buckets": 8}, {"relative_attention_num_buckets": 31},
        {"relative_attention_num_buckets": 64, "relative_attention_max_distance": 200},
        {"relative_attention_max_distance": 20}, {"relative_attention_max_distance": 9},
        {"relative_attention_max_distance": 77}, {"d_kv": 5}, {"d_kv": 40}, {"num_heads": 1}, {"num_layers": 1},
        {"layer_norm_epsilon": 1e-2}, {"tie_word_embeddings": False}, {"d_ff": 31},
    ) + refused(
        {"relative_attention_max_distance": 8}, {"relative_attention_num_buckets": 3}),
    "t5-v1_1": accepted(
        *each("feed_forward_proj", *(f"gated-{name}" for name in COMPUTED)), {"d_kv": 7},
        {"tie_word_embeddings": False},
    ) + refused({"feed_forward_proj": "gated-mish"}),
    "xlnet": accepted(
        *each("ff_activation", *COMPUTED), *each("clamp_len", 1, 5, 50), {"attn_type": "uni"},
        {"attn_type": "uni", "clamp_len": 7}, {"untie_r": False}, {"same_length": True}, {"mem_len": None},
        {"mem_len": 16}, {"reuse_len": 8}, {"layer_norm_eps": 1e-3}, {"d_inner": 33}, {"n_layer": 1},
    ) + refused(
        {"bi_data": True}, {"same_length": True, "attn_type": "uni"}, {"ff_activation": "mish"}),
    "deberta-v2": accepted(
        {"share_att_key": False}, *each("pos_att_type", ["c2p"], ["p2c"], [], "c2p|p2c", ["p2c", "c2p"]),
        {"share_att_key": False, "pos_att_type": ["p2c"]}, {"share_att_key": False, "pos_att_type": ["c2p"]},
        {"position_biased_input": True}, {"norm_rel_ebd": "none"}, {"type_vocab_size": 2},
        *each("position_buckets", -1, 8, 32),
        {"position_buckets": 256, "max_relative_positions": 512}, *each("max_relative_positions", 20, 64),
        {"position_buckets": -1, "max_relative_positions": 12}, {"embedding_size": lambda s: s.width // 2},
        {"embedding_size": lambda s: s.width // 2, "type_vocab_size": 2, "position_biased_input": True},
        {"hidden_act": "gelu_new"}, {"layer_norm_eps": 1e-3}, {"num_attention_heads": 1}, {"legacy": False},
    ) + refused(
        {"relative_attention": False}, {"position_buckets": 256, "max_relative_positions": 100},
        {"conv_kernel_size": 3, "conv_act": "gelu"}, {"hidden_act": "mish"}),
    "modernbert": activations("hidden_activation") + accepted(
        *({"global_attn_every_n_layers": n, "num_hidden_layers": 4} for n in (1, 2, 4, 9)),
        *each("local_attention", 2, 7, 64, 1000), rope(160000.0, 10000.0), rope(100.0, 5.5), rope(8e5, 1e4),
        {"layer_types": lambda s: ["sliding_attention"] * s.layers},
        {"layer_types": lambda s: ["full_attention"] * s.layers},
        {"norm_eps": 1e-2}, {"norm_bias": True}, {"attention_bias": True}, {"mlp_bias": True},
        {"num_hidden_layers": 1}, {"num_attention_heads": 1}, {"intermediate_size": 35},
    ) + refused(rope(10000.0, 10000.0, rope_type="linear", factor=2.0)),
}
