import Evaluation
import Foundation
import Testing

/// Metrics of scikit-learn's, written by Tests/Oracles/classification_fixtures.py.
private struct MetricsCase: Decodable, Sendable, CustomTestStringConvertible {
  let title: String
  let labels: [Int]
  let predictions: [Int]
  let class_count: Int
  let confusion: [Int]
  let precision: [Double]
  let recall: [Double]
  let f1: [Double]
  let support: [Int]
  /// Precision, recall, F1.
  let micro: [Double]
  let macro: [Double]
  let weighted: [Double]
  let accuracy: Double
  let balanced_accuracy: Double
  let matthews: Double
  let probabilities: [Double]
  let log_loss: Double

  var testDescription: String { title }

  static let all: [MetricsCase] = {
    guard let url = Bundle.module.url(forResource: "Fixtures/metrics", withExtension: "json"),
      let data = try? Data(contentsOf: url)
    else { return [] }
    return (try? JSONDecoder().decode([MetricsCase].self, from: data)) ?? []
  }()

  var matrix: ConfusionMatrix {
    ConfusionMatrix(labels: labels, predictions: predictions, classCount: class_count)
  }
}

@Suite("Metrics equal scikit-learn's") struct MetricsTests {
  @Test func fixturesAreThere() {
    #expect(MetricsCase.all.count >= 15)
  }

  @Test("for each class, to the last bit", arguments: MetricsCase.all)
  fileprivate func classScores(expected: MetricsCase) {
    let matrix = expected.matrix
    let scores = matrix.classScores
    #expect(matrix.counts == expected.confusion)
    #expect(scores.map(\.precision) == expected.precision)
    #expect(scores.map(\.recall) == expected.recall)
    #expect(scores.map(\.f1) == expected.f1)
    #expect(scores.map(\.support) == expected.support)
  }

  @Test("in the averages, to the last bit", arguments: MetricsCase.all)
  fileprivate func averages(expected: MetricsCase) {
    let matrix = expected.matrix
    func numbers(_ scores: ClassScores) -> [Double] {
      [scores.precision, scores.recall, scores.f1]
    }
    #expect(numbers(matrix.microAverage) == expected.micro)
    #expect(numbers(matrix.macroAverage) == expected.macro)
    #expect(numbers(matrix.weightedAverage) == expected.weighted)
    #expect(matrix.accuracy == expected.accuracy)
  }

  // Bound: a few roundings of numbers of at most unit scale.
  @Test("in the summaries", arguments: MetricsCase.all)
  fileprivate func summaries(expected: MetricsCase) {
    let matrix = expected.matrix
    #expect(abs(matrix.balancedAccuracy - expected.balanced_accuracy) <= 4 * .ulpOfOne)
    #expect(abs(matrix.matthewsCorrelation - expected.matthews) <= 4 * .ulpOfOne)
  }

  // Bound: each of n terms carries the rounding of log (1 ulp) and their sum that of n additions;
  // 1e-14 relative covers n = 200.
  @Test("in the log loss", arguments: MetricsCase.all)
  fileprivate func logLosses(expected: MetricsCase) {
    let loss = logLoss(
      labels: expected.labels, probabilities: expected.probabilities,
      classCount: expected.class_count)
    #expect(abs(loss - expected.log_loss) <= 1e-14 * max(1, expected.log_loss))
  }

  @Test func unlabelledRowsCountForNothing() {
    let all = ConfusionMatrix(labels: [0, -1, 1, -1], predictions: [0, 1, 0, 0], classCount: 2)
    #expect(all == ConfusionMatrix(labels: [0, 1], predictions: [0, 0], classCount: 2))
    let loss = logLoss(
      labels: [0, -1], probabilities: [0.5, 0.5, 0.9, 0.1], classCount: 2)
    #expect(loss == -log(0.5))
  }

  @Test func noRowsGiveZeros() {
    let none = ConfusionMatrix(classCount: 3)
    #expect(none.accuracy == 0 && none.balancedAccuracy == 0 && none.matthewsCorrelation == 0)
    #expect(none.macroAverage.f1 == 0 && none.weightedAverage.f1 == 0)
    #expect(logLoss(labels: [], probabilities: [], classCount: 3) == 0)
  }
}
