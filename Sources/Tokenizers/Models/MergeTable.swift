/// The merges of a BPE model: pairs of ids, with the rank of their merge and the id it makes.
///
/// A hash table with open addressing.
struct MergeTable: Sendable {
  struct Merge: Sendable {
    /// The merge with the lowest rank goes first.
    var rank: UInt32
    var id: Int32

    static let none = Merge(rank: .max, id: -1)
  }

  /// Left id above right id, plus 1; 0 when free. A power of two in number, half of them free.
  private var keys: [UInt64]
  private var merges: [Merge]
  private var count = 0

  /// - Parameter expectedCount: saves rehashing when it is right.
  init(expectedCount: Int) {
    var slotCount = 16
    while slotCount < 2 * expectedCount { slotCount *= 2 }
    keys = [UInt64](repeating: 0, count: slotCount)
    merges = [Merge](repeating: .none, count: slotCount)
  }

  /// Sets a pair's merge; of equal pairs the last counts.
  mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
    if 2 * count >= keys.count { grow() }
    insert(Self.key(left, right), merge)
  }

  /// The merge of a pair, `.none` when there is none.
  func merge(_ left: Int32, _ right: Int32) -> Merge {
    let key = Self.key(left, right)
    var slot = slot(of: key)
    while keys[slot] != 0 {
      if keys[slot] == key { return merges[slot] }
      slot = (slot + 1) & (keys.count - 1)
    }
    return .none
  }

  private mutating func insert(_ key: UInt64, _ merge: Merge) {
    var slot = slot(of: key)
    while keys[slot] != 0, keys[slot] != key { slot = (slot + 1) & (keys.count - 1) }
    if keys[slot] == 0 { count += 1 }
    keys[slot] = key
    merges[slot] = merge
  }

  private mutating func grow() {
    let old = zip(keys, merges).filter { $0.0 != 0 }
    self = MergeTable(expectedCount: keys.count)
    for (key, merge) in old { insert(key, merge) }
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    (UInt64(UInt32(left)) << 32 | UInt64(UInt32(right))) + 1
  }

  private func slot(of key: UInt64) -> Int {
    let product = key.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return Int(truncatingIfNeeded: product.high ^ product.low) & (keys.count - 1)
  }
}
