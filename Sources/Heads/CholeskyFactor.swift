import Kernels

/// The lower triangle L of a symmetric positive definite matrix A = L·Lᵀ.
struct CholeskyFactor: Sendable {
  private static let panel = 64

  private let size: Int
  /// [size, size], row-major; what lies above the diagonal is not used.
  private var lower: [Double]
  /// The inverses of the panels' triangles at the diagonal, [panel, panel] each: what would be solved for
  /// number by number is a product instead.
  private var inverses: [Double]

  /// Factors `matrix` [size, size], row-major, of which the lower triangle is read.
  ///
  /// Right-looking and blocked: the work runs as products of matrices (Golub & Van Loan, Matrix
  /// Computations, section 4.2.9). Nil when the matrix is not positive definite in float64.
  ///
  /// - Complexity: size³ / 3 multiplications.
  init?(_ matrix: [Double], size: Int) {
    precondition(matrix.count == size * size)
    self.size = size
    lower = matrix
    let square = Self.panel * Self.panel
    inverses = [Double](repeating: 0, count: (size + Self.panel - 1) / Self.panel * square)
    var copy = [Double](repeating: 0, count: size * Self.panel)
    let isPositive = lower.withUnsafeMutableBufferPointer { lower -> Bool in
      inverses.withUnsafeMutableBufferPointer { inverses in
        copy.withUnsafeMutableBufferPointer { copy in
          guard let a = lower.baseAddress, let inverse = inverses.baseAddress,
            let copy = copy.baseAddress
          else { return true }
          for begin in stride(from: 0, to: size, by: Self.panel) {
            let panel = begin..<min(begin + Self.panel, size)
            let own = inverse + begin / Self.panel * square
            guard Self.factorTriangle(a + begin * size + begin, size: size, panel.count, own) else {
              return false
            }
            Self.update(a, size: size, below: panel, own, copy)
          }
          return true
        }
      }
    }
    guard isPositive else { return nil }
  }

  /// Factors a triangle of `count` rows in place, and writes its inverse [count, panel].
  private static func factorTriangle(
    _ a: UnsafeMutablePointer<Double>, size: Int, _ count: Int,
    _ inverse: UnsafeMutablePointer<Double>
  ) -> Bool {
    for row in 0..<count {
      for column in 0...row {
        var sum = a[row * size + column]
        for k in 0..<column { sum -= a[row * size + k] * a[column * size + k] }
        if row == column {
          guard sum > 0, sum.isFinite else { return false }
          a[row * size + row] = sum.squareRoot()
        } else {
          a[row * size + column] = sum / a[column * size + column]
        }
      }
    }
    for column in 0..<count {
      for row in column..<count {
        var sum = row == column ? 1.0 : 0
        for k in column..<row { sum -= a[row * size + k] * inverse[k * panel + column] }
        inverse[row * panel + column] = sum / a[row * size + row]
      }
    }
    return true
  }

  /// Divides what is below a panel by its triangle, and takes its products off what is right of it.
  ///
  /// `copy`: [size, panel], scratch.
  private static func update(
    _ a: UnsafeMutablePointer<Double>, size: Int, below panel: Range<Int>,
    _ inverse: UnsafePointer<Double>, _ copy: UnsafeMutablePointer<Double>
  ) {
    let (begin, end) = (panel.lowerBound, panel.upperBound)
    for row in end..<size {
      (copy + (row - end) * Self.panel).update(from: a + row * size + begin, count: panel.count)
    }
    DoubleGemm.multiply(
      m: size - end, n: panel.count, k: panel.count, .init(copy, stride: Self.panel),
      .init(inverse, stride: Self.panel, transposed: true), into: a + end * size + begin,
      stride: size)
    for row in stride(from: end, to: size, by: Self.panel) {
      let rows = min(Self.panel, size - row)
      DoubleGemm.multiply(
        m: rows, n: row + rows - end, k: panel.count, alpha: -1,
        .init(a + row * size + begin, stride: size),
        .init(a + end * size + begin, stride: size, transposed: true), beta: 1,
        into: a + row * size + end, stride: size)
    }
  }

  /// Replaces each row b of `rows` [count, size], row-major, by A⁻¹b: L·Y = B, then Lᵀ·X = Y from the end.
  func solve(_ rows: UnsafeMutablePointer<Double>, count: Int) {
    var copy = [Double](repeating: 0, count: count * Self.panel)
    lower.withUnsafeBufferPointer { lower in
      inverses.withUnsafeBufferPointer { inverses in
        copy.withUnsafeMutableBufferPointer { copy in
          guard let l = lower.baseAddress, let inverse = inverses.baseAddress,
            let copy = copy.baseAddress
          else { return }
          func divide(_ begin: Int, _ width: Int, transposed: Bool) {
            for row in 0..<count {
              (copy + row * Self.panel).update(from: rows + row * size + begin, count: width)
            }
            DoubleGemm.multiply(
              m: count, n: width, k: width, .init(copy, stride: Self.panel),
              .init(inverse + begin * Self.panel, stride: Self.panel, transposed: transposed),
              into: rows + begin, stride: size)
          }
          for begin in stride(from: 0, to: size, by: Self.panel) {
            let width = min(Self.panel, size - begin)
            if begin > 0 {
              DoubleGemm.multiply(
                m: count, n: width, k: begin, alpha: -1, .init(rows, stride: size),
                .init(l + begin * size, stride: size, transposed: true), beta: 1,
                into: rows + begin, stride: size)
            }
            divide(begin, width, transposed: true)
          }
          for begin in stride(from: 0, to: size, by: Self.panel).reversed() {
            let width = min(Self.panel, size - begin)
            let end = begin + width
            if end < size {
              DoubleGemm.multiply(
                m: count, n: width, k: size - end, alpha: -1, .init(rows + end, stride: size),
                .init(l + end * size + begin, stride: size), beta: 1, into: rows + begin,
                stride: size)
            }
            divide(begin, width, transposed: false)
          }
        }
      }
    }
  }
}
