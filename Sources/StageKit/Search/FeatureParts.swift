import Heads
import Kernels
import Neighbours

/// Rows of features scaled to length 1, in parts; kept in memory where they fit, read again for each
/// pass where they do not.
final class FeatureParts {
  private let source: any FeatureSource
  /// The number that each row has in the file; nil where that is its place.
  private let numbers: [Int]?
  private let threads: Int
  private let keeps: Bool
  private let partRows: Int
  private var parts: [Int: UnitRows] = [:]

  /// 256 MiB: two of them are in memory at a time.
  private static let bytesPerPart = 1 << 28

  /// `rows`: the rows of the source that are meant; nil for all.
  init(_ source: any FeatureSource, rows: [Int]?, keeps: Bool, threads: Int) {
    self.source = rows.map { SelectedRows(source, $0) } ?? source
    numbers = rows
    self.threads = threads
    self.keeps = keeps
    partRows = max(1, Self.bytesPerPart / (source.width * MemoryLayout<Float>.stride))
  }

  /// The number of parts.
  var count: Int { (source.count + partRows - 1) / partRows }

  /// The place of a part's first row among all.
  func first(_ part: Int) -> Int { part * partRows }

  /// - Throws: what reading the features throws.
  func rows(_ part: Int) throws -> UnitRows {
    if let known = parts[part] { return known }
    let first = first(part)
    let rows = try UnitRows(
      count: min(partRows, source.count - first), width: source.width, threads: threads
    ) { rows, buffer in
      try source.read(rows.lowerBound + first..<rows.upperBound + first, into: buffer)
    }
    if keeps { parts[part] = rows }
    return rows
  }

  /// The number that the row at `position` has in the file.
  func row(_ position: Int) -> Int { numbers?[position] ?? position }
}
