import Contracts

/// A float32 matrix as float64 blocks of rows, standardized and with a column of ones at the end.
///
/// The column makes the intercept a weight like the others: one product gives features times
/// coefficients plus intercept.
struct RowBlocks: Sendable {
  /// Rows of a full block. 256 rows of 384 features are 0.8 MB in float64: the backward product
  /// finds in the cache what the forward one read.
  static let blockRows = 256

  let features: Matrix
  let standardization: Standardization?

  /// Feature columns and the one of ones.
  var columns: Int { features.columns + 1 }
  var count: Int { (features.rows + Self.blockRows - 1) / Self.blockRows }

  /// The rows of block `index`.
  func rows(_ index: Int) -> Range<Int> {
    index * Self.blockRows..<min((index + 1) * Self.blockRows, features.rows)
  }

  /// Writes row `row` to `target` [columns].
  func load(row: Int, into target: UnsafeMutablePointer<Double>) {
    let width = features.columns
    features.storage.withUnsafeBufferPointer { storage in
      let source = UnsafeBufferPointer(rebasing: storage[row * width..<(row + 1) * width])
      if let standardization {
        standardization.mean.withUnsafeBufferPointer { mean in
          standardization.scale.withUnsafeBufferPointer { scale in
            for c in 0..<width { target[c] = (Double(source[c]) - mean[c]) / scale[c] }
          }
        }
      } else {
        for c in 0..<width { target[c] = Double(source[c]) }
      }
    }
    target[width] = 1
  }

  /// Writes `rows` to `target` [rows.count, columns], row-major.
  func load(rows: Range<Int>, into target: UnsafeMutablePointer<Double>) {
    for (i, row) in rows.enumerated() { load(row: row, into: target + i * columns) }
  }
}

extension Matrix {
  /// - Throws: `nonFiniteFeature` for the first NaN or infinity.
  func checkFinite() throws(HeadError) {
    guard let index = storage.firstIndex(where: { !$0.isFinite }) else { return }
    throw .nonFiniteFeature(row: index / columns, column: index % columns)
  }
}
