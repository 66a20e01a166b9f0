import Checkpoints
import Kernels

/// `y = x W^T`, with the bias for the kernel that comes next, or `y = activation(x W^T + b)`.
struct Linear: Sendable {
  /// [outputs, inputs].
  private let weight: PackedMatrix
  /// [outputs].
  let bias: UnsafePointerBox
  let inputs: Int
  let outputs: Int

  /// Loads `name.weight` and `name.bias`.
  init(
    _ weights: inout Weights, _ name: String, inputs: Int, outputs: Int, kernels: KernelSet
  ) throws(CheckpointError) {
    try self.init(&weights, joining: [name], inputs: inputs, outputs: outputs, kernels: kernels)
  }

  /// Loads several layers of the same inputs as one, so that a forward pass is one product.
  init(
    _ weights: inout Weights, joining names: [String], inputs: Int, outputs: Int,
    kernels: KernelSet
  ) throws(CheckpointError) {
    let rows = FloatBuffer(count: names.count * outputs * inputs)
    let joinedBias = FloatBuffer(count: names.count * outputs)
    for (i, name) in names.enumerated() {
      let weight = try weights.tensor(name + ".weight", [outputs, inputs])
      let bias = try weights.tensor(name + ".bias", [outputs])
      (rows.pointer + i * outputs * inputs).update(from: weight.pointer, count: weight.count)
      (joinedBias.pointer + i * outputs).update(from: bias.pointer, count: bias.count)
      // The packed copy is what will be read: the file's own pages may go.
      weight.release()
    }
    weight = kernels.pack(rows.pointer, columns: names.count * outputs, depth: inputs)
    bias = .init(joinedBias)
    self.inputs = inputs
    self.outputs = names.count * outputs
  }

  /// `y = x W^T`: x [rows, inputs], y [rows, outputs].
  func multiply(
    _ kernels: KernelSet, _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) {
    kernels.multiply(y, x, weight, rows: rows)
  }

  /// `y = activation(x W^T + b)`: x [rows, inputs], y [rows, outputs].
  func multiply(
    _ kernels: KernelSet, _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    _ activation: Activation
  ) {
    kernels.multiply(y, x, weight, rows: rows, bias: bias.pointer, activation: activation)
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

  /// `out = norm(x + bias + residual)`: [rows, size]; `out` may alias `x` or `residual`.
  func callAsFunction(
    _ kernels: KernelSet, _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>,
    bias: UnsafePointerBox? = nil, residual: UnsafePointer<Float>? = nil, rows: Int
  ) {
    kernels.layerNorm(
      out, x, bias: bias?.pointer, residual: residual, gamma: gamma.pointer, beta: beta.pointer,
      rows: rows, columns: size, epsilon: epsilon)
  }
}
