public import Contracts
import Kernels

/// The directions in which rows vary most (Pearson 1901), by LAPACK's symmetric eigenvalues.
///
/// Scikit-learn's `PCA`: centred, not scaled; of each direction's two signs the one in which its largest
/// component is positive, so that the same rows always look the same (`svd_flip` of the components).
public struct PrincipalComponents: Sendable {
  /// [width].
  public let mean: [Double]
  /// [count, width], row-major, each of length 1.
  public let components: [Double]
  /// The variance along each component, with n - 1 in the denominator; descending.
  public let variances: [Double]
  /// Of all directions together.
  public let totalVariance: Double

  private static let blockRows = 512

  /// The first `count` components of `rows`.
  ///
  /// - Throws: `KernelError` where OpenBLAS is not there, or has not converged.
  /// - Precondition: there are at least two rows, and count is at most their width.
  public init(_ rows: Matrix, count: Int, threads: Int) throws {
    precondition(rows.rows > 1 && (1...rows.columns).contains(count))
    try DoubleGemm.prepare()
    let width = rows.columns
    let mean = Self.mean(rows)
    var covariance = Self.scatter(rows, mean: mean, threads: threads)
    let scale = 1 / Double(rows.rows - 1)
    for index in covariance.indices { covariance[index] *= scale }
    totalVariance = (0..<width).reduce(0) { $0 + covariance[$1 * width + $1] }
    let (values, vectors) = try SymmetricEigen.decompose(covariance, size: width)
    var components: [Double] = []
    var variances: [Double] = []
    for place in 0..<count {
      let index = width - 1 - place
      let vector = vectors[index * width..<(index + 1) * width]
      let largest = vector.max { abs($0) < abs($1) } ?? 1
      components += vector.map { largest < 0 ? -$0 : $0 }
      variances.append(max(0, values[index]))
    }
    self.mean = mean
    self.components = components
    self.variances = variances
  }

  /// The rows along the components: [rows, count], row-major.
  public func project(_ rows: Matrix) -> [Double] {
    let (width, count) = (mean.count, variances.count)
    var projected: [Double] = []
    projected.reserveCapacity(rows.rows * count)
    for row in 0..<rows.rows {
      let own = rows[row: row]
      for component in 0..<count {
        var sum = 0.0
        for (column, value) in own.enumerated() {
          sum += (Double(value) - mean[column]) * components[component * width + column]
        }
        projected.append(sum)
      }
    }
    return projected
  }

  private static func mean(_ rows: Matrix) -> [Double] {
    var sums = [Double](repeating: 0, count: rows.columns)
    for row in 0..<rows.rows {
      for (column, value) in rows[row: row].enumerated() { sums[column] += Double(value) }
    }
    return sums.map { $0 / Double(rows.rows) }
  }

  /// The sum of the centred rows' outer products: [width, width].
  ///
  /// Blocks are of a fixed size and are added in their order: the same bits for any number of threads.
  private static func scatter(_ rows: Matrix, mean: [Double], threads: Int) -> [Double] {
    let width = rows.columns
    let blocks = (rows.rows + blockRows - 1) / blockRows
    var total = [Double](repeating: 0, count: width * width)
    // As many at a time as there are threads: their matrices are all that is kept.
    for start in stride(from: 0, to: blocks, by: max(threads, 1)) {
      let some = start..<min(start + max(threads, 1), blocks)
      let parts = Parts(some.count)
      Workers.forEach(some.count, workers: threads) { _, index in
        let first = (some.lowerBound + index) * blockRows
        let range = first..<min(first + blockRows, rows.rows)
        var centred: [Double] = []
        centred.reserveCapacity(range.count * width)
        for row in range {
          for (column, value) in rows[row: row].enumerated() {
            centred.append(Double(value) - mean[column])
          }
        }
        var product = [Double](repeating: 0, count: width * width)
        centred.withUnsafeBufferPointer { centred in
          product.withUnsafeMutableBufferPointer { product in
            guard let a = centred.baseAddress, let c = product.baseAddress else { return }
            DoubleGemm.multiply(
              m: width, n: width, k: range.count,
              .init(a, stride: width, transposed: true), .init(a, stride: width), into: c,
              stride: width)
          }
        }
        parts.put(product, at: index)
      }
      for product in parts.all {
        for index in total.indices { total[index] += product[index] }
      }
    }
    return total
  }
}

/// Matrices that threads work out, in their order.
private final class Parts: @unchecked Sendable {
  private let monitor = Monitor()
  private var parts: [[Double]]

  init(_ count: Int) { parts = Array(repeating: [], count: count) }

  func put(_ part: [Double], at index: Int) { monitor.withLock { parts[index] = part } }

  var all: [[Double]] { monitor.withLock { parts } }
}
