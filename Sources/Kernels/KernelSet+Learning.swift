internal import CKernels

/// A row-major matrix in memory as a product reads it.
public struct ProductOperand: @unchecked Sendable {
  let base: UnsafePointer<Float>
  let stride: Int
  let orientation: Int32

  /// A matrix whose rows are `stride` floats apart; `transposed` where it lies the other way round
  /// than the product reads it.
  ///
  /// - Precondition: `base` outlives the call that the operand is made for.
  public init(_ base: UnsafePointer<Float>, stride: Int, transposed: Bool = false) {
    self.base = base
    self.stride = stride
    orientation = Int32((transposed ? FIRN_TRANSPOSED : FIRN_ROWS).rawValue)
  }

  /// The right operand [depth, columns] as ``KernelSet/packTransposed(_:_:stride:columns:depth:)``
  /// left it.
  public init(packed base: UnsafePointer<Float>) {
    self.base = base
    stride = 0
    orientation = Int32(FIRN_PACKED.rawValue)
  }
}

/// One step of Adam; see ``KernelSet/adam(_:mean:square:gradients:count:_:)``.
public struct AdamStep: Sendable {
  /// What gradients are multiplied by first.
  public var gradientScale: Float = 1
  /// L2: this times the parameter is added to its gradient.
  public var decay: Float = 0
  /// Decoupled decay: what parameters are multiplied by first.
  public var shrink: Float = 1
  /// 1 - beta1.
  public var moment1: Float = 0.1
  public var beta2: Float = 0.999
  /// 1 - beta2.
  public var moment2: Float = 0.001
  /// 1 / sqrt(1 - beta2^step).
  public var correction: Float = 1
  public var epsilon: Float = 1e-8
  /// The learning rate / (1 - beta1^step).
  public var step: Float = 0

  public init() {}
}

/// One step of stochastic gradient descent; see ``KernelSet/sgd(_:velocity:gradients:count:_:)``.
public struct SGDStep: Sendable {
  public var gradientScale: Float = 1
  public var decay: Float = 0
  public var momentum: Float = 0
  public var rate: Float = 0
  public var nesterov = false

  public init() {}
}

/// Which elements a dropout zeroes: those whose word of a stream of the counter-based generator
/// Philox4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405) is below `probability` * 2^32.
///
/// Column c of row r takes word c % 4 of block 2^32 r + c / 4: a mask depends neither on threads nor on
/// what was drawn before, and the backward pass asks for it again.
public struct DropoutRule: Sendable, Equatable {
  public let probability: Double
  public let key: UInt64
  public let stream: UInt64

  /// - Precondition: `probability` lies in 0..<1.
  public init(probability: Double, key: UInt64, stream: UInt64) {
    precondition((0..<1).contains(probability))
    self.probability = probability
    self.key = key
    self.stream = stream
  }

  /// Numbers below this are zeroed.
  public var threshold: UInt32 { UInt32(probability * 0x1p32) }
  /// What the others are multiplied by.
  public var scale: Float { Float(1 / (1 - probability)) }

  var raw: firn_dropout {
    firn_dropout(
      key: key, stream: stream, threshold: threshold, scale: scale)
  }
}

extension KernelSet {
  private var learning: firn_learning { table.pointee.learning.pointee }

  // MARK: - Products in every orientation

  /// `c = a b`, plus `bias` [columns], or added to `c`: a [rows, depth], b [depth, columns] after
  /// their transposition, c [rows, columns] with rows `stride` floats apart.
  ///
  /// An element is one chain of fused multiply-adds over depth: its bits depend on its row of `a` and
  /// its column of `b` alone, so that rows and columns may be shared out among threads at will.
  public func product(
    _ c: UnsafeMutablePointer<Float>, stride: Int, _ a: ProductOperand, _ b: ProductOperand,
    rows: Int, depth: Int, columns: Int, bias: UnsafePointer<Float>? = nil, accumulate: Bool = false
  ) {
    precondition(a.orientation != Int32(FIRN_PACKED.rawValue), "only the right operand is packed")
    var task = firn_product(
      c: c, c_stride: stride, a: a.base, a_stride: a.stride, a_orientation: a.orientation,
      b: b.base, b_stride: b.stride, b_orientation: b.orientation, bias: bias, rows: rows,
      depth: depth, columns: columns, accumulate: accumulate ? 1 : 0)
    learning.product(&task)
  }

  /// Packs `b` [columns, depth], rows `stride` floats apart, as a product's right operand:
  /// `packed` takes ``packedSize(columns:depth:)`` floats.
  public func packTransposed(
    _ packed: UnsafeMutablePointer<Float>, _ b: UnsafePointer<Float>, stride: Int, columns: Int,
    depth: Int
  ) {
    table.pointee.pack(packed, b, stride, columns, depth)
  }

  /// The same of `b` [depth, columns].
  public func packStraight(
    _ packed: UnsafeMutablePointer<Float>, _ b: UnsafePointer<Float>, stride: Int, columns: Int,
    depth: Int
  ) {
    learning.pack_straight(packed, b, stride, columns, depth)
  }

