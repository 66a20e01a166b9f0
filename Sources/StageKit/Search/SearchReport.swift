import Contracts
import Foundation
public import Neighbours
import Reporting

/// How rows that were found are shown: lines for people, records of csv, JSON.
public struct SearchReport {
  private let rows: RowDescriptions
  private let hasTexts: Bool

  public init(_ rows: RowDescriptions, hasTexts: Bool) {
    self.rows = rows
    self.hasTexts = hasTexts
  }

  private var rowTitles: [String] { ["id", "split", "label"] + (hasTexts ? ["text"] : []) }

  private func cells(_ row: RowDescription) -> [String] {
    [row.id, row.split.name, row.label] + (hasTexts ? [row.text ?? ""] : [])
  }

  /// The first record of a csv of neighbours.
  public var neighbourTitles: String { CSV.record(["query", "rank", "cosine"] + rowTitles) }

  /// The first record of a csv of pairs.
  public var pairTitles: String {
    CSV.record(["cosine"] + rowTitles + rowTitles.map { "other_" + $0 })
  }

  /// A table of a text's neighbours, for people.
  ///
  /// - Throws: what reading the rows' columns throws.
  public func table(_ text: String, _ neighbours: [Neighbour]) throws -> String {
    let known = try rows.read(at: neighbours.map(\.row))
    var table = TextTable(
      [("cosine", .right), ("id", .left), ("split", .left), ("label", .left)]
        + (hasTexts ? [("text", .left)] : []))
    for neighbour in neighbours {
      guard let row = known[neighbour.row] else { continue }
      table.append([Self.rounded(neighbour.cosine)] + cells(row))
    }
    return text.printable + "\n" + table.text
  }

  /// Records of a text's neighbours.
  ///
  /// - Throws: what reading the rows' columns throws.
  public func csv(_ text: String, _ neighbours: [Neighbour]) throws -> String {
    let known = try rows.read(at: neighbours.map(\.row))
    return neighbours.enumerated().compactMap { rank, neighbour in
      known[neighbour.row].map {
        CSV.record([text, "\(rank + 1)", "\(neighbour.cosine)"] + cells($0))
      }
    }.joined()
  }

  /// A text's neighbours.
  ///
  /// - Throws: what reading the rows' columns throws.
  public func json(_ text: String, _ neighbours: [Neighbour]) throws -> JSONValue {
    let known = try rows.read(at: neighbours.map(\.row))
    return .object([
      "text": .string(text),
      "neighbours": .array(
        neighbours.compactMap { neighbour in
          known[neighbour.row].map { row in
            .object(
              json(row).merging(
                ["row": .integer(neighbour.row), "cosine": .real(neighbour.cosine)]) { $1 })
          }
        }),
    ])
  }

  private func json(_ row: RowDescription) -> [String: JSONValue] {
    var values: [String: JSONValue] = [
      "id": .string(row.id), "split": .string(row.split.name), "label": .string(row.label),
    ]
    if let text = row.text { values["text"] = .string(text) }
    return values
  }

  /// Lines of pairs, for people: the cosine, both rows, and their texts below.
  ///
  /// - Throws: what reading the rows' columns throws.
  public func lines(_ pairs: [RowPair]) throws -> String {
    try described(pairs).map { pair, first, second in
      func name(_ row: RowDescription) -> String {
        "\(row.id.printable) (\(row.split.name)\(row.label.isEmpty ? "" : ", ")\(row.label.printable))"
      }
      let texts = [first.text, second.text].compactMap(\.self).map { "        \($0.printable)\n" }
      return "\(Self.rounded(pair.cosine))  \(name(first))  \(name(second))\n" + texts.joined()
    }.joined()
  }

  /// Records of pairs.
  ///
  /// - Throws: what reading the rows' columns throws.
  public func csv(_ pairs: [RowPair]) throws -> String {
    try described(pairs).map { pair, first, second in
      CSV.record(["\(pair.cosine)"] + cells(first) + cells(second))
    }.joined()
  }

  /// Pairs.
  ///
  /// - Throws: what reading the rows' columns throws.
  public func json(_ pairs: [RowPair]) throws -> [JSONValue] {
    try described(pairs).map { pair, first, second in
      func side(_ row: RowDescription, _ number: Int) -> JSONValue {
        .object(json(row).merging(["row": .integer(number)]) { $1 })
      }
      return .object([
        "cosine": .real(pair.cosine),
        "rows": .array([side(first, pair.first), side(second, pair.second)]),
      ])
    }
  }

  private func described(
    _ pairs: [RowPair]
  ) throws -> [(pair: RowPair, first: RowDescription, second: RowDescription)] {
    let known = try rows.read(at: pairs.flatMap { [$0.first, $0.second] })
    return pairs.compactMap { pair in
      guard let first = known[pair.first], let second = known[pair.second] else { return nil }
      return (pair, first, second)
    }
  }

  private static func rounded(_ cosine: Double) -> String { String(format: "%.4f", cosine) }
}
