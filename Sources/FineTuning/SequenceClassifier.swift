public import Checkpoints
public import Encoders
import Foundation
public import Kernels
import Optimization

/// A pretrained encoder with a classification head whose weights learn: forward, loss and gradients.
///
/// Texts are packed without padding. No bit of a result depends on the number of threads.
public final class SequenceClassifier {
  /// Probabilities of dropout; nil: as config.json says.
  public struct Dropout: Sendable, Equatable {
    public var hidden: Double?
    public var attention: Double?
    public var classifier: Double?

    public init(hidden: Double? = nil, attention: Double? = nil, classifier: Double? = nil) {
      self.hidden = hidden
      self.attention = attention
      self.classifier = classifier
    }

    /// The same everywhere.
    public static func all(_ probability: Double) -> Dropout {
      Dropout(hidden: probability, attention: probability, classifier: probability)
    }
  }

  public let plan: PostNormPlan
  public let objective: Objective
  public let outputs: Int
  /// Tensors that the checkpoint did not have, which begin as random numbers or zeros.
  public let initialized: [String]
  package let store: ParameterStore
  package let compute: Compute
  package let words = WordGradients()
  let headPlan: HeadPlan
  private let embeddings: TrainableEmbeddings
  private let layers: [TrainableLayer]
  private let head: TrainableHead
  private let shape: LayerShape
  private let bias: BiasTable?
  private let rates: (hidden: Double, attention: Double, classifier: Double)
  private let seed: UInt64
  private var tape: Tape?
  /// The embeddings and so many layers do not learn.
  public private(set) var frozenLayers: Int?

  /// Loads a model folder; the head's tensors too, where it has them.
  ///
  /// - Throws: `CheckpointError`.
  public init(
    _ folder: ModelFolder, outputs: Int, objective: Objective, dropout: Dropout = Dropout(),
    seed: UInt64, kernels: KernelSet, threads: Int
  ) throws(CheckpointError) {
    let plan = try PostNormPlan(folder)
    let config = folder.config
    let modelType = try config.string("model_type")
    let headPlan = HeadPlan(modelType: modelType)
    var loader = try ModelLoader(folder, plan, headPlan, kernels: kernels, seed: seed)
    layers = try loader.layers()
    head = try loader.head(outputs: outputs)
    let biasParameter = try loader.relativeBias()
    embeddings = try loader.embeddings()
    store = try loader.finish()
    initialized = loader.initialized
    let isDistil = modelType == "distilbert"
    let own = try HiddenDropout(config, isDistil: isDistil)
    let ownClassifier = try headPlan.dropout(config)
    rates = (
      dropout.hidden ?? own.hidden, dropout.attention ?? own.attention,
      dropout.classifier ?? ownClassifier
    )
    shape = LayerShape(
      width: plan.hiddenSize, heads: plan.heads, intermediateSize: plan.intermediateSize,
      activation: plan.activation, dropsAttentionOutput: !isDistil,
      dropsOutput: modelType != "albert")
    compute = Compute(kernels: kernels, threads: threads, store: store)
    bias =
      if let relative = plan.relativeBias, let biasParameter {
        BiasTable(relative, parameter: biasParameter, compute: compute)
      } else { nil }
    self.plan = plan
    self.headPlan = headPlan
    self.objective = objective
    self.outputs = outputs
    self.seed = seed
  }

  /// Takes the embeddings and the first `count` layers out of training, and with a layer the relative bias
  /// that all layers share: what frozen layers give is computed once.
  ///
  /// - Precondition: ``canFreeze(layers:)``.
  public func freeze(layers count: Int) {
    precondition(canFreeze(layers: count))
    store.freeze(embeddings.parameters)
    store.freeze(plan.order.prefix(count).flatMap { layers[$0].parameters })
    if count > 0, let bias { store.freeze([bias.parameter]) }
    frozenLayers = count
  }

  /// How many numbers training changes.
  public var trainedParameterCount: Int {
    store.parameters.filter(\.learns).flatMap(\.tensors).reduce(0) { $0 + $1.count }
  }

  /// Whether the first `count` layers are fewer than all, and have no weights that later ones share.
  public func canFreeze(layers count: Int) -> Bool {
    count < layerCount
      && Set(plan.order.prefix(count)).isDisjoint(with: plan.order.dropFirst(count))
  }

  /// The number of layers.
  public var layerCount: Int { plan.order.count }

