import Contracts
import Evaluation
import Foundation
import Reporting
import Testing

/// A report of scikit-learn's of multi-label rows, written by Tests/Oracles/metric_fixtures.py.
private struct MultiLabelCase: Decodable, Sendable, CustomTestStringConvertible {
  let title: String
  let class_names: [String]
  /// [rows, labels] of 0 and 1.
  let labels: [UInt8]
  let predictions: [UInt8]
  /// [labels, 4]: true negatives, false positives, false negatives, true positives.
  let counts: [[Int]]
  let report: String

  var testDescription: String { title }

  static let all: [MultiLabelCase] = {
    guard
      let url = Bundle.module.url(
        forResource: "Fixtures/multilabel_reports", withExtension: "json"),
      let data = try? Data(contentsOf: url)
    else { return [] }
    return (try? JSONDecoder().decode([MultiLabelCase].self, from: data)) ?? []
  }()

  var scores: MultiLabelScores {
    MultiLabelScores(labels: sets(labels), predictions: sets(predictions))
  }

  private func sets(_ values: [UInt8]) -> LabelSets {
    let width = class_names.count
    return LabelSets(rows: values.count / width, labelCount: width, values: values)
  }
}

@Suite("ClassificationReport of label sets") struct MultiLabelReportTests {
  @Test func fixturesAreThere() {
    #expect(MultiLabelCase.all.count == 20)
  }

  @Test("equals scikit-learn's to the byte", arguments: MultiLabelCase.all)
  fileprivate func report(expected: MultiLabelCase) {
    let text = ClassificationReport(expected.scores, classNames: expected.class_names).text
    #expect(Array(text.utf8) == Array(expected.report.utf8), "\n\(text)\n\(expected.report)")
  }

  @Test("the counts of each label are scikit-learn's", arguments: MultiLabelCase.all)
  fileprivate func counts(expected: MultiLabelCase) {
    let counts = expected.scores.counts.map {
      [$0.trueNegatives, $0.falsePositives, $0.falseNegatives, $0.truePositives]
    }
    #expect(counts == expected.counts)
    let csv = CSV.confusionMatrices(expected.scores, classNames: expected.class_names)
    let last = expected.counts.last ?? []
    #expect(csv.hasSuffix("," + last.map { "\($0)" }.joined(separator: ",") + "\n"))
  }

  @Test func numbersAreATable() {
    let scores = RegressionScores(targets: [1, 2, 4, .nan], predictions: [1.5, 2, 3, 9])
    #expect(
      RegressionReport(scores).text == """
        metric     value
        R2        0.7321
        MAE       0.5000
        RMSE      0.6455
        Pearson   1.0000
        Spearman  1.0000
        rows           3

        """)
    let none = RegressionScores(targets: [1], predictions: [1])
    #expect(RegressionReport(none).text.contains("R2           nan\n"))
  }
}
