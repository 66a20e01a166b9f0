/// The symbols of one word while they are merged: the pair of the lowest rank first, of equal ones
/// the leftmost.
///
/// Source: tokenizers/src/models/bpe/word.rs of Hugging Face tokenizers 0.23.
struct MergeQueue {
  /// A symbol with its neighbours and the merge of the pair that it begins.
  private struct Symbol {
    var id: Int32
    var previous: Int32
    /// -1 at the end.
    var next: Int32
    /// `.none` also when the symbol has gone into the one before it.
    var merge: MergeTable.Merge
  }

  private var symbols: [Symbol] = []
  /// A binary heap of rank and position. Entries whose pair is gone stay in and are passed over.
  private var heap: [UInt64] = []

  mutating func removeAll() {
    symbols.removeAll(keepingCapacity: true)
  }

  mutating func append(_ id: Int32) {
    let position = Int32(symbols.count)
    if position > 0 { symbols[symbols.count - 1].next = position }
    symbols.append(Symbol(id: id, previous: position - 1, next: -1, merge: .none))
  }

  /// Merges until no pair of the table is left and appends the ids.
  ///
  /// - Complexity: O(n log n) for n symbols.
  mutating func merge(with table: MergeTable, into ids: inout [Int32]) {
    heap.removeAll(keepingCapacity: true)
    for position in symbols.indices.dropLast() { findMerge(at: position, table) }
    while let entry = popLowest() {
      let position = Int(UInt32(truncatingIfNeeded: entry))
      let merge = symbols[position].merge
      guard merge.rank != .max, merge.rank == UInt32(entry >> 32) else { continue }
      let right = Int(symbols[position].next)
      let after = symbols[right].next
      symbols[position].id = merge.id
      symbols[position].next = after
      symbols[position].merge = .none
      symbols[right].merge = .none
      if after >= 0 {
        symbols[Int(after)].previous = Int32(position)
        findMerge(at: position, table)
      }
      let previous = symbols[position].previous
      if previous >= 0 { findMerge(at: Int(previous), table) }
    }
    var position = symbols.isEmpty ? -1 : 0
    while position >= 0 {
      ids.append(symbols[position].id)
      position = Int(symbols[position].next)
    }
  }

  /// Looks up the pair that begins at `position` and queues it.
  private mutating func findMerge(at position: Int, _ table: MergeTable) {
    let merge = table.merge(symbols[position].id, symbols[Int(symbols[position].next)].id)
    symbols[position].merge = merge
    if merge.rank != .max { push(UInt64(merge.rank) << 32 | UInt64(position)) }
  }

  private mutating func push(_ entry: UInt64) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if heap[parent] <= entry { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = entry
  }

  private mutating func popLowest() -> UInt64? {
    guard let lowest = heap.first, let last = heap.popLast() else { return nil }
    if heap.isEmpty { return lowest }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= heap.count { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      if last <= heap[child] { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = last
    return lowest
  }
}
