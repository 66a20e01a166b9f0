import Contracts
import Evaluation
import Experiments
import FeatureStore
import Heads
import Kernels
import Neighbours
import Optimization
public import Reporting

/// Works out everything that a comparison says, from runs and the files that they were made from.
public struct ComparisonBuilder {
  /// Fewer resamples where rows are many: 2^30 draws in all take seconds.
  private static let mostDraws = 1 << 30

  private let runs: ComparedRuns
  private let sources: RunSources
  private let threads: Int
  private let seed: UInt64
  private let resamples: Int

  /// `resamples`: of the bootstrap; at least 1000 of them are drawn, however many rows there are.
  public init(
    _ runs: ComparedRuns, _ sources: RunSources, resamples: Int, seed: UInt64, threads: Int
  ) {
    self.runs = runs
    self.sources = sources
    self.threads = threads
    self.seed = seed
    self.resamples = min(resamples, max(1000, Self.mostDraws / max(runs.rows.count, 1)))
  }

  /// The comparison.
  ///
  /// `title`: what the data set is called.
  /// `duplicates`: the cosine from which a test row counts as nearly a train row.
  /// `mapped`: the most points that the map has; 0 draws none.
  ///
  /// - Throws: ``RunComparisonError``; what reading features and tokens throws.
  public func build(
    title: String, duplicates threshold: Double, mapped: Int, console: Console
  ) throws -> Comparison {
    let predictions = try runs.predictions()
    var contenders = try zip(runs.families, runs.names).map { family, name in
      try contender(family, name)
    }
    let drawn = bootstrap(predictions)
    for index in contenders.indices {
      contenders[index].metrics = predictions[index].metrics(for: runs.labels)
      contenders[index].scores = scores(
        runs.families[index], contenders[index].metrics, drawn[index])
      describe(&contenders[index], predictions[index])
    }
    var comparison = Comparison(
      title: title, split: runs.split.name, kind: runs.kind, classNames: runs.classNames,
      criterion: runs.kind.criterion, rows: runs.rows.count, contenders: contenders)
    comparison.resamples = resamples
    comparison.pairs = pairs(predictions, contenders, drawn)
    let texts = try sources.texts()
    comparison.dataset = try profile()
    if let features = try ComparedFeatures(runs, sources, threads: threads) {
      let nearest = try features.nearest()
      if !nearest.isEmpty {
        comparison.dataset.duplicates = features.profile(nearest, threshold: threshold)
        let apart = nearest.indices.filter { nearest[$0].map { $0.cosine < threshold } ?? true }
        for index in comparison.contenders.indices where !apart.isEmpty {
          comparison.contenders[index].withoutDuplicates =
            predictions[index].rows(at: apart)
            .metrics(for: runs.labels.rows(at: apart))[runs.kind.criterion]
        }
      }
      if mapped > 0 {
        comparison.map = try features.map(most: mapped, seed: seed, console: console)
      }
    }
    comparison.disputes = Disputes(runs, predictions, texts).rows
    comparison.provenance = provenance
    return comparison
  }

  // MARK: - Contenders

  private func contender(_ family: [RunRecord], _ name: String) throws -> Contender {
    let first = family[0]
    var contender = Contender(name: name, role: first.role, summary: first.summary)
    contender.cost = first.cost
    contender.seedValues = seeds(family).compactMap { $0[runs.kind.criterion] }
    contender.history = first.history
    contender.learningCurve = first.learningCurve(runs.split)
    let rows = first.rows(.validation)
    // Scores on other validation rows would say nothing of which run is the better.
    let ids = rows.map { first.table.ids[$0] }
    let others = runs.first.rows(.validation).map { runs.first.table.ids[$0] }
    if runs.split == .test, !rows.isEmpty, ids == others {
      let metrics = try first.table.predictions(rows, kind: runs.kind)
        .metrics(for: first.table.labels(rows, kind: runs.kind))
      contender.validation = metrics[runs.kind.criterion]
    }
    return contender
  }

  /// The metrics that have columns in the tables, the first one first.
  private var scoreNames: [String] {
    switch runs.kind {
    case .singleLabel:
      [
        "accuracy", "f1_macro", runs.classNames.count == 2 ? "roc_auc" : "roc_auc_ovr_macro",
        "log_loss", "brier", "expected_calibration_error",
      ]
    case .multiLabel: ["subset_accuracy", "f1_micro", "f1_macro", "hamming_loss"]
    case .number: ["r2", "mae", "rmse"]
    }
  }

