import Checkpoints
import Kernels

/// RoBERTa (Liu et al. 2019, arXiv:1907.11692) and XLM-RoBERTa (Conneau et al. 2020, arXiv:1911.02116),
/// without pooler and heads: BERT whose positions begin after the padding's id.
///
/// Source: `transformers/models/roberta/modeling_roberta.py`, which the other equals.
enum Roberta: PostNormArchitecture {
  static let modelTypes = ["roberta", "xlm-roberta", "camembert"]

  static func plan(_ config: JSONFile) throws(CheckpointError) -> PostNormPlan {
    let own = try BertConfig(config)
    let counting = PositionCounting.after(
      padding: try config.integer("pad_token_id", default: 1, minimum: 0))
    var plan = PostNormPlan(
      own, prefixes: ["", "roberta."], types: try own.types(config),
      maximumTokens: counting.maximumTokens(rows: own.maxPositionEmbeddings))
    plan.counting = counting
    plan.paddingID = 1
    return plan
  }
}
