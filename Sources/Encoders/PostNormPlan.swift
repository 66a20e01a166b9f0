public import Checkpoints
public import Kernels

/// What an encoder of post-norm layers is made of: sizes, and what its tensors are called. The frozen encoder
/// and the one that learns are both built from it.
public struct PostNormPlan: Sendable {
  /// Under which of these prefixes a checkpoint may keep the tensors; the last is that of the class with a
  /// head.
  public var prefixes: [String]
  /// The names of the embeddings' tensors, and their sizes.
  public var embeddings: EmbeddingNames = .bert
  public var vocabularySize: Int
  /// The rows of the position embeddings.
  public var positions: Int
  /// Which of them a token takes.
  public var counting: PositionCounting = .fromZero
  /// Rows of the token types; 0 for an architecture without.
  public var types: Int
  /// Of the tables; the projection brings it to the hidden size.
  public var embeddingSize: Int
  public var hiddenSize: Int
  public var heads: Int
  public var intermediateSize: Int
  public var activation: Activation
  public var epsilon: Float
  /// What attention adds to its scores for distances.
  public var relativeBias: RelativeBiasPlan?
  /// The layers whose tensors differ.
  public var layers: [PostNormNames]
  /// Which of them stands where: ALBERT's are run again and again.
  public var order: [Int]
  /// The number of tokens that a text may have.
  public var maximumTokens: Int
  /// The id of padding, whose embedding does not learn.
  public var paddingID = 0

  /// The plan of a model folder's encoder.
  ///
  /// - Throws: `CheckpointError` for an architecture that is none of these, or a setting whose effect
  ///   Firn does not compute.
  public init(_ folder: ModelFolder) throws(CheckpointError) {
    let modelType = try folder.config.string("model_type")
    guard let found = Self.architectures.first(where: { $0.modelTypes.contains(modelType) }) else {
      throw .unknownArchitecture(
        path: folder.config.path, modelType: modelType,
        known: Self.architectures.flatMap { $0.modelTypes })
    }
    self = try found.plan(folder.config)
    paddingID = try folder.config.integer("pad_token_id", default: paddingID, minimum: 0)
  }

  private static let architectures: [any PostNormArchitecture.Type] = [
    Bert.self, DistilBert.self, Roberta.self, Electra.self, Albert.self, MPNet.self,
  ]

  /// BERT's own, from config.json's settings.
  init(_ config: BertConfig, prefixes: [String], types: Int, maximumTokens: Int) {
    self.prefixes = prefixes
    self.types = types
    self.maximumTokens = maximumTokens
    vocabularySize = config.vocabSize
    positions = config.maxPositionEmbeddings
    embeddingSize = config.hiddenSize
    hiddenSize = config.hiddenSize
    heads = config.numAttentionHeads
    intermediateSize = config.intermediateSize
    activation = config.hiddenAct
    epsilon = config.layerNormEps
    layers = (0..<config.numHiddenLayers).map { .bert($0) }
    order = Array(layers.indices)
  }

  /// The numbers of each head.
  public var headSize: Int { hiddenSize / heads }

  /// Loads the frozen encoder.
  ///
  /// - Throws: ``CheckpointError``; missing and misshapen tensors are named together.
  func load(_ folder: ModelFolder, _ numerics: Numerics) throws(CheckpointError) -> any Encoder {
    var weights = try Weights(folder, prefixes: prefixes, probe: embeddings.word)
    let embeddings = try Embeddings(
      &weights, embeddings,
      .init(
        width: embeddingSize, vocabulary: vocabularySize, positions: positions, types: types,
        epsilon: epsilon, hiddenSize: hiddenSize),
      counting: counting, numerics)
    var shape = PostNormLayer.Shape(
      attention: .init(width: hiddenSize, heads: heads), intermediateSize: intermediateSize,
      activation: activation, epsilon: epsilon)
    var tables: PositionTables?
    if let relativeBias {
      tables = .relative(try RelativeBias(&weights, relativeBias))
      shape.attention.positions = .bias
    }
    var loaded: [PostNormLayer] = []
    for names in layers { loaded.append(try PostNormLayer(&weights, names, shape, numerics)) }
    try weights.finish()
    return StackedEncoder(
      hiddenSize: hiddenSize, maximumTokens: maximumTokens, vocabularySize: vocabularySize,
      typeVocabularySize: types > 0 ? types : StackedEncoder<PostNormLayer>.anyType,
      numerics: numerics, embeddings: embeddings, layers: order.map { loaded[$0] },
      positions: tables)
  }
}

