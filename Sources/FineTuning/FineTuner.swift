public import Contracts
import Encoders
import Foundation
import Kernels
public import Optimization

/// How long and in what order a training goes.
public struct FineTuningSettings: Sendable, Equatable {
  public var epochs = 3
  public var batchSize = 16
  /// Batches that make one step together.
  public var accumulation = 1
  public var rule = TrainingRule()
  public var shape = Schedule.Shape.onecycle
  public var learningRate = 5e-5
  /// Steps from 0 to the highest rate.
  public var warmUp = 0
  /// Whether every epoch has an order of its own, drawn from the seed.
  public var shuffles = true
  public var seed: UInt64 = 42
  /// The step after which the training ends, whatever the epochs.
  public var maximumSteps: Int?
  /// Epochs without a better one on the validation rows after which the training ends.
  public var patience: Int?

  public init() {}
}

/// Texts with what they should give.
public struct LabelledTexts: Sendable {
  public let texts: TokenBatch
  /// nil for a row that is not labelled.
  public let targets: [Target?]
  /// How much each row counts in training; 1 when nil.
  public let weights: [Double]?

  /// - Precondition: one target and one weight a text.
  public init(texts: TokenBatch, targets: [Target?], weights: [Double]? = nil) {
    precondition(targets.count == texts.count && weights?.count ?? texts.count == texts.count)
    self.texts = texts
    self.targets = targets
    self.weights = weights
  }
}

/// One line of a training's history.
public struct HistoryEntry: Sendable, Equatable, Codable {
  /// From 1.
  public let step: Int
  public let epoch: Int
  public let loss: Double
  public let learningRate: Double
  public let gradientNorm: Double
  /// Of the validation rows, at an epoch's last step.
  public var validationLoss: Double?
  public var validationAccuracy: Double?
}

/// What a training tells while it goes.
public enum FineTuningEvent: Sendable {
  case step(HistoryEntry, tokens: Int)
  case epoch(HistoryEntry, isBest: Bool)
}

/// Epochs over labelled rows: the training of a classifier from its checkpoint to its best weights.
///
/// The same rows and settings give the same bits, whether interrupted or not, on any number of threads.
public final class FineTuner {
  public let trainer: Trainer
  public let settings: FineTuningSettings
  let data: LabelledTexts
  private let train: [Int]
  private let validation: [Int]
  private let schedule: Schedule
  private let frozen: FrozenStates?
  /// Every step so far.
  public internal(set) var history: [HistoryEntry] = []
  /// The time that this process's steps took, and the FLOP of their matrix products.
  public private(set) var stepTime = Duration.zero
  public private(set) var productFLOP = 0
  /// The weights of the best epoch, and its score; nil before the first.
  var best: (score: Double, epoch: Int, weights: FloatBuffer)?
  /// Epochs in a row that were no better.
  var worse = 0

  /// `train`, `validation`: rows of the data, labelled.
  /// `scratch`: a folder for what the frozen layers give; nil where nothing is frozen.
  ///
  /// - Throws: ``TrainingError/badText(row:reason:)``, and what mapping a file throws.
  public init(
    _ model: SequenceClassifier, _ settings: FineTuningSettings, data: LabelledTexts,
    train: [Int], validation: [Int], scratch: String? = nil
  ) throws {
    self.settings = settings
    self.data = data
    self.train = train
    self.validation = validation
    trainer = Trainer(model, settings.rule)
    for row in 0..<data.texts.count { try model.check(data.texts, row: row) }
    model.reserve(tokens: Self.largestPass(settings, data.texts, train: train))
    schedule = Schedule(
      settings.shape, learningRate: settings.learningRate,
      steps: Self.steps(settings, rows: train.count), warmUp: settings.warmUp)
    frozen =
      if let scratch, model.frozenLayers != nil {
        try FrozenStates(model, data.texts, folder: scratch)
      } else { nil }
  }

  private var rowsPerStep: Int { settings.batchSize * settings.accumulation }

  /// All steps of a training over so many rows.
  public static func steps(_ settings: FineTuningSettings, rows: Int) -> Int {
    let size = settings.batchSize * settings.accumulation
    let all = settings.epochs * ((rows + size - 1) / size)
    return min(all, settings.maximumSteps ?? all)
  }

  /// The most tokens of a pass: of the batch with the longest training texts, or where rows are only read.
  public static func largestPass(
    _ settings: FineTuningSettings, _ texts: TokenBatch, train: [Int]
  ) -> Int {
    let batch = train.map { texts.range($0).count }.sorted(by: >).prefix(settings.batchSize)
    let longest = (0..<texts.count).map { texts.range($0).count }.max() ?? 0
    return max(batch.reduce(0, +), min(texts.tokenCount, tokensPerBatch), longest)
  }

  /// All steps.
  public var steps: Int { schedule.steps }

  private var stepsPerEpoch: Int { (train.count + rowsPerStep - 1) / rowsPerStep }