  /// `out += ` the sum of the rows of `x` [rows, columns], in their order.
  public func addColumnSums(
    _ out: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, columns: Int
  ) {
    learning.column_sums(out, x, rows, columns)
  }

  // MARK: - Optimizers

  /// One step of Adam over `count` parameters with their two moments.
  public func adam(
    _ parameters: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>,
    square: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, count: Int,
    _ step: AdamStep
  ) {
    var rule = firn_adam(
      gradient_scale: step.gradientScale, decay: step.decay, shrink: step.shrink,
      moment1: step.moment1, beta2: step.beta2, moment2: step.moment2,
      correction: step.correction, epsilon: step.epsilon, step: step.step)
    learning.adam(parameters, mean, square, gradients, count, &rule)
  }

  /// One step of gradient descent over `count` parameters; `velocity` where there is momentum.
  public func sgd(
    _ parameters: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>?,
    gradients: UnsafePointer<Float>, count: Int, _ step: SGDStep
  ) {
    var rule = firn_sgd(
      gradient_scale: step.gradientScale, decay: step.decay, momentum: step.momentum,
      rate: step.rate, nesterov: step.nesterov ? 1 : 0)
    learning.sgd(parameters, velocity, gradients, count, &rule)
  }

  // MARK: - Random numbers

  /// Blocks `first ..< first + blocks` of a stream of Philox4x32-10: four words each into `out`.
  public func philox(
    _ out: UnsafeMutablePointer<UInt32>, blocks: Int, key: UInt64, stream: UInt64, first: UInt64
  ) {
    learning.philox(out, blocks, key, stream, first)
  }

  // MARK: - Activations and dropout

  /// `y[i] = activation(x[i])`: [count]; may alias.
  public func activate(
    _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, count: Int,
    _ activation: Activation
  ) {
    learning.activation(y, x, count, activation.code)
  }

  /// `dx[i] = dy[i] * activation'(x[i])`: [count]; may alias.
  public func activationGradient(
    _ dx: UnsafeMutablePointer<Float>, _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    count: Int, _ activation: Activation
  ) {
    learning.activation_gradient(dx, dy, x, count, activation.code)
  }

  /// `y = x` scaled where the mask keeps it, else 0: [rows, columns], rows `stride` floats apart, whose
  /// numbers begin with `firstRow`; may alias.
  public func dropout(
    _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, columns: Int,
    stride: Int, firstRow: Int, _ rule: DropoutRule
  ) {
    var raw = rule.raw
    learning.dropout(y, x, rows, columns, stride, firstRow, &raw)
  }

  // MARK: - Recurrent layers

  /// One time step of long short-term memory for `rows` sequences (Hochreiter & Schmidhuber 1997,
  /// doi:10.1162/neco.1997.9.8.1735), PyTorch's gates i, f, g, o.
  ///
  /// `gates`: [rows, 4 size], become their activations. `before`: the state before, zeros when nil;
  /// `state`, `squashed` (its tanh) and `output`: [rows, size].
  public func lstm(
    gates: UnsafeMutablePointer<Float>, before: UnsafePointer<Float>?,
    state: UnsafeMutablePointer<Float>, squashed: UnsafeMutablePointer<Float>,
    output: UnsafeMutablePointer<Float>, rows: Int, size: Int
  ) {
    learning.lstm(gates, before, state, squashed, output, rows, size)
  }

  /// Its backward: `gates` become their gradients, and `stateGradient` that of the state before.
  public func lstmBackward(
    gates: UnsafeMutablePointer<Float>, before: UnsafePointer<Float>?,
    squashed: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    stateGradient: UnsafeMutablePointer<Float>, rows: Int, size: Int
  ) {
    learning.lstm_backward(gates, before, squashed, outputGradient, stateGradient, rows, size)
  }

  /// One time step of a gated recurrent unit for `rows` sequences (Cho et al. 2014,
  /// arXiv:1406.1078), in PyTorch's form: gates r, z, n with n = tanh(input + r * recurrent).
  ///
  /// `gates`: the input's part, become the activations, and `recurrent`: the state's part: [rows, 3
  /// size]. `before` (zeros when nil) and `output`: [rows, size].
  public func gru(
    gates: UnsafeMutablePointer<Float>, recurrent: UnsafePointer<Float>,
    before: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, rows: Int, size: Int
  ) {
    learning.gru(gates, recurrent, before, output, rows, size)
  }

  /// Its backward: `gates` and `recurrent` become the gradients of their parts, and what passes
  /// the gate z is added to `beforeGradient`.
  public func gruBackward(
    gates: UnsafeMutablePointer<Float>, recurrent: UnsafeMutablePointer<Float>,
    before: UnsafePointer<Float>?, outputGradient: UnsafePointer<Float>,
    beforeGradient: UnsafeMutablePointer<Float>?, rows: Int, size: Int
  ) {
    learning.gru_backward(gates, recurrent, before, outputGradient, beforeGradient, rows, size)
  }
}
