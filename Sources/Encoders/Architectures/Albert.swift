import Checkpoints
import Kernels

/// ALBERT (Lan et al. 2020, arXiv:1909.11942), without pooler and heads: narrow embeddings, and a few
/// groups of layers that are run again and again.
///
/// Source: `transformers/models/albert/modeling_albert.py`. With more than one layer in a group, each
/// of them counts as a layer, as it does in transformers' hidden states.
enum Albert: Architecture {
  static let modelTypes = ["albert"]

  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? {
    try BertConfig(config, hiddenAct: .geluNew).maxPositionEmbeddings
  }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    let config = try BertConfig(folder.config, hiddenAct: .geluNew)
    let embeddingSize = try folder.config.integer("embedding_size", default: 128)
    let types = try folder.config.integer("type_vocab_size", default: 2)
    let groupCount = try folder.config.integer("num_hidden_groups", default: 1)
    let groupSize = try folder.config.integer("inner_group_num", default: 1)
    guard groupCount <= config.numHiddenLayers else {
      throw folder.config.bad(
        "num_hidden_groups", "at most num_hidden_layers \(config.numHiddenLayers)")
    }
    var names = Embeddings.Names.bert
    names.projection = "encoder.embedding_hidden_mapping_in"
    var weights = try Weights(folder, prefixes: ["", "albert."], probe: names.word)
    let embeddings = try Embeddings(
      &weights, names,
      .init(
        width: embeddingSize, vocabulary: config.vocabSize,
        positions: config.maxPositionEmbeddings, types: types, epsilon: config.layerNormEps,
        hiddenSize: config.hiddenSize),
      numerics)
    var groups: [[PostNormLayer]] = []
    for group in 0..<groupCount {
      var layers: [PostNormLayer] = []
      for k in 0..<groupSize {
        let layer = "encoder.albert_layer_groups.\(group).albert_layers.\(k)"
        let names = PostNormLayer.Names(
          qkv: ["query", "key", "value"].map { "\(layer).attention.\($0)" },
          attentionOutput: "\(layer).attention.dense",
          attentionNorm: "\(layer).attention.LayerNorm", intermediate: "\(layer).ffn",
          output: "\(layer).ffn_output", outputNorm: "\(layer).full_layer_layer_norm")
        layers.append(try PostNormLayer(&weights, names, config.layer, numerics))
      }
      groups.append(layers)
    }
    try weights.finish()
    let layersPerGroup = Double(config.numHiddenLayers) / Double(groupCount)
    return StackedEncoder(
      hiddenSize: config.hiddenSize, maximumTokens: config.maxPositionEmbeddings,
      vocabularySize: config.vocabSize, typeVocabularySize: types, numerics: numerics,
      embeddings: embeddings,
      layers: (0..<config.numHiddenLayers).flatMap { groups[Int(Double($0) / layersPerGroup)] })
  }
}
