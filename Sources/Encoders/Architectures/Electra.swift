import Checkpoints
import Kernels

/// ELECTRA (Clark et al. 2020, arXiv:2003.10555), without heads: BERT whose embeddings may be narrower than
/// its hidden states.
///
/// Source: `transformers/models/electra/modeling_electra.py`.
enum Electra: Architecture {
  static let modelTypes = ["electra"]

  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? {
    try BertConfig(config).maxPositionEmbeddings
  }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    let config = try BertConfig(folder.config)
    let embeddingSize = try folder.config.integer("embedding_size", default: 128)
    let types = try folder.config.integer("type_vocab_size", default: 2)
    var names = Embeddings.Names.bert
    names.projection = embeddingSize == config.hiddenSize ? nil : "embeddings_project"
    var weights = try Weights(folder, prefixes: ["", "electra."], probe: names.word)
    let embeddings = try Embeddings(
      &weights, names,
      .init(
        width: embeddingSize, vocabulary: config.vocabSize,
        positions: config.maxPositionEmbeddings, types: types, epsilon: config.layerNormEps,
        hiddenSize: config.hiddenSize),
      numerics)
    var layers: [PostNormLayer] = []
    for k in 0..<config.numHiddenLayers {
      layers.append(try PostNormLayer(&weights, .bert(k), config.layer, numerics))
    }
    try weights.finish()
    return StackedEncoder(
      hiddenSize: config.hiddenSize, maximumTokens: config.maxPositionEmbeddings,
      vocabularySize: config.vocabSize, typeVocabularySize: types, numerics: numerics,
      embeddings: embeddings, layers: layers)
  }
}
