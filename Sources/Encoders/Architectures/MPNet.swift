import Checkpoints
import Kernels

/// MPNet (Song et al. 2020, arXiv:2004.09297), without pooler and heads: BERT without token types, with
/// a relative bias that all layers share.
///
/// Source: `transformers/models/mpnet/modeling_mpnet.py`.
enum MPNet: Architecture {
  static let modelTypes = ["mpnet"]

  // Both are written in the code: whatever pad_token_id and relative_attention_num_buckets say, positions
  // begin after 1, and distances fall into 32 buckets.
  private static let counting = Embeddings.Counting.after(padding: 1)
  private static let buckets = 32

  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? {
    counting.maximumTokens(rows: try BertConfig(config).maxPositionEmbeddings)
  }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    let config = try BertConfig(folder.config)
    let rows = try folder.config.integer(
      "relative_attention_num_buckets", default: buckets, minimum: buckets)
    var names = Embeddings.Names.bert
    names.tokenType = nil
    var weights = try Weights(folder, prefixes: ["", "mpnet."], probe: names.word)
    let embeddings = try Embeddings(
      &weights, names,
      .init(
        width: config.hiddenSize, vocabulary: config.vocabSize,
        positions: config.maxPositionEmbeddings, epsilon: config.layerNormEps,
        hiddenSize: config.hiddenSize),
      counting: counting, numerics)
    let bias = try RelativeBias(
      &weights, "encoder.relative_attention_bias.weight", rows: rows,
      heads: config.numAttentionHeads, buckets: buckets, maximumDistance: 128)
    var shape = config.layer
    shape.attention.positions = .bias
    var layers: [PostNormLayer] = []
    for k in 0..<config.numHiddenLayers {
      let layer = "encoder.layer.\(k)"
      let names = PostNormLayer.Names(
        qkv: ["q", "k", "v"].map { "\(layer).attention.attn.\($0)" },
        attentionOutput: "\(layer).attention.attn.o",
        attentionNorm: "\(layer).attention.LayerNorm",
        intermediate: "\(layer).intermediate.dense", output: "\(layer).output.dense",
        outputNorm: "\(layer).output.LayerNorm")
      layers.append(try PostNormLayer(&weights, names, shape, numerics))
    }
    try weights.finish()
    return StackedEncoder(
      hiddenSize: config.hiddenSize, maximumTokens: try maximumTokens(folder.config),
      vocabularySize: config.vocabSize,
      typeVocabularySize: StackedEncoder<PostNormLayer>.anyType, numerics: numerics,
      embeddings: embeddings, layers: layers, positions: .relative(bias))
  }
}
