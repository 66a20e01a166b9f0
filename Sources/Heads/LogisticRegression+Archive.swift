public import Safetensors

/// What head.json says of a logistic head.
public struct LogisticRecord: Sendable, Equatable, Codable {
  static let kind = "logistic"

  /// The indices of the classes with training rows, ascending.
  public let trainedClasses: [Int]
  public let hyperparameters: LogisticRegression.Configuration
  public let training: LogisticRegression.Summary

  enum CodingKeys: String, CodingKey {
    case hyperparameters, training
    case trainedClasses = "trained_classes"
  }
}

extension LogisticRegression: ArchivableHead {
  private enum Name {
    static let coefficients = "coef"
    static let intercepts = "intercept"
    static let mean = "mean"
    static let scale = "scale"
  }

  public var record: HeadRecord {
    .logistic(
      LogisticRecord(
        trainedClasses: trainedClasses, hyperparameters: configuration, training: summary))
  }

  /// `coef` [outputs, width] and `intercept` [outputs], named as scikit-learn's attributes; `mean`
  /// and `scale` [width] where features are standardized. All float64.
  public var tensors: [SafetensorsWriter.Tensor] {
    func tensor(_ name: String, _ shape: [Int], _ values: [Double]) -> SafetensorsWriter.Tensor {
      SafetensorsWriter.Tensor(name: name, shape: shape, values: .float64(values))
    }
    var tensors = [
      tensor(Name.coefficients, [outputs, width], coefficients),
      tensor(Name.intercepts, [outputs], intercepts),
    ]
    if let standardization {
      tensors.append(tensor(Name.mean, [width], standardization.mean))
      tensors.append(tensor(Name.scale, [width], standardization.scale))
    }
    return tensors
  }

  /// Puts a head together again; `path` is that of head.json.
  init(
    _ record: LogisticRecord, width: Int, classCount: Int, tensors: SafetensorsFile, path: String
  ) throws(HeadError) {
    let trained = record.trainedClasses
    guard trained.count > 1, trained.allSatisfy((0..<classCount).contains),
      zip(trained, trained.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw .inconsistent(path: path, field: LogisticRecord.CodingKeys.trainedClasses.rawValue)
    }

    let outputs = trained.count == 2 ? 1 : trained.count
    self.init(
      width: width, classCount: classCount, trainedClasses: trained,
      coefficients: try Self.read(Name.coefficients, [outputs, width], tensors),
      intercepts: try Self.read(Name.intercepts, [outputs], tensors),
      standardization: record.hyperparameters.standardize
        ? try Self.standardization(width: width, tensors) : nil,
      configuration: record.hyperparameters, summary: record.training)
  }

  private static func standardization(
    width: Int, _ tensors: SafetensorsFile
  ) throws(HeadError) -> Standardization {
    let scale = try read(Name.scale, [width], tensors)
    guard scale.allSatisfy({ $0 > 0 }) else {
      throw .inconsistent(path: tensors.path, field: Name.scale)
    }
    return Standardization(mean: try read(Name.mean, [width], tensors), scale: scale)
  }

  private static func read(
    _ name: String, _ shape: [Int], _ tensors: SafetensorsFile
  ) throws(HeadError) -> [Double] {
    let found: [Int]
    let values: [Double]
    do throws(SafetensorsError) {
      found = try tensors.info(name).shape
      values = try tensors.doubles(name)
    } catch {
      throw .weights(error)
    }
    guard found == shape else {
      throw .badShape(path: tensors.path, tensor: name, expected: shape, found: found)
    }
    guard values.allSatisfy(\.isFinite) else {
      throw .nonFiniteWeights(path: tensors.path, tensor: name)
    }
    return values
  }
}
