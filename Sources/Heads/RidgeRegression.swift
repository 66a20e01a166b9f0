public import Contracts

/// Ridge regression: a number from a linear function of the features.
public struct RidgeRegression: Head, Equatable {
  /// What training is told.
  public struct Configuration: Sendable, Equatable, Codable {
    /// The strength of the L2 penalty, as scikit-learn's alpha.
    public var alpha = 1.0
    /// Whether features are shifted and scaled to mean 0 and deviation 1, fitted on the training
    /// rows.
    public var standardize = false

    public init() {}
  }

  /// What training found.
  public struct Summary: Sendable, Equatable, Codable {
    public let rows: Int
    /// Σ weight · (label - prediction)² + alpha · ‖coefficients‖².
    public let objective: Double
  }

  public let width: Int
  /// [width].
  public let coefficients: [Double]
  public let intercept: Double
  /// Applied to features before the coefficients; nil when not asked for.
  public let standardization: Standardization?
  public let configuration: Configuration
  public let summary: Summary

  public var labelKind: LabelKind { .number }
  public var classCount: Int { 0 }

  public func predict(_ features: Matrix, threads: Int) throws(HeadError) -> Predictions {
    .numbers(try predictNumbers(features, threads: threads))
  }

  /// The number that is expected of each row of `features` [n, width].
  ///
  /// - Throws: `widthMismatch`, or `nonFiniteFeature` naming the first such row.
  public func predictNumbers(
    _ features: Matrix, threads: Int = 1
  ) throws(HeadError) -> [Double] {
    guard features.columns == width else {
      throw .widthMismatch(expected: width, found: features.columns)
    }
    let blocks = RowBlocks(.memory(features, at: nil), standardization: standardization)
    try inMemory { try blocks.checkFinite(threads: threads) }
    var numbers = [Double](repeating: 0, count: features.rows)
    blocks.withRowsInMemory { window in
      numbers.withUnsafeMutableBufferPointer { numbers in
        Parallel.forEach(
          blocks.count, threads: threads,
          worker: { [Double](repeating: 0, count: RowBlocks.blockRows * blocks.columns) }
        ) { block, x in
          x.withUnsafeMutableBufferPointer { x in
            guard let x = x.baseAddress else { return }
            blocks.doubles(block, of: window, into: x)
            for (i, row) in blocks.rows(block).enumerated() {
              numbers[row] = intercept
              for c in 0..<width { numbers[row] += coefficients[c] * x[i * (width + 1) + c] }
            }
          }
        }
      }
    }
    return numbers
  }
}
