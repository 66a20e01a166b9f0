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

  /// Replaces each row b of `rows` [count, size], row-major, by A⁻¹b.
  ///
  /// In panels, the work outside of the diagonal's as products of matrices.
  func solve(_ rows: UnsafeMutablePointer<Double>, count: Int) {
    lower.withUnsafeBufferPointer { lower in
      guard let l = lower.baseAddress else { return }
      // Yᵀ: L·Y = B, then L·X = Y from the end; a panel at a time.
      for begin in stride(from: 0, to: size, by: Self.panel) {
        let end = min(begin + Self.panel, size)
        if begin > 0 {
          DoubleGemm.multiply(
            m: count, n: end - begin, k: begin, alpha: -1, .init(rows, stride: size),
            .init(l + begin * size, stride: size, transposed: true), beta: 1, into: rows + begin,
            stride: size)
        }
        for row in 0..<count {
          let b = rows + row * size
          for i in begin..<end {
            var sum = b[i]
            for k in begin..<i { sum -= l[i * size + k] * b[k] }
            b[i] = sum / l[i * size + i]
          }
        }
      }
      for begin in stride(from: 0, to: size, by: Self.panel).reversed() {
        let end = min(begin + Self.panel, size)
        if end < size {
          DoubleGemm.multiply(
            m: count, n: end - begin, k: size - end, alpha: -1, .init(rows + end, stride: size),
            .init(l + end * size + begin, stride: size), beta: 1, into: rows + begin, stride: size)
        }
        for row in 0..<count {
          let b = rows + row * size
          for i in (begin..<end).reversed() {
            let value = b[i] / l[i * size + i]
            b[i] = value
            for k in begin..<i { b[k] -= l[i * size + k] * value }
          }
        }
      }
    }
  }
}
