import Checkpoints
import Kernels

/// ModernBERT's settings, named as in config.json.
///
/// Source: `transformers/models/modernbert/configuration_modernbert.py`.
struct ModernBertConfig: Sendable, Equatable {
  let vocabSize: Int
  let hiddenSize: Int
  let intermediateSize: Int
  let numHiddenLayers: Int
  let numAttentionHeads: Int
  let hiddenActivation: Activation
  let maxPositionEmbeddings: Int
  let normEps: Float
  let normBias: Bool
  let attentionBias: Bool
  let mlpBias: Bool
  /// The width of the window of a layer that is not global.
  let localAttention: Int
  /// Whether a layer is global, of each layer.
  let isGlobal: [Bool]
  let globalRopeTheta: Double
  let localRopeTheta: Double

  /// Reads and checks config.json.
  ///
  /// - Throws: ``CheckpointError`` for a value that is missing, wrong, or whose effect Firn does
  ///   not compute.
  init(_ config: JSONFile) throws(CheckpointError) {
    vocabSize = try config.integer("vocab_size")
    hiddenSize = try config.integer("hidden_size")
    intermediateSize = try config.integer("intermediate_size")
    numHiddenLayers = try config.layerCount("num_hidden_layers")
    numAttentionHeads = try config.integer("num_attention_heads")
    hiddenActivation = try .init(config, key: "hidden_activation", default: "gelu")
    maxPositionEmbeddings = try config.integer("max_position_embeddings", default: 8192)
    normEps = Float(try config.real("norm_eps", default: 1e-5))
    normBias = try config.bool("norm_bias", default: false)
    attentionBias = try config.bool("attention_bias", default: false)
    mlpBias = try config.bool("mlp_bias", default: false)
    localAttention = try config.integer("local_attention", default: 128, minimum: 0)
    isGlobal = try Self.isGlobal(config, layers: numHiddenLayers)
    globalRopeTheta = try Self.theta(
      config, "full_attention", default: config.real("global_rope_theta", default: 160_000))
    localRopeTheta = try Self.theta(
      config, "sliding_attention", default: config.real("local_rope_theta", default: 10_000))
    try config.demandDivisor("num_attention_heads", of: "hidden_size", hiddenSize)
    guard hiddenSize / numAttentionHeads % 2 == 0 else {
      throw config.bad("num_attention_heads", "heads of an even size: their numbers turn in pairs")
    }
    guard !config.has("rope_scaling") else {
      throw .unsupported(
        path: config.path, key: "rope_scaling", value: "an object", supported: "null")
    }
  }

  /// `layer_types`, or in older files every so-many-th layer.
  private static func isGlobal(
    _ config: JSONFile, layers: Int
  ) throws(CheckpointError) -> [Bool] {
    guard let types = try config.stringList("layer_types") else {
      let every = try config.integer("global_attn_every_n_layers", default: 3)
      return (0..<layers).map { $0 % every == 0 }
    }
    guard types.count == layers else {
      throw config.bad("layer_types", "\(layers) strings, one for each layer")
    }
    for type in types where !["full_attention", "sliding_attention"].contains(type) {
      throw .unsupported(
        path: config.path, key: "layer_types", value: type,
        supported: "full_attention, sliding_attention")
    }
    return types.map { $0 == "full_attention" }
  }

  /// `rope_parameters` of a type of layers, which older files do not have.
  private static func theta(
    _ config: JSONFile, _ type: String, default standard: Double
  ) throws(CheckpointError) -> Double {
    guard let own = try config.object("rope_parameters")?.object(type) else { return standard }
    try own.demand("rope_type", "default")
    return try own.real("rope_theta", default: standard)
  }
}

/// ModernBERT (Warner et al. 2024, arXiv:2412.13663), without heads; the last hidden state is the
/// normalized one.
///
/// Source: `transformers/models/modernbert/modeling_modernbert.py`.
enum ModernBert: Architecture {
  static let modelTypes = ["modernbert"]

  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? {
    try ModernBertConfig(config).maxPositionEmbeddings
  }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    let config = try ModernBertConfig(folder.config)
    let width = config.hiddenSize
    let names = Embeddings.Names(
      word: "embeddings.tok_embeddings.weight", norm: "embeddings.norm")
    var weights = try Weights(folder, prefixes: ["", "model."], probe: names.word)
    let embeddings = try Embeddings(
      &weights, names,
      .init(
        width: width, vocabulary: config.vocabSize, epsilon: config.normEps,
        normBias: config.normBias, hiddenSize: width),
      numerics)
    var layers: [PreNormLayer] = []
    for k in 0..<config.numHiddenLayers {
      layers.append(try layer(&weights, k, config, numerics))
    }
    let finalNorm = try norm(&weights, "final_norm", config)
    try weights.finish()
    let rotations = Rotations(
      bases: [config.globalRopeTheta, config.localRopeTheta],
      headSize: width / config.numAttentionHeads)
    return StackedEncoder(
      hiddenSize: width, maximumTokens: config.maxPositionEmbeddings,
      vocabularySize: config.vocabSize,
      typeVocabularySize: StackedEncoder<PreNormLayer>.anyType, numerics: numerics,
      embeddings: embeddings, layers: layers, positions: .rotations(rotations),
      finalNorm: finalNorm)
  }

  private static func layer(
    _ weights: inout Weights, _ k: Int, _ config: ModernBertConfig, _ numerics: Numerics
  ) throws(CheckpointError) -> PreNormLayer {
    let (width, inner) = (config.hiddenSize, config.intermediateSize)
    let name = "layers.\(k)"
    var shape = SelfAttention.Shape(width: width, heads: config.numAttentionHeads)
    shape.reach = config.isGlobal[k] ? .all : .near(config.localAttention / 2)
    shape.positions = .rotation(config.isGlobal[k] ? 0 : 1)
    let attentionForm = config.attentionBias ? Linear.Form.linear : .withoutBias
    let attention = SelfAttention(
      shape,
      qkv: try Linear(
        &weights, "\(name).attn.Wqkv", inputs: width, outputs: 3 * width, form: attentionForm,
        numerics),
      output: try Linear(
        &weights, "\(name).attn.Wo", inputs: width, outputs: width, form: attentionForm, numerics))
    let parts = try Linear.split(
      &weights, "\(name).mlp.Wi", into: 2, inputs: width, outputs: inner, bias: config.mlpBias,
      numerics)
    let feedForward = FeedForward(
      config.hiddenActivation, intermediate: parts[0], gate: parts[1],
      output: try Linear(
        &weights, "\(name).mlp.Wo", inputs: inner, outputs: width,
        form: config.mlpBias ? .linear : .withoutBias, numerics))
    return PreNormLayer(
      width: width,
      // The embeddings are normalized already.
      attentionNorm: k == 0 ? nil : try norm(&weights, "\(name).attn_norm", config),
      attention: attention, outputNorm: try norm(&weights, "\(name).mlp_norm", config),
      feedForward: feedForward)
  }

  private static func norm(
    _ weights: inout Weights, _ name: String, _ config: ModernBertConfig
  ) throws(CheckpointError) -> Norm {
    .layer(
      try LayerNorm(
        &weights, name, size: config.hiddenSize, epsilon: config.normEps, bias: config.normBias))
  }
}
