public import Evaluation
import Foundation

/// The metrics of predicted numbers as a small table.
public struct RegressionReport: Sendable {
  private let scores: RegressionScores

  public init(_ scores: RegressionScores) { self.scores = scores }

  /// A metric a line with four digits after the point; nan where it is not defined.
  public var text: String {
    var table = TextTable([("metric", .left), ("value", .right)])
    for (name, value) in [
      ("R2", scores.r2), ("MAE", scores.meanAbsoluteError), ("RMSE", scores.rootMeanSquaredError),
      ("Pearson", scores.pearson), ("Spearman", scores.spearman),
    ] {
      table.append([name, value.isNaN ? "nan" : String(format: "%.4f", value)])
    }
    table.append(["rows", "\(scores.rows)"])
    return table.text
  }
}
