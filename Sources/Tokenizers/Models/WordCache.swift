/// Words that were looked up before, with their ids: most words of a text are.
///
/// A table of fixed size that is emptied when it is full, so that its memory stays small whatever the
/// texts are.
struct WordCache {
  private struct Entry {
    var hash: UInt64 = 0
    var wordStart: UInt32 = 0
    var idStart: UInt32 = 0
    /// 0 in a free slot, since no word is empty.
    var wordCount: UInt16 = 0
    var idCount: UInt16 = 0
  }

  /// Longer words are rarely seen twice.
  private static let longestWord = 64
  private static let slotCount = 1 << 15

  private var slots: [Entry] = []
  private var count = 0
  private var words: [UInt8] = []
  private var ids: [Int32] = []

  mutating func removeAll() {
    if count == 0 { return }
    for slot in slots.indices { slots[slot] = Entry() }
    count = 0
    words.removeAll(keepingCapacity: true)
    ids.removeAll(keepingCapacity: true)
  }

  /// Appends the ids of a word that is known; else false.
  func append(
    idsOf word: UnsafeBufferPointer<UInt8>, to output: inout [Int32]
  ) -> Bool {
    guard count > 0, word.count <= Self.longestWord else { return false }
    let hash = Self.hash(of: word)
    return slots.withUnsafeBufferPointer { slots in
      var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
      while slots[slot].wordCount > 0 {
        if slots[slot].hash == hash, isWord(word, of: slots[slot]) {
          let start = Int(slots[slot].idStart)
          let idCount = Int(slots[slot].idCount)
          if idCount == 1 {
            output.append(ids[start])
          } else {
            output.append(contentsOf: ids[start..<(start + idCount)])
          }
          return true
        }
        slot = (slot + 1) & (Self.slotCount - 1)
      }
      return false
    }
  }

  /// Keeps a word that is not yet known.
  mutating func insert(_ word: UnsafeBufferPointer<UInt8>, ids newIDs: ArraySlice<Int32>) {
    guard !word.isEmpty, word.count <= Self.longestWord else { return }
    if slots.isEmpty { slots = [Entry](repeating: Entry(), count: Self.slotCount) }
    if 2 * count >= Self.slotCount { removeAll() }
    let hash = Self.hash(of: word)
    var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
    while slots[slot].wordCount > 0 { slot = (slot + 1) & (Self.slotCount - 1) }
    // A word has at most some ids a byte: both counts are far below their types' limits.
    slots[slot] = Entry(
      hash: hash, wordStart: UInt32(words.count), idStart: UInt32(ids.count),
      wordCount: UInt16(word.count), idCount: UInt16(newIDs.count))
    words.append(contentsOf: word)
    ids.append(contentsOf: newIDs)
    count += 1
  }

  private func isWord(_ word: UnsafeBufferPointer<UInt8>, of entry: Entry) -> Bool {
    guard Int(entry.wordCount) == word.count else { return false }
    let start = Int(entry.wordStart)
    return words.withUnsafeBufferPointer { words in
      for position in 0..<word.count where words[start + position] != word[position] {
        return false
      }
      return true
    }
  }

  /// Eight bytes at a time, multiplied and folded.
  private static func hash(of word: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let bytes = UnsafeRawBufferPointer(word)
    var hash = 0x9E37_79B9_7F4A_7C15 ^ UInt64(word.count)
    var position = 0
    while position + 8 <= bytes.count {
      hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      position += 8
    }
    var rest: UInt64 = 0
    while position < bytes.count {
      rest = rest << 8 | UInt64(bytes[position])
      position += 1
    }
    return mix(hash ^ rest)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }
}
