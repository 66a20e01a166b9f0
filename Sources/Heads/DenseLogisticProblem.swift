import Kernels

/// Logistic regression over dense rows, in memory or streamed.
struct DenseLogisticProblem: LogisticProblem {
  // A sample's optimum is worth the detour where it costs a quarter of a pass or less.
  private static let sampleShare = 4
  private static let minimumSample = 16384
  private static let sampleRowsPerColumn = 40
  // 256 MB: a sample is there to save time, not to take memory.
  private static let maximumSampleSize = 1 << 26
  // Below this a pass takes no time anyway.
  private static let minimumSingleSize = 1 << 20

  let blocks: RowBlocks
  var targets: LogisticTargets
  let threads: Int

  var columns: Int { blocks.columns }
  var gainsBySinglePrecision: Bool { blocks.rowCount * columns >= Self.minimumSingleSize }

  func loss(
    _ parameters: [Double], gradient: inout [Double], precision: PassPrecision
  ) throws -> Double {
    let size = parameterCount
    let slices = Slices(count: blocks.count, resultSize: size)
    var losses = [Double](repeating: 0, count: slices.count)
    var gradients = [Double](repeating: 0, count: slices.count * size)
    let outputs = targets.outputs
    let byColumn = (0..<size).map { parameters[$0 % outputs * columns + $0 / outputs] }
    let single =
      precision == .single ? SingleParameters(byColumn: byColumn, outputs: outputs) : nil
    try blocks.forEachWindow { window in
      losses.withUnsafeMutableBufferPointer { losses in
        gradients.withUnsafeMutableBufferPointer { gradients in
          byColumn.withUnsafeBufferPointer { parameters in
            guard let start = gradients.baseAddress, let weights = parameters.baseAddress else {
              return
            }
            Parallel.forEach(
              slices.count, threads: threads,
              worker: { Scratch(problem: self, single: single != nil) }
            ) { slice, scratch in
              for block in slices.blocks(slice, in: window.blocks) {
                if let single {
                  losses[slice] += add(
                    block, of: window, single, gradient: start + slice * size, scratch)
                } else {
                  losses[slice] += add(
                    block, of: window, parameters: weights, gradient: start + slice * size, scratch)
                }
              }
            }
          }
        }
      }
    }
    gradient = slices.merged(gradients, size: size)
    return losses.reduce(0, +)
  }

  // MARK: - One block

  /// Coefficients [width, outputs] in float32 and the intercepts.
  ///
  /// By columns, here and in float64: so OpenBLAS multiplies rows of features where they lie, without
  /// packing them, which takes twice as long as the product itself.
  private struct SingleParameters {
    let coefficients: [Float]
    let intercepts: [Double]

    init(byColumn parameters: [Double], outputs: Int) {
      coefficients = parameters.dropLast(outputs).map { Float($0) }
      intercepts = Array(parameters.suffix(outputs))
    }
  }

  private final class Scratch {
    /// [blockRows, columns]
    let features: UnsafeMutablePointer<Double>
    /// [blockRows, width], then scores [blockRows, outputs], then a gradient [outputs, width].
    let singles: UnsafeMutablePointer<Float>
    /// [blockRows, outputs]: scores, then the loss's derivative by them.
    let scores: UnsafeMutablePointer<Double>

    init(problem: DenseLogisticProblem, single: Bool) {
      let (rows, columns) = (RowBlocks.blockRows, problem.columns)
      let outputs = problem.targets.outputs
      features = .allocate(capacity: single ? 1 : rows * columns)
      singles = .allocate(
        capacity: single ? rows * columns + rows * outputs + outputs * columns : 1)
      scores = .allocate(capacity: rows * outputs)
    }

    deinit {
      features.deallocate()
      singles.deallocate()
      scores.deallocate()
    }
  }

  /// The block's part of the loss at `parameters` [columns, outputs]; its part of the gradient is
  /// added to `gradient` [outputs, columns].
  private func add(
    _ block: Int, of window: RowBlocks.Window, parameters: UnsafePointer<Double>,
    gradient: UnsafeMutablePointer<Double>, _ scratch: Scratch
  ) -> Double {
    let rows = blocks.rows(block)
    let outputs = targets.outputs
    let (x, z) = (scratch.features, scratch.scores)
    blocks.doubles(block, of: window, into: x)
    DoubleGemm.multiply(
      m: rows.count, n: outputs, k: columns, .init(x, stride: columns),
      .init(parameters, stride: outputs), into: z, stride: outputs)
    let loss = targets.loss(rows, scores: z)
    DoubleGemm.multiply(
      m: outputs, n: columns, k: rows.count, .init(z, stride: outputs, transposed: true),
      .init(x, stride: columns), beta: 1, into: gradient, stride: columns)
    return loss
  }

  /// The same by products in float32; the gradient is added up in float64.
  private func add(
    _ block: Int, of window: RowBlocks.Window, _ parameters: SingleParameters,
    gradient: UnsafeMutablePointer<Double>, _ scratch: Scratch
  ) -> Double {
    let rows = blocks.rows(block)
    let (outputs, width) = (targets.outputs, blocks.width)
    let x = blocks.floats(block, of: window, scratch: scratch.singles)
    let scores = scratch.singles + RowBlocks.blockRows * columns
    let sums = scores + RowBlocks.blockRows * outputs
    parameters.coefficients.withUnsafeBufferPointer { coefficients in
      guard let coefficients = coefficients.baseAddress else { return }
      FloatGemm.multiply(
        m: rows.count, n: outputs, k: width, .init(x, stride: width),
        .init(coefficients, stride: outputs), into: scores, stride: outputs)
    }
    let z = scratch.scores
    for i in 0..<rows.count {
      for k in 0..<outputs {
        z[i * outputs + k] = Double(scores[i * outputs + k]) + parameters.intercepts[k]
      }
    }
    // The weights are divided by the number of rows: brought back to unit scale, none is denormal.
    let unit = Double(blocks.rowCount)
    let loss = targets.loss(rows, scores: z)
    for i in 0..<rows.count {
      for k in 0..<outputs {
        let derivative = z[i * outputs + k]
        gradient[k * columns + width] += derivative
        scores[i * outputs + k] = Float(derivative * unit)
      }
    }
    FloatGemm.multiply(
      m: outputs, n: width, k: rows.count, .init(scores, stride: outputs, transposed: true),
      .init(x, stride: width), into: sums, stride: width)
    for k in 0..<outputs {
      for c in 0..<width {
        gradient[k * columns + c] += Double(sums[k * width + c]) / unit
      }
    }
    return loss
  }

  // MARK: - Samples

  /// Every so many-th row, `limit` at most: whatever order the rows stand in, all of it is seen.
  private func sample(_ limit: Int) throws -> DenseLogisticProblem {
    let positions = (0..<limit).map { $0 * blocks.rowCount / limit }
    return DenseLogisticProblem(
      blocks: RowBlocks(
        .memory(try blocks.picked(positions), at: nil), standardization: blocks.standardization),
      targets: targets.rows(at: positions), threads: threads)
  }

  func sampled() throws -> (any LogisticProblem)? {
    let limit = min(
      max(Self.minimumSample, Self.sampleRowsPerColumn * columns),
      Self.maximumSampleSize / columns)
    guard limit * Self.sampleShare <= blocks.rowCount else { return nil }
    return try sample(limit)
  }

  func preconditioner() throws -> CurvaturePreconditioner {
    let limit = CurvaturePreconditioner.sampleRows(columns: columns)
    return try CurvaturePreconditioner(blocks.rowCount <= limit ? self : try sample(limit))
  }
}
