import Contracts
import FineTuning
import Kernels
import Safetensors
import Testing

/// Forward and backward passes of every architecture against PyTorch.
struct GradientTests {
  private static let cases = KernelSet.available.flatMap { set in
    TinyModel.names.map { (set.name, $0) }
  }

  @Test(arguments: cases)
  func gradientsEqualPyTorchs(kernels: String, name: String) throws {
    let tiny = try TinyModel(name)
    let model = try tiny.classifier(kernels: try .named(kernels))
    let logits = try tiny.expected.doubles("logits")
    // float32 against float64 over two layers, at unit scale.
    for (found, expected) in zip(model.logits(tiny.packed), logits) {
      #expect(abs(Double(found) - expected) < 1e-5)
    }
    model.beginStep()
    let loss = model.learn(
      tiny.packed, tiny.targets, divisor: Double(tiny.targets.count), step: 0)
    model.compute.completeStep()
    #expect(abs(loss - (try tiny.expected.doubles("loss")[0])) < 1e-5)
    let found = model.gradientsByTensor
    let names = tiny.expected.names.filter { $0.hasPrefix("grad.") }
    #expect(Set(names.map { String($0.dropFirst(5)) }) == Set(found.keys))
    var total = 0.0
    for name in names { total += try tiny.expected.doubles(name).reduce(0) { $0 + $1 * $1 } }
    for name in names {
      let expected = try tiny.expected.doubles(name)
      let own = try #require(found[String(name.dropFirst(5))])
      let size = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let error = zip(own, expected)
        .reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }.squareRoot()
      // A key's bias has no gradient, as softmax does not see what all scores share: there rounding is all,
      // at some float32 ulps of the whole gradient.
      #expect(error <= 1e-4 * size + 1e-6 * total.squareRoot(), "\(name): \(error) of \(size)")
    }
  }

  @Test(arguments: TinyModel.names)
  func lossesOfSixStepsEqualPyTorchs(name: String) throws {
    let tiny = try TinyModel(name)
    let trainer = Trainer(try tiny.classifier(), TrainingRule())
    for expected in try tiny.expected.doubles("losses") {
      let outcome = try trainer.step([tiny.batch], learningRate: 1e-3)
      // float32 in another order, through up to five steps of AdamW, which divides by small numbers.
      #expect(abs(outcome.loss - expected) < 1e-4 * max(1, expected))
    }
  }

  @Test(arguments: ["bert", "albert", "mpnet"])
  func stepsHaveTheSameBitsOnAnyNumberOfThreads(name: String) throws {
    let tiny = try TinyModel(name)
    let runs = try [1, 2, 3].map { threads in
      let trainer = Trainer(
        try tiny.classifier(threads: threads, dropout: .all(0.2)), TrainingRule())
      for _ in 0..<3 { _ = try trainer.step([tiny.batch], learningRate: 1e-3) }
      trainer.settle()
      return trainer.model.bits
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0] == runs[2])
  }

  @Test func batchesTogetherAreOneBatch() throws {
    let tiny = try TinyModel("bert")
    let whole = Trainer(try tiny.classifier(), TrainingRule())
    let parts = Trainer(try tiny.classifier(), TrainingRule())
    let halves = [0..<2, 2..<tiny.texts.count].map {
      TrainingBatch(PackedTexts(tiny.texts, rows: $0), Array(tiny.targets[$0]))
    }
    let a = try whole.step([tiny.batch], learningRate: 1e-3)
    let b = try parts.step(halves, learningRate: 1e-3)
    #expect(abs(a.loss - b.loss) < 1e-6)
    // The same sums in another order, in float32.
    #expect(abs(a.gradientNorm - b.gradientNorm) < 1e-5 * a.gradientNorm)
    #expect(a.tokens == b.tokens)
  }

  /// Words that wait have the bits of words that move at every step.
  @Test(arguments: [0, 0.1])
  func waitingWordsMoveAsIfTheyHadNot(decay: Double) throws {
    let tiny = try TinyModel("bert")
    let rule = TrainingRule(weightDecay: decay)
    let waiting = Trainer(try tiny.classifier(), rule)
    let moving = Trainer(try tiny.classifier(), rule)
    for step in 0..<7 {
      let rows = [step % tiny.texts.count]
      let batch = TrainingBatch(PackedTexts(tiny.texts, rows: rows), rows.map { tiny.targets[$0] })
      let rate = 1e-3 / Double(step + 1)
      _ = try waiting.step([batch], learningRate: rate, firstMoment: step == 3 ? 0.8 : nil)
      _ = try moving.step([batch], learningRate: rate, firstMoment: step == 3 ? 0.8 : nil)
      moving.settle()
    }
    #expect(waiting.model.bits != moving.model.bits)
    waiting.settle()
    #expect(waiting.model.bits == moving.model.bits)
  }

  @Test func dropoutIsDrawnAnewAndScaled() throws {
    let tiny = try TinyModel("bert")
    let model = try tiny.classifier(dropout: .all(0.5))
    func loss(_ step: Int) -> Double {
      model.beginStep()
      return model.learn(tiny.packed, tiny.targets, divisor: 4, step: step)
    }
    #expect(loss(0) != loss(1))
    #expect(loss(2) == loss(2))
  }

  /// With dropout there is no PyTorch to compare with: the loss's own differences.
  @Test(arguments: ["bert", "distilbert", "roberta", "albert"])
  func gradientsWithDropoutAreThoseOfTheLoss(name: String) throws {
    let tiny = try TinyModel(name)
    let model = try tiny.classifier(dropout: .all(0.3))
    func loss() -> Double {
      model.beginStep()
      return model.learn(tiny.packed, tiny.targets, divisor: 4, step: 5)
    }
    _ = loss()
    model.compute.completeStep()
    let gradient = (0..<model.store.gradients.count).map { model.store.gradients.pointer[$0] }
    // Along the gradient itself the loss changes by its square: the one direction in which float32 shows it.
    let square = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }
    let step = 1e-2 / square.squareRoot()
    let start = (0..<gradient.count).map { model.store.values.pointer[$0] }
    func move(_ factor: Double) -> Double {
      for i in gradient.indices {
        model.store.values.pointer[i] = start[i] + Float(factor * step * Double(gradient[i]))
      }
      return loss()
    }
    let found = (move(1) - move(-1)) / (2 * step)
    // The third derivative times the step's square, and losses rounded to some 1e-7 over a step of 1e-2.
    #expect(abs(found - square) < 1e-2 * square)
  }
}
