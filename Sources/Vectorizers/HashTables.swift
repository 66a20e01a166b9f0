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

  private func slot(_ word: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place] >= 0 {
      let number = Int(slots[place])
      if hashes[number] == hash, self[number].elementsEqual(word) { break }
      place = (place + 1) & mask
    }
    return place
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
