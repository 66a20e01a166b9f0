import Checkpoints
import Kernels

/// The settings of DeBERTa-v2 and v3 beside those of BERT, named as in config.json.
///
/// Source: `transformers/models/deberta_v2/configuration_deberta_v2.py`, and the attributes that the
/// model reads beside it.
struct DebertaV2Config: Sendable, Equatable {
  let bert: BertConfig
  let embeddingSize: Int
  let typeVocabSize: Int
  /// Whether absolute positions are added to the words.
  let positionBiasedInput: Bool
  let maxRelativePositions: Int
  /// Nil for a row for each distance.
  let positionBuckets: Int?
  let normalizesDistances: Bool
  let shareAttKey: Bool
  let hasC2P: Bool
  let hasP2C: Bool

  /// Reads and checks config.json.
  ///
  /// - Throws: ``CheckpointError`` for a value that is missing, wrong, or whose effect Firn does
  ///   not compute.
  init(_ config: JSONFile) throws(CheckpointError) {
    bert = try BertConfig(config, epsilon: 1e-7)
    embeddingSize = try config.integer("embedding_size", default: bert.hiddenSize)
    typeVocabSize = try config.integer("type_vocab_size", default: 0, minimum: 0)
    positionBiasedInput = try config.bool("position_biased_input", default: true)
    // Missing is false, which Firn does not compute.
    guard try config.bool("relative_attention", default: false) else {
      throw .unsupported(
        path: config.path, key: "relative_attention", value: "false", supported: "true")
    }
    let relative = try config.integer("max_relative_positions", default: -1, minimum: -1)
    maxRelativePositions = relative < 1 ? bert.maxPositionEmbeddings : relative
    let buckets = try config.integer("position_buckets", default: -1, minimum: -1)
    positionBuckets = buckets > 0 ? buckets : nil
    // Below, the logarithms are of nothing.
    guard buckets <= 0 || (buckets >= 4 && maxRelativePositions - 1 > buckets / 2) else {
      throw config.bad("position_buckets", "4 or more, and less than twice max_relative_positions")
    }
    let norms = try config.string("norm_rel_ebd", default: "none").lowercased()
      .split(separator: "|").map { $0.filter { $0 != " " } }
    normalizesDistances = norms.contains("layer_norm")
    shareAttKey = try config.bool("share_att_key", default: false)
    let terms = try Self.terms(config)
    hasC2P = terms.contains("c2p")
    hasP2C = terms.contains("p2c")
    guard try config.integer("conv_kernel_size", default: 0, minimum: 0) == 0 else {
      throw .unsupported(
        path: config.path, key: "conv_kernel_size",
        value: "\(try config.integer("conv_kernel_size"))", supported: "0")
    }
    let headSize = bert.hiddenSize / bert.numAttentionHeads
    guard try config.integer("attention_head_size", default: headSize) == headSize else {
      throw config.bad("attention_head_size", "hidden_size / num_attention_heads, \(headSize)")
    }
  }

  /// `pos_att_type`: a list, or a string with bars.
  private static func terms(_ config: JSONFile) throws(CheckpointError) -> [String] {
    if let text = try? config.string("pos_att_type") {
      return text.lowercased().split(separator: "|").map { $0.filter { $0 != " " } }
    }
    return try config.stringList("pos_att_type") ?? []
  }

  /// The sizes of its layers; scores are the smaller the more terms they have.
  var layer: PostNormLayer.Shape {
    var shape = bert.layer
    let terms = 1 + (hasC2P ? 1 : 0) + (hasP2C ? 1 : 0)
    shape.attention.scale = 1 / Float(shape.attention.headSize * terms).squareRoot()
    return shape
  }
}

