public import Contracts
internal import Digests
internal import HDF5

/// What tokens.h5 and features.h5 both keep of each row beside its numbers.
///
/// Reading functions take the rows to read and throw `HDF5Error` for a damaged file,
/// `FeatureStoreError.invalidValue` for one that contradicts itself.
public struct RowColumns: Sendable {
  /// The number of rows.
  public let count: Int
  /// The classes' names; a label is an index into them.
  public let classNames: [String]
  private let path: String
  private let idColumn: HDF5Dataset
  private let labelColumn: HDF5Dataset
  private let splitColumn: HDF5Dataset
  private let matrixColumn: HDF5Dataset?
  private let targetColumn: HDF5Dataset?
  private let weightColumn: HDF5Dataset?
  private let truncatedColumn: HDF5Dataset
  private let digestColumn: HDF5Dataset

  init(_ file: HDF5File) throws {
    path = file.path
    idColumn = try file.dataset("ids")
    guard idColumn.content == .strings, idColumn.shape.count == 1 else {
      throw HDF5Error.wrongType(
        file: path, object: "ids", expected: "string", found: idColumn.content.name)
    }
    count = idColumn.rows
    labelColumn = try file.column("labels", .int32, shape: [count])
    splitColumn = try file.column("split", .uint8, shape: [count])
    truncatedColumn = try file.column("truncated", .uint8, shape: [count])
    digestColumn = try file.column(
      "text_sha256", .uint8, shape: [count, TokensBlock.digestSize])
    let names = try file.dataset("class_names")
    let classNames = try names.readStrings(0..<names.rows)
    self.classNames = classNames
    let count = self.count
    func optional(_ name: String, _ type: ElementType, _ shape: [Int]) throws -> HDF5Dataset? {
      try file.contains(name) ? file.column(name, type, shape: shape) : nil
    }
    matrixColumn = try optional("label_matrix", .uint8, [count, max(1, classNames.count)])
    targetColumn = try optional("targets", .float64, [count])
    weightColumn = try optional("weights", .float64, [count])
  }

  /// The rows' names.
  public func ids(_ rows: Range<Int>) throws -> [String] {
    try idColumn.readStrings(rows)
  }

  /// The rows' classes as indices into `classNames`, -1 where there is none.
  public func labels(_ rows: Range<Int>) throws -> [Int32] {
    let labels: [Int32] = try labelColumn.read(rows)
    try check(labels, in: -1...classNames.count - 1, of: "labels", from: rows.lowerBound)
    return labels
  }

  /// What the rows are labelled with.
  public var labelKind: LabelKind {
    if matrixColumn != nil { return .multiLabel }
    return targetColumn == nil ? .singleLabel : .number
  }

  /// The rows' labels, whatever their kind.
  public func rowLabels(_ rows: Range<Int>) throws -> Labels {
    switch labelKind {
    case .singleLabel: .classes(try labels(rows))
    case .multiLabel: .sets(try labelSets(rows))
    case .number: .numbers(try targets(rows))
    }
  }

  /// Which of `classNames` each row has.
  ///
  /// - Precondition: `labelKind` is `.multiLabel`.
  public func labelSets(_ rows: Range<Int>) throws -> LabelSets {
    guard let matrixColumn else { preconditionFailure("the rows have no label sets") }
    let width = classNames.count
    let values: [UInt8] = try matrixColumn.read(rows)
    for start in stride(from: 0, to: values.count, by: width) {
      let row = values[start..<start + width]
      // A row's labels are all known or none of them is.
      let expected: ClosedRange<UInt8> =
        row.first == LabelSets.unknown ? LabelSets.unknown...LabelSets.unknown : 0...1
      guard let fault = row.first(where: { !expected.contains($0) }) else { continue }
      throw FeatureStoreError.invalidValue(
        path: path, dataset: "label_matrix", row: rows.lowerBound + start / width,
        value: Int(fault), allowed: Int(expected.lowerBound)...Int(expected.upperBound))
    }
    return LabelSets(rows: rows.count, labelCount: width, values: values)
  }

