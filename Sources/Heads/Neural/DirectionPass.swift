import Kernels

/// One direction of one recurrent layer over a batch: what its forward pass leaves for the backward
/// one. All rows lie as ``SequencePacks`` says, in the direction's own time.
///
/// Unchecked because threads share the buffers: each pack has its own rows.
final class DirectionPass: @unchecked Sendable {
  let shape: RecurrentShape
  private let cell: RecurrentCell
  private let kernels: KernelSet
  private let parameters: UnsafePointer<Float>

  /// [tokens, gates * size]: sums, then activations, then gradients of the sums.
  private(set) var gates = FloatBuffer(count: 0)
  /// GRU: the state's part of the sums, then its gradients: [tokens, gates * size].
  private(set) var recurrent = FloatBuffer(count: 0)
  /// The output, the one before it in time, and the output's gradient: [tokens, size].
  private(set) var output = FloatBuffer(count: 0)
  private(set) var before = FloatBuffer(count: 0)
  private(set) var gradient = FloatBuffer(count: 0)
  /// LSTM: the state and its tanh: [tokens, size].
  private var state = FloatBuffer(count: 0)
  private var squashed = FloatBuffer(count: 0)
  /// The recurrent weight packed for the products forward and back, and the input's bias; with LSTM
  /// both biases, which only their sum matters of.
  private let forwardWeight: FloatBuffer
  private let backwardWeight: FloatBuffer
  private let bias: FloatBuffer

  init(
    _ shape: RecurrentShape, cell: RecurrentCell, parameters: UnsafePointer<Float>,
    kernels: KernelSet
  ) {
    self.shape = shape
    self.cell = cell
    self.parameters = parameters
    self.kernels = kernels
    forwardWeight = FloatBuffer(
      count: kernels.packedSize(columns: shape.width, depth: shape.size))
    backwardWeight = FloatBuffer(
      count: kernels.packedSize(columns: shape.size, depth: shape.width))
    bias = FloatBuffer(count: shape.width)
  }

  /// Makes room for a batch and reads the weights, which have moved since the last one.
  func prepare(tokens: Int, backward: Bool) {
    if output.count < tokens * shape.size {
      // A quarter more, so that batches of about one size do not allocate each.
      let room = tokens + tokens / 4
      gates = FloatBuffer(count: room * shape.width, zeroed: false)
      output = FloatBuffer(count: room * shape.size, zeroed: false)
      before = FloatBuffer(count: room * shape.size, zeroed: false)
      gradient = FloatBuffer(count: room * shape.size, zeroed: false)
      switch cell {
      case .lstm:
        state = FloatBuffer(count: room * shape.size, zeroed: false)
        squashed = FloatBuffer(count: room * shape.size, zeroed: false)
      case .gru: recurrent = FloatBuffer(count: room * shape.width, zeroed: false)
      }
    }
    kernels.packTransposed(
      forwardWeight.pointer, parameters + shape.stateWeight, stride: shape.size,
      columns: shape.width, depth: shape.size)
    if backward {
      kernels.packStraight(
        backwardWeight.pointer, parameters + shape.stateWeight, stride: shape.size,
        columns: shape.size, depth: shape.width)
    }
    bias.pointer.update(from: parameters + shape.inputBias, count: shape.width)
    if cell == .lstm {
      kernels.axpy(bias.pointer, 1, parameters + shape.stateBias, count: shape.width)
    }
  }

  /// The gradients of the sums that the state's weights had a part in.
  var stateGradients: FloatBuffer { cell == .lstm ? gates : recurrent }

  /// The outputs of one pack; `x`: its inputs' first row [.., inputs].
  func forward(_ pack: SequencePacks.Pack, _ x: UnsafePointer<Float>) {
    let (size, width) = (shape.size, shape.width)
    kernels.product(
      gates.pointer + pack.tokens.lowerBound * width, stride: width,
      ProductOperand(x, stride: shape.inputs),
      ProductOperand(parameters + shape.inputWeight, stride: shape.inputs, transposed: true),
      rows: pack.tokens.count, depth: shape.inputs, columns: width, bias: bias.pointer)
    for step in 0..<pack.steps {
      let rows = pack.rows(step)
      let at = pack.starts[step]
      let earlier = step > 0 ? pack.starts[step - 1] : nil
      let own = before.pointer + at * size
      if let earlier {
        own.update(from: output.pointer + earlier * size, count: rows * size)
      } else {
        own.update(repeating: 0, count: rows * size)
      }
      switch cell {
      case .lstm:
        if earlier != nil { multiply(own, into: gates.pointer + at * width, rows, nil) }
        kernels.lstm(
          gates: gates.pointer + at * width, before: earlier.map { state.pointer + $0 * size },
          state: state.pointer + at * size, squashed: squashed.pointer + at * size,
          output: output.pointer + at * size, rows: rows, size: size)
      case .gru:
        multiply(
          own, into: recurrent.pointer + at * width, rows, parameters + shape.stateBias)
        kernels.gru(
          gates: gates.pointer + at * width, recurrent: recurrent.pointer + at * width,
          before: own, output: output.pointer + at * size, rows: rows, size: size)
      }
    }
  }

