/// Deterministic values in [-magnitude, magnitude), by xorshift.
func testValues(_ count: Int, seed: UInt64, magnitude: Float = 1) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return magnitude * (Float(state >> 40) / Float(1 << 23) - 1)
  }
}
