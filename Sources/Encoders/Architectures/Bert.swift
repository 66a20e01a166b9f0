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
enum Bert: Architecture {
  static let modelTypes = ["bert"]

  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? {
    try BertConfig(config).maxPositionEmbeddings
  }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    try BertConfig(folder.config).encoder(
      folder, numerics, prefixes: ["", "bert.", "model."],
      maximumTokens: maximumTokens(folder.config))
  }
}

extension BertConfig {
  /// Loads BERT's stack: the one of every architecture that keeps its layers under BERT's names.
  ///
  /// `embeddingSize`: where the embeddings are narrower than the hidden states, and projected.
  /// `counting`: where the positions begin.
  ///
  /// - Throws: ``CheckpointError``; missing and misshapen tensors are named together.
  func encoder(
    _ folder: ModelFolder, _ numerics: Numerics, prefixes: [String], embeddingSize: Int? = nil,
    counting: Embeddings.Counting = .fromZero, maximumTokens: Int?
  ) throws(CheckpointError) -> any Encoder {
    let types = try folder.config.integer("type_vocab_size", default: 2)
    let width = embeddingSize ?? hiddenSize
    var names = Embeddings.Names.bert
    names.projection = width == hiddenSize ? nil : "embeddings_project"
    var weights = try Weights(folder, prefixes: prefixes, probe: names.word)
    let embeddings = try Embeddings(
      &weights, names,
      .init(
        width: width, vocabulary: vocabSize, positions: maxPositionEmbeddings, types: types,
        epsilon: layerNormEps, hiddenSize: hiddenSize),
      counting: counting, numerics)
    var layers: [PostNormLayer] = []
    for k in 0..<numHiddenLayers {
      layers.append(try PostNormLayer(&weights, .bert(k), layer, numerics))
    }
    try weights.finish()
    return StackedEncoder(
      hiddenSize: hiddenSize, maximumTokens: maximumTokens, vocabularySize: vocabSize,
      typeVocabularySize: types, numerics: numerics, embeddings: embeddings, layers: layers)
  }
}
