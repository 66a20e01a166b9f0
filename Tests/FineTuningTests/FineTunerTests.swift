import Checkpoints
import Contracts
import FineTuning
import Foundation
import Kernels
import Optimization
import Testing

/// Epochs, checkpoints, freezing and what is written.
struct FineTunerTests {
  private func settings() -> FineTuningSettings {
    var settings = FineTuningSettings()
    settings.epochs = 4
    settings.batchSize = 2
    settings.learningRate = 1e-3
    return settings
  }

  private func tuner(
    _ tiny: TinyModel, _ settings: FineTuningSettings, threads: Int = 2, frozen: Int? = nil
  ) throws -> FineTuner {
    let model = try tiny.classifier(threads: threads, dropout: .all(0.1))
    if let frozen { model.freeze(layers: frozen) }
    return try FineTuner(
      model, settings, data: LabelledTexts(texts: tiny.texts, targets: tiny.targets),
      train: [0, 1, 2], validation: [2, 3], scratch: frozen == nil ? nil : NSTemporaryDirectory())
  }

  private func finish(_ tuner: FineTuner) throws -> [UInt32] {
    #expect(try tuner.run(pause: { false }, checkpoint: {}, event: { _ in }))
    tuner.takeBest()
    return tuner.trainer.model.bits
  }