  private func scores(
    _ family: [RunRecord], _ metrics: [String: Double], _ drawn: [String: [Double]]
  ) -> [ContenderScore] {
    let seeds = seeds(family)
    return scoreNames.map { name in
      var score = ContenderScore(
        name: name, value: metrics[name] ?? .nan,
        interval: drawn[name].flatMap { PercentileInterval($0) })
      let values = seeds.compactMap { $0[name] }
      if values.count > 1 {
        let spread = Spread(values)
        (score.mean, score.deviation) = (spread.mean, spread.deviation)
        score.seeds = values.count
      }
      return score
    }
  }

  /// The metrics of every seed's training, each seed once: runs may share some.
  private func seeds(_ family: [RunRecord]) -> [[String: Double]] {
    var seen: Set<Int> = []
    return family.flatMap { $0.seedMetrics(runs.split) }.filter { seen.insert($0.seed).inserted }
      .map(\.metrics)
  }

  /// What follows from the predictions alone: F1 of each class, confusion, calibration.
  private func describe(_ contender: inout Contender, _ predictions: Predictions) {
    switch (predictions, runs.labels) {
    case (.classes(let probabilities), .classes(let classes)):
      let labels = classes.map { Int($0) }
      let count = runs.classNames.count
      let confusion = ConfusionMatrix(
        labels: labels, predictions: probabilities.classes, classCount: count)
      contender.confusion = confusion
      contender.classF1 = confusion.classScores.map(\.f1)
      // Of two classes the second's probability, as scikit-learn; of more the predicted one's.
      let predicted = probabilities.classes
      contender.calibration = CalibrationCurve(
        probabilities: labels.indices.map {
          probabilities.values[$0 * count + (count == 2 ? 1 : predicted[$0])]
        },
        outcomes: labels.indices.map { count == 2 ? labels[$0] == 1 : labels[$0] == predicted[$0] })
    case (.sets(let probabilities), .sets(let sets)):
      let scores = MultiLabelScores(labels: sets, predictions: probabilities.labelSets)
      contender.classF1 = scores.labelScores.map(\.f1)
      // Every decision about a row and a label.
      contender.calibration = CalibrationCurve(
        probabilities: probabilities.values, outcomes: sets.values.map { $0 == 1 })
    default: break
    }
  }

  // MARK: - Chance

  /// The scores of every resample, by contender and metric.
  private func bootstrap(_ predictions: [Predictions]) -> [[String: [Double]]] {
    let scores = predictions.map { predictions -> any ResampledScores in
      switch (predictions, runs.labels) {
      case (.classes(let probabilities), .classes(let classes)):
        ResampledClasses(
          labels: classes.map { Int($0) }, probabilities: probabilities.values,
          classCount: runs.classNames.count)
      case (.sets(let probabilities), .sets(let sets)):
        ResampledSets(labels: sets, predictions: probabilities.labelSets)
      case (.numbers(let numbers), .numbers(let targets)):
        ResampledNumbers(targets: targets, predictions: numbers)
      default: preconditionFailure("predictions of one kind, labels of another")
      }
    }
    let seed = seed
    let bootstrap = Bootstrap(rows: runs.rows.count) { resample, words in
      Philox(seed: seed, .resampling, resample).fill(words)
    }
    let part = 100
    let parts = (resamples + part - 1) / part
    let found = Slots<[[[Double]]]>(parts)
    Workers.forEach(parts, workers: threads) { [resamples] _, index in
      let range = index * part..<min((index + 1) * part, resamples)
      found[index] = bootstrap.values(scores, of: range)
    }
    return scores.enumerated().map { index, score in
      var values: [String: [Double]] = [:]
      for (place, name) in score.names.enumerated() {
        values[name] = found.values.flatMap { $0[index][place] }
      }
      return values
    }
  }

