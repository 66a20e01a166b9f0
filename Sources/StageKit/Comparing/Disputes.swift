import Contracts
import Foundation
import Heads
import Reporting

/// The rows that contenders fight over, and those that none gets right.
struct Disputes {
  /// How many rows of each kind are shown.
  private static let most = 20

  let rows: [DisputedRow]

  /// `texts`: of all rows; nil where they are not at hand.
  init(_ runs: ComparedRuns, _ predictions: [Predictions], _ texts: [String]?) {
    let judged = predictions.map { Judged($0, runs) }
    let count = runs.rows.count
    /// Mean loss, and the gap between the contenders that are furthest apart.
    let weights = (0..<count).map { row in
      let losses = judged.map { $0.losses[row] }
      let mean = losses.reduce(0, +) / Double(losses.count)
      return (mean: mean, gap: (losses.max() ?? 0) - (losses.min() ?? 0))
    }
    func isRight(_ contender: Judged, _ row: Int) -> Bool { contender.rights?[row] ?? false }
    let isNumber = runs.kind == .number
    let disputed = (0..<count).filter { row in
      guard judged.count > 1 else { return false }
      return isNumber
        || judged.contains { isRight($0, row) } && judged.contains { !isRight($0, row) }
    }.sorted { (-weights[$0].gap, $0) < (-weights[$1].gap, $1) }
    let wrong = (0..<count).filter { row in
      isNumber || !judged.contains { isRight($0, row) }
    }.sorted { (-weights[$0].mean, $0) < (-weights[$1].mean, $1) }
    func described(_ row: Int, _ reason: DisputedRow.Reason) -> DisputedRow {
      let source = runs.rows[row]
      return DisputedRow(
        reason: reason, id: runs.first.table.ids[source], text: texts?[source],
        label: runs.first.table.labels[source], answers: judged.map { $0.answer(row) })
    }
    rows =
      disputed.prefix(Self.most).map { described($0, .disagreement) }
      + wrong.prefix(Self.most).map { described($0, .error) }
  }
}

/// What a contender says of each row, and what it loses by it.
private struct Judged {
  let predictions: Predictions
  let names: [String]
  let labels: Labels
  /// Cross-entropy; for numbers the distance.
  let losses: [Double]
  let rights: [Bool]?

  init(_ predictions: Predictions, _ runs: ComparedRuns) {
    self.predictions = predictions
    names = runs.classNames
    labels = runs.labels
    rights = predictions.rights(runs.labels)
    func loss(_ probability: Double) -> Double { -log(max(probability, 1e-12)) }
    losses =
      switch (predictions, runs.labels) {
      case (.classes(let probabilities), .classes(let classes)):
        classes.enumerated().map { row, label in
          loss(probabilities.values[row * probabilities.classCount + Int(label)])
        }
      case (.sets(let probabilities), .sets(let sets)):
        (0..<sets.rows).map { row in
          (0..<sets.labelCount).reduce(0.0) { sum, label in
            let p = probabilities.values[row * sets.labelCount + label]
            return sum + loss(sets[row, label] ? p : 1 - p)
          }
        }
      case (.numbers(let numbers), .numbers(let targets)):
        zip(numbers, targets).map { abs($0 - $1) }
      default: preconditionFailure("predictions of one kind, labels of another")
      }
  }

  func answer(_ row: Int) -> (label: String, isRight: Bool, detail: String) {
    switch predictions {
    case .classes(let probabilities):
      let own = Array(probabilities[row: row])
      let best = own.indices.reduce(0) { own[$1] > own[$0] ? $1 : $0 }
      return (names[best], rights?[row] ?? false, "\(Int((own[best] * 100).rounded())) %")
    case .sets(let probabilities):
      let own = probabilities.labelSets.labels(ofRow: row).map { names[$0] }
      return (own.isEmpty ? "(none)" : own.joined(separator: ", "), rights?[row] ?? false, "")
    case .numbers(let numbers):
      return (
        String(format: "%.3g", numbers[row]), true, "off by \(String(format: "%.3g", losses[row]))"
      )
    }
  }
}
