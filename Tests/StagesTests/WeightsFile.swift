import Foundation

/// A safetensors file taken apart, so that its header can be made to lie.
struct WeightsFile {
  var header: [String: Any]
  var content: Data

  init(_ bytes: Data) throws {
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let parsed = try JSONSerialization.jsonObject(with: bytes.dropFirst(8).prefix(length))
    guard let header = parsed as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
    self.header = header
    content = bytes.dropFirst(8 + length)
  }

  /// Sets a field of a tensor's entry.
  mutating func set(_ field: String, of tensor: String, to value: Any) {
    var entry = header[tensor] as? [String: Any] ?? [:]
    entry[field] = value
    header[tensor] = entry
  }

  /// A tensor's first and last byte in the data.
  func offsets(of tensor: String) -> [Int] {
    (header[tensor] as? [String: Any])?["data_offsets"] as? [Int] ?? []
  }

  /// The file again, header first.
  ///
  /// - Parameter claimed: the length of the header as the file says it; nil for the true one.
  /// - Returns: the bytes of the file.
  /// - Throws: when the header is no JSON.
  func bytes(claimed: UInt64? = nil) throws -> Data {
    let json = try JSONSerialization.data(withJSONObject: header, options: .sortedKeys)
    let length = claimed ?? UInt64(json.count)
    return Data((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }) + json + content
  }
}
