import Foundation

/// A JSON object from a file, with getters that say the file and the key when a value is wrong.
///
/// Unchecked because JSONSerialization's values are immutable here but not marked so.
public struct JSONFile: @unchecked Sendable {
  public let path: String
  private let values: [String: Any]
  /// The keys that lead to this object, a dot after each; empty at the top.
  private let parents: String

  /// Reads `path`.
  ///
  /// - Throws: ``CheckpointError`` when it is missing, unreadable or not a JSON object.
  public init(path: String) throws(CheckpointError) {
    guard FileManager.default.fileExists(atPath: path) else { throw .missingFile(path: path) }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
    let value: Any
    do {
      value = try JSONSerialization.jsonObject(with: data)
    } catch {
      let reason = (error as NSError).userInfo["NSDebugDescription"] as? String
      throw .notJSON(path: path, reason: reason ?? "it does not parse")
    }
    guard let object = value as? [String: Any] else {
      throw .notJSON(path: path, reason: "the top level is not an object")
    }
    self.path = path
    values = object
    parents = ""
  }

  private init(_ values: [String: Any], in file: JSONFile, under key: String) {
    path = file.path
    self.values = values
    parents = file.name(key) + "."
  }

  /// A key with those that lead to it: `rope_parameters.full_attention.rope_type`.
  public func name(_ key: String) -> String { parents + key }

  /// Whether the key is there and not null.
  public func has(_ key: String) -> Bool { !(values[key] is NSNull) && values[key] != nil }

  /// An integer of at least `minimum`; `fallback` when the key is missing or null.
  public func integer(
    _ key: String, default fallback: Int? = nil, minimum: Int = 1
  ) throws(CheckpointError) -> Int {
    if !has(key), let fallback { return fallback }
    // Sizes beyond 2^31 are no model's, and their products would not fit an Int.
    guard let number = number(key), number.doubleValue == number.doubleValue.rounded(),
      number.doubleValue >= Double(minimum), number.doubleValue < 2_147_483_648
    else { throw bad(key, "an integer of at least \(minimum)") }
    return number.intValue
  }

  /// A number of layers. Beyond any model's it would take hours to find that its tensors are missing.
  public func layerCount(_ key: String) throws(CheckpointError) -> Int {
    let count = try integer(key)
    guard count <= 10_000 else { throw bad(key, "an integer between 1 and 10000") }
    return count
  }

  /// A finite number; `fallback` when the key is missing or null.
  public func real(_ key: String, default fallback: Double? = nil) throws(CheckpointError) -> Double
  {
    if !has(key), let fallback { return fallback }
    guard let number = number(key), number.doubleValue.isFinite else { throw bad(key, "a number") }
    return number.doubleValue
  }

  /// A string; `fallback` when the key is missing or null.
  public func string(
    _ key: String, default fallback: String? = nil
  ) throws(CheckpointError) -> String {
    if !has(key), let fallback { return fallback }
    guard let string = values[key] as? String else { throw bad(key, "a string") }
    return string
  }

  /// True or false; `fallback` when the key is missing or null.
  public func bool(_ key: String, default fallback: Bool) throws(CheckpointError) -> Bool {
    guard has(key) else { return fallback }
    guard let value = values[key] as? NSNumber, isBool(value) else {
      throw bad(key, "true or false")
    }
    return value.boolValue
  }

  /// Every key whose value is a string, such as a `weight_map`.
  public func strings(in key: String) throws(CheckpointError) -> [String: String] {
    guard let map = values[key] as? [String: String] else {
      throw bad(key, "an object of strings")
    }
    return map
  }

  /// The object under a key; nil when the key is missing or null.
  public func object(_ key: String) throws(CheckpointError) -> JSONFile? {
    guard has(key) else { return nil }
    guard let object = values[key] as? [String: Any] else { throw bad(key, "an object") }
    return JSONFile(object, in: self, under: key)
  }

  /// A list of strings; nil when the key is missing or null.
  public func stringList(_ key: String) throws(CheckpointError) -> [String]? {
    guard has(key) else { return nil }
    guard let list = values[key] as? [String] else { throw bad(key, "a list of strings") }
    return list
  }

  /// The error for a value that is not what was expected.
  public func bad(_ key: String, _ expected: String) -> CheckpointError {
    .badValue(
      path: path, key: name(key), found: values[key].map { "\($0)" }, expected: expected)
  }

  private func number(_ key: String) -> NSNumber? {
    guard let value = values[key] as? NSNumber, !isBool(value) else { return nil }
    return value
  }

  // JSONSerialization gives booleans as numbers; only the type of their storage tells them apart.
  private func isBool(_ value: NSNumber) -> Bool {
    value === (true as NSNumber) || value === (false as NSNumber)
      || String(cString: value.objCType) == "B"
  }
}
