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
    // The version first: a newer file may differ in everything else.
    let outline: Outline = try Self.decode(json, path: path)
    guard outline.format_version <= HeadArchive.formatVersion else {
      throw .newerVersion(
        path: path, found: outline.format_version, supported: HeadArchive.formatVersion)
    }
    guard [LogisticRecord.kind, RidgeRecord.kind, MLPRecord.kind].contains(outline.head) else {
      throw .unknownKind(path: path, kind: outline.head)
    }
    self = try Self.decode(json, path: path)
    guard formatVersion > 0 else { throw .inconsistent(path: path, field: "format_version") }
    guard width > 0 else { throw .inconsistent(path: path, field: "width") }
    guard record.kind != LogisticRecord.kind || !classNames.isEmpty else {
      throw .inconsistent(path: path, field: "class_names")
    }
  }

  private struct Outline: Decodable {
    let format_version: Int
    let head: String
  }

  static func decode<Value: Decodable>(
    _ json: Data, path: String
  ) throws(HeadError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: json)
    } catch DecodingError.keyNotFound(let key, _) {
      throw .malformed(path: path, detail: "there is no \(key.stringValue)")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context)
    {
      let field = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw .malformed(path: path, detail: "\(field) is of the wrong type")
    } catch {
      throw .malformed(path: path, detail: "it is not JSON")
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

  /// Readable and with sorted keys: the same description gives the same bytes.
  func encoded() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    } catch {
      // Only a number that is not finite cannot be encoded, and training yields none.
      preconditionFailure("head.json: \(error)")
    }
  }
}
