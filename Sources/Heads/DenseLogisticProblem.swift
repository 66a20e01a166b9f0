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
  let kernels: KernelSet

  var columns: Int { blocks.columns }
  var gainsBySinglePrecision: Bool { blocks.rowCount * columns >= Self.minimumSingleSize }

  func loss(
    _ parameters: [Double], gradient: inout [Double], precision: PassPrecision
  ) throws -> Double {
    let size = parameterCount
    let slices = Slices(count: blocks.count, resultSize: size)
    var losses = [Double](repeating: 0, count: slices.count)
    var gradients = [Double](repeating: 0, count: slices.count * size)
    let pass = Pass(self, parameters, precision)
    try pass.blocks.forEachWindow { window in
      losses.withUnsafeMutableBufferPointer { losses in
        gradients.withUnsafeMutableBufferPointer { gradients in
          guard let start = gradients.baseAddress else { return }
          Parallel.forEach(
            slices.count, threads: threads, worker: { Scratch(problem: self) }
          ) { slice, scratch in
            for block in slices.blocks(slice, in: window.blocks) {
              losses[slice] += add(
                block, of: window, pass, gradient: start + slice * size, scratch)
            }
          }
        }
      }
    }
    gradient = slices.merged(gradients, size: size)
    if precision == .double { blocks.standardization?.unfold(gradient: &gradient) }
    return losses.reduce(0, +)
  }

  // MARK: - One block

  /// What a pass multiplies: standardized rows in float32, or rows as they lie by float64 parameters that do
  /// their standardization.
  private struct Pass {
    let blocks: RowBlocks
    /// [outputs, columns], in one precision or the other.
    var singles: [Float]?
    var doubles: [Double]?

    init(_ problem: DenseLogisticProblem, _ parameters: [Double], _ precision: PassPrecision) {
      switch precision {
      case .single:
        blocks = problem.blocks
        singles = parameters.map { Float($0) }
      case .double:
        blocks = RowBlocks(problem.blocks.rows, standardization: nil)
        doubles = problem.blocks.standardization?.folded(parameters) ?? parameters
      }
    }
  }

  /// What one thread works in.
  private final class Scratch {
    /// Rows that do not lie in memory as they are wanted: [blockRows, width].
    let features: FloatBuffer
    /// [blockRows, outputs]: scores, then the loss's derivative by them.
    let scores: UnsafeMutablePointer<Double>
    /// The derivative and the gradient in float32: [blockRows, outputs], [outputs, columns].
    let derivatives: FloatBuffer
    let gradient: FloatBuffer

    init(problem: DenseLogisticProblem) {
      let outputs = problem.targets.outputs
      features = FloatBuffer(count: RowBlocks.blockRows * problem.blocks.width, zeroed: false)
      scores = .allocate(capacity: RowBlocks.blockRows * outputs)
      derivatives = FloatBuffer(count: RowBlocks.blockRows * outputs, zeroed: false)
      gradient = FloatBuffer(count: outputs * problem.columns, zeroed: false)
    }

    deinit { scores.deallocate() }
  }

  /// The block's part of the loss; its part of the gradient is added to `gradient` [outputs, columns].
  private func add(
    _ block: Int, of window: RowBlocks.Window, _ pass: Pass,
    gradient: UnsafeMutablePointer<Double>, _ scratch: Scratch
  ) -> Double {
    let rows = blocks.rows(block)
    let (outputs, width) = (targets.outputs, blocks.width)
    let x = pass.blocks.floats(block, of: window, scratch: scratch.features.pointer)
    let z = scratch.scores
    if let singles = pass.singles {
      kernels.linearScores(z, x, rows: rows.count, width: width, singles, outputs: outputs)
    } else if let doubles = pass.doubles {
      kernels.linearScores(z, x, rows: rows.count, width: width, doubles, outputs: outputs)
    }
    let loss = targets.loss(rows, scores: z, kernels)
    for i in 0..<rows.count {
      for k in 0..<outputs { gradient[k * columns + width] += z[i * outputs + k] }
    }
    if pass.singles == nil {
      kernels.addLinearGradient(
        gradient, z, x, rows: rows.count, width: width, outputs: outputs)
    } else {
      addSingle(gradient, x, rows: rows.count, scratch)
    }
    return loss
  }

  /// Adds derivatives times features, summed in float32 over a block, to the gradient.
  private func addSingle(
    _ gradient: UnsafeMutablePointer<Double>, _ x: UnsafePointer<Float>, rows: Int,
    _ scratch: Scratch
  ) {
    let (outputs, width) = (targets.outputs, blocks.width)
    let (d, sums) = (scratch.derivatives.pointer, scratch.gradient.pointer)
    // The weights are divided by the number of rows: brought back to unit scale, none is denormal.
    let unit = Double(blocks.rowCount)
    for i in 0..<rows * outputs { d[i] = Float(scratch.scores[i] * unit) }
    sums.update(repeating: 0, count: outputs * columns)
    kernels.addLinearGradient(sums, d, x, rows: rows, width: width, outputs: outputs)
    // The intercepts' places are zero still.
    for i in 0..<outputs * columns { gradient[i] += Double(sums[i]) / unit }
  }

  // MARK: - Samples

  /// Every so many-th row, `limit` at most: whatever order the rows stand in, all of it is seen.
  private func sample(_ limit: Int) throws -> DenseLogisticProblem {
    let positions = (0..<limit).map { $0 * blocks.rowCount / limit }
    return DenseLogisticProblem(
      blocks: RowBlocks(
        .memory(try blocks.picked(positions), at: nil), standardization: blocks.standardization),
      targets: targets.rows(at: positions), threads: threads, kernels: kernels)
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
