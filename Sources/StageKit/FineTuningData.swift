public import Contracts
public import FeatureStore
public import FineTuning
import Foundation
public import Heads

/// The rows of a tokens file as a fine-tuning takes them.
public struct FineTuningData: Sendable {
  public let ids: [String]
  public let splits: [Split]
  public let labels: Labels
  public let classNames: [String]
  public let texts: LabelledTexts
  /// Labelled rows.
  public let train: [Int]
  public let validation: [Int]
  public let maxLength: Int

  /// Reads a whole file: five bytes a token stay in memory.
  ///
  /// - Throws: ``StageError`` where there is nothing to learn, and what reading throws.
  public init(_ file: TokensFile) throws {
    let all = 0..<file.count
    let splits = try file.columns.splits(all)
    let labels = try file.columns.rowLabels(all)
    ids = try file.columns.ids(all)
    classNames = file.columns.classNames
    maxLength = file.provenance.maxLength
    self.splits = splits
    self.labels = labels
    texts = LabelledTexts(
      texts: try file.tokens(all), targets: all.map { labels.target($0) },
      weights: file.columns.hasWeights ? try file.columns.weights(all) : nil)
    func rows(_ split: Split) -> [Int] {
      all.filter { splits[$0] == split && labels.isLabelled($0) }
    }
    train = rows(.train)
    validation = rows(.validation)
    guard all.contains(where: { labels.isLabelled($0) }) else {
      throw StageError.noLabels(path: file.path)
    }
    guard let first = train.first else { throw StageError.noTrainingRows(path: file.path) }
    if case .classes(let classes) = labels,
      !train.contains(where: { classes[$0] != classes[first] })
    {
      throw StageError.singleClass(path: file.path, name: classNames[Int(classes[first])])
    }
  }

  /// How many numbers the classifier gives for a text.
  public var outputs: Int { labels.kind == .number ? 1 : classNames.count }

  /// What is minimized.
  public func objective(balanced: Bool, smoothing: Double) -> Objective {
    switch labels {
    case .classes(let classes):
      var weights: [Double]?
      if balanced {
        var counts = [Double](repeating: 0, count: classNames.count)
        for row in train { counts[Int(classes[row])] += 1 }
        // scikit-learn's: rows / (classes * rows of the class); a class without rows weighs nothing.
        weights = counts.map {
          $0 == 0 ? 0 : Double(train.count) / (Double(counts.count) * $0)
        }
      }
      return .singleLabel(weights: weights, smoothing: smoothing)
    case .sets: return .multiLabel
    case .numbers: return .regression
    }
  }

  /// Logits of every row as predictions.
  public func predictions(_ logits: [Float]) -> Predictions {
    Predictions(logits: logits, outputs: outputs, kind: labels.kind)
  }

  /// Bytes that the rows take, with their predictions and the lines that are written of them.
  var memory: Int {
    texts.texts.tokenCount * 5 + ids.reduce(0) { $0 + 3 * $1.utf8.count }
      + ids.count * (256 + 128 * outputs)
  }
}

extension Predictions {
  /// Logits [rows, outputs] as probabilities, or as the numbers they are.
  init(logits: [Float], outputs: Int, kind: LabelKind) {
    let rows = logits.count / outputs
    func probabilities(_ values: [Double]) -> ClassProbabilities {
      ClassProbabilities(rows: rows, classCount: outputs, values: values)
    }
    switch kind {
    case .singleLabel:
      var values: [Double] = []
      values.reserveCapacity(logits.count)
      for row in 0..<rows {
        let own = logits[row * outputs..<(row + 1) * outputs].map(Double.init)
        let top = own.max() ?? 0
        let shares = own.map { exp($0 - top) }
        let sum = shares.reduce(0, +)
        values += shares.map { $0 / sum }
      }
      self = .classes(probabilities(values))
    case .multiLabel:
      self = .sets(probabilities(logits.map { 1 / (1 + exp(-Double($0))) }))
    case .number: self = .numbers(logits.map(Double.init))
    }
  }
}

extension Labels {
  /// What a row should give; nil where it is not labelled.
  fileprivate func target(_ row: Int) -> Target? {
    guard isLabelled(row) else { return nil }
    return switch self {
    case .classes(let classes): .classIndex(Int(classes[row]))
    case .sets(let sets): .values((0..<sets.labelCount).map { sets[row, $0] ? 1 : 0 })
    case .numbers(let numbers): .values([numbers[row]])
    }
  }
}
