import Contracts
import Foundation
import Heads
import Testing

extension NeuralCase {
  func recurrent() throws -> RecurrentClassifier {
    var configuration = RecurrentClassifier.Configuration()
    configuration.cell = try #require(RecurrentCell(rawValue: cell ?? ""))
    configuration.size = size ?? 0
    configuration.layers = layers ?? 0
    configuration.isBidirectional = bidirectional ?? false
    configuration.pooling = try #require(TimePooling(rawValue: pooling ?? ""))
    configuration.embeddingWidth = width
    configuration.dropout = 0
    configuration.training = training
    let (width, size, gates) = (width, size ?? 0, cell == "lstm" ? 4 : 3)
    let directions = bidirectional == true ? 2 : 1
    func tensor(_ name: String, _ shape: [Int]) throws -> RecurrentClassifier.Tensor {
      RecurrentClassifier.Tensor(name: name, shape: shape, values: try #require(start[name]))
    }
    var tensors: [RecurrentClassifier.Tensor] = []
    for layer in 0..<(layers ?? 0) {
      for direction in ["", "_reverse"].prefix(directions) {
        let inputs = layer == 0 ? width : directions * size
        for (name, shape) in [
          ("weight_ih", [gates * size, inputs]), ("weight_hh", [gates * size, size]),
          ("bias_ih", [gates * size]), ("bias_hh", [gates * size]),
        ] { tensors.append(try tensor("rnn.\(name)_l\(layer)\(direction)", shape)) }
      }
    }
    tensors.append(try tensor("output.weight", [outputs, directions * size]))
    tensors.append(try tensor("output.bias", [outputs]))
    var embedding: RecurrentClassifier.Embedding?
    if let vocabulary, vocabulary > 0 {
      embedding = RecurrentClassifier.Embedding(
        vocabulary: (0..<vocabulary).map { Int32($0) },
        vectors: Matrix(
          rows: vocabulary, columns: width, storage: try #require(start["embedding.weight"])))
    }
    return RecurrentClassifier(
      width: width, outputs: outputs, tensors: tensors, embedding: embedding, output: output,
      center: scale.center, unit: scale.unit, configuration: configuration,
      summary: .init(rows: 0, steps: 0, epochs: [], bestEpoch: 0))
  }

  func input(_ rows: Range<Int>) -> SequenceInput {
    let offsets = (lengths ?? []).reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    if (vocabulary ?? 0) > 0 {
      return .ids(TokenSequences(ids: ids ?? [], offsets: offsets).texts(at: rows))
    }
    let all = TokenFeatures(
      values: Matrix(rows: offsets[offsets.count - 1], columns: width, storage: features),
      offsets: offsets)
    return .features(all.tokens(at: Array(rows)))
  }
}

struct RecurrentClassifierTests {
  @Test(arguments: NeuralCase.load("recurrent"))
  func forwardAndBackwardEqualPyTorchs(test: NeuralCase) throws {
    let head = try test.recurrent()
    let input = test.input(0..<test.batch)
    for (a, b) in zip(try head.predict(input).values, test.predictions(test.scores)) {
      #expect(abs(a - b) < 1e-5 * max(1, test.scale.center))
    }
    let gradients = try head.gradients(
      input, test.targets(0..<test.batch), sampleWeights: Array(test.weights[..<test.batch]))
    #expect(abs(gradients.loss / test.losses[0] - 1) < 1e-5)
    for tensor in gradients.tensors {
      let expected = try #require(test.gradients[tensor.name])
      // Up to 17 steps of float32, each within a few ulps: the issue's bound.
      #expect(relativeDistance(tensor.values, expected) < 1e-5, "\(tensor.name)")
    }
  }

  @Test(arguments: NeuralCase.load("recurrent"), [1, 3])
  func tenStepsHavePyTorchsLosses(test: NeuralCase, threads: Int) throws {
    let log = StepLog(limit: test.losses.count)
    let start = try test.recurrent()
    #expect(throws: HeadError.cancelled) {
      try RecurrentClassifier.fit(
        input: test.input(0..<test.rows), labels: test.targets(0..<test.rows),
        classCount: test.outputs, sampleWeights: test.weights,
        configuration: start.configuration, start: start, threads: threads, monitor: log.monitor)
    }
    #expect(log.losses.count == test.losses.count)
    for (found, expected) in zip(log.losses, test.losses) {
      #expect(abs(found / expected - 1) < 1e-4)
    }
  }

  /// Texts whose class is whether a certain id stands in them.
  private func texts(_ count: Int) -> (TokenSequences, [Int32]) {
    var noise = Noise(seed: 9)
    var ids: [Int32] = []
    var offsets = [0]
    var labels: [Int32] = []
    for i in 0..<count {
      let label = Int32(i % 2)
      for _ in 0..<(i * 5 % 9 + 2) { ids.append(Int32(abs(noise.next()) * 20) + 5) }
      ids.append(label + 30)
      for _ in 0..<(i % 3) { ids.append(Int32(abs(noise.next()) * 20) + 5) }
      offsets.append(ids.count)
      labels.append(label)
    }
    return (TokenSequences(ids: ids, offsets: offsets), labels)
  }

  private func fit(
    threads: Int, _ change: (inout RecurrentClassifier.Configuration) -> Void = { _ in }
  ) throws -> RecurrentClassifier {
    let (sequences, labels) = texts(200)
    var configuration = RecurrentClassifier.Configuration()
    configuration.size = 12
    configuration.layers = 2
    configuration.embeddingWidth = 10
    configuration.training.epochs = 4
    configuration.training.learningRate = 0.02
    change(&configuration)
    return try RecurrentClassifier.fit(
      input: .ids(sequences), labels: .classes(labels), classCount: 2,
      configuration: configuration, threads: threads)
  }

  @Test(arguments: RecurrentCell.allCases)
  func threadsChangeNoBit(cell: RecurrentCell) throws {
    let change = { (configuration: inout RecurrentClassifier.Configuration) in
      configuration.cell = cell
      configuration.training.maximumGradientNorm = cell == .gru ? 1 : nil
    }
    let heads = try [1, 4].map { try fit(threads: $0, change) }
    #expect(heads[0] == heads[1])
  }

  @Test(arguments: RecurrentCell.allCases)
  func learnsFromIdsAlone(cell: RecurrentCell) throws {
    let head = try fit(threads: 1) {
      $0.cell = cell
      $0.training.epochs = 15
    }
    let (sequences, labels) = texts(40)
    guard case .classes(let probabilities) = try head.predict(.ids(sequences)) else {
      Issue.record("these are classes")
      return
    }
    let hits = zip(probabilities.classes, labels).count { $0 == Int($1) }
    #expect(hits == 40)
  }

  @Test func aTextAloneHasTheSameBitsAndAnEmptyOneAPrediction() throws {
    let head = try fit(threads: 1)
    let (sequences, _) = texts(50)
    let empty = TokenSequences(
      ids: sequences.ids, offsets: sequences.offsets + [sequences.ids.count])
    let all = try head.predict(.ids(empty), threads: 3).values
    for row in [0, 7, 50] {
      let alone = try head.predict(.ids(empty.texts(at: [row]))).values
      #expect(alone == Array(all[2 * row..<2 * row + 2]))
    }
    #expect(all.allSatisfy { $0.isFinite })
    // Ids that training did not see have the zero vector, whichever they are.
    let strange = [Int32(1000), 2000].map { TokenSequences(ids: [$0], offsets: [0, 1]) }
    let answers = try strange.map { try head.predict(.ids($0)).values }
    #expect(answers[0] == answers[1])
  }

  @Test func badInputIsRefused() throws {
    var features = TokenFeatures(values: Matrix(rows: 3, columns: 2), offsets: [0, 1, 3])
    features.values.storage[3] = .infinity
    var configuration = RecurrentClassifier.Configuration()
    configuration.training.shuffle = false
    #expect(throws: HeadError.nonFiniteFeature(row: 1, column: 1)) {
      try RecurrentClassifier.fit(
        input: .features(features), labels: .classes([0, 1]), classCount: 2,
        configuration: configuration)
    }
    configuration.layers = 0
    #expect(throws: HeadError.badHyperparameter(name: "layers", value: "0")) {
      try RecurrentClassifier.fit(
        input: .features(features), labels: .classes([0, 1]), classCount: 2,
        configuration: configuration)
    }
  }
}
