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

  /// How a checkpoint keeps it.
  enum Form {
    /// torch.nn.Linear: `weight` [outputs, inputs] and `bias`.
    case linear
    /// torch.nn.Linear without a bias.
    case withoutBias
    /// GPT's Conv1D: `weight` [inputs, outputs] and `bias`.
    case conv1D
  }

  /// Loads `name.weight` and `name.bias`.
  init(
    _ weights: inout Weights, _ name: String, inputs: Int, outputs: Int,
    form: Form = .linear, _ numerics: Numerics
  ) throws(CheckpointError) {
    try self.init(&weights, joining: [name], inputs: inputs, outputs: outputs, form: form, numerics)
  }

  /// Loads several layers of the same inputs as one, so that a forward pass is one product.
  init(
    _ weights: inout Weights, joining names: [String], inputs: Int, outputs: Int,
    form: Form = .linear, _ numerics: Numerics
  ) throws(CheckpointError) {
    let (columns, size) = (names.count * outputs, outputs * inputs)
    let shape = form == .conv1D ? [inputs, outputs] : [outputs, inputs]
    let joinedBias = FloatBuffer(count: columns)
    var parts: [TensorValues] = []
    for (i, name) in names.enumerated() {
      parts.append(try weights.tensor(name + ".weight", shape))
      if form == .withoutBias { continue }
      let bias = try weights.tensor(name + ".bias", [outputs])
      (joinedBias.pointer + i * outputs).update(from: bias.pointer, count: bias.count)
    }
    if parts.count == 1, parts[0].count == size, form != .conv1D {
      weight = numerics.kernels.pack(
        parts[0].pointer, columns: columns, depth: inputs, precision: numerics.precision)
    } else {
      // A tensor that is missing is empty here, and reported when the loading ends.
      let rows = FloatBuffer(
        count: names.count * size, zeroed: parts.contains { $0.count != size })
      for (i, part) in parts.enumerated() where part.count == size {
        let to = rows.pointer + i * size
        if form == .conv1D {
          Self.transpose(to, part.pointer, rows: inputs, columns: outputs)
        } else {
          to.update(from: part.pointer, count: size)
        }
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

  /// Loads one layer as several, each of the next `outputs` rows: what a gated network keeps joined
  /// and multiplies apart.
  static func split(
    _ weights: inout Weights, _ name: String, into count: Int, inputs: Int, outputs: Int,
    bias hasBias: Bool, _ numerics: Numerics
  ) throws(CheckpointError) -> [Linear] {
    let weight = try weights.tensor(name + ".weight", [count * outputs, inputs])
    let bias = hasBias ? try weights.tensor(name + ".bias", [count * outputs]) : nil
    defer { weight.release() }
    let zeros = FloatBuffer(count: outputs * inputs, zeroed: weight.count == 0)
    return (0..<count).map { part in
      let ownBias = FloatBuffer(count: outputs)
      if let bias, bias.count > 0 {
        ownBias.pointer.update(from: bias.pointer + part * outputs, count: outputs)
      }
      let rows = weight.count == 0 ? UnsafePointer(zeros.pointer) : weight.pointer
      let offset = weight.count == 0 ? 0 : part * outputs * inputs
      return Linear(
        packing: rows + offset, bias: .init(ownBias), inputs: inputs, outputs: outputs, numerics)
    }
  }

  /// Packs `rows` [outputs, inputs]; `bias` [outputs], zeros when nil.
  init(
    packing rows: UnsafePointer<Float>, bias: UnsafePointerBox? = nil, inputs: Int, outputs: Int,
    _ numerics: Numerics
  ) {
    self.init(
      weight: numerics.kernels.pack(
        rows, columns: outputs, depth: inputs, precision: numerics.precision),
      bias: bias ?? .init(FloatBuffer(count: outputs)), inputs: inputs, outputs: outputs)
  }

  private init(weight: PackedMatrix, bias: UnsafePointerBox, inputs: Int, outputs: Int) {
    self.weight = weight
    self.bias = bias
    self.inputs = inputs
    self.outputs = outputs
  }

  /// `from` [rows, columns] -> `to` [columns, rows], in squares that stay in the first-level cache.
  static func transpose(
    _ to: UnsafeMutablePointer<Float>, _ from: UnsafePointer<Float>, rows: Int, columns: Int
  ) {
    let square = 32
    for top in stride(from: 0, to: rows, by: square) {
      for left in stride(from: 0, to: columns, by: square) {
        for row in top..<min(top + square, rows) {
          for column in left..<min(left + square, columns) {
            to[column * rows + row] = from[row * columns + column]
          }
        }
      }
    }
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
  let count: Int
  private let owner: AnyObject

  init(_ values: TensorValues) {
    pointer = values.pointer
    count = values.count
    owner = values
  }

  init(_ buffer: FloatBuffer) {
    pointer = UnsafePointer(buffer.pointer)
    count = buffer.count
    owner = buffer
  }
}
