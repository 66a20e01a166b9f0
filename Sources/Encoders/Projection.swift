public import Checkpoints
public import Contracts
public import Kernels

/// What a sentence-transformers' folder does with a pooled vector: its Dense and Normalize modules,
/// one after the other.
///
/// Source: sentence_transformers/base/modules/dense.py and normalize.py of sentence-transformers 6.2.
public struct Projection: Sendable {
  public let inputs: Int
  public let outputs: Int
  private let steps: [Step]
  private let kernels: KernelSet
  private let widest: Int

  private enum Step {
    case dense(Dense)
    case normalize(width: Int)
  }

  /// Loads the modules behind the folder's pooling. They are computed in float32, whatever the
  /// encoder's precision is.
  ///
  /// `inputs`: the width of what is pooled.
  ///
  /// - Throws: `CheckpointError`, for a folder without such modules too.
  public init(
    _ folder: ModelFolder, inputs: Int, kernels: KernelSet
  ) throws(CheckpointError) {
    var steps: [Step] = []
    var width = inputs
    var widest = inputs
    for module in try folder.projectionModules() {
      guard module.kind == "Dense" else {
        steps.append(.normalize(width: width))
        continue
      }
      let dense = try Dense(folder, module, inputs: width, kernels)
      steps.append(.dense(dense))
      width = dense.outputs
      widest = max(widest, width)
    }
    guard !steps.isEmpty else { throw .noProjection(path: folder.root) }
    self.inputs = inputs
    outputs = width
    self.steps = steps
    self.kernels = kernels
    self.widest = widest
  }

  /// Loads what views need; nil where none is projected.
  ///
  /// - Throws: `CheckpointError`.
  public static func load(
    for views: [FeatureKey], of encoder: any Encoder, _ folder: ModelFolder
  ) throws(CheckpointError) -> Projection? {
    let projected = views.filter(\.pooling.isProjected)
    let inputs = Set(projected.map { $0.pooling.poolings.count * encoder.hiddenSize })
    var projection: Projection?
    // Of two widths one is not the modules', and loading says so.
    for width in inputs.sorted() {
      projection = try Projection(folder, inputs: width, kernels: encoder.numerics.kernels)
    }
    return projection
  }

  /// Floats that ``callAsFunction(_:_:)`` needs: its operand, and room behind it.
  var scratchSize: Int { 3 * widest }

  /// `out`: [outputs].
  /// `operand`: [inputs], with ``scratchSize`` floats from there on; overwritten.
  func callAsFunction(
    _ out: UnsafeMutablePointer<Float>, _ operand: UnsafeMutablePointer<Float>
  ) {
    let product = operand + widest
    for step in steps {
      switch step {
      case .normalize(let width): kernels.normalize(operand, count: width)
      case .dense(let dense):
        dense(kernels, product, operand, residual: product + widest)
        operand.update(from: product, count: dense.outputs)
      }
    }
    out.update(from: operand, count: outputs)
  }
}

/// `activation(x W^T + b)`, with a residual connection where the module has one.
private struct Dense: Sendable {
  let outputs: Int
  private let linear: Linear
  private let activation: DenseActivation
  private let residual: Residual

  private enum Residual {
    case none
    case identity
    case linear(Linear)
  }

  init(
    _ folder: ModelFolder, _ module: SentenceModule, inputs: Int, _ kernels: KernelSet
  ) throws(CheckpointError) {
    let config = try JSONFile(path: folder.file("config.json", of: module))
    for key in ["module_input_name", "module_output_name"] {
      try config.demand(key, "sentence_embedding")
    }
    guard try config.integer("in_features") == inputs else {
      throw config.bad("in_features", "\(inputs), the width that comes in")
    }
    outputs = try config.integer("out_features")
    activation = try DenseActivation(config)
    let numerics = Numerics(kernels: kernels)
    var weights = try Weights(file: try folder.weightFile(of: module))
    linear = try Linear(
      &weights, "linear", inputs: inputs, outputs: outputs,
      form: try config.bool("bias", default: true) ? .linear : .withoutBias, numerics)
    if try !config.bool("use_residual", default: false) {
      residual = .none
    } else if inputs == outputs {
      residual = .identity
    } else {
      residual = .linear(
        try Linear(
          &weights, "residual", inputs: inputs, outputs: outputs, form: .withoutBias, numerics))
    }
    try weights.finish()
  }

  /// `y`: [outputs], `x`: [inputs], `scratch`: [outputs].
  func callAsFunction(
    _ kernels: KernelSet, _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>,
    residual scratch: UnsafeMutablePointer<Float>
  ) {
    linear(kernels, y, x, rows: 1, activation.kernel, scratch: scratch)
    if activation == .sigmoid {
      for i in 0..<outputs { y[i] = -y[i] }
      kernels.exp(y, y, count: outputs)
      for i in 0..<outputs { y[i] = 1 / (1 + y[i]) }
    }
    switch residual {
    case .none: break
    case .identity: kernels.axpy(y, 1, x, count: outputs)
    case .linear(let linear):
      linear(kernels, scratch, x, rows: 1, scratch: scratch)
      kernels.axpy(y, 1, scratch, count: outputs)
    }
  }
}

/// The activations that a Dense module may name, by their classes in torch.nn.
private enum DenseActivation: String, CaseIterable {
  case identity = "Identity"
  case tanh = "Tanh"
  case relu = "ReLU"
  case gelu = "GELU"
  case silu = "SiLU"
  case sigmoid = "Sigmoid"

  /// `torch.nn.modules.activation.Tanh`, or its short form `torch.nn.Tanh`; Tanh where none is named.
  init(_ config: JSONFile) throws(CheckpointError) {
    let key = "activation_function"
    let path = try config.string(key, default: "torch.nn.Tanh")
    let name = path.split(separator: ".").last.map(String.init) ?? ""
    guard path.hasPrefix("torch.nn."), let known = DenseActivation(rawValue: name) else {
      throw .unsupported(
        path: config.path, key: key, value: path,
        supported: Self.allCases.map { "torch.nn.\($0.rawValue)" }.joined(separator: ", "))
    }
    self = known
  }

  /// The kernels' own, where they have it.
  var kernel: Activation? {
    switch self {
    case .identity, .sigmoid: nil
    case .tanh: .tanh
    case .relu: .relu
    case .gelu: .gelu
    case .silu: .silu
    }
  }
}
