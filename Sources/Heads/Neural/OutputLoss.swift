import Contracts
import Glibc

/// What a network's last layer stands for.
public enum OutputKind: String, Sendable, Codable, CaseIterable {
  /// One of k classes: softmax and cross entropy.
  case softmax
  /// Any number of k labels: a sigmoid and a binary cross entropy each.
  case sigmoid
  /// A number: squared error.
  case identity
}

/// What the rows of a training are to be told, and how much each counts: PyTorch's CrossEntropyLoss
/// with `weight`, BCEWithLogitsLoss with `pos_weight` or MSELoss, as a mean over a batch's weights.
struct OutputLoss: Sendable {
  let kind: OutputKind
  let outputs: Int
  let labels: Labels
  /// [rows]: how much a row counts, class weights of single labels included.
  let weights: [Double]
  /// [outputs]: how much the presence of a label counts, for sets of labels.
  let presence: [Double]
  /// Numbers are learned in units of their deviation from their mean, so that a rate fits any scale.
  let center: Double
  let unit: Double

  /// The sum of the weights of `rows`.
  func weight(of rows: ArraySlice<Int>) -> Double { rows.reduce(0) { $0 + weights[$1] } }

  /// The loss of one row, not weighted; with `share` its scores [outputs] become their gradient
  /// times that: weight / the batch's weights.
  func evaluate(_ row: Int, _ z: UnsafeMutablePointer<Float>, share: Double? = nil) -> Double {
    switch labels {
    case .classes(let classes): crossEntropy(Int(classes[row]), z, share)
    case .sets(let sets): binaryCrossEntropy(sets, row, z, share)
    case .numbers(let numbers): squaredError((numbers[row] - center) / unit, z, share)
    }
  }

  private func crossEntropy(
    _ label: Int, _ z: UnsafeMutablePointer<Float>, _ share: Double?
  ) -> Double {
    var top = z[0]
    for k in 1..<max(outputs, 1) { top = max(top, z[k]) }
    let own = Double(z[label] - top)
    var sum = 0.0
    guard let share else {
      for k in 0..<outputs { sum += exp(Double(z[k] - top)) }
      return log(sum) - own
    }
    for k in 0..<outputs {
      let e = exp(Double(z[k] - top))
      z[k] = Float(e)
      sum += e
    }
    let scale = Float(share / sum)
    for k in 0..<outputs { z[k] *= scale }
    z[label] -= Float(share)
    return log(sum) - own
  }

  private func binaryCrossEntropy(
    _ sets: LabelSets, _ row: Int, _ z: UnsafeMutablePointer<Float>, _ share: Double?
  ) -> Double {
    var loss = 0.0
    for k in 0..<outputs {
      let score = Double(z[k])
      let isPresent = sets[row, k]
      let weight = isPresent ? presence[k] : 1
      // log(1 + exp(-|s|)) loses nothing, whatever the score.
      let signed = isPresent ? -score : score
      loss += weight * (max(signed, 0) + log1p(exp(-abs(signed))))
      if let share {
        let wrong = 1 / (1 + exp(-signed))
        z[k] = Float((isPresent ? -wrong : wrong) * weight * share / Double(outputs))
      }
    }
    return loss / Double(outputs)
  }

  private func squaredError(
    _ target: Double, _ z: UnsafeMutablePointer<Float>, _ share: Double?
  ) -> Double {
    let difference = Double(z[0]) - target
    if let share { z[0] = Float(2 * difference * share) }
    return difference * difference
  }

  /// Whether the scores of a row give its label; all labels of a set.
  func isRight(_ row: Int, _ z: UnsafePointer<Float>) -> Bool {
    switch labels {
    case .classes(let classes):
      var best = 0
      for k in 1..<max(outputs, 1) where z[k] > z[best] { best = k }
      return best == Int(classes[row])
    case .sets(let sets): return (0..<outputs).allSatisfy { (z[$0] > 0) == sets[row, $0] }
    case .numbers: return false
    }
  }
}

extension OutputLoss {
  /// The loss of `labels`, weighted by class and by sample.
  ///
  /// `scale`: for numbers, the centre and unit of the training's; found when nil.
  ///
  /// - Throws: `noTrainingRows`, `singleClass`, `badHyperparameter`.
  init(
    _ labels: Labels, outputs: Int, classWeight: ClassWeight, sampleWeights: [Double]?,
    scale: (center: Double, unit: Double)? = nil
  ) throws(HeadError) {
    guard labels.count > 0 else { throw .noTrainingRows }
    precondition(sampleWeights.map { $0.count == labels.count } ?? true)
    precondition((0..<labels.count).allSatisfy { labels.isLabelled($0) })
    var weights = sampleWeights ?? [Double](repeating: 1, count: labels.count)
    for weight in weights where !(weight >= 0 && weight.isFinite) {
      throw .badHyperparameter(name: "sample_weight", value: "\(weight)")
    }
    if case .explicit(let values) = classWeight {
      for weight in values where !(weight > 0 && weight.isFinite) {
        throw .badHyperparameter(name: "class_weight", value: "\(weight)")
      }
      precondition(values.count == outputs, "one weight a class")
    }
    var presence = [Double](repeating: 1, count: outputs)
    var (center, unit) = (0.0, 1.0)
    switch labels {
    case .classes(let classes):
      kind = .softmax
      let perClass = classWeight.values(counts: Self.counts(classes, outputs))
      for (row, label) in classes.enumerated() { weights[row] *= perClass[Int(label)] }
    case .sets(let sets):
      kind = .sigmoid
      presence = classWeight.presence(sets)
    case .numbers(let numbers):
      kind = .identity
      center = numbers.reduce(0, +) / Double(numbers.count)
      let squares = numbers.reduce(0) { $0 + ($1 - center) * ($1 - center) }
      unit = (squares / Double(numbers.count)).squareRoot()
      if unit == 0 { unit = 1 }
      if let scale { (center, unit) = scale }
    }
    self.outputs = outputs
    self.labels = labels
    self.weights = weights
    self.presence = presence
    self.center = center
    self.unit = unit
  }

  private static func counts(_ classes: [Int32], _ count: Int) -> [Int] {
    classes.reduce(into: [Int](repeating: 0, count: count)) { $0[Int($1)] += 1 }
  }
}

public typealias ClassWeight = LogisticRegression.ClassWeight

extension LogisticRegression.ClassWeight {
  /// A weight a class; 1 for a class without rows.
  func values(counts: [Int]) -> [Double] {
    switch self {
    case .none: return [Double](repeating: 1, count: counts.count)
    case .balanced:
      let present = counts.count { $0 > 0 }
      let rows = counts.reduce(0, +)
      return counts.map { $0 == 0 ? 1 : Double(rows) / Double(present * $0) }
    case .explicit(let values): return values
    }
  }

  /// What the presence of each label counts against its absence: balanced, as much in sum.
  func presence(_ sets: LabelSets) -> [Double] {
    switch self {
    case .none: return [Double](repeating: 1, count: sets.labelCount)
    case .balanced:
      return (0..<sets.labelCount).map { label in
        let present = (0..<sets.rows).count { sets[$0, label] }
        return present == 0 ? 1 : Double(sets.rows - present) / Double(present)
      }
    case .explicit(let values): return values
    }
  }
}
