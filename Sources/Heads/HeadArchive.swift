import Foundation
public import Safetensors

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
  case mlp(MLPRecord)

  /// The `head` field of head.json.
  var kind: String {
    switch self {
    case .logistic: LogisticRecord.kind
    case .mlp: MLPRecord.kind
    }
  }
}

/// A trained head with all that a later prediction must agree with: head.json and head.safetensors.
///
/// No pickle and no path: text and tensors that other programs read years later.
public struct HeadArchive: Sendable {
  /// The version that this program writes, and the newest it reads.
  public static let formatVersion = 1
  public static let jsonName = "head.json"
  public static let safetensorsName = "head.safetensors"

  public let head: any ArchivableHead
  public let classNames: [String]
  public let features: FeatureProvenance

  /// - Precondition: one name a class.
  public init(head: any ArchivableHead, classNames: [String], features: FeatureProvenance) {
    precondition(classNames.count == head.classCount)
    self.head = head
    self.classNames = classNames
    self.features = features
  }

  /// The bytes of the two files; the same archive gives the same bytes.
  public func encode() -> (json: [UInt8], safetensors: [UInt8]) {
    let record = head.record
    let description = HeadDescription(
      formatVersion: Self.formatVersion, head: record.kind, width: head.width,
      classNames: classNames, features: features, record: record)
    return (
      description.encoded(),
      SafetensorsWriter.encode(head.tensors, metadata: ["format": "firn.head"])
    )
  }

  /// Reads the two files of `folder` and checks them against each other.
  ///
  /// - Throws: ``HeadError``: `cannotRead`, `malformed`, `newerVersion`, `unknownKind`,
  ///   `inconsistent`, `badShape`, `nonFiniteWeights`, `weights`.
  public init(folder: String) throws(HeadError) {
    let path = folder + "/" + Self.jsonName
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw .cannotRead(path: path)
    }
    let description = try HeadDescription(json: bytes, path: path)
    let tensors: SafetensorsFile
    do throws(SafetensorsError) {
      tensors = try SafetensorsFile(path: folder + "/" + Self.safetensorsName)
    } catch {
      throw .weights(error)
    }
    switch description.record {
    case .logistic(let record):
      head = try LogisticRegression(
        record, width: description.width, classCount: description.classNames.count,
        tensors: tensors, path: path)
    case .mlp(let record):
      head = try MLPClassifier(
        record, width: description.width, classCount: description.classNames.count,
        tensors: tensors, path: path)
    }
    classNames = description.classNames
    features = description.features
  }
}
