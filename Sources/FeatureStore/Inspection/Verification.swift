internal import Contracts
internal import Digests
internal import Foundation
internal import HDF5

/// What is wrong in a file that opens.
public enum VerificationError: Error, Sendable, Equatable {
  /// The strings (attributes, ids, class names, texts) are not those that were written.
  case otherStrings(path: String, expected: String, found: String)
  /// `config` is not what its own digest says.
  case otherConfig(path: String, expected: String, found: String)
  /// An attribute is not what `config` says.
  case otherAttribute(path: String, name: String, config: String, found: String)
  /// A metric does not follow from the predictions beside it.
  case otherMetric(path: String, name: String, kept: Double, found: Double)
  /// A text does not have the digest that is kept beside it.
  case otherText(path: String, row: Int)
  /// A row's number of tokens is another than its vectors say.
  case otherTokenCount(path: String, row: Int, expected: Int, found: Int)
  /// A row was made anew of the same tokens or text, and is another.
  case otherRow(path: String, dataset: String, row: Int, difference: Double)
  /// A row is of other tokens than the tokens file has.
  case otherTokens(path: String, tokens: String, row: Int)
  /// More than one thing is wrong; all were listed.
  case several(path: String, count: Int, first: String)
}

/// Every dataset of a file read whole: its checksums, its digests, and what its parts say of each other.
public struct Verification: Sendable {
  /// Something that was looked at.
  public struct Check: Sendable {
    /// A dataset's name, or `attributes`, `strings`, `rows`.
    public let name: String
    /// What it was held against.
    public let what: String
    /// What is wrong; nil for nothing.
    public let error: (any Error)?

    public init(name: String, what: String, error: (any Error)?) {
      self.name = name
      self.what = what
      self.error = error
    }
  }

  public private(set) var checks: [Check] = []
  private static var rowsPerRead: Int { 1 << 14 }

  /// Reads all of a file.
  ///
  /// What is wrong is among ``checks``; each dataset is read whatever became of the others.
  /// `progress`: called with the number of rows of a dataset that were read.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError` for a file that does not open; what `progress` throws.
  public init(_ stored: StoredFile, progress: (Int) throws -> Void = { _ in }) throws {
    let path = stored.path
    let file = try HDF5File(reading: path)
    var readable = true
    for entry in stored.datasets where entry.alias == nil {
      let dataset = try file.dataset(entry.name)
      var failure: (any Error)?
      for part in dataset.parts(of: 0..<dataset.rows) {
        do { try dataset.check(part) } catch {
          failure = failure ?? error
          readable = false
        }
        try progress(part.count)
      }
      let what =
        entry.hasChecksums ? "fletcher32" : dataset.content == .strings ? "bounds, UTF-8" : "read"
      checks.append(Check(name: entry.name, what: what, error: failure))
    }
    checks.append(
      Self.check("attributes", "config_sha256") {
        let found = SHA256Digest(of: stored.provenance.config).description
        guard found == stored.provenance.configSHA256 else {
          throw VerificationError.otherConfig(
            path: stored.path, expected: stored.provenance.configSHA256, found: found)
        }
      })
    checks.append(
      Self.check("attributes", "config") { try Self.checkAttributes(stored) })
    if try HDF5File.carriesChecksums(path) {
      checks.append(Self.check("objects", "checksums") { try file.checkStructure() })
    }
    // What cannot be read has been told.
    guard readable else { return }
    if let expected = stored.stringsSHA256 {
      checks.append(
        Self.check("strings", "strings_sha256") { try Self.checkStrings(file, stored, expected) })
    }
    switch stored.format {
    case .tokens:
      checks.append(
        Self.check("rows", "values, text_sha256") { try Self.checkRows(TokensFile(path: path)) })
    case .features:
      checks.append(
        Self.check("rows", "values") {
          try Self.checkRows(FeaturesFile(path: path, allowingShard: true))
        })
    }
  }

  /// How many rows of datasets there are to read in all.
  public static func rowCount(_ stored: StoredFile) -> Int {
    stored.datasets.filter { $0.alias == nil }.reduce(0) { $0 + ($1.shape.first ?? 0) }
  }

  private static func check(
    _ name: String, _ what: String, _ body: () throws -> Void
  ) -> Check {
    do {
      try body()
      return Check(name: name, what: what, error: nil)
    } catch {
      return Check(name: name, what: what, error: error)
    }
  }

  /// What stands as an attribute of its own and in `config` too.
  private static func checkAttributes(_ stored: StoredFile) throws {
    let made = stored.provenance
    let config =
      try? JSONSerialization.jsonObject(with: Data(made.config.utf8)) as? [String: Any]
    let attributes: [(String, any Equatable)] = [
      ("max_length", made.maxLength), ("model_sha256", made.modelSHA256),
      ("tokenizer_sha256", made.tokenizerSHA256),
    ]
    for (name, value) in attributes {
      guard let expected = config?[name], "\(expected)" != "\(value)" else { continue }
      throw VerificationError.otherAttribute(
        path: stored.path, name: name, config: "\(expected)", found: "\(value)")
    }
  }

  private static func checkStrings(
    _ file: HDF5File, _ stored: StoredFile, _ expected: String
  ) throws {
    var digest = StringsDigest()
    for entry in stored.datasets where entry.type == HDF5Dataset.Content.strings.name {
      let dataset = try file.dataset(entry.name)
      try forEachPart(of: dataset.rows) {
        digest.add(try dataset.readStrings($0), of: entry.name)
      }
    }
    let found = digest.value(
      attributes: stored.provenance.stringAttributes(as: stored.format))
    guard found == expected else {
      throw VerificationError.otherStrings(path: stored.path, expected: expected, found: found)
    }
  }

  private static func checkRows(_ file: TokensFile) throws {
    try forEachPart(of: file.count) { rows in
      _ = try file.tokens(rows)
      try check(file.columns, rows)
      guard file.hasTexts else { return }
      let digests = try file.columns.textDigests(rows)
      for (place, text) in try file.texts(rows).enumerated() {
        let size = TokensBlock.digestSize
        let expected = Array(digests[place * size..<(place + 1) * size])
        // U+2400 stands for a NUL or for itself; which of several was which is not kept.
        let asWritten = SHA256Digest(of: text).bytes == expected
        guard asWritten || text.unicodeScalars.contains("\u{2400}") else {
          throw VerificationError.otherText(path: file.path, row: rows.lowerBound + place)
        }
      }
    }
  }

  private static func checkRows(_ file: FeaturesFile) throws {
    try forEachPart(of: file.count) { rows in
      try check(file.columns, rows)
      guard file.hasTokenFeatures else { return }
      let bounds = try file.tokenFeatureBounds(rows)
      for (place, count) in try file.tokenCounts(rows).enumerated() {
        let found = bounds[place + 1] - bounds[place]
        guard Int(count) == found else {
          throw VerificationError.otherTokenCount(
            path: file.path, row: rows.lowerBound + place, expected: Int(count), found: found)
        }
      }
    }
  }

  private static func check(_ columns: RowColumns, _ rows: Range<Int>) throws {
    _ = try columns.rowLabels(rows)
    _ = try columns.splits(rows)
    _ = try columns.truncated(rows)
    _ = try columns.weights(rows)
  }

  private static func forEachPart(
    of count: Int, _ body: (Range<Int>) throws -> Void
  ) rethrows {
    for start in stride(from: 0, to: count, by: rowsPerRead) {
      try body(start..<min(start + rowsPerRead, count))
    }
  }
}
