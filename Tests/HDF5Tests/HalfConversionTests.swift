import HDF5
import Testing

/// Against the language's own conversions, bit by bit.
struct HalfConversionTests {
  @Test func everyHalfIsWidened() {
    let halves = (0...UInt16.max).map { Float16(bitPattern: $0) }
    var floats = [Float](repeating: 0, count: halves.count)
    halves.withUnsafeBufferPointer { source in
      floats.withUnsafeMutableBufferPointer { HalfConversion.widen(source, into: $0) }
    }
    #expect(
      zip(halves, floats).allSatisfy { half, float in
        half.isNaN ? float.isNaN : float.bitPattern == Float(half).bitPattern
      })
  }

  /// Every half, what lies half-way to the next, and the floats beside both, of either sign; then
  /// floats of every exponent.
  @Test func floatsAreRoundedToTheNearestHalf() {
    var floats: [Float] = [.infinity, -.infinity, .nan, .greatestFiniteMagnitude]
    for pattern in 0..<UInt16(0x7c00) {
      let half = Float(Float16(bitPattern: pattern))
      let next = pattern == 0x7bff ? 65_536 : Float(Float16(bitPattern: pattern + 1))
      for value in [half, (half + next) / 2] {
        floats += [value, value.nextUp, value.nextDown, -value, -value.nextUp, -value.nextDown]
      }
    }
    floats += stride(from: UInt32(0), to: 0xff80_0000, by: 65_537).map { Float(bitPattern: $0) }
    var halves = [Float16](repeating: 0, count: floats.count)
    let overflows = floats.withUnsafeBufferPointer { source in
      halves.withUnsafeMutableBufferPointer { HalfConversion.narrow(source, into: $0) }
    }
    #expect(overflows)
    #expect(
      zip(floats, halves).allSatisfy { float, half in
        float.isNaN ? half.isNaN : half.bitPattern == Float16(float).bitPattern
      })
  }

  @Test(
    arguments: [
      (65_519.996, false), (65_520, true), (-65_520, true), (.infinity, false), (.nan, false),
    ] as [(Float, Bool)])
  func onlyFiniteNumbersOverflow(value: Float, overflows: Bool) {
    var halves = [Float16](repeating: 0, count: 3)
    let found = [1, value, 2].withUnsafeBufferPointer { source in
      halves.withUnsafeMutableBufferPointer { HalfConversion.narrow(source, into: $0) }
    }
    #expect(found == overflows)
  }
}
