import Contracts
import Kernels

extension RidgeRegression {
  /// Trains on `rows` in closed form and float64; the optimum of scikit-learn's Ridge.
  ///
  /// - Parameters:
  ///   - rows: Dense or streamed features, with numbers.
  ///   - configuration: The penalty.
  ///   - threads: How many threads work at a time; the bits do not depend on it.
  /// - Returns: The head.
  /// - Throws: `noTrainingRows`, `nonFiniteFeature`, `nonFiniteLabel`, `badHyperparameter`,
  ///   `singular`, and what a stream's medium throws.
  /// - Precondition: The labels are numbers, the features not sparse.
  public static func fit(
    _ rows: TrainingRows, configuration: Configuration = .init(), threads: Int = 1
  ) throws -> RidgeRegression {
    try path(rows, alpha: [configuration.alpha], configuration: configuration, threads: threads)[0]
  }

  /// Trains with each of the penalties: [alpha]. The rows are gone through once for all of them.
  ///
  /// - Throws: as ``fit(_:configuration:threads:)``.
  /// - Precondition: as ``fit(_:configuration:threads:)``.
  /// - Complexity: n · d · min(n, d) multiplications, and min(n, d)³ / 3 for each penalty.
  public static func path(
    _ rows: TrainingRows, alpha values: [Double], configuration: Configuration = .init(),
    threads: Int = 1
  ) throws -> [RidgeRegression] {
    guard case .numbers(let labels) = rows.labels else {
      preconditionFailure("ridge regression learns numbers")
    }
    for alpha in values where !(alpha > 0 && alpha.isFinite) {
      throw HeadError.badHyperparameter(name: "alpha", value: "\(alpha)")
    }
    try rows.check()
    if let row = labels.firstIndex(where: { !$0.isFinite }) {
      throw HeadError.nonFiniteLabel(row: row)
    }
    let raw = RowBlocks(rows.features.blockRows, standardization: nil)
    try raw.checkFinite(threads: threads)
    let standardization =
      configuration.standardize ? try Standardization(fitting: raw, threads: threads) : nil

    let weights = rows.weights ?? [Double](repeating: 1, count: rows.count)
    let weightSum = weights.reduce(0, +)
    let labelMean = zip(weights, labels).reduce(0) { $0 + $1.0 * $1.1 } / weightSum
    let scale = standardization?.scale ?? [Double](repeating: 1, count: rows.width)
    let mean = try Standardization.weightedMean(raw, weights, threads: threads)
    let centred = RowBlocks(raw.rows, standardization: Standardization(mean: mean, scale: scale))
    // The label stands where the intercept's one was: the last row of the Gram matrix is Xᵀy.
    func prepare(_ row: Int, _ values: UnsafeMutablePointer<Double>) {
      let root = weights[row].squareRoot()
      for c in 0..<rows.width { values[c] *= root }
      values[rows.width] = (labels[row] - labelMean) * root
    }

    let system: RidgeSystem
    if rows.count < rows.width, case .dense = rows.features {
      system = try RidgeSystem(dual: centred, threads: threads, prepare)
    } else {
      system = try RidgeSystem(primal: centred, threads: threads, prepare)
    }
    return try values.map { alpha in
      let (coefficients, objective) = try system.solve(alpha: alpha)
      var configuration = configuration
      configuration.alpha = alpha
      // Of the weighted mean row, as the head will see it.
      let offset = coefficients.indices.reduce(0) { sum, c in
        sum + coefficients[c] * (mean[c] - (standardization?.mean[c] ?? 0)) / scale[c]
      }
      return RidgeRegression(
        width: rows.width, coefficients: coefficients, intercept: labelMean - offset,
        standardization: standardization, configuration: configuration,
        summary: Summary(rows: rows.count, objective: objective))
    }
  }
}

/// (XᵀX + αI) w = Xᵀy for centred and weighted rows, or the same from the side of the rows.
private struct RidgeSystem {
  /// XᵀX [size, size], or XXᵀ; the lower triangle.
  private let matrix: [Double]
  private let size: Int
  /// Xᵀy [size], or y.
  private let right: [Double]
  /// ‖y‖²
  private let squares: Double
  /// For the dual X [size, width].
  private let rows: [Double]?
  private let width: Int

  init(
    primal blocks: RowBlocks, threads: Int, _ prepare: (Int, UnsafeMutablePointer<Double>) -> Void
  ) throws {
    let columns = blocks.columns
    let gram = try GramMatrix.lowerTriangle(blocks, threads: threads, prepare)
    size = blocks.width
    width = size
    matrix = (0..<blocks.width).flatMap { gram[$0 * columns..<$0 * columns + columns - 1] }
    right = Array(gram[(columns - 1) * columns..<columns * columns - 1])
    squares = gram[columns * columns - 1]
    rows = nil
  }

  /// With fewer rows than columns: w = Xᵀ(XXᵀ + αI)⁻¹y.
  init(
    dual blocks: RowBlocks, threads: Int, _ prepare: (Int, UnsafeMutablePointer<Double>) -> Void
  ) throws {
    let (count, columns) = (blocks.rowCount, blocks.columns)
    var x: [Double] = []
    try GramMatrix.forEachChunk(blocks, threads: threads, prepare) { chunk, rows in
      x += UnsafeBufferPointer(start: chunk, count: rows * columns)
    }
    size = count
    width = blocks.width
    var products = [Double](repeating: 0, count: count * count)
    products.withUnsafeMutableBufferPointer { products in
      x.withUnsafeBufferPointer { x in
        guard let target = products.baseAddress, let x = x.baseAddress else { return }
        let strip = 48
        Parallel.forEach((count + strip - 1) / strip, threads: threads) { index in
          let begin = index * strip
          let height = min(strip, count - begin)
          DoubleGemm.multiply(
            m: height, n: begin + height, k: columns - 1,
            .init(x + begin * columns, stride: columns),
            .init(x, stride: columns, transposed: true), into: target + begin * count, stride: count
          )
        }
      }
    }
    matrix = products
    right = (0..<count).map { x[$0 * columns + columns - 1] }
    squares = right.reduce(0) { $0 + $1 * $1 }
    rows = x
  }

  /// The coefficients [width] and the objective.
  func solve(alpha: Double) throws(HeadError) -> (coefficients: [Double], objective: Double) {
    var matrix = matrix
    for i in 0..<size { matrix[i * size + i] += alpha }
    guard let factor = CholeskyFactor(matrix, size: size) else { throw .singular(alpha: alpha) }
    var solution = right
    solution.withUnsafeMutableBufferPointer { solution in
      if let base = solution.baseAddress { factor.solve(base, count: 1) }
    }
    // At the optimum ‖y - Xw‖² + α‖w‖² = ‖y‖² - wᵀXᵀy = α yᵀ(XXᵀ + αI)⁻¹y.
    let product = dot(solution, right)
    guard let rows else { return (solution, squares - product) }
    var coefficients = [Double](repeating: 0, count: width)
    for row in 0..<size {
      for c in 0..<width { coefficients[c] += rows[row * (width + 1) + c] * solution[row] }
    }
    return (coefficients, alpha * product)
  }
}
