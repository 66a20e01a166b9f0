import Checkpoints
import Kernels

/// BERT's settings, named as in config.json; those of its kin too.
///
/// Source: `transformers/models/bert/configuration_bert.py`.
struct BertConfig: Sendable, Equatable {
  let vocabSize: Int
  let hiddenSize: Int
  let numHiddenLayers: Int
  let numAttentionHeads: Int
  let intermediateSize: Int
  let hiddenAct: Activation
  let maxPositionEmbeddings: Int
  let layerNormEps: Float

  /// Reads and checks config.json. `hiddenAct`, `epsilon`: what the architecture takes where they are not
  /// named.
  ///
  /// - Throws: ``CheckpointError`` for a value that is missing, wrong, or whose effect Firn does
  ///   not compute.
  init(
    _ config: JSONFile, hiddenAct: Activation = .gelu, epsilon: Double = 1e-12
  ) throws(CheckpointError) {
    vocabSize = try config.integer("vocab_size")
    hiddenSize = try config.integer("hidden_size")
    numHiddenLayers = try config.layerCount("num_hidden_layers")
    numAttentionHeads = try config.integer("num_attention_heads")
    intermediateSize = try config.integer("intermediate_size")
    maxPositionEmbeddings = try config.integer("max_position_embeddings")
    layerNormEps = Float(try config.real("layer_norm_eps", default: epsilon))
    self.hiddenAct = try .init(config, key: "hidden_act", default: hiddenAct.rawValue)
    try config.demandDivisor("num_attention_heads", of: "hidden_size", hiddenSize)
    try config.demand("position_embedding_type", "absolute")
    try config.demand("is_decoder", false)
    try config.demand("add_cross_attention", false)
  }

  /// The sizes of its layers.
  var layer: PostNormLayer.Shape {
    PostNormLayer.Shape(
      attention: .init(width: hiddenSize, heads: numAttentionHeads),
      intermediateSize: intermediateSize, activation: hiddenAct, epsilon: layerNormEps)
  }
}

/// BERT (Devlin et al. 2018, arXiv:1810.04805), without pooler and heads.
///
/// Source: `transformers/models/bert/modeling_bert.py`; tensor names are the checkpoint's own.
enum Bert: PostNormArchitecture {
  static let modelTypes = ["bert"]

  static func plan(_ config: JSONFile) throws(CheckpointError) -> PostNormPlan {
    let own = try BertConfig(config)
    return PostNormPlan(
      own, prefixes: ["", "model.", "bert."], types: try own.types(config),
      maximumTokens: own.maxPositionEmbeddings)
  }
}

extension BertConfig {
  /// The number of token types.
  func types(_ config: JSONFile) throws(CheckpointError) -> Int {
    try config.integer("type_vocab_size", default: 2)
  }
}
