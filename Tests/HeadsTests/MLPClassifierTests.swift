import Contracts
import Foundation
import Heads
import Testing

extension NeuralCase {
  func perceptron() throws -> MLPClassifier {
    var configuration = MLPClassifier.Configuration()
    configuration.hiddenLayers = hidden ?? []
    configuration.activation = try #require(
      MLPClassifier.NonLinearity(rawValue: activation ?? ""))
    configuration.dropout = 0
    configuration.standardize = false
    configuration.training = training
    var inputs = width
    let layers = try ((hidden ?? []) + [outputs]).enumerated().map { i, outputs in
      defer { inputs = outputs }
      // nn.Sequential counts the activations too.
      return MLPClassifier.Layer(
        weight: Matrix(
          rows: outputs, columns: inputs, storage: try #require(start["\(2 * i).weight"])),
        bias: try #require(start["\(2 * i).bias"]))
    }
    return MLPClassifier(
      layers: layers, output: output, center: scale.center, unit: scale.unit,
      configuration: configuration,
      summary: .init(rows: 0, steps: 0, epochs: [], bestEpoch: 0))
  }

  var matrix: Matrix { Matrix(rows: rows, columns: width, storage: features) }
}

struct MLPClassifierTests {
  @Test(arguments: NeuralCase.load("perceptron"))
  func forwardAndBackwardEqualPyTorchs(test: NeuralCase) throws {
    let head = try test.perceptron()
    let batch = test.matrix.rows(at: 0..<test.batch)
    let found = try head.predict(batch).values
    // What 1e-5 of a score makes of a probability is less.
    for (a, b) in zip(found, test.predictions(test.scores)) { #expect(abs(a - b) < 1e-5) }
    let gradients = try head.gradients(
      batch, test.targets(0..<test.batch), sampleWeights: Array(test.weights[..<test.batch]))
    #expect(abs(gradients.loss / test.losses[0] - 1) < 1e-5)
    for (i, layer) in gradients.layers.enumerated() {
      for (name, values) in [("weight", layer.weight.storage), ("bias", layer.bias)] {
        let expected = try #require(test.gradients["\(2 * i).\(name)"])
        // Sums of at most 13 x 40 products in float32, in another order: the bound.
        #expect(relativeDistance(values, expected) < 1e-5, "\(i) \(name)")
      }
    }
  }

  @Test(arguments: NeuralCase.load("perceptron"), [1, 3])
  func tenStepsHavePyTorchsLosses(test: NeuralCase, threads: Int) throws {
    let log = StepLog(limit: test.losses.count)
    #expect(throws: HeadError.cancelled) {
      try MLPClassifier.fit(
        features: test.matrix, labels: test.targets(0..<test.rows), classCount: test.outputs,
        sampleWeights: test.weights, configuration: try test.perceptron().configuration,
        start: try test.perceptron(), threads: threads, monitor: log.monitor)
    }
    #expect(log.losses.count == test.losses.count)
    for (found, expected) in zip(log.losses, test.losses) {
      #expect(abs(found / expected - 1) < 1e-4)
    }
  }

  private func fit(
    threads: Int = 1, memory: Int = 1 << 30, _ change: (inout MLPClassifier.Configuration) -> Void
  ) throws -> MLPClassifier {
    let (features, labels) = Noise.clusters(rows: 700, columns: 12, classes: 3)
    var configuration = MLPClassifier.Configuration()
    configuration.hiddenLayers = [70, 33]
    configuration.training.epochs = 3
    configuration.training.learningRate = 0.01
    change(&configuration)
    return try MLPClassifier.fit(
      features: features, labels: .classes(labels.map(Int32.init)), classCount: 3,
      configuration: configuration, memory: memory, threads: threads)
  }

  @Test(arguments: [NetworkTraining.Method.adamW, .adam, .sgd])
  func threadsChangeNoBit(method: NetworkTraining.Method) throws {
    let change = { (configuration: inout MLPClassifier.Configuration) in
      configuration.dropout = 0.3
      configuration.training.method = method
      configuration.training.maximumGradientNorm = method == .sgd ? 1 : nil
      // Wide enough for several threads.
      configuration.hiddenLayers = [512, 64]
      configuration.training.batchSize = 128
    }
    let heads = try [1, 4].map { try fit(threads: $0, change) }
    #expect(heads[0] == heads[1])
  }