  private func pairs(
    _ predictions: [Predictions], _ contenders: [Contender], _ drawn: [[String: [Double]]]
  ) -> [ComparedPair] {
    let criterion = runs.kind.criterion
    var pairs: [ComparedPair] = []
    for second in contenders.indices {
      for first in contenders.indices.prefix(second) {
        let test = mcNemar(predictions[first], predictions[second])
        let differences = zip(drawn[first][criterion] ?? [], drawn[second][criterion] ?? [])
        let metrics = [first, second].map { contenders[$0].metrics[criterion] ?? .nan }
        pairs.append(
          ComparedPair(
            first: first, second: second, difference: metrics[1] - metrics[0],
            interval: PercentileInterval(differences.map { $1 - $0 }), mcNemar: test,
            pValue: test?.pValue
              ?? signFlips(predictions[first], predictions[second], pairs.count), corrected: 1))
        pairs[pairs.count - 1].seedsAgree = contenders[second].seedValues.allSatisfy { own in
          contenders[first].seedValues.allSatisfy { (own - $0) * (metrics[1] - metrics[0]) > 0 }
        }
      }
    }
    for (index, value) in holmCorrected(pairs.map(\.pValue)).enumerated() {
      pairs[index].corrected = value
    }
    return pairs
  }

  private func mcNemar(_ first: Predictions, _ second: Predictions) -> McNemarTest? {
    guard let first = first.rights(runs.labels), let second = second.rights(runs.labels) else {
      return nil
    }
    return McNemarTest(first: first, second: second)
  }

  private func signFlips(_ first: Predictions, _ second: Predictions, _ pair: Int) -> Double {
    guard case .numbers(let first) = first, case .numbers(let second) = second,
      case .numbers(let targets) = runs.labels
    else { return .nan }
    let test = SignFlipTest(
      targets.indices.map { abs(second[$0] - targets[$0]) - abs(first[$0] - targets[$0]) })
    let seed = seed
    let flips = resamples - 1
    let extremes = test.extremes(0..<flips) { flip, words in
      Philox(seed: seed, .signs, flip, part: pair & 0xFFFF).fill(words)
    }
    return SignFlipTest.pValue(extremes: extremes, flips: flips)
  }

  // MARK: - Rows

  private func profile() throws -> DatasetProfile {
    var profile = DatasetProfile()
    let table = runs.first.table
    for split in Split.allCases {
      let rows = runs.first.rows(split)
      guard !rows.isEmpty else { continue }
      profile.rows.append((split.name, rows.count))
      switch try table.labels(rows, kind: runs.kind) {
      case .classes(let classes):
        profile.classes.append(
          runs.classNames.indices.map { index in classes.count { $0 == index } })
      case .sets(let sets):
        profile.classes.append(
          runs.classNames.indices.map { label in (0..<sets.rows).count { sets[$0, label] } })
      case .numbers: break
      }
    }
    if let tokens = sources.tokens, tokens.count > 0 {
      profile.lengths = LengthProfile(
        full: try tokens.fullTokenCounts(0..<tokens.count).map { Int($0) },
        maximum: tokens.provenance.maxLength)
    }
    return profile
  }

  private var provenance: [(name: String, value: String)] {
    let first = runs.first
    var lines: [(String, String)] = [("Firn", Firn.version)]
    for family in runs.families {
      for run in family {
        let command = run.manifest["command"] as? [String] ?? []
        lines.append((run.name, command.joined(separator: " ")))
      }
    }
    for (name, key) in [("features", "features_sha256"), ("tokens", "tokens_sha256")] {
      let digests = runs.all.compactMap { $0.inputs[key] as? String }
      for digest in Set(digests).sorted() { lines.append((name, "sha256 \(digest)")) }
    }
    if let model = first.inputs["model"] as? String { lines.append(("model", model)) }
    return lines
  }
}

extension Predictions {
  /// Which rows are wholly right; nil for numbers.
  func rights(_ labels: Labels) -> [Bool]? {
    switch (self, labels) {
    case (.classes(let probabilities), .classes(let classes)):
      return zip(probabilities.classes, classes).map { $0 == Int($1) }
    case (.sets(let probabilities), .sets(let sets)):
      let predicted = probabilities.labelSets
      let width = sets.labelCount
      return (0..<sets.rows).map { row in
        let range = row * width..<(row + 1) * width
        return predicted.values[range].elementsEqual(sets.values[range])
      }
    default: return nil
    }
  }
}

/// A value for each of some jobs, written from any thread.
final class Slots<Value: Sendable>: @unchecked Sendable {
  private var slots: [Value?]
  private let monitor = Monitor()

  init(_ count: Int) { slots = Array(repeating: nil, count: count) }

  subscript(index: Int) -> Value? {
    get { monitor.withLock { slots[index] } }
    set { monitor.withLock { slots[index] = newValue } }
  }

  var values: [Value] { monitor.withLock { slots.compactMap { $0 } } }
}
