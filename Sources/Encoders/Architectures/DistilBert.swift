import Checkpoints
import Kernels

/// DistilBERT's settings, named as in config.json.
///
/// Source: `transformers/models/distilbert/configuration_distilbert.py`.
struct DistilBertConfig: Sendable, Equatable {
  let vocabSize: Int
  /// The hidden size.
  let dim: Int
  let nLayers: Int
  let nHeads: Int
  /// The intermediate size.
  let hiddenDim: Int
  let activation: Activation
  let maxPositionEmbeddings: Int
  /// torch.nn.LayerNorm's, which is written in the code and not in config.json.
  let epsilon: Float = 1e-12

  /// Reads and checks config.json.
  ///
  /// - Throws: ``CheckpointError`` for a value that is missing, wrong, or whose effect Firn does
  ///   not compute.
  init(_ config: JSONFile) throws(CheckpointError) {
    vocabSize = try config.integer("vocab_size")
    dim = try config.integer("dim")
    nLayers = try config.layerCount("n_layers")
    nHeads = try config.integer("n_heads")
    hiddenDim = try config.integer("hidden_dim")
    maxPositionEmbeddings = try config.integer("max_position_embeddings", default: 512)
    activation = try .init(config, key: "activation", default: "gelu")
    try config.demandDivisor("n_heads", of: "dim", dim)
  }
}

/// DistilBERT (Sanh et al. 2019, arXiv:1910.01108), without heads: BERT without token types.
///
/// Source: `transformers/models/distilbert/modeling_distilbert.py`; tensor names are the checkpoint's
/// own. Its positions may be sinusoidal, but they are stored as a tensor either way.
enum DistilBert: PostNormArchitecture {
  static let modelTypes = ["distilbert"]

  static func plan(_ config: JSONFile) throws(CheckpointError) -> PostNormPlan {
    let own = try DistilBertConfig(config)
    return PostNormPlan(own)
  }
}

extension PostNormPlan {
  init(_ config: DistilBertConfig) {
    prefixes = ["", "distilbert."]
    embeddings.tokenType = nil
    types = 0
    vocabularySize = config.vocabSize
    positions = config.maxPositionEmbeddings
    maximumTokens = config.maxPositionEmbeddings
    embeddingSize = config.dim
    hiddenSize = config.dim
    heads = config.nHeads
    intermediateSize = config.hiddenDim
    activation = config.activation
    epsilon = config.epsilon
    layers = (0..<config.nLayers).map { k in
      let layer = "transformer.layer.\(k)"
      return PostNormNames(
        qkv: ["q_lin", "k_lin", "v_lin"].map { "\(layer).attention.\($0)" },
        attentionOutput: "\(layer).attention.out_lin", attentionNorm: "\(layer).sa_layer_norm",
        intermediate: "\(layer).ffn.lin1", output: "\(layer).ffn.lin2",
        outputNorm: "\(layer).output_layer_norm")
    }
    order = Array(layers.indices)
  }
}
