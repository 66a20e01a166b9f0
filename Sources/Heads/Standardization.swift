import Contracts

/// Columns shifted to mean 0 and scaled to standard deviation 1, as scikit-learn's StandardScaler.
public struct Standardization: Sendable, Equatable {
  /// [width].
  public let mean: [Double]
  /// The population standard deviation; 1 for a constant column: [width].
  public let scale: [Double]

  /// - Precondition: as many means as scales; no scale is 0.
  public init(mean: [Double], scale: [Double]) {
    precondition(mean.count == scale.count && !scale.contains(0))
    self.mean = mean
    self.scale = scale
  }

  /// Mean and deviation of `features`' columns, in float64 and in two passes.
  ///
  /// - Precondition: there is a row.
  init(fitting features: Matrix, threads: Int) {
    do {
      try self.init(
        fitting: RowBlocks(.memory(features, at: nil), standardization: nil), threads: threads)
    } catch {
      preconditionFailure("memory cannot fail to be read: \(error)")
    }
  }

  /// Mean and deviation of the rows' columns.
  ///
  /// - Throws: what the rows' medium throws.
  /// - Precondition: there is a row.
  init(fitting blocks: RowBlocks, threads: Int) throws {
    precondition(blocks.rowCount > 0)
    let count = Double(blocks.rowCount)
    let mean = try Self.columnSums(blocks, threads: threads) { value, _, _ in value }
      .map { $0 / count }
    let squares = try mean.withUnsafeBufferPointer { mean in
      try Self.columnSums(blocks, threads: threads) { value, column, _ in
        (value - mean[column]) * (value - mean[column])
      }
    }
    self.init(mean: mean, squares: squares, count: count)
  }

  /// `squares`: the sums of the columns' squared distances from their means: [width].
  init(mean: [Double], squares: [Double], count: Double) {
    // A column is constant when its variance is within the rounding of its mean; the bound is that
    // of sklearn.preprocessing._data._is_constant_feature.
    let scale = mean.indices.map { column in
      let variance = squares[column] / count
      let rounding = count * .ulpOfOne * mean[column]
      let isConstant = variance <= count * .ulpOfOne * variance + rounding * rounding
      return isConstant ? 1 : variance.squareRoot()
    }
    self.init(mean: mean, scale: scale)
  }

  /// The mean of each column [width], rows counting as much as their weights.
  ///
  /// - Throws: what the rows' medium throws.
  static func weightedMean(
    _ blocks: RowBlocks, _ weights: [Double], threads: Int
  ) throws -> [Double] {
    let sum = weights.reduce(0, +)
    return try weights.withUnsafeBufferPointer { weights in
      try columnSums(blocks, threads: threads) { value, _, row in value * weights[row] }
    }.map { $0 / sum }
  }

  /// The sums over the rows of `term` (value, column, row): [width].
  private static func columnSums(
    _ blocks: RowBlocks, threads: Int, _ term: (Double, Int, Int) -> Double
  ) throws -> [Double] {
    let width = blocks.width
    let slices = Slices(count: blocks.count, resultSize: width)
    var sums = [Double](repeating: 0, count: slices.count * width)
    try blocks.forEachWindow { window in
      sums.withUnsafeMutableBufferPointer { sums in
        Parallel.forEach(slices.count, threads: threads) { slice in
          for block in slices.blocks(slice, in: window.blocks) {
            for row in blocks.rows(block) {
              let values = window.row(row)
              for column in 0..<width {
                sums[slice * width + column] += term(Double(values[column]), column, row)
              }
            }
          }
        }
      }
    }
    return slices.merged(sums, size: width)
  }
}

// MARK: - In the parameters of a linear head

extension Standardization {
  /// Parameters for rows as they are that do what `parameters` [outputs, width + 1] do for standardized ones;
  /// the intercept is last.
  func folded(_ parameters: [Double]) -> [Double] {
    let width = mean.count
    var folded = parameters
    for start in stride(from: 0, to: folded.count, by: width + 1) {
      for c in 0..<width {
        folded[start + c] /= scale[c]
        folded[start + width] -= mean[c] * folded[start + c]
      }
    }
    return folded
  }

  /// The gradient by parameters of standardized rows, of that by folded ones.
  func unfold(gradient: inout [Double]) {
    let width = mean.count
    for start in stride(from: 0, to: gradient.count, by: width + 1) {
      let sum = gradient[start + width]
      for c in 0..<width {
        gradient[start + c] = (gradient[start + c] - mean[c] * sum) / scale[c]
      }
    }
  }
}
