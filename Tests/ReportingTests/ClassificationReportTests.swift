import Evaluation
import Foundation
import Reporting
import Testing

/// A report of scikit-learn's, written by Tests/Oracles/classification_fixtures.py.
private struct ReportCase: Decodable, Sendable, CustomTestStringConvertible {
  let title: String
  let class_names: [String]
  /// (label, prediction, how often).
  let cells: [[Int]]
  let report: String

  var testDescription: String { title }

  static let all: [ReportCase] = {
    guard let url = Bundle.module.url(forResource: "Fixtures/reports", withExtension: "json"),
      let data = try? Data(contentsOf: url)
    else { return [] }
    return (try? JSONDecoder().decode([ReportCase].self, from: data)) ?? []
  }()

  var confusion: ConfusionMatrix {
    var confusion = ConfusionMatrix(classCount: class_names.count)
    for cell in cells {
      for _ in 0..<cell[2] { confusion.record(label: cell[0], prediction: cell[1]) }
    }
    return confusion
  }
}

@Suite("ClassificationReport") struct ClassificationReportTests {
  @Test func fixturesAreThere() {
    #expect(ReportCase.all.count >= 40)
  }

  @Test("equals scikit-learn's to the byte", arguments: ReportCase.all)
  fileprivate func equals(expected: ReportCase) {
    let text = ClassificationReport(expected.confusion, classNames: expected.class_names).text
    #expect(Array(text.utf8) == Array(expected.report.utf8), "\n\(text)\n\(expected.report)")
  }

  @Test func ofNoRowsIsZeros() {
    let text = ClassificationReport(ConfusionMatrix(classCount: 2), classNames: ["a", "b"]).text
    #expect(text.contains("    accuracy                           0.00         0\n"))
  }
}
