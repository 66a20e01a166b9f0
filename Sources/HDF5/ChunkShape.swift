/// How many rows make a chunk.
enum ChunkShape {
  /// The bytes aimed at: large enough that a read is one sweep of the disk, small enough that a
  /// chunk of each of a hundred views fits in memory.
  static let targetBytes = 256 << 10

  /// The rows of a chunk for rows of this many bytes: at least one.
  static func rows(forRowsOf bytes: Int) -> Int { max(1, targetBytes / max(1, bytes)) }

  /// Whether a foreign file's chunk may be loaded: up to 64 MiB, as it is loaded whole.
  static func isReadable(_ extents: [Int], elementSize: Int) -> Bool {
    var bytes = elementSize
    for extent in extents {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
      if overflow { return false }
      bytes = product
    }
    return bytes <= 64 << 20
  }
}
