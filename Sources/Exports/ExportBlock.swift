public import Contracts
public import FeatureStore

/// What the rows of an export have: known before the first of them is read.
public struct ExportLayout: Sendable {
  /// The number of rows.
  public let rows: Int
  /// The features of a row; 0 for a tokens file.
  public let width: Int
  /// The tokens of all rows together; 0 for a features file.
  public let tokens: Int
  /// What features are written as.
  public let type: FeatureType
  /// The view that each column of the features is of.
  public let views: [(name: String, width: Int)]
  public let labelKind: LabelKind
  public let classNames: [String]
  public let hasWeights: Bool
  public let hasTexts: Bool
  public let provenance: Provenance

  public init(
    rows: Int, tokens: Int = 0, type: FeatureType, views: [(name: String, width: Int)],
    labelKind: LabelKind, classNames: [String], hasWeights: Bool, hasTexts: Bool,
    provenance: Provenance
  ) {
    self.rows = rows
    self.tokens = tokens
    self.type = type
    self.views = views
    self.labelKind = labelKind
    self.classNames = classNames
    self.hasWeights = hasWeights
    self.hasTexts = hasTexts
    self.provenance = provenance
    width = views.reduce(0) { $0 + $1.width }
  }

  /// The names of the features' columns: f0, f1, …
  public var featureNames: [String] { (0..<width).map { "f\($0)" } }
}

/// Some rows of an export, one after the other.
public struct ExportBlock: Sendable {
  public var ids: [String]
  public var splits: [Split]
  public var labels: Labels
  /// How much each row counts; nil where the file has no weights.
  public var weights: [Double]?
  /// Tokens that each row has, after truncation.
  public var tokenCounts: [Int32]
  public var truncated: [Bool]
  /// nil where texts are not at hand.
  public var texts: [String]?
  /// [rows, width], row-major.
  public var features: [Float]
  /// Of a tokens file.
  public var tokens: TokenBatch?

  public init(
    ids: [String], splits: [Split], labels: Labels, weights: [Double]? = nil,
    tokenCounts: [Int32], truncated: [Bool], texts: [String]? = nil, features: [Float] = [],
    tokens: TokenBatch? = nil
  ) {
    self.ids = ids
    self.splits = splits
    self.labels = labels
    self.weights = weights
    self.tokenCounts = tokenCounts
    self.truncated = truncated
    self.texts = texts
    self.features = features
    self.tokens = tokens
  }

  /// The number of rows.
  public var count: Int { ids.count }

  /// The rows at `places` alone.
  func rows(at places: [Int], width: Int) -> ExportBlock {
    guard places.count < count else { return self }
    var some = ExportBlock(
      ids: places.map { ids[$0] }, splits: places.map { splits[$0] },
      labels: labels.rows(at: places), weights: weights.map { own in places.map { own[$0] } },
      tokenCounts: places.map { tokenCounts[$0] }, truncated: places.map { truncated[$0] },
      texts: texts.map { own in places.map { own[$0] } })
    for place in places { some.features += features[place * width..<(place + 1) * width] }
    if let tokens {
      var picked = TokenBatch()
      for place in places {
        let range = tokens.range(place)
        picked.append(ids: tokens.ids[range], types: tokens.types[range])
      }
      some.tokens = picked
    }
    return some
  }
}

/// Takes rows in their order and makes an output of them, which appears with ``finish()`` or never.
public protocol Exporter {
  /// Adds rows.
  ///
  /// - Throws: what writing throws.
  func write(_ rows: ExportBlock) throws

  /// Puts the output in its place; all rows of the layout were written.
  ///
  /// - Throws: what writing throws.
  func finish() throws
}

extension ExportFormat {
  /// What writes this format to `path`.
  ///
  /// - Throws: `AtomicFileError`, `HDF5Error`.
  public func exporter(to path: String, _ layout: ExportLayout) throws -> any Exporter {
    switch self {
    case .npy:
      try path.hasSuffix(".npy")
        ? ArrayFileExport(path, layout) as any Exporter : ArrayFolderExport(path, layout)
    case .csv: try DelimitedExport(path, layout, separator: ",")
    case .tsv: try DelimitedExport(path, layout, separator: "\t")
    case .jsonl: try JSONLinesExport(path, layout)
    case .projector: try ProjectorExport(path, layout)
    case .h5ad: try AnnDataExport(path, layout)
    }
  }
}
