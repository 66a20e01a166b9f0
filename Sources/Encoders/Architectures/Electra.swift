import Checkpoints
import Kernels

/// ELECTRA (Clark et al. 2020, arXiv:2003.10555), without heads: BERT whose embeddings may be narrower than
/// its hidden states.
///
/// Source: `transformers/models/electra/modeling_electra.py`.
enum Electra: PostNormArchitecture {
  static let modelTypes = ["electra"]

  static func plan(_ config: JSONFile) throws(CheckpointError) -> PostNormPlan {
    let own = try BertConfig(config)
    var plan = PostNormPlan(
      own, prefixes: ["", "electra."], types: try own.types(config),
      maximumTokens: own.maxPositionEmbeddings)
    plan.embeddingSize = try config.integer("embedding_size", default: 128)
    if plan.embeddingSize != plan.hiddenSize {
      plan.embeddings.projection = "embeddings_project"
    }
    return plan
  }
}
