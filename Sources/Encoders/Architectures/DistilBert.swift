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
enum DistilBert: Architecture {
  static let modelTypes = ["distilbert"]

  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? {
    try DistilBertConfig(config).maxPositionEmbeddings
  }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    let config = try DistilBertConfig(folder.config)
    var names = Embeddings.Names.bert
    names.tokenType = nil
    var weights = try Weights(folder, prefixes: ["", "distilbert."], probe: names.word)
    let embeddings = try Embeddings(
      &weights, names,
      .init(
        width: config.dim, vocabulary: config.vocabSize,
        positions: config.maxPositionEmbeddings, epsilon: config.epsilon, hiddenSize: config.dim),
      numerics)
    let shape = PostNormLayer.Shape(
      attention: .init(width: config.dim, heads: config.nHeads),
      intermediateSize: config.hiddenDim, activation: config.activation, epsilon: config.epsilon)
    var layers: [PostNormLayer] = []
    for k in 0..<config.nLayers {
      let layer = "transformer.layer.\(k)"
      let names = PostNormLayer.Names(
        qkv: ["q_lin", "k_lin", "v_lin"].map { "\(layer).attention.\($0)" },
        attentionOutput: "\(layer).attention.out_lin", attentionNorm: "\(layer).sa_layer_norm",
        intermediate: "\(layer).ffn.lin1", output: "\(layer).ffn.lin2",
        outputNorm: "\(layer).output_layer_norm")
      layers.append(try PostNormLayer(&weights, names, shape, numerics))
    }
    try weights.finish()
    return StackedEncoder(
      hiddenSize: config.dim, maximumTokens: config.maxPositionEmbeddings,
      vocabularySize: config.vocabSize,
      typeVocabularySize: StackedEncoder<PostNormLayer>.anyType, numerics: numerics,
      embeddings: embeddings, layers: layers)
  }
}
