public import Contracts
public import FeatureStore
import Heads
import StageKit

/// The rows of a features or a tokens file, all or those of one split, read in blocks: memory does not
/// grow with their number.
public struct ExportSource {
  private enum Content {
    case features(FeaturesFile, JoinedViews, TextsBeside?)
    case tokens(TokensFile)
  }

  public let layout: ExportLayout
  private let content: Content
  private let columns: RowColumns
  private let split: Split?

  /// A mebi of features, 4 MiB, or some thousand rows.
  private static var floatsPerBlock: Int { 1 << 20 }
  private static var largestBlock: Int { 4096 }

  /// Rows of features.
  ///
  /// `views`: side by side where there are several.
  /// `type`: what numbers are written as; nil for what the file has.
  /// `texts`: the tokens file with the texts, where they are wanted.
  /// `split`: nil for all rows.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`, `StageError.otherTexts`.
  public init(
    _ file: FeaturesFile, views: [FeatureKey], type: FeatureType?, texts: String?, split: Split?
  ) throws {
    columns = file.columns
    self.split = split
    let beside = try texts.map { try TextsBeside(path: $0, of: file.columns, at: file.path) }
    content = .features(file, try JoinedViews(file, views), beside)
    layout = ExportLayout(
      rows: try split.map { try file.columns.count(of: $0) } ?? file.count,
      type: try type ?? file.type(of: views[0]),
      views: try views.map { ($0.description, try file.width(of: $0)) },
      labelKind: file.columns.labelKind, classNames: file.columns.classNames,
      hasWeights: file.columns.hasWeights, hasTexts: beside != nil, provenance: file.provenance)
  }

  /// Rows of tokens, with their texts where the file has them.
  ///
  /// `split`: nil for all rows.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public init(_ file: TokensFile, split: Split?) throws {
    columns = file.columns
    self.split = split
    content = .tokens(file)
    var (rows, tokens) = (file.count, file.tokenCount)
    if let split {
      (rows, tokens) = (0, 0)
      for block in Self.blocks(of: file.count, size: Self.largestBlock) {
        for (found, count) in zip(try columns.splits(block), try file.tokenCounts(block))
        where found == split {
          rows += 1
          tokens += Int(count)
        }
      }
    }
    layout = ExportLayout(
      rows: rows, tokens: tokens, type: .float32, views: [], labelKind: columns.labelKind,
      classNames: columns.classNames, hasWeights: columns.hasWeights, hasTexts: file.hasTexts,
      provenance: file.provenance)
  }

  /// Hands on all rows, block by block.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`, what `body` throws.
  public func read(_ body: (ExportBlock) throws -> Void) throws {
    let size = max(1, min(Self.largestBlock, Self.floatsPerBlock / max(layout.width, 1)))
    for rows in Self.blocks(of: columns.count, size: size) {
      let splits = try columns.splits(rows)
      let places = splits.indices.filter { split == nil || splits[$0] == split }
      guard !places.isEmpty else { continue }
      try body(try block(rows, splits).rows(at: places, width: layout.width))
    }
  }

  private func block(_ rows: Range<Int>, _ splits: [Split]) throws -> ExportBlock {
    var block = ExportBlock(
      ids: try columns.ids(rows), splits: splits, labels: try columns.rowLabels(rows),
      weights: columns.hasWeights ? try columns.weights(rows) : nil, tokenCounts: [],
      truncated: try columns.truncated(rows))
    switch content {
    case .features(let file, let views, let texts):
      block.tokenCounts = try file.tokenCounts(rows)
      block.texts = try texts?.read(rows)
      block.features = [Float](repeating: 0, count: rows.count * layout.width)
      try block.features.withUnsafeMutableBufferPointer { try views.read(rows, into: $0) }
    case .tokens(let file):
      block.tokenCounts = try file.tokenCounts(rows)
      block.texts = file.hasTexts ? try file.texts(rows) : nil
      block.tokens = try file.tokens(rows)
    }
    return block
  }

  private static func blocks(of count: Int, size: Int) -> some Sequence<Range<Int>> {
    stride(from: 0, to: count, by: size).lazy.map { $0..<min($0 + size, count) }
  }
}

extension RowColumns {
  /// How many rows belong to `split`.
  fileprivate func count(of split: Split) throws -> Int {
    try stride(from: 0, to: count, by: 1 << 16).reduce(0) { total, start in
      total + (try splits(start..<min(start + 1 << 16, count)).count { $0 == split })
    }
  }
}
