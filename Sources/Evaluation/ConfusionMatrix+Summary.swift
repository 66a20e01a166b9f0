extension ConfusionMatrix {
  /// The share of rows whose prediction is their label; 0 without rows.
  public var accuracy: Double {
    total == 0 ? 0 : Double(correct) / Double(total)
  }

  /// The mean recall of the classes that have rows; 0 without rows.
  public var balancedAccuracy: Double {
    let recalls = classScores.filter { $0.support > 0 }.map(\.recall)
    return recalls.isEmpty ? 0 : pairwiseSum(recalls) / Double(recalls.count)
  }

  /// The Matthews correlation coefficient in its form for any number of classes (Gorodkin 2004,
  /// https://doi.org/10.1016/j.compbiolchem.2004.09.006), in -1...1.
  ///
  /// 0 when all labels or all predictions are of one class.
  public var matthewsCorrelation: Double {
    let (total, correct) = (Double(total), Double(correct))
    let labels = supports.map(Double.init)
    let predictions = predictedCounts.map(Double.init)
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let covariance = correct * total - dot(labels, predictions)
    let labelVariance = total * total - dot(labels, labels)
    let predictionVariance = total * total - dot(predictions, predictions)
    let product = labelVariance * predictionVariance
    return product == 0 ? 0 : covariance / product.squareRoot()
  }
}
