import Contracts
import Foundation

/// One JSON object a line; blank lines are skipped.
final class JSONLinesSource: RowSource {
  private var scanner: LineScanner
  private let options: CorpusOptions
  private let decoder = JSONDecoder()
  private var isEmpty = true

  init(path: String, options: CorpusOptions) throws(CorpusError) {
    scanner = LineScanner(stream: try ByteStream(path: path), limit: options.maximumRowBytes)
    self.options = options
    decoder.userInfo[JSONRow.optionsKey] = options
  }

  func next() throws(CorpusError) -> CorpusRow? {
    while try scanner.next() {
      if scanner.bytes.allSatisfy(Self.isSpace) { continue }
      isEmpty = false
      return try row()
    }
    guard isEmpty else { return nil }
    let end = scanner.location
    throw end.line == 1 ? .emptyFile(path: end.path) : .noRows(at: end)
  }

  private func row() throws(CorpusError) -> CorpusRow {
    let location = scanner.location
    let fields = try decode(Data(try scanner.string().utf8), at: location)
    var row = CorpusRow(id: fields.id, text: fields.text, location: location)
    row.label = try label(fields, at: location)
    if let column = options.weightColumn {
      row.weight = try FieldValue.weight(fields.weight ?? "", column: column, at: location)
    }
    if let split = fields.split { row.split = try Split(named: split, at: location) }
    return row
  }

  private func label(
    _ fields: JSONRow, at location: CorpusLocation
  ) throws(CorpusError) -> LabelValue? {
    switch fields.label {
    case nil: nil
    case .array(let names): .set(names)
    case .indicators(let values):
      if case .indicators(let columns) = options.labels {
        try FieldValue.set(values, columns: columns, at: location)
      } else {
        nil
      }
    case .text(let text):
      try LabelValue(
        text: text, reading: options.labels, column: options.labelColumn ?? "", at: location)
    }
  }

  private func decode(_ line: Data, at location: CorpusLocation) throws(CorpusError) -> JSONRow {
    do {
      return try decoder.decode(JSONRow.self, from: line)
    } catch let fault as JSONRow.Fault {
      switch fault {
      case .notAnObject:
        throw .notAnObject(at: location)
      case .missing(let column, let existing):
        throw .noSuchColumn(column, existing: existing, at: location)
      case .wrongType(let column, let expected, let found):
        throw .wrongType(at: location, column: column, expected: expected, found: found)
      }
    } catch DecodingError.dataCorrupted(let context) {
      let detail = context.underlyingError.map(Self.detail) ?? context.debugDescription
      throw .brokenJSON(at: location, detail: detail)
    } catch {
      throw .brokenJSON(at: location, detail: Self.detail(error))
    }
  }

  /// Foundation's own word for the fault, which is in the error's user info.
  private static func detail(_ error: any Error) -> String {
    (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String ?? "\(error)"
  }

  /// JSON's white space, RFC 8259 section 2.
  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }
}
