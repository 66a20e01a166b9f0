import Foundation

/// metrics.json: one flat object of numbers, as DVC and its like read them.
public enum MetricsJSON {
  /// The file's bytes: keys sorted, each number with the digits that read back to the same value.
  ///
  /// NaN and infinity, which JSON does not know, become null.
  public static func encode(_ metrics: [String: Double]) -> [UInt8] {
    let members = metrics.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { "  \(quoted($0.key)): \(number($0.value))" }
    let body = members.isEmpty ? "" : "\n" + members.joined(separator: ",\n") + "\n"
    return Array("{\(body)}\n".utf8)
  }

  private static func number(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    // Counts read better without a fraction; 2^53 bounds the integers that Double holds exactly.
    if value.magnitude < 0x1p53, value == value.rounded() { return "\(Int(value))" }
    return value.description
  }

  private static func quoted(_ key: String) -> String {
    var literal = "\""
    for scalar in key.unicodeScalars {
      switch scalar {
      case "\"", "\\": literal += "\\\(scalar)"
      case "\u{0}"..<"\u{20}": literal += String(format: "\\u%04x", scalar.value)
      default: literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "\""
  }
}
