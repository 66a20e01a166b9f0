import Encoders
import Kernels
public import Optimization

/// How weights move along their gradients.
public struct TrainingRule: Sendable, Equatable {
  public var update: UpdateRule
  public var weightDecay: Double
  /// Whether decay spares biases and normalizations.
  public var decaySparesBiases: Bool
  /// What the norm of a step's gradient is clipped to; nil for nothing.
  public var maximumNorm: Double?

  public init(
    update: UpdateRule = .adamW(), weightDecay: Double = 0.01, decaySparesBiases: Bool = false,
    maximumNorm: Double? = 1
  ) {
    self.update = update
    self.weightDecay = weightDecay
    self.decaySparesBiases = decaySparesBiases
    self.maximumNorm = maximumNorm
  }
}

/// One batch on its way through a step.
public struct TrainingBatch {
  public let texts: PackedTexts
  public let targets: [Target]
  /// One a text; 1 when nil.
  public let weights: [Double]?
  /// What the frozen layers give: [tokens, width]; nil where nothing is frozen, or to compute it.
  let hidden: [Float]?

  public init(
    _ texts: PackedTexts, _ targets: [Target], weights: [Double]? = nil, hidden: [Float]? = nil
  ) {
    self.texts = texts
    self.targets = targets
    self.weights = weights
    self.hidden = hidden
  }
}

/// What a step did.
public struct StepOutcome: Sendable, Equatable {
  /// The loss before the step.
  public let loss: Double
  /// The norm of the gradient before clipping.
  public let gradientNorm: Double
  public let tokens: Int
  /// Of its matrix products.
  public let productFLOP: Int
}

/// Steps of an optimizer over a classifier's weights.
///
/// The same batches give the same weights, bit for bit, on any number of threads.
public final class Trainer {
  public let model: SequenceClassifier
  public let rule: TrainingRule
  let optimizer: Optimizer
  private var rows: LazyRows?
  /// Batches that went through, of which a step may have several: what dropouts depend on.
  private(set) var batches = 0

  public init(_ model: SequenceClassifier, _ rule: TrainingRule) {
    self.model = model
    self.rule = rule
    optimizer = Optimizer(
      rule.update, count: model.store.values.count, kernels: model.store.kernels)
  }

  /// Steps done.
  public var steps: Int { optimizer.steps }

  /// Goes on where a training stopped; weights and moments are in place.
  func resume(steps: Int, batches: Int) {
    optimizer.resume(steps: steps)
    self.batches = batches
    rows = nil
  }

  /// One step over the batches together: their loss is one mean.
  ///
  /// - Throws: ``TrainingError/diverged(step:learningRate:loss:gradientNorm:)`` where a number is no number any
  ///   more; the weights are those before the step.
  public func step(
    _ batches: [TrainingBatch], learningRate: Double, firstMoment: Double? = nil
  ) throws(TrainingError) -> StepOutcome {
    let team = model.compute.team
    let rows = lazyRows()
    if model.frozenLayers == nil {
      rows.settle(Array(Set(batches.flatMap { $0.texts.ids.map { Int($0) } })).sorted(), team)
    }
    model.beginStep()
    let weight = batches.reduce(0) { sum, batch in
      sum
        + batch.targets.indices.reduce(0) {
          $0 + model.objective.weight(batch.targets[$1]) * (batch.weights?[$1] ?? 1)
        }
    }
    // Rows that all weigh nothing have no loss, and no gradient.
    let divisor = weight > 0 ? weight : 1
    var loss = 0.0
    for batch in batches {
      func learn(_ hidden: UnsafePointer<Float>?) -> Double {
        model.learn(
          batch.texts, batch.targets, weights: batch.weights, divisor: divisor,
          step: self.batches, hidden: hidden)
      }
      loss += batch.hidden?.withUnsafeBufferPointer { learn($0.baseAddress) } ?? learn(nil)
      self.batches += 1
    }
    model.compute.completeStep()
    let norm = gradientNorm()
    guard loss.isFinite, norm.value.isFinite else {
      throw .diverged(
        step: steps + 1, learningRate: learningRate, loss: loss, gradientNorm: norm.value)
    }
    let scale = rule.maximumNorm.map { norm.scale(maximum: $0) } ?? 1
    optimizer.advance()
    rows.begin(rate: learningRate, firstMoment: firstMoment)
    let pieces = pieces
    team.forEach(pieces.count) { _, item in
      optimizer.update(
        parameters: model.store.values.pointer, gradients: model.store.gradients.pointer,
        pieces[item], learningRate: learningRate, firstMoment: firstMoment, gradientScale: scale)
    }
    if model.frozenLayers == nil { rows.move(model.words, scale: scale, team) }
    return StepOutcome(
      loss: loss, gradientNorm: norm.value,
      tokens: batches.reduce(0) { $0 + $1.texts.tokenCount },
      productFLOP: batches.reduce(0) { $0 + model.productFLOP($1.texts) })
  }

  /// Makes up the steps of words that stood in no text: to be called before weights are read.
  public func settle() {
    if model.frozenLayers == nil { rows?.settleAll(model.compute.team) }
  }

  private func lazyRows() -> LazyRows {
    if let rows { return rows }
    let made = LazyRows(
      model.store, optimizer, width: model.plan.embeddingSize, decay: rule.weightDecay)
    rows = made
    return made
  }

  /// What learns beside the words, in pieces that fit a cache.
  private lazy var pieces: [ParameterGroup] = model.store.parameters.enumerated().flatMap {
    index, parameter -> [ParameterGroup] in
    guard parameter.learns, index != model.store.word else { return [] }
    let decay = rule.decaySparesBiases && parameter.isBiasOrNorm ? 0 : rule.weightDecay
    return stride(from: parameter.range.lowerBound, to: parameter.range.upperBound, by: 1 << 15)
      .map {
        ParameterGroup($0..<min($0 + 1 << 15, parameter.range.upperBound), weightDecay: decay)
      }
  }

  /// The norm of all gradients: blocks of a fixed size, whose squares are added in order.
  private func gradientNorm() -> GradientNorm {
    let words = model.words
    let width = model.plan.embeddingSize
    let pieces = pieces
    let sums = UnsafeMutablePointer<Double>.allocate(capacity: pieces.count + words.ids.count)
    defer { sums.deallocate() }
    let kernels = model.store.kernels
    model.compute.team.forEach(pieces.count + words.ids.count) { _, item in
      sums[item] =
        if item < pieces.count {
          Double(
            kernels.sumOfSquares(
              model.store.gradients.pointer + pieces[item].range.lowerBound,
              count: pieces[item].range.count))
        } else {
          Double(
            kernels.sumOfSquares(
              words.rows.pointer + (item - pieces.count) * width, count: width))
        }
    }
    var norm = GradientNorm()
    for item in 0..<pieces.count + words.ids.count { norm.add(square: sums[item]) }
    return norm
  }
}

/// Why a training ends before its time.
public enum TrainingError: Error, Equatable {
  /// A loss or a gradient is infinite or no number.
  case diverged(step: Int, learningRate: Double, loss: Double, gradientNorm: Double)
  /// A row's ids, types or length do not fit the model.
  case badText(row: Int, reason: BadText)
  /// A checkpoint that does not belong to this training.
  case foreignCheckpoint(path: String, what: String)
  /// A checkpoint that cannot be read.
  case badCheckpoint(path: String, reason: String)

  public enum BadText: Error, Equatable, Sendable {
    case empty
    case idOutOfRange(id: Int, vocabularySize: Int)
    case typeOutOfRange(type: Int, types: Int)
    case tooLong(tokens: Int, maximum: Int)
  }
}
