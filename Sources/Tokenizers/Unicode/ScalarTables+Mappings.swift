extension ScalarTables {
  /// Hands over the full canonical decomposition of a scalar that has one.
  ///
  /// - Precondition: `scalar` has the trait `decomposes`.
  @inline(__always)
  static func forEachDecomposed(_ scalar: UInt32, _ body: (UInt32) -> Void) {
    if 0xAC00 <= scalar, scalar < 0xAC00 + 11172 {
      // Hangul syllables decompose by arithmetic: The Unicode Standard, section 3.12.
      let index = scalar - 0xAC00
      body(0x1100 + index / 588)
      body(0x1161 + index % 588 / 28)
      if index % 28 > 0 { body(0x11A7 + index % 28) }
      return
    }
    let slot = lowerBound(of: scalar, in: decomposed)
    precondition(decomposed[slot] == scalar, "a scalar without a decomposition")
    let start = slot == 0 ? 0 : Int(decompositionEnds[slot - 1])
    for position in start..<Int(decompositionEnds[slot]) { body(decompositionScalars[position]) }
  }

  /// Hands over the full compatibility decomposition of a scalar whose canonical one is another.
  ///
  /// - Precondition: `scalar` has the trait `decomposesCompatibly`.
  static func forEachDecomposedCompatibly(_ scalar: UInt32, _ body: (UInt32) -> Void) {
    let slot = lowerBound(of: scalar, in: compatible)
    precondition(compatible[slot] == scalar, "a scalar without a compatibility decomposition")
    let start = slot == 0 ? 0 : Int(compatibleEnds[slot - 1])
    for position in start..<Int(compatibleEnds[slot]) { body(compatibleScalars[position]) }
  }

  /// The primary composite of two scalars; nil when there is none.
  static func composed(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if 0x1100 <= first, first < 0x1113, 0x1161 <= second, second < 0x1176 {
      return 0xAC00 + (first - 0x1100) * 588 + (second - 0x1161) * 28
    }
    if 0xAC00 <= first, first < 0xAC00 + 11172, (first - 0xAC00) % 28 == 0, 0x11A8 <= second,
      second < 0x11C3
    {
      return first + second - 0x11A7
    }
    let pair = UInt64(first) << 32 | UInt64(second)
    let slot = lowerBound(of: pair, in: compositionPairs)
    guard slot < compositionPairs.count, compositionPairs[slot] == pair else { return nil }
    return compositions[slot]
  }

  /// Hands over the lower-case form of a scalar that has another one; the context (a final sigma)
  /// plays no part, as in Rust's `char::to_lowercase`.
  ///
  /// - Precondition: `scalar` has the trait `lowers`.
  @inline(__always)
  static func forEachLowered(_ scalar: UInt32, _ body: (UInt32) -> Void) {
    if scalar == 0x130 {  // İ, the one scalar that lower-cases to two
      body(0x69)
      body(0x307)
      return
    }
    let run = lowerBound(of: scalar, in: lowerLast)
    precondition(lowerFirst[run] <= scalar, "a scalar without a lower-case form")
    body(UInt32(Int32(scalar) + lowerDelta[run]))
  }

  /// The first position whose value is not below `value`.
  private static func lowerBound<Value: Comparable>(of value: Value, in sorted: [Value]) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
