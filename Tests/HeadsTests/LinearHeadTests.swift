import Contracts
import Heads
import Testing

@Suite("Linear heads") struct LinearHeadTests {
  @Test func fixturesAreThere() {
    #expect(LinearCase.logistic.count == 9 && LinearCase.ridge.count == 6)
  }

  // The objective's error is quadratic in a gradient of 1e-7, the probabilities' linear, divided by
  // a curvature of at least λ = 1/(10 · 70).
  private func expectOptimum(_ head: LogisticRegression, _ test: LinearCase) {
    #expect(head.summary.converged)
    #expect(abs(head.summary.objective - test.objective) <= 1e-10 * test.objective)
    #expect(zip(head.coefficients, test.coef).allSatisfy { abs($0 - $1) <= 1e-4 })
    #expect(zip(head.intercepts, test.intercept).allSatisfy { abs($0 - $1) <= 1e-4 })
  }

  @Test("weights and labels as in scikit-learn", arguments: LinearCase.logistic)
  func logistic(test: LinearCase) throws {
    let head = try LogisticRegression.fit(test.rows(), configuration: test.configuration)
    expectOptimum(head, test)
    let values = try head.predictProbabilities(test.matrix).values
    #expect(values.count == test.predicted.count)
    #expect(zip(values, test.predicted).allSatisfy { abs($0 - $1) <= 1e-5 })
    switch try head.predict(test.matrix, threads: 1) {
    case .classes: #expect(test.kind == "classes")
    case .sets: #expect(test.kind == "sets")
    case .numbers: Issue.record("numbers")
    }
  }

  @Test("sparse rows have the optimum of dense ones", arguments: LinearCase.logistic)
  func sparse(test: LinearCase) throws {
    let heads = try [1, 2, 5].map {
      try LogisticRegression.fit(
        test.rows(.sparse(test.sparse)), configuration: test.configuration, threads: $0)
    }
    expectOptimum(heads[0], test)
    #expect(heads[0] == heads[1] && heads[0] == heads[2])
    let values = try heads[0].predictProbabilities(test.sparse, threads: 2).values
    #expect(zip(values, test.predicted).allSatisfy { abs($0 - $1) <= 1e-5 })
  }

