import Kernels

/// The lower triangle L of a symmetric positive definite matrix A = L·Lᵀ.
struct CholeskyFactor: Sendable {
  private static let panel = 64

  private let size: Int
  /// [size, size], row-major; what lies above the diagonal is not used.
  private var lower: [Double]

  /// Factors `matrix` [size, size], row-major, of which the lower triangle is read.
  ///
  /// Right-looking and blocked: the trailing update, where the work is, runs as products of
  /// matrices (Golub & Van Loan, Matrix Computations, section 4.2.9). Nil when the matrix is not
  /// positive definite in float64.
  ///
  /// - Complexity: size³ / 3 multiplications.
  init?(_ matrix: [Double], size: Int) {
    precondition(matrix.count == size * size)
    self.size = size
    lower = matrix
    let isPositive = lower.withUnsafeMutableBufferPointer { lower -> Bool in
      guard let a = lower.baseAddress else { return true }
      for begin in stride(from: 0, to: size, by: Self.panel) {
        let end = min(begin + Self.panel, size)
        guard Self.factorPanel(a, size: size, columns: begin..<end) else { return false }
        for row in stride(from: end, to: size, by: Self.panel) {
          let rows = min(Self.panel, size - row)
          DoubleGemm.multiply(
            m: rows, n: row + rows - end, k: end - begin, alpha: -1,
            .init(a + row * size + begin, stride: size),
            .init(a + end * size + begin, stride: size, transposed: true), beta: 1,
            into: a + row * size + end, stride: size)
        }
      }
      return true
    }
    guard isPositive else { return nil }
  }

  /// Factors `columns` from the diagonal down, given that those to the left are already applied.
  private static func factorPanel(
    _ a: UnsafeMutablePointer<Double>, size: Int, columns: Range<Int>
  ) -> Bool {
    for row in columns.lowerBound..<size {
      for column in columns.lowerBound...min(row, columns.upperBound - 1) {
        var sum = a[row * size + column]
        for k in columns.lowerBound..<column { sum -= a[row * size + k] * a[column * size + k] }
        if row == column {
          guard sum > 0, sum.isFinite else { return false }
          a[row * size + row] = sum.squareRoot()
        } else {
          a[row * size + column] = sum / a[column * size + column]
        }
      }
    }
    return true
  }

  /// Replaces the vector b [size] by A⁻¹b.
  func solve(_ b: UnsafeMutableBufferPointer<Double>) {
    lower.withUnsafeBufferPointer { lower in
      for row in 0..<size {
        var sum = b[row]
        for k in 0..<row { sum -= lower[row * size + k] * b[k] }
        b[row] = sum / lower[row * size + row]
      }
      for row in (0..<size).reversed() {
        let value = b[row] / lower[row * size + row]
        b[row] = value
        for k in 0..<row { b[k] -= lower[row * size + k] * value }
      }
    }
  }
}
