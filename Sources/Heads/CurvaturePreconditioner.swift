import Contracts
import Kernels

/// The Hessian of the logistic objective at zero, inverted: what L-BFGS starts from.
///
/// At zero all probabilities are equal and the Hessian is, for each output alike, h · XᵀSX + λI with
/// X the features (and the ones of the intercept), S the rows' weights and h = 1/4 for a sigmoid,
/// 1/k for a softmax over k (Böhning 1992, https://doi.org/10.1007/BF00048682). Features of
/// encoders have a few directions of large variance; without this the number of iterations grows
/// with the root of their condition number (100,000 × 384, ten classes, variances falling as 1/rank:
/// a gradient of 1e-6 after 20 iterations where scikit-learn's L-BFGS takes 125).
struct CurvaturePreconditioner: Sendable {
  // XᵀX of a sample is enough of an estimate: with 32 rows a column its eigenvalues are within some
  // 40 % of those of all rows, and L-BFGS makes up for the rest.
  private static let rowsPerColumn = 32
  private static let minimumRows = 4096
  private static let chunkRows = 2048
  // Beyond this width factoring costs more than it saves, and only the diagonal is used.
  private static let maximumColumns = 2049

  private enum Inverse {
    case full(CholeskyFactor)
    case diagonal([Double])
  }

  private let outputs: Int
  private let columns: Int
  private let inverse: Inverse

  init(_ objective: LogisticObjective) {
    outputs = objective.outputs
    columns = objective.blocks.columns
    let useFull = columns <= Self.maximumColumns
    var matrix = Self.curvature(objective, full: useFull)
    let step = useFull ? columns + 1 : 1
    let diagonal = stride(from: 0, to: matrix.count, by: step)
    // Where columns depend on each other and λ is tiny, this keeps the factor in existence.
    let floor = 1e-10 * diagonal.reduce(0) { max($0, matrix[$1]) }
    for (column, index) in diagonal.enumerated() {
      matrix[index] += (column < columns - 1 ? objective.penalty : 0) + floor
    }
    if useFull, let factor = CholeskyFactor(matrix, size: columns) {
      inverse = .full(factor)
    } else {
      inverse = .diagonal(diagonal.map { 1 / max(matrix[$0], .leastNormalMagnitude) })
    }
  }

  /// Replaces a vector of parameters by the inverse Hessian times it.
  func apply(_ vector: inout [Double]) {
    vector.withUnsafeMutableBufferPointer { vector in
      for output in 0..<outputs {
        let part = UnsafeMutableBufferPointer(
          rebasing: vector[output * columns..<(output + 1) * columns])
        switch inverse {
        case .full(let factor): factor.solve(part)
        case .diagonal(let diagonal): for c in 0..<columns { part[c] *= diagonal[c] }
        }
      }
    }
  }

  /// h · XᵀSX over a sample of rows: its lower triangle [columns, columns], or its diagonal.
  private static func curvature(_ objective: LogisticObjective, full: Bool) -> [Double] {
    let blocks = objective.blocks
    let (rows, columns) = (blocks.features.rows, blocks.columns)
    let sampled = min(rows, max(minimumRows, rowsPerColumn * columns))
    func row(_ sample: Int) -> Int { sample * rows / sampled }
    func weight(_ sample: Int) -> Double { objective.weights[objective.targets[row(sample)]] }

    var matrix = [Double](repeating: 0, count: full ? columns * columns : columns)
    var chunk = [Double](repeating: 0, count: min(chunkRows, sampled) * columns)
    for begin in stride(from: 0, to: sampled, by: chunkRows) {
      let count = min(chunkRows, sampled - begin)
      chunk.withUnsafeMutableBufferPointer { chunk in
        matrix.withUnsafeMutableBufferPointer { matrix in
          guard let x = chunk.baseAddress, let target = matrix.baseAddress else { return }
          Parallel.forEach(count, threads: objective.threads) { i in
            let values = x + i * columns
            blocks.load(row: row(begin + i), into: values)
            let root = weight(begin + i).squareRoot()
            for c in 0..<columns { values[c] *= root }
          }
          if full {
            addGram(x, rows: count, columns: columns, to: target, threads: objective.threads)
          } else {
            for i in 0..<count * columns { target[i % columns] += x[i] * x[i] }
          }
        }
      }
    }
    let sampledWeight = (0..<sampled).reduce(0.0) { $0 + weight($1) }
    let share = (objective.outputs == 1 ? 0.25 : 1 / Double(objective.outputs)) / sampledWeight
    return matrix.map { $0 * share }
  }

  /// Adds the lower triangle of XᵀX, in strips of rows that threads share out.
  private static func addGram(
    _ x: UnsafePointer<Double>, rows: Int, columns: Int, to target: UnsafeMutablePointer<Double>,
    threads: Int
  ) {
    let strip = 48
    let strips = (columns + strip - 1) / strip
    Parallel.forEach(strips, threads: threads) { index in
      let begin = index * strip
      let height = min(strip, columns - begin)
      DoubleGemm.multiply(
        m: height, n: begin + height, k: rows, .init(x + begin, stride: columns, transposed: true),
        .init(x, stride: columns), beta: 1, into: target + begin * columns, stride: columns)
    }
  }
}
