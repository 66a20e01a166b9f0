import Contracts
import Experiments
import Heads
import Kernels
import Synchronization

/// Rows of three overlapping classes in five dimensions, made by a generator of our own.
struct MadeData {
  let features: Matrix
  let classes: [Int32]
  let rows: StudyRows

  init(count: Int = 150, seed: UInt64 = 7) {
    var state = seed
    func uniform() -> Float {
      // splitmix64.
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Float((z ^ (z >> 31)) >> 40) / Float(1 << 24)
    }
    let classes = (0..<count).map { Int32($0 % 3) }
    var values: [Float] = []
    for label in classes {
      for column in 0..<5 { values.append(uniform() + (column == Int(label) ? 0.5 : 0)) }
    }
    self.classes = classes
    features = Matrix(rows: count, columns: 5, storage: values)
    rows = StudyRows(
      labels: .classes(classes),
      splits: (0..<count).map {
        $0 < count * 3 / 5 ? .train : $0 < count * 4 / 5 ? .validation : .test
      })
  }

  func learner(c: Double = 1) -> LogisticLearner {
    var configuration = LogisticRegression.Configuration()
    configuration.c = c
    let data = LabelledFeatures(features: features, labels: .classes(classes), classCount: 3)
    return LogisticLearner(data, configuration: configuration)
  }

  func study(threads: Int) throws -> Study {
    try DoubleGemm.prepare()
    return Study(rows: rows, scoring: Self.accuracy, threads: threads)
  }

  static let accuracy = Scoring(criterion: "accuracy") { predictions, labels in
    guard case .classes(let probabilities) = predictions, case .classes(let classes) = labels else {
      return [:]
    }
    let hits = zip(probabilities.classes, classes).count { $0 == Int($1) }
    // The sum has every bit of every probability in it.
    return [
      "accuracy": Double(hits) / Double(classes.count),
      "sum_of_squares": probabilities.values.reduce(0) { $0 + $1 * $1 },
    ]
  }
}

/// Passes everything on and remembers what it was asked for.
final class Recorder: Learner {
  let learner: any Learner
  let isSeeded: Bool
  private let seen = Mutex<[Fit]>([])

  init(_ learner: any Learner, isSeeded: Bool = true) {
    self.learner = learner
    self.isSeeded = isSeeded
  }

  var steps: Int { 4 }
  var fits: [Fit] { seen.withLock { $0 } }

  func learn(_ fit: Fit) throws -> TrainedHead {
    seen.withLock { $0.append(fit) }
    // One of four steps is reported: the rest are the study's to add.
    fit.advance(1)
    return try learner.learn(fit)
  }
}
