/// Numbers words in the order of their first coming; open addressing, linear probing.
struct WordTable: Sendable {
  /// All words' bytes, one after the other.
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  /// The hash of each word.
  private var hashes: [UInt64] = []
  private var slots = [Int32](repeating: -1, count: 1 << 10)

  var count: Int { hashes.count }

  /// The UTF-8 of word `number`.
  subscript(number: Int) -> ArraySlice<UInt8> { bytes[starts[number]..<starts[number + 1]] }

  /// The number of `word`; nil where it is not known.
  func find(_ word: UnsafeBufferPointer<UInt8>) -> Int32? {
    let number = slots[slot(word, Self.hash(word))]
    return number < 0 ? nil : number
  }

  /// The number of `word`, a new one where it is not known.
  mutating func insert(_ word: UnsafeBufferPointer<UInt8>) -> Int32 {
    let hash = Self.hash(word)
    let place = slot(word, hash)
    if slots[place] >= 0 { return slots[place] }
    let number = Int32(hashes.count)
    slots[place] = number
    hashes.append(hash)
    bytes.append(contentsOf: word)
    starts.append(bytes.count)
    if hashes.count * 2 > slots.count { grow() }
    return number
  }

  /// `transform` of the UTF-8 of each word, in the order of their numbers.
  func map<Result>(_ transform: (UnsafeBufferPointer<UInt8>) -> Result) -> [Result] {
    bytes.withUnsafeBufferPointer { bytes in
      (0..<count).map {
        transform(UnsafeBufferPointer(rebasing: bytes[starts[$0]..<starts[$0 + 1]]))
      }
    }
  }

  /// The words' numbers in the order of their code points, which is that of their UTF-8.
  func sorted() -> [Int32] {
    // The first eight bytes as a number decide most comparisons.
    let begins = map { word in
      (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64($1 < word.count ? word[$1] : 0) }
    }
    return (0..<Int32(count)).map { (begin: begins[Int($0)], word: $0) }
      .sorted { a, b in
        guard a.begin == b.begin else { return a.begin < b.begin }
        return self[Int(a.word)].lexicographicallyPrecedes(self[Int(b.word)])
      }
      .map(\.word)
  }

  /// The words of a term, a space between two.
  func term(_ key: UInt64) -> String {
    let first = Int(key >> 32)
    let second = Int(key & 0xFFFF_FFFF) - 1
    let one = starts[first]..<starts[first + 1]
    let two = second < 0 ? 0..<0 : starts[second]..<starts[second + 1]
    return bytes.withUnsafeBufferPointer { bytes in
      if second < 0 { return String(decoding: bytes[one], as: UTF8.self) }
      let length = one.count + 1 + two.count
      return String(unsafeUninitializedCapacity: length) { buffer in
        _ = buffer.update(fromContentsOf: bytes[one])
        buffer[one.count] = UInt8(ascii: " ")
        _ = buffer[(one.count + 1)...].update(fromContentsOf: bytes[two])
        return length
      }
    }
  }

  private func slot(_ word: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
    slots.withUnsafeBufferPointer { slots in
      let mask = slots.count - 1
      var place = Int(truncatingIfNeeded: hash) & mask
      while slots[place] >= 0 {
        let number = Int(slots[place])
        if hashes[number] == hash, isEqual(number, word) { break }
        place = (place + 1) & mask
      }
      return place
    }
  }

  private func isEqual(_ number: Int, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
    let begin = starts[number]
    guard starts[number + 1] - begin == word.count else { return false }
    return bytes.withUnsafeBufferPointer { bytes in
      word.indices.allSatisfy { bytes[begin + $0] == word[$0] }
    }
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 4)
    let mask = slots.count - 1
    for (number, hash) in hashes.enumerated() {
      var place = Int(truncatingIfNeeded: hash) & mask
      while slots[place] >= 0 { place = (place + 1) & mask }
      slots[place] = Int32(number)
    }
  }

  /// FNV-1a of 64 bits with the finalizer of SplitMix64, which spreads short words.
  private static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in word { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return mixed(hash)
  }
}

/// Numbers 64-bit keys in the order of their first coming.
struct KeyTable: Sendable {
  /// The key beside its number: a look-up is one line of the cache.
  private struct Slot {
    var key: UInt64 = 0
    var number: Int32 = -1
  }

  private(set) var keys: [UInt64] = []
  private var slots = [Slot](repeating: Slot(), count: 1 << 10)

  var count: Int { keys.count }

  init() {}

  /// Each of `keys` with its place as its number; no two are equal.
  init(_ keys: [UInt64]) {
    self.keys = keys
    while slots.count < 2 * keys.count { slots.append(contentsOf: slots) }
    for (number, key) in keys.enumerated() {
      slots[place(of: key)] = Slot(key: key, number: Int32(number))
    }
  }

  /// The number of `key`; nil where it is not known.
  func find(_ key: UInt64) -> Int32? {
    let number = slots[place(of: key)].number
    return number < 0 ? nil : number
  }

  /// The number of `key`, a new one where it is not known.
  mutating func insert(_ key: UInt64) -> Int32 {
    let place = place(of: key)
    if slots[place].number >= 0 { return slots[place].number }
    let number = Int32(keys.count)
    slots[place] = Slot(key: key, number: number)
    keys.append(key)
    if keys.count * 2 > slots.count { grow() }
    return number
  }

  private func place(of key: UInt64) -> Int {
    slots.withUnsafeBufferPointer { slots in
      let mask = slots.count - 1
      var place = Int(truncatingIfNeeded: mixed(key)) & mask
      while slots[place].number >= 0, slots[place].key != key { place = (place + 1) & mask }
      return place
    }
  }

  private mutating func grow() {
    slots = [Slot](repeating: Slot(), count: slots.count * 4)
    for (number, key) in keys.enumerated() {
      slots[place(of: key)] = Slot(key: key, number: Int32(number))
    }
  }
}

/// The finalizer of SplitMix64 (Steele et al. 2014, doi:10.1145/2660193.2660195).
private func mixed(_ value: UInt64) -> UInt64 {
  var z = value
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}