  /// The rows' numbers to be predicted, NaN where there is none.
  ///
  /// - Precondition: `labelKind` is `.number`.
  public func targets(_ rows: Range<Int>) throws -> [Double] {
    guard let targetColumn else { preconditionFailure("the rows have no numbers as labels") }
    return try read(targetColumn, rows) { !$0.isInfinite }
  }

  /// Whether rows count differently in training.
  public var hasWeights: Bool { weightColumn != nil }

  /// How much each row counts in training: finite, not negative, 1 where the file has no weights.
  public func weights(_ rows: Range<Int>) throws -> [Double] {
    guard let weightColumn else { return [Double](repeating: 1, count: rows.count) }
    return try read(weightColumn, rows) { $0.isFinite && $0 >= 0 }
  }

  /// The parts of the data set that the rows belong to.
  public func splits(_ rows: Range<Int>) throws -> [Split] {
    let values: [UInt8] = try splitColumn.read(rows)
    try check(values, in: 0...Split.allCases.count - 1, of: "split", from: rows.lowerBound)
    return values.compactMap(Split.init(rawValue:))
  }

  /// Which rows' texts were cut at the maximal length.
  public func truncated(_ rows: Range<Int>) throws -> [Bool] {
    let values: [UInt8] = try truncatedColumn.read(rows)
    try check(values, in: 0...1, of: "truncated", from: rows.lowerBound)
    return values.map { $0 == 1 }
  }

  /// The SHA-256 of each row's text: [rows, 32].
  public func textDigests(_ rows: Range<Int>) throws -> [UInt8] {
    try digestColumn.read(rows)
  }

  /// The digest of the digests of some rows' texts, hexadecimal: the same rows wherever it is the same,
  /// whatever they are called.
  ///
  /// `rows`: in ascending order.
  public func textsSHA256(_ rows: [Int]) throws -> String {
    var hasher = SHA256Hasher()
    let size = TokensBlock.digestSize
    var place = 0
    while place < rows.count {
      let part = rows[place]..<min(rows[place] + 1 << 16, count)
      let digests = try textDigests(part)
      while place < rows.count, part.contains(rows[place]) {
        let start = (rows[place] - part.lowerBound) * size
        hasher.update(Array(digests[start..<start + size]))
        place += 1
      }
    }
    return hasher.finished().description
  }

  private func read(
    _ column: HDF5Dataset, _ rows: Range<Int>, where isAllowed: (Double) -> Bool
  ) throws -> [Double] {
    let values: [Double] = try column.read(rows)
    guard let fault = values.firstIndex(where: { !isAllowed($0) }) else { return values }
    throw FeatureStoreError.invalidNumber(
      path: path, dataset: column.name, row: rows.lowerBound + fault, value: values[fault])
  }

  private func check<Value: BinaryInteger>(
    _ values: [Value], in allowed: ClosedRange<Int>, of dataset: String, from row: Int
  ) throws(FeatureStoreError) {
    guard let fault = values.firstIndex(where: { !allowed.contains(Int($0)) }) else { return }
    throw .invalidValue(
      path: path, dataset: dataset, row: row + fault, value: Int(values[fault]), allowed: allowed)
  }
}

extension HDF5File {
  /// Opens a dataset that must have this type and shape.
  func column(_ name: String, _ type: ElementType, shape: [Int]) throws -> HDF5Dataset {
    let dataset = try dataset(name)
    guard dataset.content == .numbers(type) else {
      throw HDF5Error.wrongType(
        file: path, object: name, expected: type.rawValue, found: dataset.content.name)
    }
    guard dataset.shape == shape else {
      throw FeatureStoreError.wrongShape(
        path: path, dataset: name, expected: shape, found: dataset.shape)
    }
    return dataset
  }
}
