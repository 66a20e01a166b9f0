/// A small table for a terminal: columns aligned, two spaces between them.
///
/// Width is counted in Unicode scalars.
public struct TextTable: Sendable {
  public enum Alignment: Sendable {
    /// For names.
    case left
    /// For numbers.
    case right
  }

  private let alignments: [Alignment]
  private var rows: [[String]]

  public init(_ columns: [(title: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    rows = [columns.map(\.title)]
  }

  /// Adds a row.
  ///
  /// - Precondition: one cell a column.
  public mutating func append(_ cells: [String]) {
    precondition(cells.count == alignments.count)
    rows.append(cells.map(\.printable))
  }

  /// The titles, then the rows; no spaces at line ends, a newline after each line.
  public var text: String {
    let widths = alignments.indices.map { column in
      rows.map { $0[column].unicodeScalars.count }.max() ?? 0
    }
    return rows.map { row in
      let cells = alignments.indices.map { column in
        switch alignments[column] {
        case .left: row[column].rightPadded(to: widths[column])
        case .right: row[column].leftPadded(to: widths[column])
        }
      }
      var line = cells.joined(separator: "  ")
      while line.utf8.last == UInt8(ascii: " ") { line.unicodeScalars.removeLast() }
      return line + "\n"
    }.joined()
  }
}
