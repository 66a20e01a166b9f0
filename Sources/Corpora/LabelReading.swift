/// What the rows' labels are, and where they stand.
public enum LabelReading: Sendable, Hashable {
  /// The label column has a class.
  case classes
  /// The label column has a number.
  case numbers
  /// The label column has any number of labels: text with a delimiter between them, or in JSON also
  /// an array of strings. Without a delimiter, only that.
  case lists(delimiter: String?)
  /// Each of these columns says by 0 or 1, true or false, whether the row has the label of its name.
  case indicators([String])
}

/// A row's label as it was read; a literal is a class.
public enum LabelValue: Sendable, Equatable, ExpressibleByStringLiteral {
  case name(String)
  case number(Double)
  /// The names of the labels that the row has, as they were written.
  case set([String])

  public init(stringLiteral name: String) { self = .name(name) }
}

extension LabelValue {
  /// Reads a label column's text; nil for a missing label.
  init?(
    text: String, reading: LabelReading, column: String, at location: CorpusLocation
  ) throws(CorpusError) {
    switch reading {
    case .classes, .indicators:
      if text.isEmpty { return nil }
      self = .name(text)
    case .numbers:
      guard let number = try FieldValue.number(text, column: column, at: location) else {
        return nil
      }
      self = .number(number)
    case .lists(let delimiter):
      guard let delimiter else {
        throw .wrongType(
          at: location, column: column, expected: "an array of strings", found: "a string")
      }
      self = FieldValue.list(text, delimiter: delimiter)
    }
  }
}

/// Values that mean something other than text; each knows only its own words, so that csv and JSON
/// read them alike.
enum FieldValue {
  /// A label of 0 or 1; nil for an empty field.
  static func indicator(
    _ text: String, column: String, at location: CorpusLocation
  ) throws(CorpusError) -> Bool? {
    switch text.lowercased() {
    case "": return nil
    // With a fraction as pandas writes them where a column has gaps.
    case "0", "false", "0.0": return false
    case "1", "true", "1.0": return true
    default: throw .notAnIndicator(at: location, column: column, value: text)
    }
  }

  /// The set that a row's indicators make; nil where all are empty.
  static func set(
    _ values: [String?], columns: [String], at location: CorpusLocation
  ) throws(CorpusError) -> LabelValue? {
    var names: [String] = []
    var empty: [String] = []
    for (column, value) in zip(columns, values) {
      switch try indicator(value ?? "", column: column, at: location) {
      case true?: names.append(column)
      case false?: break
      case nil: empty.append(column)
      }
    }
    guard let first = empty.first else { return .set(names) }
    guard empty.count == columns.count else {
      throw .missingIndicator(at: location, column: first)
    }
    return nil
  }

  /// The labels of a list. Spaces around a label and empty labels are dropped; an empty list is the
  /// set without a label.
  static func list(_ text: String, delimiter: String) -> LabelValue {
    let bytes = Array(text.utf8)
    let parts = bytes.split(on: Array(delimiter.utf8)).map { part in
      let trimmed = part.drop { $0 == 0x20 || $0 == 0x09 }
      let end = trimmed.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 }
      return String(decoding: trimmed[..<(end ?? trimmed.startIndex)], as: UTF8.self)
    }
    return .set(parts.filter { !$0.isEmpty })
  }

  /// A finite decimal number; nil for an empty field.
  static func number(
    _ text: String, column: String, at location: CorpusLocation
  ) throws(CorpusError) -> Double? {
    if text.isEmpty { return nil }
    // Swift would also take nan, infinity and hexadecimal digits.
    guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
      let value = Double(text), value.isFinite
    else { throw .notANumber(at: location, column: column, value: text) }
    return value
  }

  /// How much a row counts: a number that is not negative, and not left out.
  static func weight(
    _ text: String, column: String, at location: CorpusLocation
  ) throws(CorpusError) -> Double {
    guard let value = try number(text, column: column, at: location), value >= 0 else {
      throw .notAWeight(at: location, column: column, value: text)
    }
    return value
  }
}

extension [UInt8] {
  /// The parts between delimiters, empty ones too.
  fileprivate func split(on delimiter: [UInt8]) -> [ArraySlice<UInt8>] {
    var parts: [ArraySlice<UInt8>] = []
    var start = 0
    var place = 0
    while place + delimiter.count <= count {
      if self[place..<place + delimiter.count].elementsEqual(delimiter) {
        parts.append(self[start..<place])
        place += delimiter.count
        start = place
      } else {
        place += 1
      }
    }
    return parts + [self[start...]]
  }
}