  @Test("a path ends where single fits end", arguments: LinearCase.logistic)
  func path(test: LinearCase) throws {
    let c = [100, 10, 1, 0.1, 0.01, 0.1, 1]
    let heads = try LogisticRegression.path(test.rows(), c: c, configuration: test.configuration)
    for (head, c) in zip(heads, c) {
      var configuration = test.configuration
      configuration.c = c
      let alone = try LogisticRegression.fit(test.rows(), configuration: configuration)
      #expect(head.configuration == configuration && head.summary.converged)
      #expect(
        abs(head.summary.objective - alone.summary.objective) <= 1e-9 * alone.summary.objective)
    }
    let again = try LogisticRegression.fit(
      test.rows(), configuration: heads[6].configuration, start: heads[6])
    #expect(again.summary.iterations == 0)
    #expect(again.coefficients == heads[6].coefficients)
  }

  @Test func streamedSelectedAndCopiedRowsAreTheSame() throws {
    // Wide enough for windows of 2048 rows, of which there are three.
    let (features, labels) = Noise.clusters(rows: 5000, columns: 2060, classes: 3)
    let order = (0..<4500).map { $0 * 7 % 5000 }
    let copy = features.rows(at: order)
    let classes = Labels.classes(order.map { Int32(labels[$0]) })
    var configuration = LogisticRegression.Configuration()
    configuration.standardize = true
    configuration.maximumIterations = 2
    let heads = try [
      (TrainingRows.Features.dense(copy), 1), (.dense(features, at: order), 2),
      (.streamed(Rows(matrix: copy)), 2),
      (.streamed(SelectedRows(Rows(matrix: features), order)), 1),
    ].map { rows, threads in
      try LogisticRegression.fit(
        TrainingRows(rows, classes, classCount: 3), configuration: configuration, threads: threads)
    }
    for head in heads.dropFirst() { #expect(head == heads[0]) }
  }

  @Test func aSourceThatFailsOrHoldsNaNIsTold() throws {
    let (features, labels) = Noise.clusters(rows: 3000, columns: 4, classes: 2)
    var broken = Rows(matrix: features)
    broken.end = 2000
    let classes = Labels.classes(labels.map { Int32($0) })
    #expect(throws: Rows.Broken.self) {
      try LogisticRegression.fit(TrainingRows(.streamed(broken), classes, classCount: 2))
    }
    var storage = features.storage
    storage[2999 * 4 + 2] = .nan
    let bad = Rows(matrix: Matrix(rows: 3000, columns: 4, storage: storage))
    #expect(throws: HeadError.nonFiniteFeature(row: 2999, column: 2)) {
      try LogisticRegression.fit(TrainingRows(.streamed(bad), classes, classCount: 2))
    }
  }

  @Test func rowsComeIntoMemoryWhereTheyFit() throws {
    let source = Rows(matrix: Matrix(rows: 10, columns: 4))
    if case .streamed = try TrainingRows.features(source, memory: 160) { Issue.record("streamed") }
    if case .dense = try TrainingRows.features(source, memory: 159) { Issue.record("dense") }
  }

  // Bound: condition of the fixtures' systems, below 1e5, times the rounding of features of unit
  // scale.
  @Test("ridge is scikit-learn's", arguments: LinearCase.ridge)
  func ridge(test: LinearCase) throws {
    let head = try RidgeRegression.fit(test.rows(), configuration: test.ridgeConfiguration)
    #expect(zip(head.coefficients, test.coef).allSatisfy { abs($0 - $1) <= 1e-10 })
    #expect(abs(head.intercept - test.intercept[0]) <= 1e-10)
    #expect(abs(head.summary.objective - test.objective) <= 1e-9 * test.objective)
    let numbers = try head.predictNumbers(test.matrix)
    #expect(zip(numbers, test.predicted).allSatisfy { abs($0 - $1) <= 1e-9 })
    let streamed = try RidgeRegression.path(
      test.rows(.streamed(Rows(matrix: test.matrix))), alpha: [7, test.c], threads: 3)
    #expect(
      zip(streamed[1].coefficients, test.coef).allSatisfy { abs($0 - $1) <= 1e-9 })
    #expect(streamed[0].configuration.alpha == 7)
  }

  @Test func ridgeOnStandardizedFeaturesIsRidgeOfStandardizedFeatures() throws {
    let test = try #require(LinearCase.ridge.first)
    var configuration = test.ridgeConfiguration
    configuration.standardize = true
    let head = try RidgeRegression.fit(test.rows(), configuration: configuration)
    let standardization = try #require(head.standardization)
    let scaled = test.matrix.storage.enumerated().map { i, value in
      Float(
        (Double(value) - standardization.mean[i % test.width])
          / standardization.scale[i % test.width])
    }
    let plain = try RidgeRegression.fit(
      test.rows(.dense(Matrix(rows: test.matrix.rows, columns: test.width, storage: scaled))),
      configuration: test.ridgeConfiguration)
    // Bound: the scaled features are rounded to float32.
    #expect(zip(head.coefficients, plain.coefficients).allSatisfy { abs($0 - $1) <= 1e-5 })
    #expect(abs(head.intercept - plain.intercept) <= 1e-5)
  }

  @Test func whatCannotBeLearntIsRefused() throws {
    let x = Matrix(rows: 2, columns: 1, storage: [0, 1])
    let constant = LabelSets(rows: 2, labelCount: 2, values: [1, 0, 1, 0])
    #expect(throws: HeadError.constantLabels) {
      try LogisticRegression.fit(TrainingRows(.dense(x), .sets(constant), classCount: 2))
    }
    for weights in [[-1, 1], [.nan, 1], [0, 0]] {
      #expect(throws: HeadError.self) {
        try LogisticRegression.fit(
          TrainingRows(.dense(x), .classes([0, 1]), classCount: 2, weights: weights))
      }
    }
    var configuration = RidgeRegression.Configuration()
    configuration.alpha = 0
    #expect(throws: HeadError.badHyperparameter(name: "alpha", value: "0.0")) {
      try RidgeRegression.fit(
        TrainingRows(.dense(x), .numbers([0, 1]), classCount: 0), configuration: configuration)
    }
    #expect(throws: HeadError.nonFiniteLabel(row: 1)) {
      try RidgeRegression.fit(TrainingRows(.dense(x), .numbers([0, .infinity]), classCount: 0))
    }
  }
}
