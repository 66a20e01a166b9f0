import Contracts
import Foundation
import Heads
import Testing

/// The objective of weighted rows and of several labels as its definition reads, in plain loops.
private struct PlainLinearObjective {
  let test: LinearCase
  /// The classes or labels that are trained.
  let trained: [Int]

  /// The mean objective, of labels their sum, at coefficients [outputs, width] and intercepts
  /// [outputs].
  func value(_ coefficients: [Double], _ intercepts: [Double]) -> Double {
    let scores = (0..<test.matrix.rows).map { row in
      intercepts.indices.map { output in
        (0..<test.width).reduce(intercepts[output]) { score, column in
          score + coefficients[output * test.width + column]
            * Double(test.features[row * test.width + column])
        }
      }
    }
    func squares(_ outputs: Range<Int>) -> Double {
      coefficients[outputs.lowerBound * test.width..<outputs.upperBound * test.width]
        .reduce(0) { $0 + $1 * $1 }
    }
    if test.kind == "sets" {
      return trained.indices.reduce(0) { sum, output in
        let targets = (0..<scores.count).map {
          test.labels[$0 * test.class_count + trained[output]] == 1 ? 1 : 0
        }
        let weights = balanced(targets, count: 2)
        let losses = scores.indices.map { row in
          log(1 + exp(scores[row][output])) - Double(targets[row]) * scores[row][output]
        }
        return sum + mean(losses, weights, squares(output..<output + 1))
      }
    }
    let targets = test.labels.map { label in trained.firstIndex(of: Int(label)) ?? 0 }
    let weights = balanced(targets, count: trained.count)
    let losses = scores.indices.map { row in
      let all = scores[row].count == 1 ? [0] + scores[row] : scores[row]
      return log(all.reduce(0) { $0 + exp($1) }) - all[targets[row]]
    }
    return mean(losses, weights, squares(0..<intercepts.count))
  }

  private func mean(_ losses: [Double], _ weights: [Double], _ squares: Double) -> Double {
    (zip(losses, weights).reduce(0) { $0 + $1.0 * $1.1 } + squares / (2 * test.c))
      / weights.reduce(0, +)
  }

  /// Each row's weight, times what its class counts.
  private func balanced(_ targets: [Int], count: Int) -> [Double] {
    let weights = test.weights ?? [Double](repeating: 1, count: targets.count)
    guard test.balanced else { return weights }
    var sums = [Double](repeating: 0, count: count)
    for (target, weight) in zip(targets, weights) { sums[target] += weight }
    let all = sums.reduce(0, +)
    return zip(targets, weights).map { $1 * all / (Double(count) * sums[$0]) }
  }

  /// Its gradient by central differences: [outputs, width] and then [outputs].
  func slopes(_ coefficients: [Double], _ intercepts: [Double], h: Double) -> [Double] {
    let point = coefficients + intercepts
    return point.indices.map { index in
      let ends = [h, -h].map { change in
        var moved = point
        moved[index] += change
        return value(
          Array(moved.prefix(coefficients.count)), Array(moved.dropFirst(coefficients.count)))
      }
      return (ends[0] - ends[1]) / (2 * h)
    }
  }
}

/// Weighted, with several labels and sparse, against differences of the definition.
///
/// Training ends where its own gradient is zero and tells the largest element of it elsewhere: so
/// the definition's is held to vanish there, each element, and to be as large on the way.
@Suite("The gradient of logistic regression") struct GradientTests {
  private static let ways = ["dense", "sparse", "streamed"]

  private func fit(_ test: LinearCase, _ way: String, iterations: Int) throws -> LogisticRegression
  {
    var configuration = test.configuration
    configuration.maximumIterations = iterations
    let features: TrainingRows.Features =
      switch way {
      case "sparse": .sparse(test.sparse)
      case "streamed": .streamed(Rows(matrix: test.matrix))
      default: .dense(test.matrix)
      }
    return try LogisticRegression.fit(test.rows(features), configuration: configuration)
  }

  // Central differences with h = 1e-5 err by h² times a third derivative (features of up to 10: 1e3)
  // and by epsilon / h = 1e-11; the value itself is a sum of the same terms in another order.
  @Test("is that of the definition", arguments: LinearCase.logistic, ways)
  func gradient(test: LinearCase, way: String) throws {
    var norms: [Double] = []
    for iterations in [1, 2, 4, 1000] {
      let head = try fit(test, way, iterations: iterations)
      let objective = PlainLinearObjective(test: test, trained: head.trainedClasses)
      let value = objective.value(head.coefficients, head.intercepts)
      #expect(abs(value - head.summary.objective) <= 1e-13 * value)
      let slopes = objective.slopes(head.coefficients, head.intercepts, h: 1e-5)
      let largest = slopes.reduce(0) { max($0, $1.magnitude) }
      #expect(abs(largest - head.summary.gradientNorm) <= 1e-6)
      norms.append(largest)
    }
    // On the way there is something to see, far above the bound; at the end there is nothing left.
    #expect(norms[0] > 1e-4 && norms[3] <= 1e-6)
  }
}
