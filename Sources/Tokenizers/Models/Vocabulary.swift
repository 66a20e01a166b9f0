/// Tokens and their ids: a hash table over UTF-8 bytes with open addressing.
///
/// Keyed by bytes, because Swift's String equality is canonical equivalence and would merge "é"
/// composed and decomposed, which are two tokens.
struct Vocabulary: Sendable {
  /// The tokens' bytes, one after the other; token `k` ends at `ends[k]`.
  private var pool: [UInt8] = []
  private var ends: [Int] = []
  private var ids: [Int32] = []
  /// Upper half: 32 bits of the hash; lower half: index of the token plus 1; 0 when free. A
  /// power of two in number and at least half of them free.
  private var slots: [UInt64]
  private var longestToken = 0

  /// One more than the largest id.
  private(set) var size = 0

  /// The number of different tokens.
  var count: Int { ids.count }

  /// - Parameter expectedCount: saves rehashing when it is right.
  init(expectedCount: Int) {
    var slotCount = 16
    while slotCount < 2 * expectedCount { slotCount *= 2 }
    slots = [UInt64](repeating: 0, count: slotCount)
    ends.reserveCapacity(expectedCount)
    ids.reserveCapacity(expectedCount)
  }

  /// Sets a token's id; returns the id it had before.
  @discardableResult
  mutating func insert(_ token: UnsafeBufferPointer<UInt8>, id: Int32) -> Int32? {
    size = max(size, Int(id) + 1)
    let hash = token.reduce(Hash()) { $0.advanced(by: $1) }
    if let index = index(of: token, after: [], hash: hash) {
      defer { ids[index] = id }
      return ids[index]
    }
    if 2 * (count + 1) > slots.count { grow() }
    pool.append(contentsOf: token)
    ends.append(pool.count)
    ids.append(id)
    longestToken = max(longestToken, token.count)
    place(count - 1, hash: hash)
    return nil
  }

  /// The id of exactly this token.
  func id(of token: UnsafeBufferPointer<UInt8>) -> Int32? {
    let hash = token.reduce(Hash()) { $0.advanced(by: $1) }
    return index(of: token, after: [], hash: hash).map { ids[$0] }
  }

  /// The id of exactly this token.
  func id(of token: String) -> Int32? {
    var token = token
    return token.withUTF8 { id(of: $0) }
  }

  /// The ids of the tokens `<0x00>` to `<0xFF>`, by byte; nil where there is none.
  func byteTokens() -> [Int32?] {
    (0..<256).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return id(of: digits.utf8.count == 1 ? "<0x0\(digits)>" : "<0x\(digits)>")
    }
  }

  /// The longest token that is `prefix` followed by a beginning of `text`; at least one byte of
  /// `text` belongs to it.
  ///
  /// - Complexity: O(length of the longest token): one pass that hashes every beginning, then
  ///   one probe for each, from the longest down.
  func longestMatch(
    in text: UnsafeBufferPointer<UInt8>, after prefix: Prefix = .none
  ) -> (id: Int32, length: Int)? {
    let limit = min(text.count, longestToken - prefix.bytes.count)
    guard limit > 0 else { return nil }
    return withUnsafeTemporaryAllocation(of: Hash.self, capacity: limit) { hashes in
      var hash = prefix.hash
      for position in 0..<limit {
        hash = hash.advanced(by: text[position])
        hashes[position] = hash
      }
      for length in stride(from: limit, to: 0, by: -1) {
        let head = UnsafeBufferPointer(rebasing: text[..<length])
        if let index = index(of: head, after: prefix.bytes, hash: hashes[length - 1]) {
          return (ids[index], length)
        }
      }
      return nil
    }
  }

  /// The token with this id. - Complexity: O(count); for messages.
  func token(withID id: Int32) -> String? {
    ids.firstIndex(of: id).map { String(decoding: pool[range(of: $0)], as: UTF8.self) }
  }

  /// An id that two tokens share, with those tokens.
  func sharedID() -> (id: Int32, first: String, second: String)? {
    var owner = [Int32](repeating: -1, count: size)
    for (index, id) in ids.enumerated() {
      let other = owner[Int(id)]
      if other >= 0 {
        return (
          id, String(decoding: pool[range(of: Int(other))], as: UTF8.self),
          String(decoding: pool[range(of: index)], as: UTF8.self)
        )
      }
      owner[Int(id)] = Int32(index)
    }
    return nil
  }

  private func range(of index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  /// The index of the token `prefix` + `text`, whose hash is `hash`.
  @inline(__always)
  private func index(
    of text: UnsafeBufferPointer<UInt8>, after prefix: [UInt8], hash: Hash
  ) -> Int? {
    var slot = hash.slot(of: slots.count)
    while slots[slot] != 0 {
      if UInt32(truncatingIfNeeded: slots[slot] >> 32) == hash.tag {
        let index = Int(UInt32(truncatingIfNeeded: slots[slot])) - 1
        if isToken(index, prefix, text) { return index }
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private func isToken(
    _ index: Int, _ prefix: [UInt8], _ text: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    let range = range(of: index)
    guard range.count == prefix.count + text.count else { return false }
    for (position, byte) in prefix.enumerated() where pool[range.lowerBound + position] != byte {
      return false
    }
    let start = range.lowerBound + prefix.count
    for position in 0..<text.count where pool[start + position] != text[position] {
      return false
    }
    return true
  }

  private mutating func place(_ index: Int, hash: Hash) {
    var slot = hash.slot(of: slots.count)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt64(hash.tag) << 32 | UInt64(index + 1)
  }

  private mutating func grow() {
    slots = [UInt64](repeating: 0, count: 2 * slots.count)
    for index in 0..<count {
      place(index, hash: pool[range(of: index)].reduce(Hash()) { $0.advanced(by: $1) })
    }
  }
}

extension Vocabulary {
  /// What every continuing token begins with, such as "##", with its hash.
  struct Prefix: Sendable {
    let bytes: [UInt8]
    let hash: Hash

    static let none = Prefix([])

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      hash = bytes.reduce(Hash()) { $0.advanced(by: $1) }
    }
  }

  /// FNV-1a, which has the hash of every beginning on its way to the whole.
  struct Hash: Sendable {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    @inline(__always)
    func advanced(by byte: UInt8) -> Hash {
      var next = self
      next.state = (state ^ UInt64(byte)) &* 0x100_0000_01B3
      return next
    }

    /// FNV's low bits are its well-mixed ones; folding brings the high ones in.
    @inline(__always)
    func slot(of slotCount: Int) -> Int {
      Int(truncatingIfNeeded: state ^ state >> 29) & (slotCount - 1)
    }

    var tag: UInt32 { UInt32(truncatingIfNeeded: state >> 32) }
  }
}
