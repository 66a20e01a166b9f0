public import Evaluation
import Foundation

/// The text of scikit-learn's `classification_report`, equal to the character.
///
/// It is what `classification_report(y_true, y_pred, labels=range(k), target_names=names,
/// zero_division=0)` returns. Since every label is one of `range(k)`, the row before the averages
/// is always `accuracy`, never `micro avg`. Source: sklearn/metrics/_classification.py.
public struct ClassificationReport: Sendable {
  private let confusion: ConfusionMatrix
  private let classNames: [String]

  /// - Precondition: one name a class.
  public init(_ confusion: ConfusionMatrix, classNames: [String]) {
    precondition(classNames.count == confusion.classCount)
    self.confusion = confusion
    self.classNames = classNames
  }

  /// The report with two digits after the point; ends with a newline.
  public var text: String {
    let averages = "weighted avg"
    let width = max(classNames.map(\.unicodeScalars.count).max() ?? 0, averages.count)
    func line(_ name: String, _ cells: [String]) -> String {
      let cells = cells.map { " " + $0.leftPadded(to: 9) }
      return "\(name.leftPadded(to: width)) \(cells.joined())\n"
    }
    func line(_ name: String, _ scores: ClassScores) -> String {
      line(
        name,
        [scores.precision, scores.recall, scores.f1].map(Self.twoDigits) + [support(scores)])
    }

    var report = line("", ["precision", "recall", "f1-score", "support"]) + "\n"
    for (name, scores) in zip(classNames, confusion.classScores) { report += line(name, scores) }
    report += "\n"
    let micro = confusion.microAverage
    report += line("accuracy", ["", "", Self.twoDigits(micro.f1), support(micro)])
    report += line("macro avg", confusion.macroAverage)
    report += line(averages, confusion.weightedAverage)
    return report
  }

  // When not one row is right, scikit-learn's count of hits comes from `np.zeros`, and float64
  // spreads from it to the supports: they are printed as 2.0 (multilabel_confusion_matrix).
  private func support(_ scores: ClassScores) -> String {
    confusion.correct == 0 && confusion.total > 0 ? "\(scores.support).0" : "\(scores.support)"
  }

  // printf and Python both round the binary value correctly, ties to even.
  private static func twoDigits(_ value: Double) -> String { String(format: "%.2f", value) }
}
