import Kernels

/// Kernels, threads and scratch: what every part of a training step computes with.
///
/// Work is cut by sizes alone and each output is one worker's: no bit depends on the number of threads.
package final class Compute {
  let kernels: KernelSet
  let team: Team
  let store: ParameterStore
  private var packed: [FloatBuffer] = []
  private var attention: [FloatBuffer] = []
  /// Parameters whose gradients this step has begun: others are written without being read.
  private var begun: Set<Int> = []

  init(kernels: KernelSet, threads: Int, store: ParameterStore) {
    self.kernels = kernels
    self.store = store
    team = Team(threads: threads)
  }

  /// Rows that one item of element-wise work takes.
  private static var rowsPerItem: Int { 32 }

  /// Calls `body` with pieces of `0..<rows`.
  func forRows(_ rows: Int, _ body: (Range<Int>) -> Void) {
    let size = Self.rowsPerItem
    team.forEach((rows + size - 1) / size) { _, item in
      body(item * size..<min((item + 1) * size, rows))
    }
  }

  // MARK: - Linear layers

  /// y = x W^T + b: x [rows, inputs], y [rows, outputs].
  func forward(_ layer: TrainableLinear, _ y: Floats, _ x: UnsafePointer<Float>, rows: Int) {
    let weight = store.matrix(layer.weight)
    let bias = store.value(layer.bias)
    // Tiles have up to 8 rows; a block of rows and a strip of columns stay in the second-level cache.
    let blocks = (rows + 191) / 192
    let height = ((rows + blocks - 1) / max(blocks, 1) + 7) / 8 * 8
    let strip = 2 * kernels.panel
    let strips = (weight.columns + strip - 1) / strip
    team.forEach(blocks * strips) { _, item in
      let first = item / strips * height
      let columns = item % strips * strip..<min((item % strips + 1) * strip, weight.columns)
      guard first < rows else { return }
      kernels.multiply(
        y + first * weight.columns, x + first * weight.depth, stride: weight.depth, weight,
        columns: columns, rows: min(height, rows - first), bias: bias)
    }
  }

  /// The gradients of a linear layer: of its parameters, and into `dx` [rows, inputs] that of x.
  ///
  /// `dx` may be where dy lies, as dy is read before: with `accumulate` it is added to.
  func backward(
    _ layer: TrainableLinear, dx: Floats?, accumulate: Bool = false,
    _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) {
    let weight = store.matrix(layer.weight)
    let (inputs, outputs, panel) = (weight.depth, weight.columns, kernels.panel)
    func panels(_ count: Int) -> Int { (count + panel - 1) / panel }
    func range(_ index: Int, _ count: Int) -> Range<Int> {
      index * panel..<min((index + 1) * panel, count)
    }
    let turned = scratch(0, kernels.packedSize(columns: rows, depth: outputs))
    let left = scratch(1, kernels.packedSize(columns: outputs, depth: rows))
    let right = scratch(2, kernels.packedSize(columns: inputs, depth: rows))
    let learns = store.parameters[layer.weight].learns
    let (a, b, c) = (
      dx == nil ? 0 : panels(rows), learns ? panels(outputs) : 0, learns ? panels(inputs) : 0
    )
    team.forEach(a + b + c) { _, item in
      if item < a {
        kernels.packRows(turned, dy, depth: outputs, rows: range(item, rows))
      } else if item < a + b {
        kernels.packColumns(
          left, dy, stride: outputs, rows: rows, columns: range(item - a, outputs))
      } else {
        kernels.packColumns(
          right, x, stride: inputs, rows: rows, columns: range(item - a - b, inputs))
      }
    }
    let d = dx == nil ? 0 : panels(inputs)
    var adds = false
    if learns {
      adds = begin(layer.weight)
      _ = begin(layer.bias)
    }
    team.forEach(d + b) { _, item in
      if item < d, let dx {
        kernels.inputGradient(
          dx, stride: inputs, turned, weight, rows: rows, inputs: range(item, inputs),
          accumulate: accumulate)
      } else {
        kernels.weightGradient(
          store.matrixGradient(layer.weight), bias: store.gradient(layer.bias), right, left,
          rows: rows, outputs: range(item - d, outputs), accumulate: adds)
      }
    }
  }

  // MARK: - Normalization

  /// out = norm(x + residual): [rows, size], keeping what the backward pass reads.
  func forward(
    _ norm: TrainableNorm, _ out: Floats, _ x: UnsafePointer<Float>,
    residual: UnsafePointer<Float>?, _ kept: NormTape, rows: Range<Int>
  ) {
    let start = rows.lowerBound * norm.size
    kernels.layerNorm(
      out + start, normalized: kept.normalized.pointer + start,
      inverse: kept.inverse.pointer + rows.lowerBound, x + start,
      residual: residual.map { $0 + start }, gamma: store.value(norm.gamma),
      beta: store.value(norm.beta), rows: rows.count, columns: norm.size, epsilon: norm.epsilon)
  }

  /// The gradients of a normalization: of its parameters, and into `dx` [rows, size] that of its input.
  func backward(
    _ norm: TrainableNorm, dx: Floats, _ dy: UnsafePointer<Float>, _ kept: NormTape, rows: Int
  ) {
    precondition(dx != dy)
    if store.parameters[norm.gamma].learns {
      for parameter in [norm.gamma, norm.beta] where !begin(parameter) {
        store.gradient(parameter).update(repeating: 0, count: norm.size)
      }
      let strip = 64
      team.forEach((norm.size + strip - 1) / strip) { _, item in
        let first = item * strip
        kernels.layerNormSums(
          gamma: store.gradient(norm.gamma) + first, beta: store.gradient(norm.beta) + first,
          dy + first, normalized: kept.normalized.pointer + first, rows: rows,
          stride: norm.size, count: min(strip, norm.size - first))
      }
    }
    forRows(rows) { rows in
      let start = rows.lowerBound * norm.size
      kernels.layerNormGradient(
        dx + start, dy + start, normalized: kept.normalized.pointer + start,
        inverse: kept.inverse.pointer + rows.lowerBound, gamma: store.value(norm.gamma),
        rows: rows.count, columns: norm.size)
    }
  }

  // MARK: - State of a step

  /// Forgets the gradients there are: the next ones are written anew.
  func beginStep() { begun = [] }

  /// Whether the gradient of a parameter was begun before; from now on it is.
  func begin(_ parameter: Int) -> Bool { !begun.insert(parameter).inserted }

  /// Sets the gradients that no part of the step has written to zero.
  package func completeStep() {
    for (index, parameter) in store.parameters.enumerated()
    where parameter.learns && index != store.word && !begun.contains(index) {
      if case .matrix = parameter.layout { preconditionFailure("a matrix without gradient") }
      store.gradient(index).update(repeating: 0, count: parameter.range.count)
    }
  }

  /// `count` floats, number `index` of a few; what was there is lost when more are asked for.
  func scratch(_ index: Int, _ count: Int) -> Floats {
    while packed.count <= index { packed.append(FloatBuffer(count: 0)) }
    if packed[index].count < count {
      packed[index] = FloatBuffer(count: 0)  // the smaller one goes before the larger one comes
      packed[index] = FloatBuffer(count: count, zeroed: false)
    }
    return packed[index].pointer
  }

  /// Scratch of one head for each worker.
  func attentionScratch(longest: Int, headSize: Int) -> [FloatBuffer] {
    let size = KernelSet.trainingScratch(tokens: longest, headSize: headSize)
    if attention.first?.count ?? -1 < size {
      attention = (0..<team.threads).map { _ in FloatBuffer(count: size, zeroed: false) }
    }
    return attention
  }
}

/// The numbers of a linear layer's parameters.
struct TrainableLinear {
  /// [outputs, inputs].
  let weight: Int
  let bias: Int
}

/// The numbers of a layer normalization's parameters.
struct TrainableNorm {
  let gamma: Int
  let beta: Int
  let size: Int
  let epsilon: Float
}

/// What a normalization's backward pass reads.
struct NormTape {
  /// [rows, size].
  let normalized: FloatBuffer
  /// [rows].
  let inverse: FloatBuffer

  init(rows: Int, size: Int) {
    normalized = FloatBuffer(count: rows * size, zeroed: false)
    inverse = FloatBuffer(count: rows, zeroed: false)
  }
}
