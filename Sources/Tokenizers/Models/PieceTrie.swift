/// A trie over the bytes of pieces: from node and byte to the next node, in one hash table.
struct PieceTrie: Sendable {
  /// Upper half: node and byte, which fit 32 bits up to 16 million nodes; lower half: the next node,
  /// 0 when free (no edge leads to the root). A power of two in number, half of them free.
  private var edges: [UInt64]
  /// The piece that ends at a node; -1 where none does.
  private var ids: [Int32] = [-1]

  /// - Parameter expectedByteCount: saves rehashing when the pieces have about that many.
  init(expectedByteCount: Int) {
    var slotCount = 1024
    while slotCount < expectedByteCount { slotCount *= 2 }
    edges = [UInt64](repeating: 0, count: slotCount)
  }

  /// Adds a piece; of equal ones the last counts.
  mutating func insert(_ piece: UnsafeBufferPointer<UInt8>, id: Int32) {
    var node: UInt32 = 0
    for byte in piece {
      if let next = next(of: node, byte) {
        node = next
      } else {
        if 2 * ids.count >= edges.count { grow() }
        let next = UInt32(ids.count)
        precondition(next < 1 << 24, "a vocabulary of more than 16 million bytes")
        place(UInt64(node << 8 | UInt32(byte)) << 32 | UInt64(next))
        ids.append(-1)
        node = next
      }
    }
    if node > 0 { ids[Int(node)] = id }
  }

  /// Hands over the pieces that `text` has at `start`, the shortest first.
  @inline(__always)
  func forEachPiece(
    beginning text: UnsafeBufferPointer<UInt8>, at start: Int,
    _ body: (_ end: Int, _ id: Int32) -> Void
  ) {
    var node: UInt32 = 0
    var position = start
    while position < text.count, let next = next(of: node, text[position]) {
      position += 1
      node = next
      let id = ids[Int(node)]
      if id >= 0 { body(position, id) }
    }
  }

  @inline(__always)
  private func next(of node: UInt32, _ byte: UInt8) -> UInt32? {
    let key = node << 8 | UInt32(byte)
    var slot = slot(of: key)
    while edges[slot] != 0 {
      if UInt32(truncatingIfNeeded: edges[slot] >> 32) == key {
        return UInt32(truncatingIfNeeded: edges[slot])
      }
      slot = (slot + 1) & (edges.count - 1)
    }
    return nil
  }

  @inline(__always)
  private func slot(of key: UInt32) -> Int {
    Int(truncatingIfNeeded: UInt64(key) &* 0x9E37_79B9_7F4A_7C15 >> 32) & (edges.count - 1)
  }

  private mutating func place(_ edge: UInt64) {
    var slot = slot(of: UInt32(truncatingIfNeeded: edge >> 32))
    while edges[slot] != 0 { slot = (slot + 1) & (edges.count - 1) }
    edges[slot] = edge
  }

  private mutating func grow() {
    let old = edges
    edges = [UInt64](repeating: 0, count: 2 * old.count)
    for edge in old where edge != 0 { place(edge) }
  }
}
