import Contracts
import Kernels

/// Logistic regression over sparse rows.
struct SparseLogisticProblem: LogisticProblem {
  // Work for a thread to take at a time: rows or columns with some thousand entries.
  private static let parts = 64

  let matrix: SparseMatrix
  /// The same by columns: the gradient of a column is a sum over its rows, one thread's alone.
  let transposed: SparseMatrix
  var targets: LogisticTargets
  let threads: Int
  let kernels: KernelSet

  init(matrix: SparseMatrix, targets: LogisticTargets, threads: Int, kernels: KernelSet) {
    self.matrix = matrix
    transposed = matrix.transposed()
    self.targets = targets
    self.threads = threads
    self.kernels = kernels
  }

  var columns: Int { matrix.columns + 1 }
  var gainsBySinglePrecision: Bool { false }
  func sampled() -> (any LogisticProblem)? { nil }

  func loss(
    _ parameters: [Double], gradient: inout [Double], precision: PassPrecision
  ) -> Double {
    let (rows, outputs, columns) = (matrix.rows, targets.outputs, columns)
    var scores = [Double](repeating: 0, count: rows * outputs)
    var losses = [Double](repeating: 0, count: Self.parts)
    let weights = Self.byColumn(parameters, outputs: outputs)
    let parts = Self.parts
    scores.withUnsafeMutableBufferPointer { scores in
      losses.withUnsafeMutableBufferPointer { losses in
        weights.withUnsafeBufferPointer { weights in
          guard let z = scores.baseAddress else { return }
          Parallel.forEach(parts, threads: threads) { part in
            let range = rows * part / parts..<rows * (part + 1) / parts
            for row in range {
              let target = z + row * outputs
              for k in 0..<outputs { target[k] = weights[(columns - 1) * outputs + k] }
              Self.addProducts(matrix, row, weights, outputs: outputs, to: target)
            }
            losses[part] = targets.loss(
              range, scores: z + range.lowerBound * outputs, kernels)
          }
        }
      }
    }
    var byColumn = [Double](repeating: 0, count: columns * outputs)
    byColumn.withUnsafeMutableBufferPointer { sums in
      scores.withUnsafeBufferPointer { scores in
        guard let sums = sums.baseAddress else { return }
        Parallel.forEach(parts, threads: threads) { part in
          let width = columns - 1
          for column in width * part / parts..<width * (part + 1) / parts {
            Self.addProducts(
              transposed, column, scores, outputs: outputs, to: sums + column * outputs)
          }
        }
        for i in 0..<rows * outputs { sums[(columns - 1) * outputs + i % outputs] += scores[i] }
      }
    }
    for column in 0..<columns {
      for k in 0..<outputs { gradient[k * columns + column] = byColumn[column * outputs + k] }
    }
    return losses.reduce(0, +)
  }

  /// Adds row `row` of `matrix` times `factors` [columns, outputs] to `target` [outputs].
  private static func addProducts(
    _ matrix: SparseMatrix, _ row: Int, _ factors: UnsafeBufferPointer<Double>, outputs: Int,
    to target: UnsafeMutablePointer<Double>
  ) {
    matrix.columnIndices.withUnsafeBufferPointer { columns in
      matrix.values.withUnsafeBufferPointer { values in
        for entry in matrix.entries(ofRow: row) {
          let (value, start) = (values[entry], Int(columns[entry]) * outputs)
          for k in 0..<outputs { target[k] += value * factors[start + k] }
        }
      }
    }
  }

  /// [outputs, columns] as [columns, outputs]: what an entry needs lies in one cache line.
  private static func byColumn(_ parameters: [Double], outputs: Int) -> [Double] {
    let columns = parameters.count / outputs
    return [Double](unsafeUninitializedCapacity: parameters.count) { buffer, count in
      for column in 0..<columns {
        for k in 0..<outputs { buffer[column * outputs + k] = parameters[k * columns + column] }
      }
      count = parameters.count
    }
  }

  func preconditioner() -> CurvaturePreconditioner {
    var squares = [Double](repeating: 0, count: columns)
    var weight = 0.0
    for row in 0..<matrix.rows {
      let share = targets.weight(ofRow: row)
      for entry in matrix.entries(ofRow: row) {
        let value = matrix.values[entry]
        squares[Int(matrix.columnIndices[entry])] += share * value * value
      }
      weight += share
    }
    squares[columns - 1] = weight
    return CurvaturePreconditioner(
      diagonal: squares.map { $0 * targets.curvature / weight }, penalties: targets.penalties)
  }
}
