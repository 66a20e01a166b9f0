/// NumPy's legacy `RandomState`: MT19937 (Matsumoto and Nishimura, 1998), seeded and drawn from as
/// `numpy.random.RandomState(seed)` does, so that the same seed gives the same rows.
package struct MersenneTwister {
  private static let length = 624
  private static let shift = 397

  private var state: [UInt32]
  private var next = MersenneTwister.length

  /// Seeds with `init_genrand`, which is what NumPy does with a scalar seed.
  package init(seed: UInt32) {
    state = [seed]
    state.reserveCapacity(Self.length)
    for index in 1..<UInt32(Self.length) {
      let last = state[Int(index) - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ index)
    }
  }

  /// The next 32 random bits.
  package mutating func nextUInt32() -> UInt32 {
    if next == Self.length { refill() }
    var word = state[next]
    next += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9d2c_5680
    word ^= (word << 15) & 0xefc6_0000
    return word ^ (word >> 18)
  }

  /// A number in 0...maximum by masked rejection: NumPy's `random_interval`.
  package mutating func interval(_ maximum: UInt32) -> UInt32 {
    guard maximum > 0 else { return 0 }
    let mask = UInt32.max >> maximum.leadingZeroBitCount
    while true {
      let value = nextUInt32() & mask
      if value <= maximum { return value }
    }
  }

  /// Shuffles from the end (Fisher and Yates): NumPy's `shuffle`.
  package mutating func shuffle(_ values: inout [Int32]) {
    for index in stride(from: values.count - 1, to: 0, by: -1) {
      values.swapAt(index, Int(interval(UInt32(index))))
    }
  }

  /// The numbers 0..<count in random order: NumPy's `permutation(count)`.
  package mutating func permutation(_ count: Int) -> [Int32] {
    var values = Array(0..<Int32(count))
    shuffle(&values)
    return values
  }

  /// Some of the values, none twice: NumPy's `choice(values, size: count, replace=False)`.
  package mutating func choice(_ values: [Int], count: Int) -> [Int] {
    permutation(values.count).prefix(count).map { values[Int($0)] }
  }

  private mutating func refill() {
    for index in 0..<Self.length {
      let following = state[(index + 1) % Self.length]
      let mixed = (state[index] & 0x8000_0000) | (following & 0x7fff_ffff)
      let twist: UInt32 = mixed & 1 == 0 ? 0 : 0x9908_b0df
      state[index] = state[(index + Self.shift) % Self.length] ^ (mixed >> 1) ^ twist
    }
    next = 0
  }
}