  /// h W_hh^T: added to c, or with a bias in its place.
  private func multiply(
    _ h: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>, _ rows: Int,
    _ bias: UnsafePointer<Float>?
  ) {
    kernels.product(
      c, stride: shape.width, ProductOperand(h, stride: shape.size),
      ProductOperand(packed: forwardWeight.pointer), rows: rows, depth: shape.size,
      columns: shape.width, bias: bias, accumulate: bias == nil)
  }

  /// From ``gradient`` the gradients of one pack's sums, and with `dx` [.., inputs] those of its
  /// inputs.
  func backward(_ pack: SequencePacks.Pack, _ dx: UnsafeMutablePointer<Float>?) {
    let (size, width) = (shape.size, shape.width)
    let later = FloatBuffer(count: cell == .lstm ? pack.sequences.count * size : 0)
    for step in stride(from: pack.steps - 1, through: 0, by: -1) {
      let rows = pack.rows(step)
      let at = pack.starts[step]
      let earlier = step > 0 ? pack.starts[step - 1] : nil
      let earlierGradient = earlier.map { gradient.pointer + $0 * size }
      switch cell {
      case .lstm:
        kernels.lstmBackward(
          gates: gates.pointer + at * width, before: earlier.map { state.pointer + $0 * size },
          squashed: squashed.pointer + at * size, outputGradient: gradient.pointer + at * size,
          stateGradient: later.pointer, rows: rows, size: size)
      case .gru:
        kernels.gruBackward(
          gates: gates.pointer + at * width, recurrent: recurrent.pointer + at * width,
          before: before.pointer + at * size, outputGradient: gradient.pointer + at * size,
          beforeGradient: earlierGradient, rows: rows, size: size)
      }
      if let earlierGradient {
        kernels.product(
          earlierGradient, stride: size,
          ProductOperand(stateGradients.pointer + at * width, stride: width),
          ProductOperand(packed: backwardWeight.pointer), rows: rows, depth: width, columns: size,
          accumulate: true)
      }
    }
    guard let dx else { return }
    kernels.product(
      dx, stride: shape.inputs,
      ProductOperand(gates.pointer + pack.tokens.lowerBound * width, stride: width),
      ProductOperand(parameters + shape.inputWeight, stride: shape.inputs),
      rows: pack.tokens.count, depth: width, columns: shape.inputs)
  }

  /// The parts that ``weightGradients(_:_:_:tokens:)`` is cut into.
  var weightParts: Int { ColumnBlocks.count(shape.width) + 1 }

  /// Writes part `part` of the gradients of all weights; `x`: the inputs [tokens, inputs].
  ///
  /// - Returns: the ranges of parameters whose gradients are there now.
  func weightGradients(
    _ part: Int, _ x: UnsafePointer<Float>, into gradients: UnsafeMutablePointer<Float>,
    tokens: Int
  ) -> [Range<Int>] {
    let width = shape.width
    guard part > 0 else {
      let biases = shape.inputBias..<shape.end
      (gradients + biases.lowerBound).update(repeating: 0, count: biases.count)
      kernels.addColumnSums(
        gradients + shape.inputBias, gates.pointer, rows: tokens, columns: width)
      kernels.addColumnSums(
        gradients + shape.stateBias, stateGradients.pointer, rows: tokens, columns: width)
      return [biases]
    }
    let rows = ColumnBlocks[part - 1, of: width]
    func product(
      _ to: Int, _ columns: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>
    ) -> Range<Int> {
      let start = to + rows.lowerBound * columns
      kernels.product(
        gradients + start, stride: columns,
        ProductOperand(a + rows.lowerBound, stride: width, transposed: true),
        ProductOperand(b, stride: columns), rows: rows.count, depth: tokens, columns: columns)
      return start..<start + rows.count * columns
    }
    return [
      product(shape.inputWeight, shape.inputs, gates.pointer, x),
      product(shape.stateWeight, shape.size, stateGradients.pointer, before.pointer),
    ]
  }
}
