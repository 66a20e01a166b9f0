import Kernels
import Optimization

/// Where the weights of one linear layer lie in the flat memory of all parameters: the weight
/// [outputs, inputs], then the bias [outputs], as PyTorch's Linear.
struct DenseShape: Sendable, Equatable {
  let inputs: Int
  let outputs: Int
  let start: Int

  var weightCount: Int { inputs * outputs }
  var bias: Int { start + weightCount }
  var end: Int { bias + outputs }

  /// PyTorch's Linear.reset_parameters: weight and bias uniform within 1 / sqrt(inputs).
  func initialize(_ parameters: UnsafeMutablePointer<Float>, seed: UInt64, tensor: Int) {
    let bound = 1 / Float(max(inputs, 1)).squareRoot()
    Philox(seed: seed, .initialization, tensor)
      .fillUniform(parameters + start, count: weightCount, bound: bound)
    Philox(seed: seed, .initialization, tensor + 1)
      .fillUniform(parameters + bias, count: outputs, bound: bound)
  }
}

/// The parts that a layer's columns are cut into for several threads: two vectors of the widest set,
/// whatever the number of threads.
enum ColumnBlocks {
  static let width = 32

  static func count(_ columns: Int) -> Int { (columns + width - 1) / width }

  static subscript(block: Int, of columns: Int) -> Range<Int> {
    block * width..<min((block + 1) * width, columns)
  }
}

extension FloatBuffer {
  var contents: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: pointer, count: count) }
}
