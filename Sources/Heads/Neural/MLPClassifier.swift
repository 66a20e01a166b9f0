public import Contracts
import Kernels

/// A multilayer perceptron: linear layers with a non-linearity and dropout between them.
///
/// For one label a row (softmax), any number of labels (sigmoid) or a number (identity), as the
/// labels that it was fitted on. Weights and initialization are PyTorch's nn.Linear's, the losses
/// those of CrossEntropyLoss, BCEWithLogitsLoss and MSELoss.
public struct MLPClassifier: Head, Equatable {
  /// What training is told.
  public struct Configuration: Sendable, Equatable, Codable {
    /// The widths of the hidden layers; none makes a linear model.
    public var hiddenLayers = [256]
    public var activation = NonLinearity.relu
    /// The share of each hidden layer's values that a step leaves out.
    public var dropout = 0.1
    /// Whether features are shifted and scaled to mean 0 and deviation 1, fitted on the training
    /// rows.
    public var standardize = true
    public var training = NetworkTraining()

    public init() {}

    enum CodingKeys: String, CodingKey {
      case activation, dropout, standardize, training
      case hiddenLayers = "hidden_layers"
    }
  }

  /// The functions between the layers.
  public enum NonLinearity: String, Sendable, Codable, CaseIterable {
    case relu
    /// The exact form, by erf.
    case gelu
    case tanh

    var kernel: Activation {
      switch self {
      case .relu: .relu
      case .gelu: .gelu
      case .tanh: .tanh
      }
    }
  }

  /// What training reached.
  public struct Summary: Sendable, Equatable, Codable {
    public let rows: Int
    /// Steps taken.
    public let steps: Int
    public let epochs: [TrainingEpoch]
    /// The epoch whose weights were kept, from 1.
    public let bestEpoch: Int

    public init(rows: Int, steps: Int, epochs: [TrainingEpoch], bestEpoch: Int) {
      self.rows = rows
      self.steps = steps
      self.epochs = epochs
      self.bestEpoch = bestEpoch
    }

    enum CodingKeys: String, CodingKey {
      case rows, steps, epochs
      case bestEpoch = "best_epoch"
    }
  }

  /// One linear layer.
  public struct Layer: Sendable, Equatable {
    /// [outputs, inputs], row-major.
    public let weight: Matrix
    /// [outputs].
    public let bias: [Float]

    /// - Precondition: as many biases as rows of the weight.
    public init(weight: Matrix, bias: [Float]) {
      precondition(weight.rows == bias.count)
      self.weight = weight
      self.bias = bias
    }
  }

  /// Hidden layers and the output, in order.
  public let layers: [Layer]
  public let output: OutputKind
  /// Applied to features before the first layer; nil when not asked for.
  public let standardization: Standardization?
  /// Predicted numbers are `center + unit * score`.
  public let center: Double
  public let unit: Double
  public let configuration: Configuration
  public let summary: Summary

  /// - Precondition: at least one layer; each takes what the one before gives.
  public init(
    layers: [Layer], output: OutputKind, standardization: Standardization? = nil,
    center: Double = 0, unit: Double = 1, configuration: Configuration, summary: Summary
  ) {
    precondition(!layers.isEmpty)
    precondition(
      zip(layers, layers.dropFirst()).allSatisfy { $0.weight.rows == $1.weight.columns })
    self.layers = layers
    self.output = output
    self.standardization = standardization
    self.center = center
    self.unit = unit
    self.configuration = configuration
    self.summary = summary
  }

  public var width: Int { layers[0].weight.columns }
  public var labelKind: LabelKind {
    switch output {
    case .softmax: .singleLabel
    case .sigmoid: .multiLabel
    case .identity: .number
    }
  }
  /// Classes or labels; 0 for a number.
  public var classCount: Int { output == .identity ? 0 : outputs }
  /// The scores of a row: classes, labels, or 1 for a number.
  public var outputs: Int { layers[layers.count - 1].bias.count }

  /// The probability of each class (softmax) or label (sigmoid), or the number itself: [n, outputs].
  ///
  /// A row's predictions have the same bits alone, in any batch and on any number of threads.
  ///
  /// - Throws: `widthMismatch`, `nonFiniteFeature`, `kernels`.
  public func predictProbabilities(
    _ features: Matrix, threads: Int
  ) throws(HeadError) -> ClassProbabilities {
    guard features.columns == width else {
      throw .widthMismatch(expected: width, found: features.columns)
    }
    try features.checkFinite()
    let kernels = try KernelSet.forHeads()
    let network = self.network
    let parameters = joinedParameters()
    let rows = features.rows
    let values = FloatBuffer(count: rows * outputs)
    let scaler = standardization.map(RowScaler.init)
    let block = 128
    features.storage.withUnsafeBufferPointer { storage in
      guard let base = storage.baseAddress else { return }
      Parallel.forEach(
        (rows + block - 1) / block, threads: threads,
        worker: { FloatBuffer(count: block * (width + 2 * network.widest)) }
      ) { index, scratch in
        let range = index * block..<min((index + 1) * block, rows)
        let x = scratch.pointer
        RowScaler.gather(base, Array(range)[...], width: width, scaler, into: x)
        network.scores(
          x, rows: range.count, parameters.pointer,
          into: values.pointer + range.lowerBound * outputs, scratch: x + block * width, kernels)
      }
    }
    return ClassProbabilities(
      rows: rows, classCount: outputs,
      values: output.predictions(values.contents, width: outputs, center: center, unit: unit))
  }

  /// The same as what the output stands for.
  ///
  /// - Throws: as ``predictProbabilities(_:threads:)``.
  public func predict(_ features: Matrix, threads: Int = 1) throws(HeadError) -> Predictions {
    let values = try predictProbabilities(features, threads: threads)
    return switch output {
    case .softmax: .classes(values)
    case .sigmoid: .sets(values)
    case .identity: .numbers(values.values)
    }
  }

  var network: DenseNetwork {
    DenseNetwork(
      inputs: width, hidden: layers.dropLast().map(\.bias.count), outputs: outputs,
      activation: configuration.activation.kernel, dropout: configuration.dropout)
  }

  func joinedParameters() -> FloatBuffer {
    FloatBuffer(layers.flatMap { $0.weight.storage + $0.bias })
  }
}

extension OutputKind {
  /// What scores [n, width] predict: probabilities, or numbers.
  func predictions(
    _ scores: some Collection<Float>, width: Int, center: Double, unit: Double
  ) -> [Double] {
    var values = scores.map(Double.init)
    switch self {
    case .softmax:
      values.withUnsafeMutableBufferPointer { values in
        guard let base = values.baseAddress else { return }
        for start in stride(from: 0, to: values.count, by: width) {
          Heads.softmax(base + start, count: width)
        }
      }
    case .sigmoid: for i in values.indices { values[i] = Heads.sigmoid(values[i]) }
    case .identity: for i in values.indices { values[i] = center + unit * values[i] }
    }
    return values
  }
}
