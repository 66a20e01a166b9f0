import Checkpoints
import Kernels

/// ALBERT (Lan et al. 2020, arXiv:1909.11942), without pooler and heads: narrow embeddings, and a few
/// groups of layers that are run again and again.
///
/// Source: `transformers/models/albert/modeling_albert.py`. With more than one layer in a group, each
/// of them counts as a layer, as it does in transformers' hidden states.
enum Albert: PostNormArchitecture {
  static let modelTypes = ["albert"]

  static func plan(_ config: JSONFile) throws(CheckpointError) -> PostNormPlan {
    let own = try BertConfig(config, hiddenAct: .geluNew)
    let groups = try config.integer("num_hidden_groups", default: 1)
    let groupSize = try config.integer("inner_group_num", default: 1)
    guard groups <= own.numHiddenLayers else {
      throw config.bad("num_hidden_groups", "at most num_hidden_layers \(own.numHiddenLayers)")
    }
    var plan = PostNormPlan(
      own, prefixes: ["", "albert."], types: try own.types(config),
      maximumTokens: own.maxPositionEmbeddings)
    plan.embeddingSize = try config.integer("embedding_size", default: 128)
    plan.embeddings.projection = "encoder.embedding_hidden_mapping_in"
    plan.layers = (0..<groups * groupSize).map { k in
      let layer =
        "encoder.albert_layer_groups.\(k / groupSize).albert_layers.\(k % groupSize)"
      return PostNormNames(
        qkv: ["query", "key", "value"].map { "\(layer).attention.\($0)" },
        attentionOutput: "\(layer).attention.dense",
        attentionNorm: "\(layer).attention.LayerNorm", intermediate: "\(layer).ffn",
        output: "\(layer).ffn_output", outputNorm: "\(layer).full_layer_layer_norm")
    }
    let layersPerGroup = Double(own.numHiddenLayers) / Double(groups)
    plan.order = (0..<own.numHiddenLayers).flatMap { k in
      let group = Int(Double(k) / layersPerGroup)
      return group * groupSize..<(group + 1) * groupSize
    }
    return plan
  }
}
