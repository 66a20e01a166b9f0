public import Checkpoints
public import Kernels

/// BERT's settings, named as in config.json.
///
/// Source: `transformers/models/bert/configuration_bert.py`.
public struct BertConfig: Sendable, Equatable {
  public let vocabSize: Int
  public let hiddenSize: Int
  public let numHiddenLayers: Int
  public let numAttentionHeads: Int
  public let intermediateSize: Int
  public let hiddenAct: Activation
  public let maxPositionEmbeddings: Int
  public let typeVocabSize: Int
  public let layerNormEps: Float

  /// Reads and checks config.json.
  ///
  /// - Throws: ``CheckpointError`` for a value that is missing, wrong, or whose effect Firn does
  ///   not compute.
  public init(_ config: JSONFile) throws(CheckpointError) {
    vocabSize = try config.integer("vocab_size")
    hiddenSize = try config.integer("hidden_size")
    numHiddenLayers = try config.integer("num_hidden_layers")
    numAttentionHeads = try config.integer("num_attention_heads")
    intermediateSize = try config.integer("intermediate_size")
    maxPositionEmbeddings = try config.integer("max_position_embeddings")
    typeVocabSize = try config.integer("type_vocab_size", default: 2)
    layerNormEps = Float(try config.real("layer_norm_eps", default: 1e-12))
    hiddenAct = try .init(config, key: "hidden_act", default: "gelu")
    guard hiddenSize % numAttentionHeads == 0 else {
      throw config.bad(
        "num_attention_heads", "a divisor of hidden_size \(hiddenSize)")
    }
    let positions = try config.string("position_embedding_type", default: "absolute")
    guard positions == "absolute" else {
      throw .unsupported(
        path: config.path, key: "position_embedding_type", value: positions, supported: "absolute")
    }
    for key in ["is_decoder", "add_cross_attention"] where try config.bool(key, default: false) {
      throw .unsupported(path: config.path, key: key, value: "true", supported: "false")
    }
  }
}

/// BERT (Devlin et al. 2018, arXiv:1810.04805), without pooler and heads.
///
/// Source: `transformers/models/bert/modeling_bert.py`; tensor names are the checkpoint's own.
public struct Bert: Encoder {
  public let config: BertConfig
  public let numerics: Numerics
  private let embeddings: AbsoluteEmbeddings
  private let shape: PostNormLayer.Shape
  private let layers: [PostNormLayer]

  public var hiddenSize: Int { config.hiddenSize }
  public var layerCount: Int { config.numHiddenLayers }
  public var maximumTokens: Int? { config.maxPositionEmbeddings }
  public var vocabularySize: Int { config.vocabSize }
  public var typeVocabularySize: Int { config.typeVocabSize }
  public var cost: EncoderCost { layers.count * shape.cost }

  /// Loads the encoder of a model folder; heads beside it are left alone.
  ///
  /// - Throws: ``CheckpointError``; missing and misshapen tensors are named together.
  public init(_ folder: ModelFolder, _ numerics: Numerics) throws(CheckpointError) {
    let config = try BertConfig(folder.config)
    var weights = try Weights(
      folder, prefixes: ["", "bert.", "model."], probe: "embeddings.word_embeddings.weight")
    embeddings = try AbsoluteEmbeddings(
      &weights, width: config.hiddenSize, vocabulary: config.vocabSize,
      positions: config.maxPositionEmbeddings, types: config.typeVocabSize,
      epsilon: config.layerNormEps)
    shape = PostNormLayer.Shape(
      width: config.hiddenSize, heads: config.numAttentionHeads,
      intermediateSize: config.intermediateSize, activation: config.hiddenAct,
      epsilon: config.layerNormEps)
    var layers: [PostNormLayer] = []
    for k in 0..<config.numHiddenLayers {
      let layer = "encoder.layer.\(k)"
      let names = PostNormLayer.Names(
        query: "\(layer).attention.self.query", key: "\(layer).attention.self.key",
        value: "\(layer).attention.self.value",
        attentionOutput: "\(layer).attention.output.dense",
        attentionNorm: "\(layer).attention.output.LayerNorm",
        intermediate: "\(layer).intermediate.dense", output: "\(layer).output.dense",
        outputNorm: "\(layer).output.LayerNorm")
      layers.append(try PostNormLayer(&weights, names, shape, numerics))
    }
    try weights.finish()
    self.layers = layers
    self.config = config
    self.numerics = numerics
  }

  public func makeWorkspace(tokens: Int, longest: Int) -> Workspace {
    shape.makeWorkspace(tokens: tokens, longest: longest, numerics)
  }

  public func forward(
    _ batch: TokenSlice, workspace: Workspace, lastLayer: Int, only: TokenPlace?,
    visit: (_ layer: Int, _ hidden: UnsafePointer<Float>) -> Void
  ) {
    embeddings.forward(numerics.kernels, batch, workspace[.hidden])
    visit(0, workspace[.hidden])
    layers.forward(numerics.kernels, batch, workspace, lastLayer: lastLayer, only: only, visit)
  }
}