  /// Whether the training is over.
  public var isFinished: Bool {
    trainer.steps >= steps || settings.patience.map { worse >= $0 } ?? false
  }

  /// Goes on until the end, or until `pause` says so between two steps.
  ///
  /// `checkpoint`: called after every epoch, before its event.
  ///
  /// - Returns: whether the end was reached.
  /// - Throws: ``TrainingError/diverged(step:learningRate:loss:gradientNorm:)``, and what the closures throw.
  public func run(
    pause: () -> Bool, checkpoint: () throws -> Void, event: (FineTuningEvent) -> Void
  ) throws -> Bool {
    while !isFinished {
      if pause() { return false }
      let number = trainer.steps
      let (epoch, place) = number.quotientAndRemainder(dividingBy: stepsPerEpoch)
      let order = order(epoch)
      let rows = Array(order[place * rowsPerStep..<min((place + 1) * rowsPerStep, order.count)])
      let rate = schedule.learningRate(step: number)
      let started = ContinuousClock.now
      let outcome = try trainer.step(
        batches(rows), learningRate: rate, firstMoment: schedule.firstMoment(step: number))
      stepTime += .now - started
      productFLOP += outcome.productFLOP
      var entry = HistoryEntry(
        step: number + 1, epoch: epoch + 1, loss: outcome.loss, learningRate: rate,
        gradientNorm: outcome.gradientNorm)
      let endsEpoch = place + 1 == stepsPerEpoch || number + 1 == steps
      guard endsEpoch else {
        history.append(entry)
        event(.step(entry, tokens: outcome.tokens))
        continue
      }
      trainer.settle()
      let isBest = judge(&entry)
      history.append(entry)
      event(.step(entry, tokens: outcome.tokens))
      if !isFinished { try checkpoint() }
      event(.epoch(entry, isBest: isBest))
    }
    return true
  }

  /// Takes the best epoch's weights.
  public func takeBest() {
    trainer.settle()
    guard let best else { return }
    let values = trainer.model.store.values
    values.pointer.update(from: best.weights.pointer, count: values.count)
  }

  /// The epoch whose weights ``takeBest()`` takes, from 1.
  public var bestEpoch: Int? { best?.epoch }

  /// The logits of rows: [rows, outputs].
  ///
  /// `progress`: called with the number of texts that became ready.
  public func logits(_ rows: [Int], progress: (Int) -> Void = { _ in }) -> [Float] {
    var logits: [Float] = []
    var next = 0
    while next < rows.count {
      // As many tokens as a cache is good for; what a pass keeps grows with them.
      var (end, tokens) = (next, 0)
      while end < rows.count {
        tokens += data.texts.range(rows[end]).count
        if end > next, tokens > Self.tokensPerBatch { break }
        end += 1
      }
      let part = Array(rows[next..<end])
      let texts = PackedTexts(data.texts, rows: part)
      if let hidden = frozen?.states(part) {
        logits += hidden.withUnsafeBufferPointer {
          trainer.model.logits(texts, hidden: $0.baseAddress)
        }
      } else {
        logits += trainer.model.logits(texts)
      }
      progress(end - next)
      next = end
    }
    return logits
  }

  private static var tokensPerBatch: Int { 1024 }

  /// The loss of rows, and for classes how many are right, as a share.
  package func evaluate(_ rows: [Int]) -> (loss: Double, accuracy: Double?) {
    let model = trainer.model
    let logits = logits(rows)
    var (loss, weights, right) = (0.0, 0.0, 0)
    logits.withUnsafeBufferPointer { logits in
      for (place, row) in rows.enumerated() {
        guard let target = data.targets[row] else { continue }
        let own = UnsafeBufferPointer(
          rebasing: logits[place * model.outputs..<(place + 1) * model.outputs])
        let weight = model.objective.weight(target)
        loss += model.objective.loss(own, target).0
        weights += weight
        if case .classIndex(let label) = target {
          right += own.indices.max { own[$0] < own[$1] } == label ? 1 : 0
        }
      }
    }
    var accuracy: Double?
    if case .singleLabel = model.objective { accuracy = Double(right) / Double(rows.count) }
    return (loss / weights, accuracy)
  }

  /// Judges an epoch by the validation rows; keeps its weights where none was better.
  private func judge(_ entry: inout HistoryEntry) -> Bool {
    guard !validation.isEmpty else { return true }
    let (loss, accuracy) = evaluate(validation)
    entry.validationLoss = loss
    entry.validationAccuracy = accuracy
    // What is no number is worse than any.
    let score = accuracy ?? (loss.isNaN ? -.infinity : -loss)
    if let best, best.score >= score {
      worse += 1
      return false
    }
    worse = 0
    let values = trainer.model.store.values
    let copy = best?.weights ?? FloatBuffer(count: values.count, zeroed: false)
    copy.pointer.update(from: values.pointer, count: values.count)
    best = (score, entry.epoch, copy)
    return true
  }

