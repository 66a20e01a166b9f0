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
    try BertConfig(folder.config).encoder(
      folder, numerics, prefixes: ["", "electra."],
      embeddingSize: folder.config.integer("embedding_size", default: 128),
      maximumTokens: maximumTokens(folder.config))
  }
}
