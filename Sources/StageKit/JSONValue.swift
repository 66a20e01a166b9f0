import Foundation

/// JSON with sorted keys and one way to write every value: equal values give equal bytes.
public enum JSONValue: Sendable, Equatable, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
  case null
  case bool(Bool)
  case integer(Int)
  case real(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }

  /// A list of strings.
  public static func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }

  /// One line, keys in the order of their UTF-8 bytes, no spaces. NaN and infinity become null.
  public var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .real(let value): value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.quote(value)
    case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
    case .object(let values):
      "{"
        + Self.sorted(values).map { Self.quote($0.key) + ":" + $0.value.text }
        .joined(separator: ",") + "}"
    }
  }

  /// The same over several lines, for people: objects indented by two, lists on one line.
  public func pretty(indent: String = "") -> String {
    guard case .object(let values) = self, !values.isEmpty else { return text }
    let inner = indent + "  "
    let lines = Self.sorted(values).map {
      inner + Self.quote($0.key) + ": " + $0.value.pretty(indent: inner)
    }
    return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
  }

  private static func sorted(
    _ values: [String: JSONValue]
  ) -> [(key: String, value: JSONValue)] {
    values.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
  }

  private static func quote(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}

extension JSONValue: Decodable {
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let found = try? value.decode(Bool.self) {
      self = .bool(found)
    } else if let found = try? value.decode(Int.self) {
      self = .integer(found)
    } else if let found = try? value.decode(Double.self) {
      self = .real(found)
    } else if let found = try? value.decode(String.self) {
      self = .string(found)
    } else if let found = try? value.decode([JSONValue].self) {
      self = .array(found)
    } else {
      self = .object(try value.decode([String: JSONValue].self))
    }
  }
}
