import Checkpoints
import Kernels

/// Scale and shift of a layer normalization.
struct LayerNorm: Sendable {
  let gamma: UnsafePointerBox
  let beta: UnsafePointerBox
  let size: Int
  let epsilon: Float

  /// Loads `name.weight` and, where the model has it, `name.bias`: [size].
  init(
    _ weights: inout Weights, _ name: String, size: Int, epsilon: Float, bias: Bool = true
  ) throws(CheckpointError) {
    gamma = .init(try weights.tensor(name + ".weight", [size]))
    beta =
      if bias {
        .init(try weights.tensor(name + ".bias", [size]))
      } else {
        .init(FloatBuffer(count: size))
      }
    self.size = size
    self.epsilon = epsilon
  }

  /// Whether its tensors were found; one that is missing is reported when the loading ends.
  var isComplete: Bool { gamma.count == size && beta.count == size }

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

/// Scale of a root-mean-square normalization: no mean is taken, nothing is shifted.
struct RMSNorm: Sendable {
  let gamma: UnsafePointerBox
  let size: Int
  let epsilon: Float

  /// Loads `name.weight`: [size].
  init(
    _ weights: inout Weights, _ name: String, size: Int, epsilon: Float
  ) throws(CheckpointError) {
    gamma = .init(try weights.tensor(name + ".weight", [size]))
    self.size = size
    self.epsilon = epsilon
  }
}

/// The normalization of an encoder that may have either.
enum Norm: Sendable {
  case layer(LayerNorm)
  case rms(RMSNorm)

  /// `out = norm(x)`: [rows, size]; `out` may alias `x`.
  func callAsFunction(
    _ kernels: KernelSet, _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, rows: Int
  ) {
    switch self {
    case .layer(let norm): norm(kernels, out, x, rows: rows)
    case .rms(let norm):
      kernels.rmsNorm(
        out, x, gamma: norm.gamma.pointer, rows: rows, columns: norm.size, epsilon: norm.epsilon)
    }
  }
}
