import Checkpoints
import Kernels

/// GPT (Radford et al. 2018), without heads: post-norm layers in which a token sees those before it.
///
/// Source: `transformers/models/openai/modeling_openai.py`.
enum OpenAIGPT: Architecture {
  static let modelTypes = ["openai-gpt"]

  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? {
    try GPTConfig(config).nPositions
  }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    let config = try GPTConfig(folder.config)
    let shape = PostNormLayer.Shape(
      attention: config.attention, intermediateSize: 4 * config.nEmbd,
      activation: try activation(folder.config), epsilon: config.layerNormEpsilon, form: .conv1D)
    var weights = try Weights(folder, prefixes: ["", "transformer."], probe: "tokens_embed.weight")
    let embeddings = try Embeddings(
      &weights, .init(word: "tokens_embed.weight", position: "positions_embed.weight"),
      config.embeddings, numerics)
    var layers: [PostNormLayer] = []
    for k in 0..<config.nLayer {
      let names = PostNormLayer.Names(
        qkv: ["h.\(k).attn.c_attn"], attentionOutput: "h.\(k).attn.c_proj",
        attentionNorm: "h.\(k).ln_1", intermediate: "h.\(k).mlp.c_fc",
        output: "h.\(k).mlp.c_proj", outputNorm: "h.\(k).ln_2")
      layers.append(try PostNormLayer(&weights, names, shape, numerics))
    }
    try weights.finish()
    return StackedEncoder(
      hiddenSize: config.nEmbd, maximumTokens: config.nPositions,
      vocabularySize: config.vocabSize,
      typeVocabularySize: StackedEncoder<PostNormLayer>.anyType, numerics: numerics,
      embeddings: embeddings, layers: layers)
  }

  /// `ACT_FNS` of the source: its gelu is the one by tanh.
  private static func activation(_ config: JSONFile) throws(CheckpointError) -> Activation {
    switch try config.string("afn", default: "gelu") {
    case "gelu": .geluNew
    case "relu": .relu
    case "silu", "swish": .silu
    case let other:
      throw .unsupported(
        path: config.path, key: "afn", value: other, supported: "gelu, relu, silu, swish")
    }
  }
}
