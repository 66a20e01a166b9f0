import Foundation

/// Reads the files of a model folder and puts what goes wrong into `TokenizerError`.
struct ModelFolder {
  let path: String

  func file(_ name: String) -> String {
    path.hasSuffix("/") ? path + name : path + "/" + name
  }

  func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: file(name))
  }

  /// The bytes of a file.
  func bytes(_ name: String) throws -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
    } catch {
      throw TokenizerError.unreadable(file: file(name), reason: error.localizedDescription)
    }
  }

  /// The bytes of a file, which must be UTF-8.
  func utf8(_ name: String) throws -> [UInt8] {
    let bytes = try bytes(name)
    // A line is UTF-8 by itself, so that the search for the faulty one may go line by line.
    guard String(validating: bytes, as: UTF8.self) != nil else {
      let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
      let faulty = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
      throw TokenizerError.notUTF8(file: file(name), line: faulty + 1)
    }
    return bytes
  }

  /// Decodes a JSON file; nil when the folder does not have it.
  func decodeIfPresent<Value: Decodable>(_ type: Value.Type, from name: String) throws -> Value? {
    guard has(name) else { return nil }
    return try decode(type, from: try utf8(name), of: name)
  }

  /// Decodes JSON that was read from the file `name`.
  func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], of name: String
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as UnsupportedSetting {
      throw TokenizerError.unsupported(file: file(name), role: error.role, name: error.name)
    } catch let error as DecodingError {
      throw TokenizerError(error, file: file(name))
    }
  }
}

extension TokenizerError {
  init(_ error: DecodingError, file: String) {
    func path(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
      let keys = context.codingPath + (key.map { [$0] } ?? [])
      return keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      self = .missingKey(file: file, key: path(context, key))
    case .valueNotFound(let type, let context), .typeMismatch(let type, let context):
      self = .wrongType(file: file, key: path(context), expected: "\(type)")
    case .dataCorrupted(let context):
      // With a path the JSON is sound and a value is out of its type's range.
      self =
        context.codingPath.isEmpty
        ? .notJSON(file: file, reason: context.debugDescription)
        : .wrongType(file: file, key: path(context), expected: context.debugDescription)
    @unknown default:
      self = .notJSON(file: file, reason: "\(error)")
    }
  }
}
