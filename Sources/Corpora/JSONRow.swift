import Foundation

/// The wanted values of one JSON line; others are not looked at.
struct JSONRow: Decodable {
  let text: String
  /// nil for null and, unless the column is required, for a missing key.
  let label: Label?
  let id: String?
  let split: String?
  let weight: String?

  /// A label as it stands in the line.
  enum Label {
    case text(String)
    case array([String])
    /// One value a label column.
    case indicators([String?])
  }

  /// Under this key the decoder's `userInfo` holds the `CorpusOptions`.
  static let optionsKey: CodingUserInfoKey = {
    guard let key = CodingUserInfoKey(rawValue: "firn.corpus.options") else {
      preconditionFailure("any string is a key")
    }
    return key
  }()

  /// A value that is not what the options want; the caller knows the line.
  enum Fault: Error {
    case notAnObject
    case missing(String, existing: [String])
    case wrongType(String, expected: String, found: String)
  }

  init(from decoder: any Decoder) throws {
    guard let options = decoder.userInfo[Self.optionsKey] as? CorpusOptions else {
      preconditionFailure("the source sets the options")
    }
    guard let values = try? decoder.container(keyedBy: Key.self) else { throw Fault.notAnObject }
    text = try Self.text(options.textColumn, in: values)
    label = try Self.label(options, in: values)
    id = try options.idColumn.flatMap { try Self.value($0, in: values, isRequired: true) }
    split = try options.splitColumn.map { try Self.text($0, in: values) }
    weight = try options.weightColumn.flatMap { try Self.value($0, in: values, isRequired: true) }
  }

  private static func label(_ options: CorpusOptions, in values: Values) throws -> Label? {
    if case .indicators(let columns) = options.labels {
      return .indicators(try columns.map { try value($0, in: values, isRequired: true) })
    }
    guard let column = options.labelColumn else { return nil }
    if case .lists = options.labels, let names = try strings(column, in: values) {
      return .array(names)
    }
    return try value(column, in: values, isRequired: options.labelRequired).map { .text($0) }
  }

  /// An array of strings; nil for what is no array.
  private static func strings(_ column: String, in values: Values) throws -> [String]? {
    guard var array = try? values.nestedUnkeyedContainer(forKey: Key(stringValue: column)) else {
      return nil
    }
    var names: [String] = []
    while !array.isAtEnd {
      do {
        names.append(try array.decode(String.self))
      } catch DecodingError.typeMismatch, DecodingError.valueNotFound {
        throw Fault.wrongType(
          column, expected: "an array of strings", found: "an array with something else in it")
      }
    }
    return names
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private typealias Values = KeyedDecodingContainer<Key>

  /// A value that must be a string.
  private static func text(_ column: String, in values: Values) throws -> String {
    let key = try require(column, in: values)
    if let text = try string(key, in: values) { return text }
    throw Fault.wrongType(column, expected: "a string", found: kind(key, in: values))
  }

  /// A string, number or Boolean as text; nil for null and, unless required, for a missing key.
  private static func value(
    _ column: String, in values: Values, isRequired: Bool
  ) throws -> String? {
    if !isRequired, !values.contains(Key(stringValue: column)) { return nil }
    let key = try require(column, in: values)
    if try values.decodeNil(forKey: key) { return nil }
    if let text = try string(key, in: values) { return text }
    if let whole = try? values.decode(Int64.self, forKey: key) { return String(whole) }
    if let flag = try? values.decode(Bool.self, forKey: key) { return String(flag) }
    if let large = try? values.decode(UInt64.self, forKey: key) { return String(large) }
    if let number = try? values.decode(Double.self, forKey: key) { return String(number) }
    throw Fault.wrongType(
      column, expected: "a string, a number or a Boolean", found: kind(key, in: values))
  }

  /// A string; nil for another type. Foundation looks at escapes only here, so that a broken one
  /// is thrown on.
  private static func string(_ key: Key, in values: Values) throws -> String? {
    do {
      return try values.decode(String.self, forKey: key)
    } catch DecodingError.typeMismatch, DecodingError.valueNotFound {
      return nil
    }
  }

  private static func require(_ column: String, in values: Values) throws -> Key {
    let key = Key(stringValue: column)
    guard values.contains(key) else {
      let existing = values.allKeys.map(\.stringValue).sorted {
        $0.utf8.lexicographicallyPrecedes($1.utf8)
      }
      throw Fault.missing(column, existing: existing)
    }
    return key
  }

  /// What a value is, for the error.
  private static func kind(_ key: Key, in values: Values) -> String {
    if (try? values.decodeNil(forKey: key)) == true { return "null" }
    if (try? values.decode(Bool.self, forKey: key)) != nil { return "a Boolean" }
    if (try? values.decode(Double.self, forKey: key)) != nil { return "a number" }
    if (try? values.nestedUnkeyedContainer(forKey: key)) != nil { return "an array" }
    if (try? values.nestedContainer(keyedBy: Key.self, forKey: key)) != nil { return "an object" }
    return "something else"
  }
}
