import Checkpoints
import Kernels

/// RoBERTa (Liu et al. 2019, arXiv:1907.11692) and XLM-RoBERTa (Conneau et al. 2020, arXiv:1911.02116),
/// without pooler and heads: BERT whose positions begin after the padding's id.
///
/// Source: `transformers/models/roberta/modeling_roberta.py`, which the other equals.
enum Roberta: Architecture {
  static let modelTypes = ["roberta", "xlm-roberta"]

  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? {
    let rows = try BertConfig(config).maxPositionEmbeddings
    return try counting(config).maximumTokens(rows: rows)
  }

  private static func counting(_ config: JSONFile) throws(CheckpointError) -> Embeddings.Counting {
    .after(padding: try config.integer("pad_token_id", default: 1, minimum: 0))
  }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    let config = try BertConfig(folder.config)
    let types = try folder.config.integer("type_vocab_size", default: 2)
    var weights = try Weights(
      folder, prefixes: ["", "roberta."], probe: Embeddings.Names.bert.word)
    let embeddings = try Embeddings(
      &weights, .bert,
      .init(
        width: config.hiddenSize, vocabulary: config.vocabSize,
        positions: config.maxPositionEmbeddings, types: types, epsilon: config.layerNormEps,
        hiddenSize: config.hiddenSize),
      counting: try counting(folder.config), numerics)
    var layers: [PostNormLayer] = []
    for k in 0..<config.numHiddenLayers {
      layers.append(try PostNormLayer(&weights, .bert(k), config.layer, numerics))
    }
    try weights.finish()
    return StackedEncoder(
      hiddenSize: config.hiddenSize, maximumTokens: try maximumTokens(folder.config),
      vocabularySize: config.vocabSize, typeVocabularySize: types, numerics: numerics,
      embeddings: embeddings, layers: layers)
  }
}