  @Test func anotherSeedIsAnotherHead() throws {
    let first = try fit { _ in }
    let second = try fit { $0.training.seed = 7 }
    #expect(first.layers != second.layers)
    let again = try fit { _ in }
    #expect(again == first)
  }

  @Test func learnsAndStopsEarly() throws {
    let (features, labels) = Noise.clusters(rows: 600, columns: 12, classes: 3)
    let classes = labels.map(Int32.init)
    var configuration = MLPClassifier.Configuration()
    configuration.training.epochs = 200
    configuration.training.patience = 3
    configuration.training.learningRate = 0.01
    let held = Array(400..<600)
    let head = try MLPClassifier.fit(
      features: features.rows(at: 0..<400), labels: .classes(Array(classes[..<400])),
      classCount: 3,
      validation: (features.rows(at: held), .classes(Array(classes[400...]))),
      configuration: configuration)
    let epochs = head.summary.epochs
    #expect(epochs.count < 200 && head.summary.bestEpoch == epochs.count - 3)
    let losses = epochs.compactMap(\.validationLoss)
    #expect(losses[head.summary.bestEpoch - 1] == losses.min())
    // The weights kept are those of the best epoch.
    let probabilities = try head.predictProbabilities(features.rows(at: held), threads: 1)
    let right = held.indices.map { probabilities.values[$0 * 3 + labels[held[$0]]] }
    let loss = -right.reduce(0) { $0 + log($1) } / 200
    #expect(abs(loss - (losses.min() ?? 0)) < 1e-6)
  }

  @Test func windowsOfAFileLearnAsWell() throws {
    // Two runs of 256 rows a window.
    let head = try fit(memory: 2 * 256 * 12 * 4) { $0.training.epochs = 6 }
    let again = try fit(threads: 3, memory: 2 * 256 * 12 * 4) { $0.training.epochs = 6 }
    #expect(head == again)
    let whole = try fit { $0.training.epochs = 6 }
    let (found, expected) = (head.summary.epochs[5].loss, whole.summary.epochs[5].loss)
    #expect(head.layers != whole.layers && found < 1.2 * expected)
    #expect(head.standardization == whole.standardization)
  }

  @Test func aRowAloneHasTheSameBits() throws {
    let head = try fit { _ in }
    let (features, _) = Noise.clusters(rows: 300, columns: 12, classes: 3)
    let all = try head.predictProbabilities(features, threads: 3)
    for row in [0, 17, 299] {
      let alone = try head.predictProbabilities(features.rows(at: [row]), threads: 1)
      #expect(Array(alone.values) == Array(all[row: row]))
    }
  }

  @Test func badInputIsRefused() throws {
    var features = Matrix(rows: 4, columns: 2)
    let labels = Labels.classes([0, 1, 0, 1])
    features.storage[5] = .nan
    #expect(throws: HeadError.nonFiniteFeature(row: 2, column: 1)) {
      try MLPClassifier.fit(features: features, labels: labels, classCount: 2)
    }
    #expect(throws: HeadError.noTrainingRows) {
      try MLPClassifier.fit(
        features: Matrix(rows: 0, columns: 2), labels: .classes([]), classCount: 2)
    }
    var configuration = MLPClassifier.Configuration()
    configuration.dropout = 1
    #expect(throws: HeadError.badHyperparameter(name: "dropout", value: "1.0")) {
      try MLPClassifier.fit(
        features: Matrix(rows: 4, columns: 2), labels: labels, classCount: 2,
        configuration: configuration)
    }
    configuration.dropout = 0
    configuration.training.method = .sgd
    configuration.training.learningRate = 1e30
    configuration.standardize = false
    features.storage = [1, 2, 3, 4, 5, 6, 7, 8]
    #expect(throws: HeadError.self) {
      try MLPClassifier.fit(
        features: features, labels: labels, classCount: 2, configuration: configuration)
    }
  }
}
