/// Precision, recall and F1 of one class or of an average over classes, with the rows behind it.
public struct ClassScores: Sendable, Equatable {
  public let precision: Double
  public let recall: Double
  public let f1: Double
  /// The number of rows of the class; in an average, of all classes.
  public let support: Int

  public init(precision: Double, recall: Double, f1: Double, support: Int) {
    self.precision = precision
    self.recall = recall
    self.f1 = f1
    self.support = support
  }

  /// The scores that follow from counts; a quotient whose denominator is 0 is 0.
  // F1 is a quotient of counts rather than of precision and recall: one rounding, as scikit-learn.
  init(hits: Int, support: Int, predicted: Int) {
    self.init(
      precision: quotient(Double(hits), Double(predicted)),
      recall: quotient(Double(hits), Double(support)),
      f1: quotient(Double(2 * hits), Double(support + predicted)), support: support)
  }

  /// The mean of scores, each with the same weight; 0 without any.
  static func macroAverage(_ scores: [ClassScores]) -> ClassScores {
    average(scores) { quotient(pairwiseSum(scores.map($0)), Double(scores.count)) }
  }

  /// The mean of scores, each weighted by its support; 0 when there are no rows.
  static func weightedAverage(_ scores: [ClassScores]) -> ClassScores {
    let total = Double(scores.reduce(0) { $0 + $1.support })
    return average(scores) { score in
      quotient(pairwiseSum(scores.map { score($0) * Double($0.support) }), total)
    }
  }

  private static func average(
    _ scores: [ClassScores], _ mean: ((ClassScores) -> Double) -> Double
  ) -> ClassScores {
    ClassScores(
      precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1),
      support: scores.reduce(0) { $0 + $1.support })
  }
}

extension ConfusionMatrix {
  /// The scores of each class: [classCount].
  ///
  /// A quotient whose denominator is 0 is 0: the precision of a class that nobody predicted, the
  /// recall of one without rows.
  public var classScores: [ClassScores] {
    let (supports, predicted) = (supports, predictedCounts)
    return (0..<classCount).map { index in
      ClassScores(
        hits: self[label: index, prediction: index], support: supports[index],
        predicted: predicted[index])
    }
  }

  /// The scores over all decisions together; for one label a row all three are the accuracy.
  public var microAverage: ClassScores {
    ClassScores(hits: correct, support: total, predicted: total)
  }

  /// The mean over all classes, those without rows included, each with the same weight.
  public var macroAverage: ClassScores { ClassScores.macroAverage(classScores) }

  /// The mean over all classes, each weighted by its support; 0 when there are no rows.
  public var weightedAverage: ClassScores { ClassScores.weightedAverage(classScores) }
}

/// 0 where the denominator is 0: scikit-learn's `zero_division=0`.
func quotient(_ numerator: Double, _ denominator: Double) -> Double {
  denominator == 0 ? 0 : numerator / denominator
}
