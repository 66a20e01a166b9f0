import Foundation

/// SentencePiece's table of replacements: a double-array trie over UTF-8 whose leaves point into a
/// pool of zero-terminated strings.
///
/// Source: src/lib.rs of spm_precompiled 0.1 and tokenizers/src/normalizers/precompiled.rs of Hugging
/// Face tokenizers 0.23.
struct PrecompiledNormalizer: Sendable {
  private let units: [UInt32]
  private let pool: [UInt8]

  /// Appends the normalized form of `text` to `output`.
  ///
  /// A grapheme cluster of less than six bytes is looked up as a whole, any other scalar by scalar,
  /// which is how Hugging Face does it.
  func normalize(_ text: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer) {
    var breaker = GraphemeBreaker()
    var clusterStart = 0
    var position = 0
    while position < text.count {
      let start = position
      let scalar = UTF8Scalar.decode(text, &position)
      if breaker.breaks(before: ScalarTraits(of: scalar).graphemeRole), start > clusterStart {
        normalize(cluster: UnsafeBufferPointer(rebasing: text[clusterStart..<start]), into: &output)
        clusterStart = start
      }
    }
    if clusterStart < text.count {
      normalize(cluster: UnsafeBufferPointer(rebasing: text[clusterStart...]), into: &output)
    }
  }

  private func normalize(
    cluster: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer
  ) {
    if cluster.count < 6, append(replacementOf: cluster, to: &output) { return }
    var position = 0
    while position < cluster.count {
      let start = position
      _ = UTF8Scalar.decode(cluster, &position)
      let scalar = UnsafeBufferPointer(rebasing: cluster[start..<position])
      if !append(replacementOf: scalar, to: &output) { output.append(scalar) }
    }
  }

  /// Appends the replacement of the shortest beginning of `key` that has one, which stands for the
  /// whole of it; false when none has.
  private func append(
    replacementOf key: UnsafeBufferPointer<UInt8>, to output: inout ByteBuffer
  ) -> Bool {
    guard let start = leaf(of: key) else { return false }
    var end = start
    while end < pool.count, pool[end] != 0 { end += 1 }
    pool[start..<end].withUnsafeBufferPointer { output.append($0) }
    return true
  }

  /// The value of the first leaf on the way along `key`.
  private func leaf(of key: UnsafeBufferPointer<UInt8>) -> Int? {
    var node = Self.offset(units[0])
    for byte in key {
      if byte == 0 { return nil }
      node ^= Int(byte)
      guard node < units.count else { return nil }
      let unit = units[node]
      // A unit's label, or a value's mark in the highest bit.
      guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
      node ^= Self.offset(unit)
      if unit >> 8 & 1 == 1 {
        guard node < units.count else { return nil }
        let value = Int(units[node] & 0x7FFF_FFFF)
        return value <= pool.count ? value : nil
      }
    }
    return nil
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & 1 << 9) >> 6)
  }
}

extension PrecompiledNormalizer: Decodable {
  private enum CodingKeys: String, CodingKey {
    case charsmap = "precompiled_charsmap"
  }

  /// Reads the base64 of: the trie's size in bytes, the trie, the pool.
  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    let text = try keys.decode(String.self, forKey: .charsmap)
    guard let data = Data(base64Encoded: text), let map = Self(charsmap: [UInt8](data)) else {
      throw DecodingError.dataCorruptedError(
        forKey: .charsmap, in: keys, debugDescription: "SentencePiece charsmap in base64")
    }
    self = map
  }

  init?(charsmap: [UInt8]) {
    func word(at position: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(charsmap[position + $1]) << (8 * $1) }
    }
    guard charsmap.count >= 4 else { return nil }
    let size = Int(word(at: 0)) / 4
    guard size > 0, 4 + 4 * size <= charsmap.count else { return nil }
    units = (0..<size).map { word(at: 4 + 4 * $0) }
    pool = Array(charsmap[(4 + 4 * size)...])
    guard String(validating: pool, as: UTF8.self) != nil else { return nil }
  }
}
