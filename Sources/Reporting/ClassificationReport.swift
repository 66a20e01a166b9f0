public import Evaluation
import Foundation

/// The text of scikit-learn's `classification_report`, equal to the character.
///
/// It is what `classification_report(y_true, y_pred, labels=range(k), target_names=names,
/// zero_division=0)` returns. With one class a row, every label is one of `range(k)`, so that the
/// row before the averages is always `accuracy`, never `micro avg`; label sets have `micro avg` and
/// `samples avg`. Source: sklearn/metrics/_classification.py.
public struct ClassificationReport: Sendable {
  private struct Line {
    let name: String
    let scores: ClassScores
    var isAccuracy = false
  }

  private let classes: [Line]
  private let averages: [Line]
  private let supportSuffix: String

  /// A report of one class a row.
  ///
  /// - Precondition: one name a class.
  public init(_ confusion: ConfusionMatrix, classNames: [String]) {
    precondition(classNames.count == confusion.classCount)
    classes = zip(classNames, confusion.classScores).map { Line(name: $0, scores: $1) }
    averages = [
      Line(name: "accuracy", scores: confusion.microAverage, isAccuracy: true),
      Line(name: "macro avg", scores: confusion.macroAverage),
      Line(name: "weighted avg", scores: confusion.weightedAverage),
    ]
    // When not one row is right, scikit-learn's count of hits comes from `np.zeros`, and float64
    // spreads from it to the supports: they are printed as 2.0 (multilabel_confusion_matrix).
    supportSuffix = confusion.correct == 0 && confusion.total > 0 ? ".0" : ""
  }

  /// A report of any number of labels a row.
  ///
  /// - Precondition: one name a label.
  public init(_ scores: MultiLabelScores, classNames: [String]) {
    precondition(classNames.count == scores.counts.count)
    classes = zip(classNames, scores.labelScores).map { Line(name: $0, scores: $1) }
    let support = scores.microAverage.support
    let samples = scores.samplesAverage
    averages = [
      Line(name: "micro avg", scores: scores.microAverage),
      Line(name: "macro avg", scores: scores.macroAverage),
      Line(name: "weighted avg", scores: scores.weightedAverage),
      Line(
        name: "samples avg",
        scores: ClassScores(
          precision: samples.precision, recall: samples.recall, f1: samples.f1, support: support)),
    ]
    supportSuffix = ""
  }

  /// The report with two digits after the point; ends with a newline.
  public var text: String {
    let longest = classes.map(\.name.unicodeScalars.count).max() ?? 0
    let width = max(longest, "weighted avg".count)
    func line(_ name: String, _ cells: [String]) -> String {
      let cells = cells.map { " " + $0.leftPadded(to: 9) }
      return "\(name.leftPadded(to: width)) \(cells.joined())\n"
    }
    func text(_ lines: [Line]) -> String {
      lines.map { line($0.name, cells($0)) }.joined()
    }
    return line("", ["precision", "recall", "f1-score", "support"]) + "\n" + text(classes) + "\n"
      + text(averages)
  }

  private func cells(_ line: Line) -> [String] {
    let scores = line.scores
    let support = "\(scores.support)" + supportSuffix
    // printf and Python both round the binary value correctly, ties to even.
    func twoDigits(_ value: Double) -> String { String(format: "%.2f", value) }
    if line.isAccuracy { return ["", "", twoDigits(scores.f1), support] }
    return [scores.precision, scores.recall, scores.f1].map(twoDigits) + [support]
  }
}
