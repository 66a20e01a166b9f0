import Glibc
public import Kernels

/// The counter-based generator Philox4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405).
///
/// Word `i` of a stream is a function of seed, stream and `i` alone: whoever asks for it, on whatever
/// thread, after whatever interruption, gets the same number.
public struct Philox: Sendable {
  public let seed: UInt64
  /// Numbers of different streams are independent: one a purpose and step, see `Stream`.
  public let stream: UInt64

  public init(seed: UInt64, stream: UInt64 = 0) {
    self.seed = seed
    self.stream = stream
  }

  /// What numbers are drawn for: the high bits of a stream, so that no two purposes share one.
  public enum Purpose: UInt64, Sendable {
    case initialization = 1
    case shuffle = 2
    case dropout = 3
    case resampling = 4
    case signs = 5
    case sample = 6
  }

  /// The stream of `purpose` number `index` (a tensor, an epoch, a step) and `part` (a layer).
  ///
  /// - Precondition: `index` < 2^40, `part` < 2^16.
  public init(seed: UInt64, _ purpose: Purpose, _ index: Int, part: Int = 0) {
    precondition(index < 1 << 40 && part < 1 << 16)
    self.init(seed: seed, stream: purpose.rawValue << 56 | UInt64(part) << 40 | UInt64(index))
  }

  /// Block `index`: four words.
  public func block(_ index: UInt64) -> SIMD4<UInt32> {
    var c = SIMD4(
      UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32),
      UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
    var k0 = UInt32(truncatingIfNeeded: seed)
    var k1 = UInt32(truncatingIfNeeded: seed >> 32)
    for _ in 0..<10 {
      let p = UInt64(c[0]) * 0xD251_1F53
      let q = UInt64(c[2]) * 0xCD9E_8D57
      c = SIMD4(
        UInt32(truncatingIfNeeded: q >> 32) ^ c[1] ^ k0, UInt32(truncatingIfNeeded: q),
        UInt32(truncatingIfNeeded: p >> 32) ^ c[3] ^ k1, UInt32(truncatingIfNeeded: p))
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return c
  }

  /// Word `index` of the stream.
  public func word(_ index: Int) -> UInt32 { block(UInt64(index / 4))[index % 4] }

  /// Fills `out` with the stream's first words.
  public func fill(_ out: UnsafeMutableBufferPointer<UInt32>) {
    for start in stride(from: 0, to: out.count, by: 4) {
      let words = block(UInt64(start / 4))
      for i in start..<min(start + 4, out.count) { out[i] = words[i - start] }
    }
  }

  /// A number in [0, 1) with 24 bits, as many as a float32 near 1 has.
  public func uniform(_ index: Int) -> Float { Float(word(index) >> 8) * 0x1p-24 }

  /// Fills `out` with numbers of a uniform distribution over [-bound, bound).
  public func fillUniform(_ out: UnsafeMutablePointer<Float>, count: Int, bound: Float) {
    for i in 0..<count { out[i] = (2 * uniform(i) - 1) * bound }
  }

  /// Fills `out` with normal numbers of mean 0 (Box & Muller 1958, doi:10.1214/aoms/1177706645).
  public func fillNormal(_ out: UnsafeMutablePointer<Float>, count: Int, deviation: Float) {
    for pair in 0..<(count + 1) / 2 {
      let words = block(UInt64(pair))
      // Half a step away from 0, whose logarithm is none.
      let radius = (-2 * Glibc.log((Double(words[0]) + 0.5) * 0x1p-32)).squareRoot()
      let angle = 2 * Double.pi * Double(words[1]) * 0x1p-32
      out[2 * pair] = Float(radius * Glibc.cos(angle)) * deviation
      if 2 * pair + 1 < count { out[2 * pair + 1] = Float(radius * Glibc.sin(angle)) * deviation }
    }
  }

  /// A permutation of `0..<count`: each is as likely, up to 2^-32 of a share (Fisher & Yates 1938).
  public func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }

  /// Puts `values` into an order drawn from the stream.
  public func shuffle<Element>(_ values: inout [Element]) {
    for i in stride(from: values.count - 1, to: 0, by: -1) {
      // The high word of a product is uniform over 0...i (Lemire 2019, arXiv:1805.10941).
      values.swapAt(i, Int((UInt64(word(i)) * UInt64(i + 1)) >> 32))
    }
  }

  /// The dropout that zeroes elements with `probability`, from this stream.
  public func dropout(_ probability: Double) -> DropoutRule {
    DropoutRule(probability: probability, key: seed, stream: stream)
  }
}