  @Test(arguments: [1, 2, 3, 5, 7])
  func resumedTrainingHasTheBitsOfAnUnbrokenOne(after stop: Int) throws {
    let tiny = try TinyModel("bert")
    let whole = try tuner(tiny, settings())
    let expected = try finish(whole)
    let path = NSTemporaryDirectory() + "firn-\(UUID().uuidString).checkpoint"
    defer { try? FileManager.default.removeItem(atPath: path) }

    let first = try tuner(tiny, settings(), threads: 1)
    let ended = try first.run(
      pause: { first.history.count == stop }, checkpoint: {}, event: { _ in })
    #expect(!ended)
    try first.save(to: path, identity: "same", spent: .init(seconds: 3, cpuSeconds: 5))
    let second = try tuner(tiny, settings(), threads: 3)
    let spent = try second.resume(from: path, identity: "same")
    #expect(spent?.seconds == 3 && spent?.cpuSeconds == 5)
    #expect(second.history.count == stop)
    #expect(try finish(second) == expected)
    #expect(second.history == whole.history)
    #expect(second.bestEpoch == whole.bestEpoch)

    #expect(throws: TrainingError.foreignCheckpoint(path: path, what: "identity")) {
      try self.tuner(tiny, self.settings()).resume(from: path, identity: "other")
    }
  }

  @Test func historyHasEveryStepAndTheEpochsEnds() throws {
    let tiny = try TinyModel("bert")
    let tuner = try tuner(tiny, settings())
    _ = try finish(tuner)
    #expect(tuner.history.map(\.step) == Array(1...8))
    #expect(tuner.history.map(\.epoch) == [1, 1, 2, 2, 3, 3, 4, 4])
    #expect(tuner.history.map { $0.validationLoss != nil } == (0..<8).map { $0 % 2 == 1 })
    let schedule = Schedule(.onecycle, learningRate: 1e-3, steps: 8)
    #expect(tuner.history.map(\.learningRate) == (0..<8).map { schedule.learningRate(step: $0) })
    let best = try #require(tuner.bestEpoch)
    let accuracies = tuner.history.compactMap(\.validationAccuracy)
    #expect(accuracies[best - 1] == accuracies.max())
    #expect(tuner.evaluate([2, 3]).accuracy == accuracies.max())
  }

  @Test func trainingEndsWhenEpochsAreNoBetter() throws {
    let tiny = try TinyModel("bert")
    var settings = settings()
    settings.epochs = 50
    // No step changes anything, and so no epoch is better than the first.
    settings.learningRate = 0
    settings.patience = 3
    let tuner = try tuner(tiny, settings)
    _ = try finish(tuner)
    #expect(tuner.history.last?.epoch == 4)
    #expect(tuner.bestEpoch == 1)
  }

  @Test func frozenPartsStayAndTheOthersLearn() throws {
    let tiny = try TinyModel("bert")
    let tuner = try tuner(tiny, settings(), frozen: 1)
    let store = tuner.trainer.model.store
    func numbers() -> [[Float]] {
      store.parameters.indices.map { store.read($0, from: store.values.pointer) }
    }
    let before = numbers()
    _ = try finish(tuner)
    for (index, parameter) in store.parameters.enumerated() {
      let name = parameter.tensors[0].name
      let isFrozen = name.contains("embeddings.") || name.contains("layer.0.")
      #expect((numbers()[index] == before[index]) == isFrozen, "\(name)")
    }
  }

  @Test func sharedWeightsAreNotFrozenInPart() throws {
    #expect(try TinyModel("bert").classifier().canFreeze(layers: 1))
    #expect(try !TinyModel("bert").classifier().canFreeze(layers: 2))
    let shared = try TinyModel("albert").classifier()
    #expect(shared.canFreeze(layers: 0))
    #expect(!shared.canFreeze(layers: 1))
  }

  /// The cached states are those that the layers would give; after steps too, as nothing below them learns.
  @Test(arguments: ["bert", "mpnet"])
  func frozenStatesAreTheLayersOwn(name: String) throws {
    let tiny = try TinyModel(name)
    let model = try tiny.classifier()
    let expected = model.logits(tiny.packed)
    model.freeze(layers: 1)
    let states = try FrozenStates(model, tiny.texts, folder: NSTemporaryDirectory())
    let numbers = states.states(Array(0..<tiny.texts.count))
    func logits() -> [Float] {
      numbers.withUnsafeBufferPointer { model.logits(tiny.packed, hidden: $0.baseAddress) }
    }
    #expect(logits() == expected)
    let trainer = Trainer(model, TrainingRule())
    _ = try trainer.step([tiny.batch], learningRate: 1e-2)
    #expect(logits() != expected)
    #expect(logits() == model.logits(tiny.packed))
  }

  @Test func divergenceStopsWithStepAndRate() throws {
    let tiny = try TinyModel("bert")
    let trainer = Trainer(
      try tiny.classifier(), TrainingRule(update: .sgd(momentum: 0), maximumNorm: nil))
    let error = #expect(throws: TrainingError.self) {
      for _ in 0..<20 { _ = try trainer.step([tiny.batch], learningRate: 1e30) }
    }
    guard case .diverged(let step, let rate, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(step > 1)
    #expect(rate == 1e30)
  }

  @Test(arguments: TinyModel.names)
  func writtenModelIsTheOneThatWasTrained(name: String) throws {
    let tiny = try TinyModel(name)
    let trainer = Trainer(try tiny.classifier(), TrainingRule())
    _ = try trainer.step([tiny.batch], learningRate: 1e-2)
    trainer.settle()
    let model = trainer.model
    let folder = NSTemporaryDirectory() + "firn-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let names = (0..<tiny.outputs).map { "class \($0)" }
    let config = try model.config(tiny.folder, classNames: names)
    try Data(config).write(to: URL(fileURLWithPath: folder + "/config.json"))
    _ = FileManager.default.createFile(atPath: folder + "/model.safetensors", contents: nil)
    try model.writeWeights(to: folder + "/model.safetensors")

    let written = try ModelFolder(folder, hub: HubCache(environment: [:]))
    let again = try SequenceClassifier(
      written, outputs: tiny.outputs, objective: tiny.objective, dropout: .all(0), seed: 99,
      kernels: .selected(), threads: 1)
    #expect(again.initialized == [])
    #expect(again.bits == model.bits)
    let architectures = try written.config.stringList("architectures")
    let expected = try tiny.folder.config.stringList("architectures")
    #expect(architectures == expected)
    #expect(try written.config.strings(in: "id2label")["0"] == "class 0")
    #expect(try written.config.string("problem_type") == tiny.objective.problemType)
  }

  @Test func missingHeadBeginsFromTheSeed() throws {
    let tiny = try TinyModel("bert")
    func head(_ seed: UInt64) throws -> [Float] {
      // Another number of classes than the checkpoint's, whose own head is taken out of the way.
      let folder = NSTemporaryDirectory() + "firn-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try FileManager.default.copyItem(atPath: tiny.folder.path, toPath: folder)
      let path = folder + "/model.safetensors"
      var data = try Data(contentsOf: URL(fileURLWithPath: path))
      let name = Data("\"classifier.weight\"".utf8)
      let range = try #require(data.range(of: name))
      data.replaceSubrange(range, with: Data("\"elsewhere_.weight\"".utf8))
      try data.write(to: URL(fileURLWithPath: path))
      let model = try SequenceClassifier(
        try ModelFolder(folder, hub: HubCache(environment: [:])), outputs: 5,
        objective: .singleLabel(), seed: seed, kernels: .selected(), threads: 1)
      #expect(model.initialized == ["classifier.weight", "classifier.bias"])
      let index = try #require(
        model.store.parameters.firstIndex { $0.tensors[0].name == "classifier.weight" })
      #expect(model.store.read(index + 1, from: model.store.values.pointer) == [0, 0, 0, 0, 0])
      return model.store.read(index, from: model.store.values.pointer)
    }
    let numbers = try head(1)
    #expect(try head(1) == numbers)
    #expect(try head(2) != numbers)
    let deviation = (numbers.reduce(0) { $0 + $1 * $1 } / Float(numbers.count)).squareRoot()
    // Of 120 draws, a deviation lies within 0.02 * 4 / sqrt(240) of 0.02.
    #expect(abs(deviation - 0.02) < 0.0052)
  }

  @Test func textsThatDoNotFitAreNamed() throws {
    let tiny = try TinyModel("bert")
    let model = try tiny.classifier()
    var texts = TokenBatch()
    texts.append(ids: [1, 2], types: [0, 0])
    texts.append(ids: [1, 60], types: [0, 0])
    #expect(throws: Never.self) { try model.check(texts, row: 0) }
    #expect(
      throws: TrainingError.badText(
        row: 1, reason: .idOutOfRange(id: 60, vocabularySize: 60))
    ) { try model.check(texts, row: 1) }
  }

  @Test func rangeTestSuggestsAPlaceOnTheFall() throws {
    var test = RangeTest()
    for step in 0..<100 {
      let rate = 1e-6 * Foundation.pow(1.1, Double(step))
      // Flat, then a fall, then a rise.
      let loss = step < 30 ? 1 : step < 70 ? 1 - Double(step - 30) / 50 : 0.2 + Double(step - 70)
      test.add(rate, loss: loss)
    }
    let suggestion = try #require(test.suggestion)
    let rates = test.points.map(\.learningRate)
    #expect(suggestion.valley > rates[30] && suggestion.valley < rates[75])
    #expect(suggestion.tenthOfMinimum < rates[75] / 9)
  }
}
