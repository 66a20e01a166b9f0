import Contracts

/// Which classes or labels are trained, and the targets and weights of their outputs for C = 1.
struct OutputPlan {
  /// The classes with rows; of labels those that some rows have and some not. Ascending.
  let trained: [Int]
  /// The labels that each row has.
  let constant: [Int]
  let targets: LogisticTargets

  /// - Throws: `singleClass`, `constantLabels`.
  /// - Precondition: the labels are no numbers.
  init(_ rows: TrainingRows, _ classWeight: LogisticRegression.ClassWeight) throws(HeadError) {
    switch rows.labels {
    case .classes(let classes): try self.init(classes: classes, rows, classWeight)
    case .sets(let sets): try self.init(sets: sets, rows, classWeight)
    case .numbers: preconditionFailure("numbers are no classes")
    }
  }

  private init(
    classes: [Int32], _ rows: TrainingRows, _ classWeight: LogisticRegression.ClassWeight
  ) throws(HeadError) {
    var counts = [Int](repeating: 0, count: rows.classCount)
    var sums = [Double](repeating: 0, count: rows.classCount)
    for (row, label) in classes.enumerated() {
      counts[Int(label)] += 1
      sums[Int(label)] += rows.weights?[row] ?? 1
    }
    trained = counts.indices.filter { counts[$0] > 0 }
    constant = []
    guard trained.count > 1 else { throw .singleClass(trained[0]) }
    var position = [UInt16](repeating: 0, count: counts.count)
    for (index, label) in trained.enumerated() { position[label] = UInt16(index) }

    let weights = Self.weights(sums: trained.map { sums[$0] }, trained, classWeight)
    let sum = zip(weights, trained).reduce(0) { $0 + $1.0 * sums[$1.1] }
    let isBinary = trained.count == 2
    targets = LogisticTargets(
      link: isBinary ? .sigmoid : .softmax, outputs: isBinary ? 1 : trained.count,
      targets: classes.map { position[Int($0)] }, sampleWeights: rows.weights,
      targetWeights: weights.map { $0 / sum },
      penalties: [Double](repeating: 1 / sum, count: isBinary ? 1 : trained.count))
  }

  private init(
    sets: LabelSets, _ rows: TrainingRows, _ classWeight: LogisticRegression.ClassWeight
  ) throws(HeadError) {
    var counts = [Int](repeating: 0, count: sets.labelCount)
    var sums = [Double](repeating: 0, count: sets.labelCount)
    var all = 0.0
    for row in 0..<sets.rows {
      let weight = rows.weights?[row] ?? 1
      all += weight
      for label in 0..<sets.labelCount where sets[row, label] {
        counts[label] += 1
        sums[label] += weight
      }
    }
    let trained = counts.indices.filter { 0 < counts[$0] && counts[$0] < sets.rows }
    constant = counts.indices.filter { counts[$0] == sets.rows }
    guard !trained.isEmpty else { throw .constantLabels }
    self.trained = trained

    var targetWeights: [Double] = []
    var penalties: [Double] = []
    for label in trained {
      let both = [all - sums[label], sums[label]]
      let weights: [Double] =
        switch classWeight {
        case .none: [1, 1]
        case .balanced: Self.weights(sums: both, [0, 1], .balanced)
        case .explicit(let weights): [1, weights[label]]
        }
      let sum = weights[0] * both[0] + weights[1] * both[1]
      targetWeights += weights.map { $0 / sum }
      penalties.append(1 / sum)
    }
    targets = LogisticTargets(
      link: .sigmoid, outputs: trained.count,
      targets: (0..<sets.rows).flatMap { row in trained.map { sets[row, $0] ? 1 : 0 } },
      sampleWeights: rows.weights, targetWeights: targetWeights, penalties: penalties)
  }

  /// The weight of each class, given the sum of its rows' weights, as scikit-learn's
  /// compute_class_weight.
  private static func weights(
    sums: [Double], _ classes: [Int], _ classWeight: LogisticRegression.ClassWeight
  ) -> [Double] {
    switch classWeight {
    case .none: classes.map { _ in 1 }
    case .balanced: sums.map { sums.reduce(0, +) / (Double(sums.count) * $0) }
    case .explicit(let weights): classes.map { weights[$0] }
    }
  }
}