/// An architecture that is a stack of post-norm layers and nothing else.
protocol PostNormArchitecture: Architecture {
  static func plan(_ config: JSONFile) throws(CheckpointError) -> PostNormPlan
}

extension PostNormArchitecture {
  static func maximumTokens(_ config: JSONFile) throws(CheckpointError) -> Int? {
    try plan(config).maximumTokens
  }

  static func load(
    _ folder: ModelFolder, _ numerics: Numerics
  ) throws(CheckpointError) -> any Encoder {
    try plan(folder.config).load(folder, numerics)
  }
}

/// The names of the embeddings' tensors in a checkpoint; nil for a part that the architecture does not have.
public struct EmbeddingNames: Sendable {
  public let word: String
  public var position: String?
  public var tokenType: String?
  /// Without `.weight` and `.bias`, as the next.
  public var norm: String?
  public var projection: String?

  /// Those of BERT and its kin.
  static let bert = EmbeddingNames(
    word: "embeddings.word_embeddings.weight",
    position: "embeddings.position_embeddings.weight",
    tokenType: "embeddings.token_type_embeddings.weight", norm: "embeddings.LayerNorm")
}

/// The names of a post-norm layer's tensors in a checkpoint, without `.weight` and `.bias`.
public struct PostNormNames: Sendable {
  /// Query, key and value; one name where the checkpoint keeps them joined.
  public let qkv: [String]
  public let attentionOutput: String
  public let attentionNorm: String
  public let intermediate: String
  public let output: String
  public let outputNorm: String

  /// Those of BERT and its kin: `encoder.layer.k`.
  static func bert(_ k: Int) -> PostNormNames {
    let layer = "encoder.layer.\(k)"
    return PostNormNames(
      qkv: ["query", "key", "value"].map { "\(layer).attention.self.\($0)" },
      attentionOutput: "\(layer).attention.output.dense",
      attentionNorm: "\(layer).attention.output.LayerNorm",
      intermediate: "\(layer).intermediate.dense", output: "\(layer).output.dense",
      outputNorm: "\(layer).output.LayerNorm")
  }
}

/// A learned bias of the scores that depends on how far the key stands from the query, by buckets.
public struct RelativeBiasPlan: Sendable {
  /// The tensor [rows, heads], of which the first `buckets` rows are used.
  public let name: String
  public let rows: Int
  public let heads: Int
  public let buckets: Int
  public let maximumDistance: Int
}

/// Which row of the positions a token takes.
public enum PositionCounting: Sendable {
  /// 0, 1, 2, ...
  case fromZero
  /// From this id on, for the tokens that are not this id; and this very row for those that are.
  case after(padding: Int)

  /// The number of tokens that a table of `rows` positions is enough for.
  func maximumTokens(rows: Int) -> Int {
    switch self {
    case .fromZero: rows
    case .after(let padding): max(rows - padding - 1, 0)
    }
  }

  /// The row for a token `id`; `place` counts the tokens before it.
  public func row(_ place: inout Int, id: Int) -> Int {
    switch self {
    case .after(let padding) where id == padding: return padding
    case .after(let padding):
      place += 1
      return padding + place
    case .fromZero:
      defer { place += 1 }
      return place
    }
  }
}