  /// The bytes that training takes at most, for batches of up to `tokens` tokens.
  ///
  /// `moments`: floats that the optimizer keeps of each weight.
  /// `keepsBest`: whether the best weights are kept beside those that learn.
  public func memoryEstimate(tokens: Int, moments: Int, keepsBest: Bool) -> Int {
    let (width, inner) = (shape.width, shape.intermediateSize)
    let copies = 1 + moments + (keepsBest ? 1 : 0)
    let parameters = store.values.count * copies + store.gradients.count
    // What passes keep of a token (`LayerTape`), and what they hold of it for a while (``reserve(tokens:)``);
    // with the words' gradients, one row a token and half as many more.
    let perToken =
      layerCount * (8 * width + 2 * inner) + 2 * plan.embeddingSize + 2 * width
      + scratchWidths.reduce(0, +) + 3 * plan.embeddingSize
    return MemoryLayout<Float>.stride * (parameters + tokens * perToken)
  }

  /// Floats a token of each piece of scratch.
  private var scratchWidths: [Int] {
    let (width, inner) = (shape.width, shape.intermediateSize)
    let widest = max(3 * width, inner)
    return [widest, widest, max(width, inner), width, width, widest, width]
  }

  /// Takes the memory for passes over up to `tokens` tokens at once: a batch that is larger than those before
  /// would leave theirs behind in pieces.
  func reserve(tokens: Int) {
    tape = Tape(tokens: tokens, layerCount, shape, plan.embeddingSize)
    // Packed rows fill whole panels.
    let rows = (tokens + compute.kernels.panel - 1) / compute.kernels.panel * compute.kernels.panel
    for (index, width) in scratchWidths.enumerated() {
      _ = compute.scratch(index, rows * (width + compute.kernels.panel - 1))
    }
  }

  /// The FLOP of the matrix products in a training step over texts: those that the loss and its gradients take,
  /// without what is computed a second time to save memory.
  func productFLOP(_ texts: PackedTexts) -> Int {
    let (width, inner) = (shape.width, shape.intermediateSize)
    let (tokens, rows) = (texts.tokenCount, texts.count)
    let pairs = zip(texts.offsets, texts.offsets.dropFirst()).reduce(0) {
      $0 + ($1.1 - $1.0) * ($1.1 - $1.0)
    }
    let lowest = frozenLayers ?? 0
    var flop = 6 * rows * width * (width + outputs)
    for depth in lowest..<layerCount {
      let isLast = depth == layerCount - 1
      let count = isLast ? rows : tokens
      flop += 6 * tokens * 3 * width * width + 6 * count * (width * width + 2 * width * inner)
      // Two products forward, four backward; of each text's first token alone in the last layer.
      flop += 12 * (isLast ? tokens : pairs) * width
      // Below a frozen layer no gradient is wanted.
      if depth == lowest, frozenLayers != nil { flop -= 2 * tokens * 3 * width * width }
    }
    if frozenLayers == nil, plan.embeddingSize != width {
      flop += 6 * tokens * plan.embeddingSize * width
    }
    return flop
  }

  // MARK: - Passes

  /// The logits of texts, without dropout: [texts, outputs].
  public func logits(_ texts: PackedTexts, hidden: UnsafePointer<Float>? = nil) -> [Float] {
    let pass = forward(texts, hidden: hidden, step: nil)
    return [Float](
      UnsafeBufferPointer(start: pass.logits.pointer, count: texts.count * outputs))
  }

  /// The hidden states of layer `frozenLayers` without dropout: [tokens, width], valid until the next pass.
  func frozenStates(_ texts: PackedTexts) -> UnsafePointer<Float> {
    let tape = tape(texts)
    let (none, last) = (LayerDropouts(), frozenLayers ?? 0)
    bias?.begin(longest: texts.longest, texts: texts.count)
    EmbeddingPass(
      compute: compute, texts: texts, dropout: nil, tape: tape.embeddings, narrow: tape.narrow
    ).forward(embeddings, hidden: tape.layers[0].input.pointer)
    for depth in 0..<last {
      pass(texts, depth, none, all: true).forward(
        layers[plan.order[depth]], tape.layers[depth], out: tape.input(depth + 1))
    }
    return UnsafePointer(tape.input(last))
  }

  /// The loss of texts, summed over them and divided by `divisor`, and the gradients, which are added to those
  /// since ``beginStep()``.
  ///
  /// `step`: the number of the batch, which the dropouts' masks depend on.
  /// `hidden`: what the frozen layers give, [tokens, width], where there are such.
  package func learn(
    _ texts: PackedTexts, _ targets: [Target], weights: [Double]? = nil, divisor: Double,
    step: Int, hidden: UnsafePointer<Float>? = nil
  ) -> Double {
    let headPass = forward(texts, hidden: hidden, step: step)
    var loss = 0.0
    var slopes: [Float] = []
    for (row, target) in targets.enumerated() {
      let logits = UnsafeBufferPointer(
        start: UnsafePointer(headPass.logits.pointer) + row * outputs, count: outputs)
      let (own, gradient) = objective.loss(logits, target)
      let weight = (weights?[row] ?? 1) / divisor
      loss += own * weight
      slopes += gradient.map { Float($0 * weight) }
    }
    let tape = tape(texts)
    let gradient = tape.gradient.pointer
    headPass.backward(slopes, gradient)
    let lowest = frozenLayers ?? 0
    for depth in stride(from: layerCount - 1, through: lowest, by: -1) {
      pass(texts, depth, dropouts(depth, step)).backward(
        layers[plan.order[depth]], tape.layers[depth], gradient,
        wantsInput: depth > lowest || frozenLayers == nil)
    }
    if frozenLayers == nil {
      EmbeddingPass(
        compute: compute, texts: texts, dropout: rule(.hidden, step, 0xFFFF),
        tape: tape.embeddings, narrow: tape.narrow
      ).backward(embeddings, gradient, words: words)
    }
    bias?.finish()
    return loss
  }

