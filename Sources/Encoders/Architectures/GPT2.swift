import Checkpoints
import Kernels

/// The settings of GPT and GPT-2, named as in config.json.
///
/// Source: `transformers/models/gpt2/configuration_gpt2.py`.
struct GPTConfig: Sendable, Equatable {
  let vocabSize: Int
  let nPositions: Int
  /// The hidden size.
  let nEmbd: Int
  let nLayer: Int
  let nHead: Int
  let layerNormEpsilon: Float

  /// Reads and checks config.json.
  ///
  /// - Throws: ``CheckpointError`` for a value that is missing or wrong.
  init(_ config: JSONFile) throws(CheckpointError) {
    vocabSize = try config.integer("vocab_size")
    nPositions = try config.integer("n_positions")
    nEmbd = try config.integer("n_embd")
    nLayer = try config.layerCount("n_layer")
    nHead = try config.integer("n_head")
    layerNormEpsilon = Float(try config.real("layer_norm_epsilon", default: 1e-5))
    try config.demandDivisor("n_head", of: "n_embd", nEmbd)
  }

  /// The sizes of its tables of words and positions.
  var embeddings: Embeddings.Shape {
    .init(width: nEmbd, vocabulary: vocabSize, positions: nPositions, hiddenSize: nEmbd)
  }

  /// Every token sees those before it.
  var attention: SelfAttention.Shape {
    var shape = SelfAttention.Shape(width: nEmbd, heads: nHead)
    shape.reach = .causal
    return shape
  }
}

/// GPT-2 (Radford et al. 2019), without heads; the last hidden state is the normalized one.
///
/// Source: `transformers/models/gpt2/modeling_gpt2.py`. Two settings change no number here:
/// `reorder_and_upcast_attn`, as all is float32, and `add_cross_attention`, as there is nothing to
/// attend to across.
enum GPT2: Architecture {
  static let modelTypes = ["gpt2"]

  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? {
    try GPTConfig(config).nPositions
  }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    let json = folder.config
    let config = try GPTConfig(json)
    let width = config.nEmbd
    let inner = try json.integer("n_inner", default: 4 * width)
    let activation = try Activation(json, key: "activation_function", default: "gelu_new")
    let scales = try json.bool("scale_attn_weights", default: true)
    let scalesByLayer = try json.bool("scale_attn_by_inverse_layer_idx", default: false)
    var weights = try Weights(folder, prefixes: ["", "transformer."], probe: "wte.weight")
    let embeddings = try Embeddings(
      &weights, .init(word: "wte.weight", position: "wpe.weight"), config.embeddings, numerics)
    func norm(_ name: String) throws(CheckpointError) -> Norm {
      .layer(try LayerNorm(&weights, name, size: width, epsilon: config.layerNormEpsilon))
    }
    var layers: [PreNormLayer] = []
    for k in 0..<config.nLayer {
      var shape = config.attention
      if !scales { shape.scale = 1 }
      if scalesByLayer { shape.scale /= Float(k + 1) }
      let attention = SelfAttention(
        shape,
        qkv: try Linear(
          &weights, "h.\(k).attn.c_attn", inputs: width, outputs: 3 * width, form: .conv1D, numerics
        ),
        output: try Linear(
          &weights, "h.\(k).attn.c_proj", inputs: width, outputs: width, form: .conv1D, numerics))
      let feedForward = FeedForward(
        activation,
        intermediate: try Linear(
          &weights, "h.\(k).mlp.c_fc", inputs: width, outputs: inner, form: .conv1D, numerics),
        output: try Linear(
          &weights, "h.\(k).mlp.c_proj", inputs: inner, outputs: width, form: .conv1D, numerics))
      layers.append(
        PreNormLayer(
          width: width, attentionNorm: try norm("h.\(k).ln_1"), attention: attention,
          outputNorm: try norm("h.\(k).ln_2"), feedForward: feedForward))
    }
    let finalNorm = try norm("ln_f")
    try weights.finish()
    return StackedEncoder(
      hiddenSize: width, maximumTokens: config.nPositions, vocabularySize: config.vocabSize,
      typeVocabularySize: StackedEncoder<PreNormLayer>.anyType, numerics: numerics,
      embeddings: embeddings, layers: layers, finalNorm: finalNorm)
  }
}
