import Contracts
import Foundation
import Heads
import Testing

/// The objective as its definition reads, in plain loops: what the fast one is held to.
private struct PlainObjective {
  let test: LogisticCase
  let weights: [Double]

  init(_ test: LogisticCase) {
    self.test = test
    var counts = [Double](repeating: 0, count: test.class_count)
    for label in test.labels { counts[label] += 1 }
    let present = Double(counts.count { $0 > 0 })
    weights = test.labels.map { label in
      if test.balanced { return Double(test.labels.count) / (present * counts[label]) }
      return test.weights?[label] ?? 1
    }
  }

  /// The mean objective at coefficients [outputs, width] and intercepts [outputs].
  func value(_ coefficients: [Double], _ intercepts: [Double], classes: [Int]) -> Double {
    let width = test.width
    var sum = coefficients.reduce(0) { $0 + $1 * $1 } / (2 * test.c)
    for (row, label) in test.labels.enumerated() {
      var scores = intercepts.indices.map { output in
        (0..<width).reduce(intercepts[output]) { score, column in
          let feature = Double(test.features[row * width + column])
          return score + coefficients[output * width + column] * feature
        }
      }
      if scores.count == 1 { scores.insert(0, at: 0) }
      let top = scores.max() ?? 0
      let logSum = top + log(scores.reduce(0) { $0 + exp($1 - top) })
      let target = classes.firstIndex(of: label) ?? 0
      sum += weights[row] * (logSum - scores[target])
    }
    return sum / weights.reduce(0, +)
  }
}

@Suite("The optimum of logistic regression") struct OptimumTests {
  private static let plain = LogisticCase.all.filter { !$0.standardize }

  // Bound: two sums of the same hundred terms in another order.
  @Test("has the objective of the definition", arguments: plain)
  func objective(test: LogisticCase) throws {
    let head = try test.fit()
    let value = PlainObjective(test).value(
      head.coefficients, head.intercepts, classes: head.trainedClasses)
    #expect(abs(value - head.summary.objective) <= 1e-13 * value)
  }

  // Central differences with h = 1e-5 err by h² times a third derivative (features of up to some
  // 30 make it 1e4 at most) and by epsilon / h = 1e-11.
  @Test("is where finite differences vanish", arguments: plain)
  func gradient(test: LogisticCase) throws {
    let head = try test.fit()
    let objective = PlainObjective(test)
    let h = 1e-5
    for index in head.coefficients.indices {
      var (up, down) = (head.coefficients, head.coefficients)
      up[index] += h
      down[index] -= h
      let slope =
        (objective.value(up, head.intercepts, classes: head.trainedClasses)
          - objective.value(down, head.intercepts, classes: head.trainedClasses)) / (2 * h)
      #expect(abs(slope) <= 1e-6, "coefficient \(index)")
    }
    for index in head.intercepts.indices {
      var (up, down) = (head.intercepts, head.intercepts)
      up[index] += h
      down[index] -= h
      let slope =
        (objective.value(head.coefficients, up, classes: head.trainedClasses)
          - objective.value(head.coefficients, down, classes: head.trainedClasses)) / (2 * h)
      #expect(abs(slope) <= 1e-6, "intercept \(index)")
    }
  }
}
