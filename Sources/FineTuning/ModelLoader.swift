import Checkpoints
import Encoders
import Kernels

/// Puts the learning parts of a model together from its checkpoint.
struct ModelLoader {
  private let plan: PostNormPlan
  private let headPlan: HeadPlan
  private var builder: ParameterBuilder
  private var encoder: Weights
  /// The same files without a prefix: the head's tensors stand beside the encoder.
  private var whole: Weights
  private let deviation: Float
  /// The prefix under which the class with a head keeps the encoder.
  private let prefix: String

  init(
    _ folder: ModelFolder, _ plan: PostNormPlan, _ headPlan: HeadPlan, kernels: KernelSet,
    seed: UInt64
  ) throws(CheckpointError) {
    self.plan = plan
    self.headPlan = headPlan
    prefix = plan.prefixes.last ?? ""
    builder = ParameterBuilder(kernels: kernels, seed: seed)
    encoder = try Weights(folder, prefixes: plan.prefixes, probe: plan.embeddings.word)
    whole = try Weights(wholeNamesOf: folder)
    deviation = Float(try folder.config.real("initializer_range", default: 0.02))
  }

  /// Tensors that the checkpoint did not have.
  var initialized: [String] { builder.initialized }

  mutating func layers() throws(CheckpointError) -> [TrainableLayer] {
    var layers: [TrainableLayer] = []
    let (width, inner) = (plan.hiddenSize, plan.intermediateSize)
    for names in plan.layers {
      layers.append(
        TrainableLayer(
          qkv: try linear(names.qkv, inputs: width, outputs: 3 * width / names.qkv.count),
          attentionOutput: try linear([names.attentionOutput], inputs: width, outputs: width),
          attentionNorm: try norm(names.attentionNorm, size: width),
          intermediate: try linear([names.intermediate], inputs: width, outputs: inner),
          output: try linear([names.output], inputs: inner, outputs: width),
          outputNorm: try norm(names.outputNorm, size: width)))
    }
    return layers
  }

  mutating func head(outputs: Int) throws(CheckpointError) -> TrainableHead {
    TrainableHead(
      dense: try headLinear(headPlan.dense, inputs: plan.hiddenSize, outputs: plan.hiddenSize),
      classifier: try headLinear(
        headPlan.classifier, inputs: plan.hiddenSize, outputs: outputs),
      activation: headPlan.activation, dropsInput: headPlan.dropsInput, width: plan.hiddenSize,
      outputs: outputs)
  }

  mutating func relativeBias() throws(CheckpointError) -> Int? {
    guard let bias = plan.relativeBias else { return nil }
    return try plain(bias.name, [bias.rows, bias.heads], isBiasOrNorm: false)
  }

  /// The embeddings; to be called last, as the words stand at the end of the memory.
  mutating func embeddings() throws(CheckpointError) -> TrainableEmbeddings {
    let names = plan.embeddings
    let width = plan.embeddingSize
    var projection: TrainableLinear?
    if let name = names.projection {
      projection = try linear([name], inputs: width, outputs: plan.hiddenSize)
    }
    var tokenType: Int?
    if let name = names.tokenType {
      tokenType = try plain(name, [plan.types, width], isBiasOrNorm: false)
    }
    let position = try plain(names.position ?? "", [plan.positions, width], isBiasOrNorm: false)
    let norm = try norm(names.norm ?? "", size: width)
    return TrainableEmbeddings(
      word: try plain(names.word, [plan.vocabularySize, width], isBiasOrNorm: false),
      position: position, tokenType: tokenType, norm: norm, projection: projection, width: width,
      hiddenSize: plan.hiddenSize, counting: plan.counting, padding: plan.paddingID)
  }

  /// - Throws: ``CheckpointError`` naming every tensor of the encoder that was missing or misshapen.
  mutating func finish() throws(CheckpointError) -> ParameterStore {
    try encoder.finish()
    try whole.finish()
    return builder.finish()
  }

  private mutating func linear(
    _ names: [String], inputs: Int, outputs: Int
  ) throws(CheckpointError) -> TrainableLinear {
    var (weights, biases): ([TensorValues], [TensorValues]) = ([], [])
    for name in names {
      weights.append(try encoder.tensor(name + ".weight", [outputs, inputs]))
      biases.append(try encoder.tensor(name + ".bias", [outputs]))
    }
    return add(
      names.map { prefix + $0 }, inputs: inputs, outputs: outputs, weights, biases)
  }

  private mutating func headLinear(
    _ name: String, inputs: Int, outputs: Int
  ) throws(CheckpointError) -> TrainableLinear {
    // BERT's pooler belongs to its encoder, which a checkpoint may keep without its prefix.
    if name.hasPrefix(prefix), !prefix.isEmpty {
      let inside = String(name.dropFirst(prefix.count))
      if encoder.has(inside + ".weight") {
        return try linear([inside], inputs: inputs, outputs: outputs)
      }
    }
    guard whole.has(name + ".weight") else {
      return add([name], inputs: inputs, outputs: outputs, [nil], [nil])
    }
    return add(
      [name], inputs: inputs, outputs: outputs,
      [try whole.tensor(name + ".weight", [outputs, inputs])],
      [try whole.tensor(name + ".bias", [outputs])])
  }

  private mutating func add(
    _ names: [String], inputs: Int, outputs: Int, _ weights: [TensorValues?],
    _ biases: [TensorValues?]
  ) -> TrainableLinear {
    let columns = names.count * outputs
    let weight = builder.add(
      names.map { .init(name: $0 + ".weight", shape: [outputs, inputs]) },
      .matrix(columns: columns, depth: inputs), isBiasOrNorm: false, from: weights,
      deviation: deviation)
    let bias = builder.add(
      names.map { .init(name: $0 + ".bias", shape: [outputs]) }, .plain, isBiasOrNorm: true,
      from: biases)
    return TrainableLinear(weight: weight, bias: bias)
  }

  private mutating func norm(_ name: String, size: Int) throws(CheckpointError) -> TrainableNorm {
    TrainableNorm(
      gamma: try plain(name + ".weight", [size], isBiasOrNorm: true),
      beta: try plain(name + ".bias", [size], isBiasOrNorm: true), size: size,
      epsilon: plan.epsilon)
  }

  private mutating func plain(
    _ name: String, _ shape: [Int], isBiasOrNorm: Bool
  ) throws(CheckpointError) -> Int {
    let values = try encoder.tensor(name, shape)
    return builder.add(
      [.init(name: prefix + name, shape: shape)], .plain, isBiasOrNorm: isBiasOrNorm,
      from: [values])
  }
}
