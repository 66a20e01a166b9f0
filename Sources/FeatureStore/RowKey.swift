public import Contracts
internal import Digests

/// What a row's features depend on beside the settings of the encoding: its tokens.
///
/// SHA-256 of the token ids as little-endian int32, then the token types: five bytes a token, so that
/// no two rows of tokens give the same bytes.
public struct RowKey: Sendable, Hashable {
  /// The bytes that features.h5 keeps of a key.
  public static let size = 32

  /// 32 bytes, eight a word.
  let words: (UInt64, UInt64, UInt64, UInt64)

  /// The key of a text's tokens.
  public init(ids: ArraySlice<Int32>, types: ArraySlice<UInt8>) {
    let bytes = ids.withUnsafeBytes { ids in
      types.withUnsafeBytes { types in SHA256Digest(ofParts: [], and: [ids, types]).bytes }
    }
    self.init(bytes[...])
  }

  /// A key as it is kept.
  ///
  /// - Precondition: there are ``size`` bytes.
  init(_ bytes: ArraySlice<UInt8>) {
    precondition(bytes.count == Self.size)
    words = bytes.withUnsafeBytes {
      $0.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
    }
  }

  /// Its bytes, ``size`` of them.
  public var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

  public static func == (a: RowKey, b: RowKey) -> Bool { a.words == b.words }

  // Its first bytes are as good a hash as any.
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension TokensFile {
  /// The key of every row, read in pieces: rows may have many tokens.
  func rowKeys(_ rows: Range<Int>) throws -> [RowKey] {
    var keys: [RowKey] = []
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: 1024) {
      keys += try tokens(start..<min(start + 1024, rows.upperBound)).rowKeys
    }
    return keys
  }
}

extension TokenBatch {
  /// The key of every text.
  public var rowKeys: [RowKey] {
    (0..<count).map { RowKey(ids: ids[range($0)], types: types[range($0)]) }
  }
}
