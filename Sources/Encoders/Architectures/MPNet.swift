import Checkpoints
import Kernels

/// MPNet (Song et al. 2020, arXiv:2004.09297), without pooler and heads: BERT without token types, with
/// a relative bias that all layers share.
///
/// Source: `transformers/models/mpnet/modeling_mpnet.py`.
enum MPNet: PostNormArchitecture {
  static let modelTypes = ["mpnet"]

  static func plan(_ config: JSONFile) throws(CheckpointError) -> PostNormPlan {
    let own = try BertConfig(config)
    // Both are written in the code: whatever pad_token_id and relative_attention_num_buckets say, positions
    // begin after 1, and distances fall into 32 buckets.
    let counting = PositionCounting.after(padding: 1)
    let buckets = 32
    var plan = PostNormPlan(
      own, prefixes: ["", "mpnet."], types: 0,
      maximumTokens: counting.maximumTokens(rows: own.maxPositionEmbeddings))
    plan.counting = counting
    plan.paddingID = 1
    plan.embeddings.tokenType = nil
    plan.relativeBias = RelativeBiasPlan(
      name: "encoder.relative_attention_bias.weight",
      rows: try config.integer(
        "relative_attention_num_buckets", default: buckets, minimum: buckets),
      heads: own.numAttentionHeads, buckets: buckets, maximumDistance: 128)
    plan.layers = (0..<own.numHiddenLayers).map { k in
      let layer = "encoder.layer.\(k)"
      return PostNormNames(
        qkv: ["q", "k", "v"].map { "\(layer).attention.attn.\($0)" },
        attentionOutput: "\(layer).attention.attn.o",
        attentionNorm: "\(layer).attention.LayerNorm",
        intermediate: "\(layer).intermediate.dense", output: "\(layer).output.dense",
        outputNorm: "\(layer).output.LayerNorm")
    }
    return plan
  }
}
