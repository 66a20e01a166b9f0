public import Checkpoints
public import Kernels

/// DistilBERT's settings, named as in config.json.
///
/// Source: `transformers/models/distilbert/configuration_distilbert.py`.
public struct DistilBertConfig: Sendable, Equatable {
  public let vocabSize: Int
  /// The hidden size.
  public let dim: Int
  public let nLayers: Int
  public let nHeads: Int
  /// The intermediate size.
  public let hiddenDim: Int
  public let activation: Activation
  public let maxPositionEmbeddings: Int

  /// Reads and checks config.json.
  ///
  /// - Throws: ``CheckpointError`` for a value that is missing, wrong, or whose effect Firn does
  ///   not compute.
  public init(_ config: JSONFile) throws(CheckpointError) {
    vocabSize = try config.integer("vocab_size")
    dim = try config.integer("dim")
    nLayers = try config.integer("n_layers")
    nHeads = try config.integer("n_heads")
    hiddenDim = try config.integer("hidden_dim")
    maxPositionEmbeddings = try config.integer("max_position_embeddings", default: 512)
    activation = try .init(config, key: "activation", default: "gelu")
    guard dim % nHeads == 0 else {
      throw config.bad("n_heads", "a divisor of dim \(dim)")
    }
  }
}

/// DistilBERT (Sanh et al. 2019, arXiv:1910.01108), without heads: BERT without token types.
///
/// Source: `transformers/models/distilbert/modeling_distilbert.py`; tensor names are the checkpoint's
/// own. Its positions may be sinusoidal, but they are stored as a tensor either way.
public struct DistilBert: Encoder {
  public let config: DistilBertConfig
  public let numerics: Numerics
  private let embeddings: AbsoluteEmbeddings
  private let shape: PostNormLayer.Shape
  private let layers: [PostNormLayer]

  public var hiddenSize: Int { config.dim }
  public var layerCount: Int { config.nLayers }
  public var maximumTokens: Int? { config.maxPositionEmbeddings }
  public var vocabularySize: Int { config.vocabSize }
  /// Token types are not read: any will do.
  public var typeVocabularySize: Int { Int(UInt8.max) + 1 }
  public var cost: EncoderCost { layers.count * shape.cost }

  /// Loads the encoder of a model folder; heads beside it are left alone.
  ///
  /// - Throws: ``CheckpointError``; missing and misshapen tensors are named together.
  public init(_ folder: ModelFolder, _ numerics: Numerics) throws(CheckpointError) {
    let config = try DistilBertConfig(folder.config)
    // torch.nn.LayerNorm's epsilon is written in the code, not in config.json.
    let epsilon: Float = 1e-12
    var weights = try Weights(
      folder, prefixes: ["", "distilbert."], probe: "embeddings.word_embeddings.weight")
    embeddings = try AbsoluteEmbeddings(
      &weights, width: config.dim, vocabulary: config.vocabSize,
      positions: config.maxPositionEmbeddings, types: nil, epsilon: epsilon)
    shape = PostNormLayer.Shape(
      width: config.dim, heads: config.nHeads, intermediateSize: config.hiddenDim,
      activation: config.activation, epsilon: epsilon)
    var layers: [PostNormLayer] = []
    for k in 0..<config.nLayers {
      let layer = "transformer.layer.\(k)"
      let names = PostNormLayer.Names(
        query: "\(layer).attention.q_lin", key: "\(layer).attention.k_lin",
        value: "\(layer).attention.v_lin", attentionOutput: "\(layer).attention.out_lin",
        attentionNorm: "\(layer).sa_layer_norm", intermediate: "\(layer).ffn.lin1",
        output: "\(layer).ffn.lin2", outputNorm: "\(layer).output_layer_norm")
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
