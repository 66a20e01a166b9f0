public import Safetensors

/// What head.json says of a ridge head.
public struct RidgeRecord: Sendable, Equatable, Codable {
  static let kind = "ridge"

  public let hyperparameters: RidgeRegression.Configuration
  public let training: RidgeRegression.Summary
}

extension RidgeRegression: ArchivableHead {
  private enum Name {
    static let coefficients = "coef"
    static let intercept = "intercept"
  }

  public var record: HeadRecord {
    .ridge(RidgeRecord(hyperparameters: configuration, training: summary))
  }

  /// `coef` [width] and `intercept` [1], named as scikit-learn's attributes; `mean` and `scale`
  /// [width] where features are standardized. All float64.
  public var tensors: [SafetensorsWriter.Tensor] {
    [
      SafetensorsWriter.Tensor(
        name: Name.coefficients, shape: [width], values: .float64(coefficients)),
      SafetensorsWriter.Tensor(name: Name.intercept, shape: [1], values: .float64([intercept])),
    ] + (standardization?.tensors ?? [])
  }

  /// Puts a head together again.
  init(_ record: RidgeRecord, width: Int, tensors: SafetensorsFile) throws(HeadError) {
    self.init(
      width: width, coefficients: try tensors.checked(Name.coefficients, [width]),
      intercept: try tensors.checked(Name.intercept, [1])[0],
      standardization: record.hyperparameters.standardize
        ? try Standardization(width: width, tensors) : nil,
      configuration: record.hyperparameters, summary: record.training)
  }
}
