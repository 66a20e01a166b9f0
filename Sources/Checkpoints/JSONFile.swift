import Foundation

/// A JSON object from a file, with getters that say the file and the key when a value is wrong.
///
/// Unchecked because JSONSerialization's values are immutable here but not marked so.
public struct JSONFile: @unchecked Sendable {
  public let path: String
  private let values: [String: Any]

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
  }

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

  /// The error for a value that is not what was expected.
  public func bad(_ key: String, _ expected: String) -> CheckpointError {
    .badValue(
      path: path, key: key, found: values[key].map { "\($0)" }, expected: expected)
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
