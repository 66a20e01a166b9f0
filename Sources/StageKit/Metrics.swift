public import Contracts
import Evaluation
public import Heads

extension Predictions {
  /// All metrics of the predictions for rows with these labels, by their names in metrics.json.
  ///
  /// Rows without a label are left out. A metric that is not defined on the rows (a ROC AUC where a
  /// class is missing, a correlation of constants) is NaN, which metrics.json writes as null.
  ///
  /// - Precondition: the labels are of the predictions' kind, and as many.
  public func metrics(for labels: Labels) -> [String: Double] {
    precondition(labels.count == count)
    switch (self, labels) {
    case (.classes(let probabilities), .classes(let classes)):
      return Self.metrics(probabilities, classes.map { Int($0) })
    case (.sets(let probabilities), .sets(let sets)):
      return Self.metrics(probabilities, sets)
    case (.numbers(let predictions), .numbers(let targets)):
      return Self.metrics(predictions, targets)
    default: preconditionFailure("predictions of one kind, labels of another")
    }
  }

  private static func metrics(
    _ probabilities: ClassProbabilities, _ labels: [Int]
  ) -> [String: Double] {
    let (values, classCount) = (probabilities.values, probabilities.classCount)
    let confusion = ConfusionMatrix(
      labels: labels, predictions: probabilities.classes, classCount: classCount)
    let ranking = RankingScores(labels: labels, probabilities: values, classCount: classCount)
    var metrics: [String: Double] = [
      "rows": Double(confusion.total), "accuracy": confusion.accuracy,
      "balanced_accuracy": confusion.balancedAccuracy,
      "matthews_correlation": confusion.matthewsCorrelation,
      "log_loss": logLoss(labels: labels, probabilities: values, classCount: classCount),
      "brier": brierScore(labels: labels, probabilities: values, classCount: classCount),
      "expected_calibration_error": expectedCalibrationError(
        labels: labels, probabilities: values, classCount: classCount),
    ]
    metrics.add(confusion.microAverage, as: "micro")
    metrics.add(confusion.macroAverage, as: "macro")
    metrics.add(confusion.weightedAverage, as: "weighted")
    if classCount == 2 {
      metrics["roc_auc"] = ranking.rocAUC[1]
      metrics["average_precision"] = ranking.averagePrecision[1]
    } else {
      metrics["roc_auc_ovr_macro"] = ranking.rocAUCMacro
      metrics["roc_auc_ovr_weighted"] = ranking.rocAUCWeighted
      metrics["average_precision_macro"] = ranking.averagePrecisionMacro
    }
    return metrics
  }

  private static func metrics(
    _ probabilities: ClassProbabilities, _ labels: LabelSets
  ) -> [String: Double] {
    let scores = MultiLabelScores(labels: labels, predictions: probabilities.labelSets)
    let ranking = RankingScores(labels: labels, probabilities: probabilities.values)
    let micro = Ranking(labels: labels, probabilities: probabilities.values)
    // Every decision about a row and a label is one between two classes.
    let decisions = labels.values.map { $0 == LabelSets.unknown ? -1 : Int($0) }
    let pairs = probabilities.values.flatMap { [1 - $0, $0] }
    var metrics: [String: Double] = [
      "rows": Double(scores.rows), "subset_accuracy": scores.subsetAccuracy,
      "hamming_loss": scores.hammingLoss,
      "log_loss": logLoss(labels: decisions, probabilities: pairs, classCount: 2),
      "brier": brierScore(labels: decisions, probabilities: pairs, classCount: 2),
      "roc_auc_micro": micro.rocAUC, "roc_auc_macro": ranking.rocAUCMacro,
      "roc_auc_weighted": ranking.rocAUCWeighted,
      "average_precision_micro": micro.averagePrecision,
      "average_precision_macro": ranking.averagePrecisionMacro,
      "average_precision_weighted": ranking.averagePrecisionWeighted,
    ]
    metrics.add(scores.microAverage, as: "micro")
    metrics.add(scores.macroAverage, as: "macro")
    metrics.add(scores.weightedAverage, as: "weighted")
    metrics.add(scores.samplesAverage, as: "samples")
    return metrics
  }

  private static func metrics(_ predictions: [Double], _ targets: [Double]) -> [String: Double] {
    let scores = RegressionScores(targets: targets, predictions: predictions)
    return [
      "rows": Double(scores.rows), "r2": scores.r2, "mae": scores.meanAbsoluteError,
      "rmse": scores.rootMeanSquaredError, "pearson": scores.pearson,
      "spearman": scores.spearman,
    ]
  }
}

extension [String: Double] {
  fileprivate mutating func add(_ scores: ClassScores, as average: String) {
    self["precision_" + average] = scores.precision
    self["recall_" + average] = scores.recall
    self["f1_" + average] = scores.f1
  }
}