  /// The rows of an epoch in their order.
  private func order(_ epoch: Int) -> [Int] {
    if let lastOrder, lastOrder.epoch == epoch { return lastOrder.rows }
    var rows = train
    if settings.shuffles { Philox(seed: settings.seed, .shuffle, epoch).shuffle(&rows) }
    lastOrder = (epoch, rows)
    return rows
  }

  private var lastOrder: (epoch: Int, rows: [Int])?

  /// The rows of a step in batches of the size that memory is made for.
  private func batches(_ rows: [Int]) -> [TrainingBatch] {
    stride(from: 0, to: rows.count, by: settings.batchSize).map { start in
      let part = Array(rows[start..<min(start + settings.batchSize, rows.count)])
      return TrainingBatch(
        PackedTexts(data.texts, rows: part), part.compactMap { data.targets[$0] },
        weights: data.weights.map { weights in part.map { weights[$0] } },
        hidden: frozen?.states(part))
    }
  }

  // MARK: - Learning rates

  /// Smith's range test (2015, arXiv:1506.01186): rates that grow from `lowest` by `factor` a step, until the loss
  /// is four times the smallest, and after `steps` steps at the latest, as ktrain's `lr_find`. The weights
  /// are of no use afterwards.
  public func findRates(
    lowest: Double = 1e-7, factor: Double, steps: Int, pause: () -> Bool,
    event: (RangeTest.Point) -> Void
  ) throws -> RangeTest {
    var test = RangeTest()
    for number in 0..<steps where !pause() {
      let (epoch, place) = number.quotientAndRemainder(dividingBy: stepsPerEpoch)
      let order = order(epoch)
      let rows = Array(order[place * rowsPerStep..<min((place + 1) * rowsPerStep, order.count)])
      let rate = lowest * pow(factor, Double(number))
      do {
        test.add(rate, loss: try trainer.step(batches(rows), learningRate: rate).loss)
      } catch TrainingError.diverged {
        break
      }
      event(test.points[test.points.count - 1])
      if test.hasRisen { break }
    }
    return test
  }
}

/// The losses of a range test.
public struct RangeTest: Sendable, Equatable {
  public struct Point: Sendable, Equatable {
    public let learningRate: Double
    public let loss: Double
    /// The mean of the losses so far, the later ones counting more.
    public let smoothed: Double
  }

  public private(set) var points: [Point] = []
  private var mean = 0.0

  public init() {}

  /// ktrain's smoothing: 0.98 of what was, corrected for its beginning at 0.
  private static var memory: Double { 0.98 }

  package mutating func add(_ rate: Double, loss: Double) {
    mean = Self.memory * mean + (1 - Self.memory) * loss
    let smoothed = mean / (1 - pow(Self.memory, Double(points.count + 1)))
    points.append(Point(learningRate: rate, loss: loss, smoothed: smoothed))
  }

  /// Whether the last loss is four times the smallest.
  var hasRisen: Bool {
    guard let last = points.last, points.count > 1 else { return false }
    return last.smoothed > 4 * (points.map(\.smoothed).min() ?? 0)
  }

  /// A rate to train with: the steepest place of the longest fall, and a tenth of where the loss was
  /// smallest; nil where it never fell.
  public var suggestion: (valley: Double, tenthOfMinimum: Double)? {
    let losses = points.map(\.smoothed)
    guard let lowest = losses.indices.min(by: { losses[$0] < losses[$1] }), lowest > 0 else {
      return nil
    }
    // The longest run of losses that each are below one before: fastai's and ktrain's "valley".
    var lengths = [Int](repeating: 1, count: losses.count)
    var (end, longest) = (0, 1)
    for i in losses.indices.dropFirst() {
      lengths[i] = losses[i] < losses[i - 1] ? lengths[i - 1] + 1 : 1
      if lengths[i] > longest { (end, longest) = (i, lengths[i]) }
    }
    let start = end - longest + 1
    let place = start + longest * 2 / 3
    return (points[min(place, end)].learningRate, points[lowest].learningRate / 10)
  }
}

extension SequenceClassifier {
  /// - Throws: ``TrainingError/badText(row:reason:)`` for a text that the model cannot take.
  package func check(_ texts: TokenBatch, row: Int) throws(TrainingError) {
    let range = texts.range(row)
    if range.isEmpty { throw .badText(row: row, reason: .empty) }
    if range.count > plan.maximumTokens {
      throw .badText(
        row: row, reason: .tooLong(tokens: range.count, maximum: plan.maximumTokens))
    }
    for token in range {
      let (id, type) = (Int(texts.ids[token]), Int(texts.types[token]))
      if id < 0 || id >= plan.vocabularySize {
        throw .badText(
          row: row, reason: .idOutOfRange(id: id, vocabularySize: plan.vocabularySize))
      }
      if plan.types > 0, type >= plan.types {
        throw .badText(row: row, reason: .typeOutOfRange(type: type, types: plan.types))
      }
    }
  }
}
