internal import Crypto

/// A SHA-256 digest of bytes that come one after the other.
public struct SHA256Hasher: Sendable {
  private var hasher = SHA256()

  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
  }

  /// Adds bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    hasher.update(bufferPointer: bytes)
  }

  /// The digest of what was added so far.
  public func finished() -> SHA256Digest { SHA256Digest(finishing: hasher) }
}
