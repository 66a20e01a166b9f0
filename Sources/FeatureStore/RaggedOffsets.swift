internal import HDF5

/// The column `offsets` of a file: where each row's tokens begin among the tokens of all rows.
///
/// What is read is checked, so that a file that contradicts itself is an error and not a crash.
struct RaggedOffsets: Sendable {
  private let column: HDF5Dataset
  private let path: String
  /// The tokens of all rows together.
  let tokenCount: Int
  private let longest: Int

  /// Checks the two ends; what lies between is checked as it is read.
  ///
  /// `longest`: the most tokens that a row may have.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  init(_ file: HDF5File, rows: Int, tokenCount: Int, longest: Int) throws {
    column = try file.column("offsets", .int64, shape: [rows + 1])
    path = file.path
    self.tokenCount = tokenCount
    self.longest = max(0, longest)
    let ends = try column.read(0..<1, as: Int64.self) + column.read(rows..<rows + 1)
    for (row, expected, found) in [(0, 0, ends[0]), (rows, tokenCount, ends[1])]
    where found != expected {
      throw invalid(row, found, expected...expected)
    }
  }

  /// Where the rows' tokens begin, and where the last row's end: [rows + 1], never falling, within
  /// the tokens, no row longer than the maximal length.
  func bounds(_ rows: Range<Int>) throws -> [Int] {
    let bounds = try column.read(rows.lowerBound..<rows.upperBound + 1, as: Int64.self)
    var lowest = 0
    var highest = tokenCount
    for (index, bound) in bounds.enumerated() {
      guard bound >= lowest, bound <= highest else {
        throw invalid(rows.lowerBound + index, bound, lowest...highest)
      }
      lowest = Int(bound)
      let (end, overflow) = lowest.addingReportingOverflow(longest)
      highest = overflow ? tokenCount : min(tokenCount, end)
    }
    return bounds.map { Int($0) }
  }

  private func invalid(
    _ row: Int, _ value: Int64, _ allowed: ClosedRange<Int>
  ) -> FeatureStoreError {
    .invalidValue(path: path, dataset: "offsets", row: row, value: Int(value), allowed: allowed)
  }
}
