import Checkpoints
import Kernels

/// `y = activation(x W^T + b)`.
struct Linear: Sendable {
  /// [outputs, inputs].
  private let weight: PackedMatrix
  /// [outputs].
  private let bias: UnsafePointerBox
  let inputs: Int
  let outputs: Int

  /// Loads `name.weight` and `name.bias`.
  init(
    _ weights: inout Weights, _ name: String, inputs: Int, outputs: Int, _ numerics: Numerics
  ) throws(CheckpointError) {
    try self.init(&weights, joining: [name], inputs: inputs, outputs: outputs, numerics)
  }

  /// Loads several layers of the same inputs as one, so that a forward pass is one product.
  init(
    _ weights: inout Weights, joining names: [String], inputs: Int, outputs: Int,
    _ numerics: Numerics
  ) throws(CheckpointError) {
    let (columns, size) = (names.count * outputs, outputs * inputs)
    let joinedBias = FloatBuffer(count: columns)
    var parts: [TensorValues] = []
    for (i, name) in names.enumerated() {
      parts.append(try weights.tensor(name + ".weight", [outputs, inputs]))
      let bias = try weights.tensor(name + ".bias", [outputs])
      (joinedBias.pointer + i * outputs).update(from: bias.pointer, count: bias.count)
    }
    if parts.count == 1, parts[0].count == size {
      weight = numerics.kernels.pack(
        parts[0].pointer, columns: columns, depth: inputs, precision: numerics.precision)
    } else {
      // A tensor that is missing is empty here, and reported when the loading ends.
      let rows = FloatBuffer(
        count: names.count * size, zeroed: parts.contains { $0.count != size })
      for (i, part) in parts.enumerated() {
        (rows.pointer + i * size).update(from: part.pointer, count: part.count)
      }
      weight = numerics.kernels.pack(
        rows.pointer, columns: columns, depth: inputs, precision: numerics.precision)
    }
    // The packed copy is what will be read: the file's own pages may go.
    for part in parts { part.release() }
    bias = .init(joinedBias)
    self.inputs = inputs
    self.outputs = columns
  }

  /// x [rows, inputs], y [rows, outputs]; without an activation `y = x W^T + b`.
  ///
  /// `scratch`: as ``Numerics/productScratch(rows:_:)`` says.
  func callAsFunction(
    _ kernels: KernelSet, _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    _ activation: Activation? = nil, scratch: UnsafeMutablePointer<Float>
  ) {
    kernels.multiply(
      y, x, weight, rows: rows, bias: bias.pointer, activation: activation, scratch: scratch)
  }
}

/// A pointer together with what keeps its memory alive.
///
/// Unchecked because the memory is never written after loading.
struct UnsafePointerBox: @unchecked Sendable {
  let pointer: UnsafePointer<Float>
  private let owner: AnyObject

  init(_ values: TensorValues) {
    pointer = values.pointer
    owner = values
  }

  init(_ buffer: FloatBuffer) {
    pointer = UnsafePointer(buffer.pointer)
    owner = buffer
  }
}

/// Scale and shift of a layer normalization.
struct LayerNorm: Sendable {
  let gamma: UnsafePointerBox
  let beta: UnsafePointerBox
  let size: Int
  let epsilon: Float

  /// Loads `name.weight` and `name.bias`: [size].
  init(
    _ weights: inout Weights, _ name: String, size: Int, epsilon: Float
  ) throws(CheckpointError) {
    gamma = .init(try weights.tensor(name + ".weight", [size]))
    beta = .init(try weights.tensor(name + ".bias", [size]))
    self.size = size
    self.epsilon = epsilon
  }

  /// `out = norm(x + residual)`: [rows, size]; `out` may alias `x` or `residual`.
  func callAsFunction(
    _ kernels: KernelSet, _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>,
    residual: UnsafePointer<Float>? = nil, rows: Int
  ) {
    kernels.layerNorm(
      out, x, residual: residual, gamma: gamma.pointer, beta: beta.pointer,
      rows: rows, columns: size, epsilon: epsilon)
  }
}
