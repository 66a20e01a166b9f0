import Foundation
public import Safetensors
public import Vectorizers

/// A head that an archive can hold.
public protocol ArchivableHead: Head {
  /// What head.json says of this kind of head.
  var record: HeadRecord { get }
  /// What head.safetensors holds.
  var tensors: [SafetensorsWriter.Tensor] { get }
}

/// The part of head.json that depends on the kind of head: one case a kind.
public enum HeadRecord: Sendable, Equatable {
  case logistic(LogisticRecord)
  case ridge(RidgeRecord)
  case mlp(MLPRecord)

  /// The `head` field of head.json.
  var kind: String {
    switch self {
    case .logistic: LogisticRecord.kind
    case .ridge: RidgeRecord.kind
    case .mlp: MLPRecord.kind
    }
  }
}

/// A trained head with all that a later prediction must agree with: head.json and head.safetensors.
///
/// No pickle and no path: text and tensors that other programs read years later.
public struct HeadArchive: Sendable {
  /// The version that this program writes, and the newest it reads.
  public static let formatVersion = 2
  public static let jsonName = "head.json"
  public static let safetensorsName = "head.safetensors"

  public let head: any ArchivableHead
  /// One a class or label; of a head for numbers none.
  public let classNames: [String]
  public let input: HeadInput

  /// - Precondition: one name a class; the head is as wide as its input.
  public init(head: any ArchivableHead, classNames: [String], input: HeadInput) {
    precondition(classNames.count == head.classCount)
    if case .texts(let vectorizer) = input {
      precondition(vectorizer.vocabulary.count == head.width)
    }
    self.head = head
    self.classNames = classNames
    self.input = input
  }

  /// A head for features of an encoder.
  ///
  /// - Precondition: one name a class.
  public init(head: any ArchivableHead, classNames: [String], features: FeatureProvenance) {
    self.init(head: head, classNames: classNames, input: .features(features))
  }

  /// Where the head's features came from; nil where it takes texts.
  public var features: FeatureProvenance? {
    if case .features(let provenance) = input { provenance } else { nil }
  }

  /// What makes features of texts; nil where an encoder does.
  public var vectorizer: TfidfVectorizer? {
    if case .texts(let vectorizer) = input { vectorizer } else { nil }
  }

  /// The bytes of the two files; the same archive gives the same bytes.
  public func encode() -> (json: [UInt8], safetensors: [UInt8]) {
    let record = head.record
    let description = HeadDescription(
      formatVersion: Self.formatVersion, head: record.kind, width: head.width,
      classNames: classNames, features: features, vectorizer: vectorizer?.configuration,
      record: record)
    return (
      HeadJSON.encode(description),
      SafetensorsWriter.encode(
        head.tensors + (vectorizer?.tensors ?? []), metadata: ["format": "firn.head"])
    )
  }

  /// Reads the two files of `folder` and checks them against each other.
  ///
  /// - Throws: ``HeadError``: `cannotRead`, `malformed`, `newerVersion`, `unknownKind`,
  ///   `inconsistent`, `badShape`, `nonFiniteWeights`, `weights`.
  public init(folder: String) throws(HeadError) {
    let (description, tensors, path) = try HeadJSON.open(folder) {
      (json, path) throws(HeadError) in try HeadDescription(json: json, path: path)
    }
    switch description.record {
    case .logistic(let record):
      head = try LogisticRegression(
        record, width: description.width, classCount: description.classNames.count,
        tensors: tensors, path: path)
    case .ridge(let record):
      head = try RidgeRegression(record, width: description.width, tensors: tensors)
    case .mlp(let record):
      head = try MLPClassifier(
        record, width: description.width, classCount: description.classNames.count,
        tensors: tensors, path: path)
    }
    guard description.classNames.count == head.classCount else {
      throw .inconsistent(path: path, field: "class_names")
    }
    classNames = description.classNames
    if let features = description.features, description.vectorizer == nil {
      input = .features(features)
    } else if let configuration = description.vectorizer, description.features == nil {
      input = .texts(
        try TfidfVectorizer(configuration, width: description.width, tensors: tensors, path: path))
    } else {
      throw .inconsistent(path: path, field: "features")
    }
  }
}

/// What a head takes.
public enum HeadInput: Sendable, Equatable {
  /// Features of an encoder.
  case features(FeatureProvenance)
  /// Texts, which this makes features of.
  case texts(TfidfVectorizer)
}
