/// Changes bytes as damage and malice do: the same changes for the same seed.
public struct Mutator: Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// SplitMix64 (Steele, Lea, Flood 2014).
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  private mutating func below(_ bound: Int) -> Int { bound < 1 ? 0 : Int(next() % UInt64(bound)) }

  /// A changed copy; one to eight changes.
  public mutating func mutated(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0...below(3) * below(4) { change(&bytes) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return bytes = [UInt8(below(256))] }
    let place = below(bytes.count)
    switch below(10) {
    case 0, 1, 2: bytes[place] ^= 1 << UInt8(below(8))
    case 3: bytes[place] = [0, 0xFF, 0x7F, 0x80, UInt8(ascii: "\""), UInt8(ascii: "9")][below(6)]
    case 4: bytes.removeSubrange(place...)
    case 5: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(64)))
    case 6:
      let chunk = bytes[place..<min(bytes.count, place + 1 + below(256))]
      bytes.insert(contentsOf: Array(chunk), at: below(bytes.count))
    case 7: claim(&bytes, at: place)
    case 8: number(&bytes, from: place)
    default: nest(&bytes, at: place)
    }
  }

  /// A field of four or eight bytes that claims very much, or less than there is.
  private mutating func claim(_ bytes: inout [UInt8], at place: Int) {
    let size = below(2) == 0 ? 4 : 8
    guard place + size <= bytes.count else { return }
    let value: UInt64 = [
      0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 50, 1 << 63, .max, .max - 7, UInt64(bytes.count),
      next(),
    ][below(10)]
    for index in 0..<size { bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }

  /// The next number in digits becomes another.
  private mutating func number(_ bytes: inout [UInt8], from place: Int) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
    let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
    let others = [
      "0", "-1", "1e308", "1e999", "9223372036854775807", "9223372036854775808", "2147483648",
      "1125899906842624", "-9223372036854775808", "0.5", "null", "true", "\"\"", "[]", "{}",
      "65536",
    ]
    bytes.replaceSubrange(start..<end, with: Array(others[below(others.count)].utf8))
  }

  /// Brackets, many deep.
  private mutating func nest(_ bytes: inout [UInt8], at place: Int) {
    let depth = [10, 1000, 100_000][below(3)]
    let bracket = ["[", "{\"a\":", "(", "\""][below(4)]
    bytes.insert(contentsOf: (0..<depth).flatMap { _ in Array(bracket.utf8) }, at: place)
  }
}
