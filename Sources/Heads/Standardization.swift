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
    precondition(features.rows > 0)
    let count = Double(features.rows)
    let mean = Self.columnSums(features, threads: threads) { value, _ in value }
      .map { $0 / count }
    let squares = mean.withUnsafeBufferPointer { mean in
      Self.columnSums(features, threads: threads) { value, column in
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

  private static func columnSums(
    _ features: Matrix, threads: Int, _ term: (Double, Int) -> Double
  ) -> [Double] {
    let width = features.columns
    let slices = Slices(count: features.rows, resultSize: width)
    var sums = [Double](repeating: 0, count: slices.count * width)
    sums.withUnsafeMutableBufferPointer { sums in
      features.storage.withUnsafeBufferPointer { storage in
        Parallel.forEach(slices.count, threads: threads) { slice in
          for row in slices[slice] {
            for column in 0..<width {
              sums[slice * width + column] += term(Double(storage[row * width + column]), column)
            }
          }
        }
      }
    }
    return slices.merged(sums, size: width)
  }
}