/// DeBERTa-v2 and v3 (He et al. 2021, arXiv:2006.03654 and arXiv:2111.09543), without heads.
///
/// Source: `transformers/models/deberta_v2/modeling_deberta_v2.py`.
enum DebertaV2: Architecture {
  static let modelTypes = ["deberta-v2"]

  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? {
    try DebertaV2Config(config).bert.maxPositionEmbeddings
  }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    let config = try DebertaV2Config(folder.config)
    let bert = config.bert
    let width = bert.hiddenSize
    var names = Embeddings.Names.bert
    if !config.positionBiasedInput { names.position = nil }
    if config.typeVocabSize == 0 { names.tokenType = nil }
    names.projection = config.embeddingSize == width ? nil : "embeddings.embed_proj"
    var weights = try Weights(folder, prefixes: ["", "deberta."], probe: names.word)
    let embeddings = try Embeddings(
      &weights, names,
      .init(
        width: config.embeddingSize, vocabulary: bert.vocabSize,
        positions: bert.maxPositionEmbeddings, types: config.typeVocabSize,
        epsilon: bert.layerNormEps, hiddenSize: width, projectsFirst: true),
      numerics)
    let buckets = DistanceBuckets(
      buckets: config.positionBuckets, maximumDistance: config.maxRelativePositions)
    let columns = buckets.columns(longest: bert.maxPositionEmbeddings)
    let distances = try distances(&weights, config, rows: buckets.count, numerics)
    var layers: [PostNormLayer] = []
    for k in 0..<bert.numHiddenLayers {
      let attention = try attention(&weights, k, config, distances, columns, numerics)
      layers.append(try PostNormLayer(&weights, .bert(k), config.layer, attention, numerics))
    }
    try weights.finish()
    return StackedEncoder(
      hiddenSize: width, maximumTokens: bert.maxPositionEmbeddings,
      vocabularySize: bert.vocabSize,
      typeVocabularySize: config.typeVocabSize == 0
        ? StackedEncoder<PostNormLayer>.anyType : config.typeVocabSize,
      numerics: numerics, embeddings: embeddings, layers: layers)
  }

  /// The embeddings of distances: [rows, width].
  private static func distances(
    _ weights: inout Weights, _ config: DebertaV2Config, rows: Int, _ numerics: Numerics
  ) throws(CheckpointError) -> FloatBuffer {
    let width = config.bert.hiddenSize
    let values = try weights.tensor("encoder.rel_embeddings.weight", [rows, width])
    let distances = FloatBuffer(count: rows * width)
    distances.pointer.update(from: values.pointer, count: values.count)
    if config.normalizesDistances {
      let norm = try LayerNorm(
        &weights, "encoder.LayerNorm", size: width, epsilon: config.bert.layerNormEps)
      if norm.isComplete {
        norm(numerics.kernels, distances.pointer, distances.pointer, rows: rows)
      }
    }
    return distances
  }

  private static func attention(
    _ weights: inout Weights, _ k: Int, _ config: DebertaV2Config, _ distances: FloatBuffer,
    _ columns: DistanceColumns, _ numerics: Numerics
  ) throws(CheckpointError) -> RelativeAttention {
    let shape = config.layer.attention
    let own = "encoder.layer.\(k).attention"
    // What distances are does not depend on a text: it is computed here, in float32.
    let exact = Numerics(kernels: numerics.kernels)
    func project(_ name: String) throws(CheckpointError) -> FloatBuffer {
      let linear = try Linear(
        &weights, "\(own).self.\(name)", inputs: shape.width, outputs: shape.inner, exact)
      let table = FloatBuffer(count: columns.count * shape.inner)
      linear(
        exact.kernels, table.pointer, distances.pointer, rows: columns.count,
        scratch: table.pointer)
      return table
    }
    let keys = config.hasC2P ? try project(config.shareAttKey ? "key_proj" : "pos_key_proj") : nil
    let queries =
      config.hasP2C ? try project(config.shareAttKey ? "query_proj" : "pos_query_proj") : nil
    /// One head's columns of a table: [rows, headSize].
    func part(_ table: FloatBuffer?, _ head: Int, reversed: Bool) -> FloatBuffer? {
      guard let table else { return nil }
      let part = FloatBuffer(count: columns.count * shape.headSize)
      for row in 0..<columns.count {
        let from = reversed ? columns.count - 1 - row : row
        (part.pointer + row * shape.headSize).update(
          from: table.pointer + from * shape.inner + head * shape.headSize, count: shape.headSize)
      }
      return part
    }
    let hasTerms = config.hasC2P || config.hasP2C
    let scores = (0..<(hasTerms ? shape.heads : 0)).map { head in
      RelativeScores(
        byQuery: part(keys, head, reversed: true), byKey: part(queries, head, reversed: false),
        columns: columns.count, headSize: shape.headSize, numerics.kernels)
    }
    return RelativeAttention(
      shape: shape,
      qkv: try Linear(
        &weights, joining: ["query", "key", "value"].map { "\(own).self.\($0)_proj" },
        inputs: shape.width, outputs: shape.inner, numerics),
      output: try Linear(
        &weights, "\(own).output.dense", inputs: shape.inner, outputs: shape.width, numerics),
      distances: .fixed(scores, columns))
  }
}
