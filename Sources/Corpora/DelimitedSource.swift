import Contracts

/// The rows of a CSV or TSV file with a header row.
final class DelimitedSource: RowSource {
  private var scanner: DelimitedScanner
  private let columns: ColumnMap
  private let options: CorpusOptions
  private var isEmpty = true

  /// Opens the file and reads its header.
  init(path: String, delimiter: UInt8, options: CorpusOptions) throws(CorpusError) {
    var scanner = DelimitedScanner(
      stream: try ByteStream(path: path), delimiter: delimiter, limit: options.maximumRowBytes)
    guard try scanner.next() else { throw .emptyFile(path: path) }
    var names: [String] = []
    for index in 0..<scanner.fieldCount { names.append(try scanner.string(index)) }
    columns = try ColumnMap(names: names, options: options, at: scanner.location)
    self.options = options
    if case .lists(nil) = options.labels {
      throw .noLabelDelimiter(at: scanner.location, column: options.labelColumn ?? "")
    }
    self.scanner = scanner
  }

  var hasLabels: Bool { columns.label != nil }

  /// Where the header is.
  var header: CorpusLocation { columns.location }

  func next() throws(CorpusError) -> CorpusRow? {
    guard try scanner.next() else {
      if isEmpty { throw .noRows(at: columns.location) }
      return nil
    }
    isEmpty = false
    let location = scanner.location
    guard scanner.fieldCount == columns.count else {
      throw .fieldCount(at: location, expected: columns.count, found: scanner.fieldCount)
    }
    var row = CorpusRow(text: try scanner.string(columns.text), location: location)
    row.label = try label(at: location)
    if let id = columns.id { row.id = try scanner.string(id) }
    if let split = columns.split {
      row.split = try Split(named: try scanner.string(split), at: location)
    }
    if let weight = columns.weight {
      row.weight = try FieldValue.weight(
        try scanner.string(weight), column: options.weightColumn ?? "", at: location)
    }
    return row
  }

  private func label(at location: CorpusLocation) throws(CorpusError) -> LabelValue? {
    if case .indicators(let names) = options.labels {
      var values: [String] = []
      for column in columns.indicators { values.append(try scanner.string(column)) }
      return try FieldValue.set(values, columns: names, at: location)
    }
    guard let label = columns.label else { return nil }
    return try LabelValue(
      text: try scanner.string(label), reading: options.labels,
      column: options.labelColumn ?? "", at: location)
  }
}

extension Split {
  /// Reads a split column's value: the names that data sets use, in any case.
  init(named name: String, at location: CorpusLocation) throws(CorpusError) {
    switch name.lowercased() {
    case "train", "training": self = .train
    case "validation", "valid", "val", "dev": self = .validation
    case "test": self = .test
    default: throw .unknownSplit(at: location, value: name)
    }
  }
}
