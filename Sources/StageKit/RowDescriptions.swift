public import Contracts
public import FeatureStore

/// What people are told of a row.
public struct RowDescription: Sendable, Equatable {
  public let id: String
  public let split: Split
  /// The class; the labels with `;` between them; the number; empty where it is not known.
  public let label: String
  /// Where texts are at hand.
  public let text: String?
}

/// Reads what people are told of rows.
public struct RowDescriptions: Sendable {
  private let columns: RowColumns
  private let texts: TextsBeside?

  /// `texts`: where the rows' texts are, where they are wanted.
  public init(_ columns: RowColumns, texts: TextsBeside? = nil) {
    self.columns = columns
    self.texts = texts
  }

  /// The descriptions of neighbouring rows.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`, ``StageError/otherTexts(path:features:row:)``.
  public func read(_ rows: Range<Int>) throws -> [RowDescription] {
    let ids = try columns.ids(rows)
    let splits = try columns.splits(rows)
    let labels = try columns.rowLabels(rows).names(columns.classNames)
    let texts = try texts?.read(rows)
    return rows.indices.map { row in
      let place = row - rows.lowerBound
      return RowDescription(
        id: ids[place], split: splits[place], label: labels[place], text: texts?[place])
    }
  }

  /// The descriptions of rows in any order, by row; rows close to each other are read together.
  ///
  /// - Throws: as ``read(_:)``.
  public func read(at rows: some Sequence<Int>) throws -> [Int: RowDescription] {
    let largestGap = 32
    var found: [Int: RowDescription] = [:]
    var run: [Int] = []
    func readRun() throws {
      guard let first = run.first, let last = run.last else { return }
      let descriptions = try read(first..<last + 1)
      for row in run { found[row] = descriptions[row - first] }
    }
    for row in Set(rows).sorted() {
      if let last = run.last, row - last > largestGap {
        try readRun()
        run = []
      }
      run.append(row)
    }
    try readRun()
    return found
  }
}

extension Labels {
  /// Each row's label in one line: the class; the labels with `;` between them; the number. Empty
  /// where it is not known.
  public func names(_ classNames: [String]) -> [String] {
    switch self {
    case .classes(let classes): classes.map { $0 < 0 ? "" : classNames[Int($0)] }
    case .sets(let sets):
      (0..<sets.rows).map { row in
        sets.labels(ofRow: row).map { classNames[$0] }.joined(separator: ";")
      }
    case .numbers(let numbers): numbers.map { $0.isNaN ? "" : "\($0)" }
    }
  }
}

/// The texts of a features file's rows: they stand in the tokens file that it was made from.
public struct TextsBeside: Sendable {
  private let tokens: TokensFile
  private let features: RowColumns
  private let path: String

  /// Opens the tokens file of `features`.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`; `.noTexts` for a file made with `--no-texts`;
  ///   ``StageError/otherTexts(path:features:row:)`` for a file with another number of rows.
  public init(path: String, of features: RowColumns, at featuresPath: String) throws {
    let tokens = try TokensFile(path: path)
    guard tokens.hasTexts else { throw FeatureStoreError.noTexts(path: path) }
    guard tokens.count == features.count else {
      throw StageError.otherTexts(
        path: path, features: featuresPath, row: min(tokens.count, features.count))
    }
    self.tokens = tokens
    self.features = features
    self.path = featuresPath
  }

  /// The rows' texts, each held against the digest that the features file keeps of it.
  ///
  /// - Throws: `HDF5Error`, ``StageError/otherTexts(path:features:row:)``.
  public func read(_ rows: Range<Int>) throws -> [String] {
    let (own, expected) = (try tokens.columns.textDigests(rows), try features.textDigests(rows))
    if let fault = zip(own, expected).enumerated().first(where: { $1.0 != $1.1 })?.offset {
      throw StageError.otherTexts(
        path: tokens.path, features: path,
        row: rows.lowerBound + fault * rows.count / max(own.count, 1))
    }
    return try tokens.texts(rows)
  }
}
