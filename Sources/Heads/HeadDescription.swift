import Foundation
import Vectorizers

/// head.json.
struct HeadDescription: Codable {
  var formatVersion: Int
  var head: String
  var width: Int
  var classNames: [String]
  /// One of the two is there.
  var features: FeatureProvenance?
  var vectorizer: TfidfVectorizer.Configuration?
  var record: HeadRecord

  enum CodingKeys: String, CodingKey {
    case head, width, features, vectorizer, logistic, ridge, mlp
    case formatVersion = "format_version"
    case classNames = "class_names"
  }

  init(
    formatVersion: Int, head: String, width: Int, classNames: [String],
    features: FeatureProvenance?, vectorizer: TfidfVectorizer.Configuration?, record: HeadRecord
  ) {
    self.formatVersion = formatVersion
    self.head = head
    self.width = width
    self.classNames = classNames
    self.features = features
    self.vectorizer = vectorizer
    self.record = record
  }

  /// Reads and checks what needs no tensors.
  ///
  /// - Throws: `malformed`, `newerVersion`, `unknownKind`, `inconsistent`.
  init(json: Data, path: String) throws(HeadError) {
    try HeadJSON.check(
      json, path: path, version: HeadArchive.formatVersion,
      kinds: [LogisticRecord.kind, RidgeRecord.kind, MLPRecord.kind])
    self = try HeadJSON.decode(json, path: path)
    guard formatVersion > 0 else { throw .inconsistent(path: path, field: "format_version") }
    guard width > 0 else { throw .inconsistent(path: path, field: "width") }
    guard record.kind != LogisticRecord.kind || !classNames.isEmpty else {
      throw .inconsistent(path: path, field: "class_names")
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    formatVersion = try container.decode(Int.self, forKey: .formatVersion)
    head = try container.decode(String.self, forKey: .head)
    width = try container.decode(Int.self, forKey: .width)
    classNames = try container.decode([String].self, forKey: .classNames)
    features = try container.decodeIfPresent(FeatureProvenance.self, forKey: .features)
    vectorizer = try container.decodeIfPresent(
      TfidfVectorizer.Configuration.self, forKey: .vectorizer)
    record =
      switch head {
      case RidgeRecord.kind: .ridge(try container.decode(RidgeRecord.self, forKey: .ridge))
      case MLPRecord.kind: .mlp(try container.decode(MLPRecord.self, forKey: .mlp))
      default: .logistic(try container.decode(LogisticRecord.self, forKey: .logistic))
      }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(formatVersion, forKey: .formatVersion)
    try container.encode(head, forKey: .head)
    try container.encode(width, forKey: .width)
    try container.encode(classNames, forKey: .classNames)
    try container.encodeIfPresent(features, forKey: .features)
    try container.encodeIfPresent(vectorizer, forKey: .vectorizer)
    switch record {
    case .logistic(let record): try container.encode(record, forKey: .logistic)
    case .ridge(let record): try container.encode(record, forKey: .ridge)
    case .mlp(let record): try container.encode(record, forKey: .mlp)
    }
  }
}
