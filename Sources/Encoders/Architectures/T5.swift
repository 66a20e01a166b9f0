import Checkpoints
import Kernels

/// T5's settings, named as in config.json.
///
/// Source: `transformers/models/t5/configuration_t5.py`.
struct T5Config: Sendable, Equatable {
  let vocabSize: Int
  /// The hidden size.
  let dModel: Int
  /// The size of a head.
  let dKv: Int
  let dFf: Int
  let numLayers: Int
  let numHeads: Int
  let relativeAttentionNumBuckets: Int
  let relativeAttentionMaxDistance: Int
  let layerNormEpsilon: Float
  let activation: Activation
  let isGated: Bool

  /// Reads and checks config.json.
  ///
  /// - Throws: ``CheckpointError`` for a value that is missing, wrong, or whose effect Firn does
  ///   not compute.
  init(_ config: JSONFile) throws(CheckpointError) {
    vocabSize = try config.integer("vocab_size")
    dModel = try config.integer("d_model")
    dKv = try config.integer("d_kv")
    dFf = try config.integer("d_ff")
    numLayers = try config.layerCount("num_layers")
    numHeads = try config.integer("num_heads")
    // With fewer buckets than 4, or no distance beyond the exact ones, the logarithms are of nothing.
    relativeAttentionNumBuckets = try config.integer(
      "relative_attention_num_buckets", default: 32, minimum: 4)
    relativeAttentionMaxDistance = try config.integer(
      "relative_attention_max_distance", default: 128,
      minimum: relativeAttentionNumBuckets / 4 + 1)
    layerNormEpsilon = Float(try config.real("layer_norm_epsilon", default: 1e-6))
    let projection = try config.string("feed_forward_proj", default: "relu")
    let name = projection.replacing(/^gated-/, with: "")
    isGated = name != projection
    // "gated-gelu" is the one by tanh; "gated-gelu_new" says so.
    guard let activation = Activation(rawValue: projection == "gated-gelu" ? "gelu_new" : name)
    else {
      throw .unsupported(
        path: config.path, key: "feed_forward_proj", value: projection,
        supported: "an activation or gated- and one: "
          + Activation.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.activation = activation
    // Newer files repeat what feed_forward_proj says; it must be the same.
    try config.demand("is_gated_act", isGated)
    if config.has("dense_act_fn") {
      let repeated = try Activation(config, key: "dense_act_fn", default: activation.rawValue)
      guard repeated == activation else {
        throw config.bad("dense_act_fn", "\(activation.rawValue), as feed_forward_proj says")
      }
    }
    try config.demand("is_decoder", false)
  }
}

/// The encoder of T5 (Raffel et al. 2020, arXiv:1910.10683) and of T5 v1.1; the last hidden state is the
/// normalized one.
///
/// Source: `transformers/models/t5/modeling_t5.py`.
enum T5: Architecture {
  static let modelTypes = ["t5"]

  /// Distances have buckets, however far.
  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? { nil }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    let config = try T5Config(folder.config)
    let width = config.dModel
    var weights = try Weights(
      folder, prefixes: ["", "transformer."], probe: "encoder.final_layer_norm.weight")
    let word = weights.has("shared.weight") ? "shared.weight" : "encoder.embed_tokens.weight"
    let embeddings = try Embeddings(
      &weights, .init(word: word),
      .init(width: width, vocabulary: config.vocabSize, hiddenSize: width), numerics)
    let bias = try RelativeBias(
      &weights,
      .init(
        name: "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
        rows: config.relativeAttentionNumBuckets, heads: config.numHeads,
        buckets: config.relativeAttentionNumBuckets,
        maximumDistance: config.relativeAttentionMaxDistance))
    var layers: [PreNormLayer] = []
    for k in 0..<config.numLayers {
      layers.append(try layer(&weights, "encoder.block.\(k)", config, numerics))
    }
    let finalNorm = try norm(&weights, "encoder.final_layer_norm", config)
    try weights.finish()
    return StackedEncoder(
      hiddenSize: width, maximumTokens: nil, vocabularySize: config.vocabSize,
      typeVocabularySize: StackedEncoder<PreNormLayer>.anyType, numerics: numerics,
      embeddings: embeddings, layers: layers, positions: .relative(bias), finalNorm: finalNorm)
  }

  private static func layer(
    _ weights: inout Weights, _ name: String, _ config: T5Config, _ numerics: Numerics
  ) throws(CheckpointError) -> PreNormLayer {
    let width = config.dModel
    var shape = SelfAttention.Shape(width: width, heads: config.numHeads, headSize: config.dKv)
    // The square root of the head's size went into the initial weights.
    shape.scale = 1
    shape.positions = .bias
    let own = "\(name).layer.0.SelfAttention"
    let attention = SelfAttention(
      shape,
      qkv: try Linear(
        &weights, joining: ["q", "k", "v"].map { "\(own).\($0)" }, inputs: width,
        outputs: shape.inner, form: .withoutBias, numerics),
      output: try Linear(
        &weights, "\(own).o", inputs: shape.inner, outputs: width, form: .withoutBias, numerics))
    let dense = "\(name).layer.1.DenseReluDense"
    func intermediate(_ part: String) throws(CheckpointError) -> Linear {
      try Linear(
        &weights, "\(dense).\(part)", inputs: width, outputs: config.dFf, form: .withoutBias,
        numerics)
    }
    let feedForward = FeedForward(
      config.activation, intermediate: try intermediate(config.isGated ? "wi_0" : "wi"),
      gate: config.isGated ? try intermediate("wi_1") : nil,
      output: try Linear(
        &weights, "\(dense).wo", inputs: config.dFf, outputs: width, form: .withoutBias, numerics))
    return PreNormLayer(
      width: width, attentionNorm: try norm(&weights, "\(name).layer.0.layer_norm", config),
      attention: attention,
      outputNorm: try norm(&weights, "\(name).layer.1.layer_norm", config),
      feedForward: feedForward)
  }

  private static func norm(
    _ weights: inout Weights, _ name: String, _ config: T5Config
  ) throws(CheckpointError) -> Norm {
    .rms(try RMSNorm(&weights, name, size: config.dModel, epsilon: config.layerNormEpsilon))
  }
}