  /// Forgets the gradients.
  package func beginStep() {
    compute.beginStep()
    words.clear()
  }

  private func forward(
    _ texts: PackedTexts, hidden: UnsafePointer<Float>?, step: Int?
  ) -> HeadPass {
    let tape = tape(texts)
    let lowest = frozenLayers.flatMap { hidden == nil ? nil : $0 } ?? 0
    bias?.begin(longest: texts.longest, texts: texts.count)
    if let hidden {
      tape.input(lowest).update(from: hidden, count: texts.tokenCount * shape.width)
    } else {
      // What is frozen is not dropped: its states are computed once.
      let rule = frozenLayers == nil ? rule(.hidden, step, 0xFFFF) : nil
      EmbeddingPass(
        compute: compute, texts: texts, dropout: rule, tape: tape.embeddings, narrow: tape.narrow
      ).forward(embeddings, hidden: tape.input(0))
    }
    for depth in lowest..<layerCount {
      let drops = depth < frozenLayers ?? 0 ? LayerDropouts() : dropouts(depth, step)
      pass(texts, depth, drops).forward(
        layers[plan.order[depth]], tape.layers[depth], out: tape.input(depth + 1))
    }
    let headPass = HeadPass(
      compute, head, rows: texts.count, inputDropout: rule(.classifier, step, 0xFFFE),
      dropout: rule(.classifier, step, 0xFFFD))
    headPass.forward(tape.input(layerCount))
    return headPass
  }

  private func pass(
    _ texts: PackedTexts, _ depth: Int, _ dropouts: LayerDropouts, all: Bool = false
  ) -> LayerPass {
    LayerPass(
      compute: compute, shape: shape, texts: texts, firstOnly: !all && depth == layerCount - 1,
      dropouts: dropouts, bias: bias)
  }

  // MARK: - Dropout

  private enum Site { case hidden, attention, classifier }

  private func dropouts(_ depth: Int, _ step: Int?) -> LayerDropouts {
    LayerDropouts(
      attention: rule(.attention, step, 4 * depth),
      attentionOutput: shape.dropsAttentionOutput ? rule(.hidden, step, 4 * depth + 1) : nil,
      output: shape.dropsOutput ? rule(.hidden, step, 4 * depth + 2) : nil)
  }

  private func rule(_ site: Site, _ step: Int?, _ part: Int) -> DropoutRule? {
    let rate =
      switch site {
      case .hidden: rates.hidden
      case .attention: rates.attention
      case .classifier: rates.classifier
      }
    guard let step, rate > 0 else { return nil }
    let philox = Philox(seed: seed, .dropout, step, part: part)
    return DropoutRule(probability: rate, key: philox.seed, stream: philox.stream)
  }

  // MARK: - Memory

  /// What is kept of a forward pass, for batches of up to so many tokens.
  private final class Tape {
    let tokens: Int
    let embeddings: NormTape
    let narrow: FloatBuffer
    let layers: [LayerTape]
    let output: FloatBuffer
    /// [tokens, width].
    let gradient: FloatBuffer

    init(tokens: Int, _ layers: Int, _ shape: LayerShape, _ embeddings: Int) {
      self.tokens = tokens
      self.embeddings = NormTape(rows: tokens, size: embeddings)
      narrow = FloatBuffer(
        count: embeddings == shape.width ? 0 : tokens * embeddings, zeroed: false)
      self.layers = (0..<layers).map { _ in
        LayerTape(tokens: tokens, rows: tokens, shape)
      }
      output = FloatBuffer(count: tokens * shape.width, zeroed: false)
      gradient = FloatBuffer(count: tokens * shape.width, zeroed: false)
    }

    /// The input of layer `depth`; beyond the last, its output.
    func input(_ depth: Int) -> Floats {
      depth < layers.count ? layers[depth].input.pointer : output.pointer
    }
  }

  private func tape(_ texts: PackedTexts) -> Tape {
    if let tape, tape.tokens >= texts.tokenCount { return tape }
    // Some room, so that the next larger batch finds it.
    let tape = Tape(
      tokens: texts.tokenCount + texts.tokenCount / 4, layerCount, shape, plan.embeddingSize)
    self.tape = tape
    return tape
  }
}
