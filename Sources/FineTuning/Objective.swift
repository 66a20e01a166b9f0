import Foundation

/// What is minimized, as transformers' `problem_type` names it.
public enum Objective: Sendable, Equatable {
  /// Softmax and cross-entropy over k classes. `weights`: one a class, 1 when nil. `smoothing`: the share of
  /// a label that is spread over all classes (Szegedy et al. 2015, arXiv:1512.00567), as in
  /// `torch.nn.CrossEntropyLoss`.
  case singleLabel(weights: [Double]? = nil, smoothing: Double = 0)
  /// A sigmoid and binary cross-entropy for each of k labels.
  case multiLabel
  /// The mean of squared errors of k numbers.
  case regression

  /// config.json's `problem_type`.
  public var problemType: String {
    switch self {
    case .singleLabel: "single_label_classification"
    case .multiLabel: "multi_label_classification"
    case .regression: "regression"
    }
  }

  /// By what a row's loss counts: the sum of those of a batch is what its loss is divided by.
  package func weight(_ target: Target) -> Double {
    switch (self, target) {
    case (.singleLabel(let weights, _), .classIndex(let index)): weights?[index] ?? 1
    default: 1
    }
  }

  /// The loss of one row, and its gradient by the logits; both before the division.
  package func loss(_ logits: UnsafeBufferPointer<Float>, _ target: Target) -> (Double, [Double]) {
    switch (self, target) {
    case (.singleLabel(let weights, let smoothing), .classIndex(let label)):
      return crossEntropy(logits, label, weights, smoothing)
    case (.multiLabel, .values(let values)):
      let count = Double(logits.count)
      var loss = 0.0
      var slopes: [Double] = []
      for (logit, value) in zip(logits, values) {
        let x = Double(logit)
        loss += max(x, 0) - x * value + log1p(exp(-abs(x)))
        slopes.append((1 / (1 + exp(-x)) - value) / count)
      }
      return (loss / count, slopes)
    case (.regression, .values(let values)):
      let count = Double(logits.count)
      let errors = zip(logits, values).map { Double($0) - $1 }
      return (errors.reduce(0) { $0 + $1 * $1 } / count, errors.map { 2 * $0 / count })
    default: preconditionFailure("a target of another kind than the objective's")
    }
  }

  private func crossEntropy(
    _ logits: UnsafeBufferPointer<Float>, _ label: Int, _ weights: [Double]?, _ smoothing: Double
  ) -> (Double, [Double]) {
    let top = Double(logits.max() ?? 0)
    let sum = logits.reduce(0) { $0 + exp(Double($1) - top) }
    let spread = smoothing / Double(logits.count)
    // How much each class's logarithm counts, and all of them together.
    let shares = logits.indices.map {
      ($0 == label ? 1 - smoothing : 0) * (weights?[label] ?? 1) + spread * (weights?[$0] ?? 1)
    }
    let total = shares.reduce(0, +)
    var loss = 0.0
    var slopes: [Double] = []
    for (logit, share) in zip(logits, shares) {
      let logarithm = Double(logit) - top - log(sum)
      if share > 0 { loss -= share * logarithm }
      slopes.append(total * exp(logarithm) - share)
    }
    return (loss, slopes)
  }
}

/// What one row should give.
public enum Target: Sendable, Equatable {
  /// The class it belongs to.
  case classIndex(Int)
  /// 0 or 1 for each label, or the numbers to predict.
  case values([Double])
}
