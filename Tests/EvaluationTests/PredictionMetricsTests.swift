import Contracts
import Evaluation
import Foundation
import Heads
import StageKit
import Testing

/// Predictions and what scikit-learn, SciPy and NumPy say of them, written by
/// Tests/Oracles/metric_fixtures.py; null is NaN.
private struct PredictionsCase: Decodable, Sendable, CustomTestStringConvertible {
  let title: String
  let kind: String
  /// The classes or labels; 1 for numbers.
  let width: Int
  /// [rows], or [rows, width] of 0 and 1.
  let labels: [Double]
  /// [rows, width].
  let predictions: [Double]
  let metrics: [String: Double?]
  /// [width, 2]: ROC AUC and average precision of each class.
  let ranking: [[Double?]]

  var testDescription: String { "\(kind), \(title)" }

  static let all: [PredictionsCase] = {
    guard let url = Bundle.module.url(forResource: "Fixtures/predictions", withExtension: "json"),
      let data = try? Data(contentsOf: url)
    else { return [] }
    return (try? JSONDecoder().decode([PredictionsCase].self, from: data)) ?? []
  }()

  static func of(_ kind: LabelKind) -> [PredictionsCase] { all.filter { $0.kind == kind.rawValue } }

  var known: (labels: Labels, predictions: Predictions) {
    switch LabelKind(rawValue: kind) {
    case .multiLabel?: (.sets(sets), .sets(probabilities))
    case .number?: (.numbers(labels), .numbers(predictions))
    default: (.classes(labels.map { Int32($0) }), .classes(probabilities))
    }
  }

  var sets: LabelSets {
    LabelSets(
      rows: labels.count / width, labelCount: width, values: labels.map { UInt8($0) })
  }

  var probabilities: ClassProbabilities {
    ClassProbabilities(rows: predictions.count / width, classCount: width, values: predictions)
  }
}

@Suite("Metrics of predictions") struct PredictionMetricsTests {
  @Test func fixturesAreThere() {
    #expect(LabelKind.allCases.map { PredictionsCase.of($0).count } == [23, 20, 20])
  }

  @Test("equal scikit-learn's, all of them and no others", arguments: PredictionsCase.all)
  fileprivate func metrics(expected: PredictionsCase) {
    let (labels, predictions) = expected.known
    let metrics = predictions.metrics(for: labels)
    #expect(metrics.keys.sorted() == expected.metrics.keys.sorted())
    for (name, value) in expected.metrics {
      #expect(equal(metrics[name], value), "\(name): \(metrics[name] ?? -9) for \(value ?? -9)")
    }
  }

  @Test("of each class", arguments: PredictionsCase.all)
  fileprivate func ranking(expected: PredictionsCase) {
    guard expected.kind != LabelKind.number.rawValue else { return }
    let (values, width) = (expected.predictions, expected.width)
    let scores =
      expected.kind == LabelKind.multiLabel.rawValue
      ? RankingScores(labels: expected.sets, probabilities: values)
      : RankingScores(
        labels: expected.labels.map { Int($0) }, probabilities: values, classCount: width)
    for label in 0..<width {
      #expect(equal(scores.rocAUC[label], expected.ranking[label][0]))
      #expect(equal(scores.averagePrecision[label], expected.ranking[label][1]))
    }
  }

  // Bound: sums of at most 700 terms of unit scale, each side with its own order of additions:
  // 700 * 2^-52 = 1.6e-13. Targets far from 0 lose what their mean's rounding takes from the
  // deviations, 1e9 * 2^-53 = 1e-7 of 1, which cancels in correlations to 1e-14 and is the same on
  // both sides in R².
  private func equal(_ found: Double?, _ expected: Double?) -> Bool {
    guard let found, let expected else { return found?.isNaN == true && expected == nil }
    return abs(found - expected) <= 1e-12 * max(1, abs(expected))
  }

  @Test func rowsWithoutALabelCountForNothing() throws {
    let classes = ClassProbabilities(
      rows: 3, classCount: 2, values: [0.9, 0.1, 0.3, 0.7, 0.4, 0.6])
    let numbers = Predictions.numbers([1, 5, 2])
    let sets = LabelSets(rows: 3, labelCount: 2, values: [1, 0, 255, 255, 0, 1])
    for (predictions, labels) in [
      (Predictions.classes(classes), Labels.classes([0, -1, 1])),
      (.sets(classes), .sets(sets)), (numbers, .numbers([2, .nan, 2.5])),
    ] {
      let known = [0, 2]
      let all = predictions.metrics(for: labels)
      #expect(all == predictions.rows(at: known).metrics(for: labels.rows(at: known)))
      #expect(all["rows"] == 2)
    }
  }

  @Test func withoutRowsNothingIsDefined() {
    let none = ClassProbabilities(rows: 0, classCount: 3, values: [])
    let metrics = Predictions.classes(none).metrics(for: .classes([]))
    #expect(metrics["brier"]?.isNaN == true && metrics["roc_auc_ovr_macro"]?.isNaN == true)
    #expect(metrics["expected_calibration_error"]?.isNaN == true)
    let numbers = Predictions.numbers([]).metrics(for: .numbers([]))
    #expect(["r2", "mae", "rmse", "pearson"].allSatisfy { numbers[$0]?.isNaN == true })
  }

  /// Every pair counted, which the sort only sums up.
  @Test func theAreaIsTheShareOfPairs() {
    let flags = (0..<200).map { $0 * 7919 % 13 < 5 }
    let scores = (0..<200).map { Double($0 * 104_729 % 37) }
    var halves = 0
    for positive in flags.indices where flags[positive] {
      for negative in flags.indices where !flags[negative] {
        if scores[positive] > scores[negative] { halves += 2 }
        if scores[positive] == scores[negative] { halves += 1 }
      }
    }
    let ranking = Ranking(positives: flags, scores: scores)
    #expect(
      ranking.rocAUC == Double(halves) / Double(2 * ranking.positives * ranking.negatives))
  }
}
