import Contracts

/// The rows of a CSV or TSV file with a header row.
final class DelimitedSource: RowSource {
  private var scanner: DelimitedScanner
  private let columns: ColumnMap
  private var isEmpty = true

  /// Opens the file and reads its header.
  init(path: String, delimiter: UInt8, options: CorpusOptions) throws(CorpusError) {
    var scanner = DelimitedScanner(
      stream: try ByteStream(path: path), delimiter: delimiter, limit: options.maximumRowBytes)
    guard try scanner.next() else { throw .emptyFile(path: path) }
    var names: [String] = []
    for index in 0..<scanner.fieldCount { names.append(try scanner.string(index)) }
    columns = try ColumnMap(names: names, options: options, at: scanner.location)
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
    if let label = columns.label {
      let value = try scanner.string(label)
      row.label = value.isEmpty ? nil : value
    }
    if let id = columns.id { row.id = try scanner.string(id) }
    if let split = columns.split {
      row.split = try Split(named: try scanner.string(split), at: location)
    }
    return row
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
