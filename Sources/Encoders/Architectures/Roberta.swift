import Checkpoints
import Kernels

/// RoBERTa (Liu et al. 2019, arXiv:1907.11692) and XLM-RoBERTa (Conneau et al. 2020, arXiv:1911.02116),
/// without pooler and heads: BERT whose positions begin after the padding's id.
///
/// Source: `transformers/models/roberta/modeling_roberta.py`, which the other equals.
enum Roberta: Architecture {
  static let modelTypes = ["roberta", "xlm-roberta", "camembert"]

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
    try BertConfig(folder.config).encoder(
      folder, numerics, prefixes: ["", "roberta."], counting: counting(folder.config),
      maximumTokens: maximumTokens(folder.config))
  }
}
