public import Contracts
public import Safetensors

/// What head.json says of a logistic head.
public struct LogisticRecord: Sendable, Equatable, Codable {
  static let kind = "logistic"

  /// Whether a row has one class or several labels; version 1 knew classes only.
  public let labelKind: LabelKind
  /// The indices of the classes with training rows, ascending; of labels those that some rows have
  /// and some not.
  public let trainedClasses: [Int]
  /// The labels that each training row has, ascending.
  public let constantLabels: [Int]
  public let hyperparameters: LogisticRegression.Configuration
  public let training: LogisticRegression.Summary

  enum CodingKeys: String, CodingKey {
    case hyperparameters, training
    case labelKind = "label_kind"
    case trainedClasses = "trained_classes"
    case constantLabels = "constant_labels"
  }

  init(
    labelKind: LabelKind, trainedClasses: [Int], constantLabels: [Int],
    hyperparameters: LogisticRegression.Configuration, training: LogisticRegression.Summary
  ) {
    self.labelKind = labelKind
    self.trainedClasses = trainedClasses
    self.constantLabels = constantLabels
    self.hyperparameters = hyperparameters
    self.training = training
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try container.decodeIfPresent(String.self, forKey: .labelKind)
    guard let labelKind = LabelKind(rawValue: kind ?? LabelKind.singleLabel.rawValue) else {
      throw DecodingError.dataCorruptedError(
        forKey: .labelKind, in: container, debugDescription: "an unknown label_kind")
    }
    self.labelKind = labelKind
    trainedClasses = try container.decode([Int].self, forKey: .trainedClasses)
    constantLabels = try container.decodeIfPresent([Int].self, forKey: .constantLabels) ?? []
    hyperparameters = try container.decode(
      LogisticRegression.Configuration.self, forKey: .hyperparameters)
    training = try container.decode(LogisticRegression.Summary.self, forKey: .training)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(labelKind.rawValue, forKey: .labelKind)
    try container.encode(trainedClasses, forKey: .trainedClasses)
    try container.encode(constantLabels, forKey: .constantLabels)
    try container.encode(hyperparameters, forKey: .hyperparameters)
    try container.encode(training, forKey: .training)
  }
}

extension LogisticRegression: ArchivableHead {
  private enum Name {
    static let coefficients = "coef"
    static let intercepts = "intercept"
  }

  public var record: HeadRecord {
    .logistic(
      LogisticRecord(
        labelKind: labelKind, trainedClasses: trainedClasses, constantLabels: constantLabels,
        hyperparameters: configuration, training: summary))
  }

  /// `coef` [outputs, width] and `intercept` [outputs], named as scikit-learn's attributes; `mean`
  /// and `scale` [width] where features are standardized. All float64.
  public var tensors: [SafetensorsWriter.Tensor] {
    func tensor(_ name: String, _ shape: [Int], _ values: [Double]) -> SafetensorsWriter.Tensor {
      SafetensorsWriter.Tensor(name: name, shape: shape, values: .float64(values))
    }
    let tensors = [
      tensor(Name.coefficients, [outputs, width], coefficients),
      tensor(Name.intercepts, [outputs], intercepts),
    ]
    return tensors + (standardization?.tensors ?? [])
  }

  /// Puts a head together again; `path` is that of head.json.
  init(
    _ record: LogisticRecord, width: Int, classCount: Int, tensors: SafetensorsFile, path: String
  ) throws(HeadError) {
    let trained = record.trainedClasses
    let isMultiLabel = record.labelKind == .multiLabel
    func ascends(_ indices: [Int]) -> Bool {
      indices.allSatisfy((0..<classCount).contains)
        && zip(indices, indices.dropFirst()).allSatisfy { $0 < $1 }
    }
    guard record.labelKind != .number else {
      throw .inconsistent(path: path, field: LogisticRecord.CodingKeys.labelKind.rawValue)
    }
    guard trained.count > (isMultiLabel ? 0 : 1), ascends(trained) else {
      throw .inconsistent(path: path, field: LogisticRecord.CodingKeys.trainedClasses.rawValue)
    }
    guard ascends(record.constantLabels), isMultiLabel || record.constantLabels.isEmpty,
      Set(record.constantLabels).isDisjoint(with: trained)
    else {
      throw .inconsistent(path: path, field: LogisticRecord.CodingKeys.constantLabels.rawValue)
    }

    let outputs = trained.count == 2 && !isMultiLabel ? 1 : trained.count
    self.init(
      width: width, classCount: classCount, labelKind: record.labelKind, trainedClasses: trained,
      constantLabels: record.constantLabels,
      coefficients: try tensors.checked(Name.coefficients, [outputs, width]),
      intercepts: try tensors.checked(Name.intercepts, [outputs]),
      standardization: record.hyperparameters.standardize
        ? try Standardization(width: width, tensors) : nil,
      configuration: record.hyperparameters, summary: record.training)
  }
}
