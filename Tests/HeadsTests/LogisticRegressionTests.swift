import Contracts
import Foundation
import Heads
import Testing

@Suite("LogisticRegression") struct LogisticRegressionTests {
  @Test func fixturesAreThere() {
    #expect(LogisticCase.all.count == 14)
  }

  // scikit-learn's fixture is at its optimum within 1e-12 in the gradient; ours within 1e-7. The
  // gap of the objective is quadratic in that, of the probabilities linear.
  @Test("reaches scikit-learn's optimum", arguments: LogisticCase.all)
  func optimum(expected: LogisticCase) throws {
    let head = try expected.fit()
    #expect(head.summary.converged && head.summary.gradientNorm <= 1e-7)
    #expect(head.summary.objective <= expected.objective * (1 + 1e-9))
    // And not better either, or it would be another objective.
    #expect(head.summary.objective >= expected.objective * (1 - 1e-9))
    let probabilities = try head.predictProbabilities(expected.matrix)
    let worst = zip(probabilities.values, expected.probabilities).map { abs($0 - $1) }.max() ?? 1
    #expect(worst <= 1e-5)
    #expect(head.coefficients.count == expected.coef.count)
    #expect(head.intercepts.count == expected.intercept.count)
  }

  @Test(
    "has the coefficients of scikit-learn where both go to the end", arguments: LogisticCase.all)
  func coefficients(expected: LogisticCase) throws {
    var configuration = expected.configuration
    configuration.tolerance = 1e-11
    let head = try LogisticRegression.fit(
      features: expected.matrix, labels: expected.labels, classCount: expected.class_count,
      configuration: configuration)
    // Bound: both gradients (1e-11 and 1e-12) over the smallest curvature, which is at least
    // λ = 1 / (C · rows) >= 1e-4 here: 1e-7 in the Euclidean norm, times the root of 30 parameters.
    let worst = zip(head.coefficients, expected.coef).map { abs($0 - $1) }.max() ?? 1
    #expect(worst <= 1e-6, "\(worst)")
  }

  @Test func hasTheSameBitsOnAnyNumberOfThreads() throws {
    // Several blocks and a rest.
    let (features, labels) = Noise.clusters(rows: 2777, columns: 33, classes: 4)
    var configuration = LogisticRegression.Configuration()
    configuration.standardize = true
    let heads = try [1, 2, 5].map {
      try LogisticRegression.fit(
        features: features, labels: labels, classCount: 4, configuration: configuration, threads: $0
      )
    }
    #expect(heads[0].summary.converged)
    #expect(heads[0] == heads[1] && heads[0] == heads[2])
    let probabilities = try [1, 2, 5].map {
      try heads[0].predictProbabilities(features, threads: $0)
    }
    #expect(probabilities[0] == probabilities[1] && probabilities[0] == probabilities[2])
  }

  @Test func predictsARowAloneAsInABatch() throws {
    let (features, labels) = Noise.clusters(rows: 700, columns: 19, classes: 3)
    let head = try LogisticRegression.fit(features: features, labels: labels, classCount: 3)
    let batch = try head.predictProbabilities(features)
    for row in [0, 1, 7, 255, 256, 511, 699] {
      let alone = try head.predictProbabilities(features.rows(at: [row]))
      #expect(alone.values == Array(batch[row: row]))
    }
    for row in 0..<700 { #expect(abs(batch[row: row].reduce(0, +) - 1) <= 4 * .ulpOfOne) }
  }

  @Test func separableDataConverge() throws {
    let features = Matrix(rows: 6, columns: 1, storage: [-3, -2, -1, 1, 2, 3])
    for c in [1.0, 1e4, 1e8] {
      var configuration = LogisticRegression.Configuration()
      configuration.c = c
      let head = try LogisticRegression.fit(
        features: features, labels: [0, 0, 0, 1, 1, 1], classCount: 2, configuration: configuration)
      #expect(head.summary.converged)
      #expect(head.coefficients[0] > 0 && head.coefficients[0].isFinite)
      #expect(try head.predictProbabilities(features).classes == [0, 0, 0, 1, 1, 1])
    }
  }

  @Test func absentClassesHaveProbabilityZero() throws {
    let (features, labels) = Noise.clusters(rows: 60, columns: 3, classes: 3)
    let head = try LogisticRegression.fit(
      features: features, labels: labels.map { [1, 3, 4][$0] }, classCount: 6)
    let dense = try LogisticRegression.fit(features: features, labels: labels, classCount: 3)
    #expect(head.trainedClasses == [1, 3, 4])
    let (sparse, packed) = (
      try head.predictProbabilities(features), try dense.predictProbabilities(features)
    )
    for row in 0..<60 {
      let (all, some) = (Array(sparse[row: row]), Array(packed[row: row]))
      #expect(all == [0, some[0], 0, some[1], some[2], 0])
    }
  }

  @Test func constantAndDependentColumnsDoNoHarm() throws {
    let (features, labels) = Noise.clusters(rows: 200, columns: 3, classes: 2)
    let storage = (0..<200).flatMap { row -> [Float] in
      features[row: row] + features[row: row] + [7]
    }
    for standardize in [false, true] {
      var configuration = LogisticRegression.Configuration()
      configuration.standardize = standardize
      configuration.c = 1e9
      let head = try LogisticRegression.fit(
        features: Matrix(rows: 200, columns: 7, storage: storage), labels: labels, classCount: 2,
        configuration: configuration)
      #expect(head.summary.converged)
    }
  }

  @Test func tiesGoToTheLowestIndex() {
    let probabilities = ClassProbabilities(
      rows: 2, classCount: 3, values: [0.2, 0.4, 0.4, 1 / 3, 1 / 3, 1 / 3])
    #expect(probabilities.classes == [1, 0])
  }

  @Test func refusesWhatCannotBeLearnt() throws {
    let features = Matrix(rows: 3, columns: 2, storage: [1, 2, 3, 4, 5, 6])
    func error(
      _ features: Matrix, _ labels: [Int],
      _ change: (inout LogisticRegression.Configuration) -> Void = { _ in }
    ) -> HeadError? {
      var configuration = LogisticRegression.Configuration()
      change(&configuration)
      do throws(HeadError) {
        _ = try LogisticRegression.fit(
          features: features, labels: labels, classCount: 3, configuration: configuration)
        return nil
      } catch { return error }
    }
    #expect(error(Matrix(rows: 0, columns: 2), []) == .noTrainingRows)
    #expect(error(features, [2, 2, 2]) == .singleClass(2))
    var broken = features
    broken.storage[3] = .nan
    #expect(error(broken, [0, 1, 2]) == .nonFiniteFeature(row: 1, column: 1))
    broken.storage[3] = .infinity
    #expect(error(broken, [0, 1, 2]) == .nonFiniteFeature(row: 1, column: 1))
    #expect(error(features, [0, 1, 2]) { $0.c = 0 } == .badHyperparameter(name: "C", value: "0.0"))
    #expect(
      error(features, [0, 1, 2]) { $0.classWeight = .explicit([1, -1, 1]) }
        == .badHyperparameter(name: "class_weight", value: "-1.0"))

    let head = try LogisticRegression.fit(features: features, labels: [0, 1, 2], classCount: 3)
    #expect(throws: HeadError.widthMismatch(expected: 2, found: 3)) {
      try head.predictProbabilities(Matrix(rows: 2, columns: 3))
    }
    #expect(throws: HeadError.nonFiniteFeature(row: 1, column: 1)) {
      try head.predictProbabilities(broken)
    }
  }
}
