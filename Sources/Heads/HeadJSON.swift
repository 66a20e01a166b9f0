import Foundation
import Safetensors

/// What every head's head.json and head.safetensors have in common, whatever the head.
enum HeadJSON {
  private struct Outline: Decodable {
    let format_version: Int
    let head: String
  }

  /// The kind of head in `folder`; nil where there is none that can be read.
  static func kind(folder: String) -> String? {
    guard let bytes = FileManager.default.contents(atPath: folder + "/" + HeadArchive.jsonName)
    else { return nil }
    return try? JSONDecoder().decode(Outline.self, from: bytes).head
  }

  /// Opens the two files of `folder`; what they hold is for the head to check.
  ///
  /// - Throws: `cannotRead`, `weights`, and what `describe` throws, which is given head.json first.
  static func open<Description>(
    _ folder: String, describe: (_ json: Data, _ path: String) throws(HeadError) -> Description
  ) throws(HeadError) -> (Description, SafetensorsFile, path: String) {
    let path = folder + "/" + HeadArchive.jsonName
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw .cannotRead(path: path)
    }
    let description = try describe(bytes, path)
    do throws(SafetensorsError) {
      let tensors = try SafetensorsFile(path: folder + "/" + HeadArchive.safetensorsName)
      return (description, tensors, path)
    } catch {
      throw .weights(error)
    }
  }

  /// Checks what tells whether the rest can be read: the version first, for a newer file may differ in
  /// everything else.
  ///
  /// - Throws: `malformed`, `newerVersion`, `unknownKind`.
  static func check(
    _ json: Data, path: String, version: Int, kinds: [String]
  ) throws(HeadError) {
    let outline: Outline = try decode(json, path: path)
    guard outline.format_version <= version else {
      throw .newerVersion(path: path, found: outline.format_version, supported: version)
    }
    guard kinds.contains(outline.head) else { throw .unknownKind(path: path, kind: outline.head) }
  }

  /// - Throws: `malformed`.
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

  /// Readable and with sorted keys: the same description gives the same bytes.
  static func encode(_ description: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(description)) + [UInt8(ascii: "\n")]
    } catch {
      // Only a number that is not finite cannot be encoded, and training yields none.
      preconditionFailure("head.json: \(error)")
    }
  }
}
