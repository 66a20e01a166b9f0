internal import Crypto
import Foundation
import Glibc

/// A SHA-256 digest. This target is the only importer of swift-crypto.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
  /// 32 bytes.
  public let bytes: [UInt8]

  /// The digest of some bytes.
  public init(of bytes: some Sequence<UInt8>) {
    var hasher = SHA256()
    let done: Void? = bytes.withContiguousStorageIfAvailable {
      hasher.update(bufferPointer: UnsafeRawBufferPointer($0))
    }
    if done == nil { hasher.update(data: Array(bytes)) }
    self.bytes = Array(hasher.finalize())
  }

  init(finishing hasher: SHA256) { bytes = Array(hasher.finalize()) }

  /// The digest of a text's UTF-8 bytes.
  public init(of text: String) {
    self.init(of: text.utf8)
  }

  /// The digest of `heads` and then `pieces`, as if they were one after the other.
  public init(ofParts heads: [ArraySlice<UInt8>], and pieces: [UnsafeRawBufferPointer]) {
    var hasher = SHA256()
    for head in heads { hasher.update(data: head) }
    for piece in pieces { hasher.update(bufferPointer: piece) }
    bytes = Array(hasher.finalize())
  }

  /// The digest of a file's bytes, read in pieces of 1 MiB.
  ///
  /// - Throws: ``DigestError`` when the file cannot be read.
  public init(ofFile path: String) throws(DigestError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DigestError(path: path, errorNumber: errno) }
    defer { close(descriptor) }
    var hasher = SHA256()
    let size = 1 << 20
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { piece.deallocate() }
    while true {
      let count = read(descriptor, piece.baseAddress, size)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw DigestError(path: path, errorNumber: errno) }
      if count == 0 { break }
      hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
    bytes = Array(hasher.finalize())
  }

  /// The digest of several files: of the lines `NAME SHA256`, in the order given, where NAME is the
  /// last part of the path. Moving the folder does not change it.
  ///
  /// - Throws: ``DigestError`` when a file cannot be read.
  public init(ofFiles paths: [String]) throws(DigestError) {
    var lines = ""
    for path in paths {
      let name = path.split(separator: "/").last ?? ""
      lines += "\(name) \(try SHA256Digest(ofFile: path))\n"
    }
    self.init(of: lines)
  }

  /// 64 hexadecimal digits.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

/// A file that could not be read while it was digested.
public struct DigestError: Error, Equatable {
  public let path: String
  /// The system's `errno`.
  public let errorNumber: Int32
}
