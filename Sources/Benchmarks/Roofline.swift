import Kernels
public import StageKit

/// What this machine can do at best: OpenBLAS's sgemm at 1024×1536×384, a typical product of a small
/// encoder, and copying memory.
public struct Roofline: Sendable {
  public let threads: Int
  /// GFLOP/s on one thread.
  public let single: Double
  /// GFLOP/s on `threads` threads.
  public let all: Double
  /// GB/s of a copy, bytes read plus bytes written, on one thread: within the caches, and beyond.
  public let cacheCopy: Double
  public let memoryCopy: Double

  static let flop = 2.0 * 1024 * 1536 * 384

  /// Measures, in about a second.
  public static func measure(threads: Int) -> Roofline {
    let product = SgemmWork()
    let times = Timing.alternating(
      rounds: 15, [{ product.run(threads: 1) }, { product.run(threads: threads) }])
    func copy(_ floats: Int) -> Double {
      let (from, to) = (FloatBuffer(count: floats), FloatBuffer(count: floats))
      let time = Timing.alternating(
        rounds: 9, [{ to.pointer.update(from: from.pointer, count: floats) }])[0]
      return 8 * Double(floats) / time / 1e9
    }
    return Roofline(
      threads: threads, single: flop / times[0] / 1e9, all: flop / times[1] / 1e9,
      cacheCopy: copy(1 << 15), memoryCopy: copy(1 << 25))
  }

  /// The mean of two measurements, one before and one after what they are compared with.
  public func averaged(with other: Roofline) -> Roofline {
    Roofline(
      threads: threads, single: (single + other.single) / 2, all: (all + other.all) / 2,
      cacheCopy: (cacheCopy + other.cacheCopy) / 2, memoryCopy: (memoryCopy + other.memoryCopy) / 2)
  }

  public var json: JSONValue {
    .object([
      "sgemm_gflops_1_thread": .real(single), "sgemm_gflops": .real(all),
      "threads": .integer(threads), "copy_gb_per_second_in_cache": .real(cacheCopy),
      "copy_gb_per_second_in_memory": .real(memoryCopy),
    ])
  }

  public var text: String {
    "sgemm 1024x1536x384: \(single.short) GFLOP/s on 1 thread, \(all.short) on \(threads)\n"
      + "copy: \(cacheCopy.short) GB/s in cache, \(memoryCopy.short) GB/s in memory (1 thread)"
  }
}

/// The product that the roofline is measured with.
final class SgemmWork {
  private let a = FloatBuffer(SgemmWork.values(1024 * 384))
  private let b = FloatBuffer(SgemmWork.values(1536 * 384))
  private let c = FloatBuffer(count: 1024 * 1536)

  func run(threads: Int) {
    FloatGemm.multiplyTransposed(
      m: 1024, n: 1536, k: 384, a.pointer, b.pointer, into: c.pointer, threads: threads)
  }

  /// Deterministic values in [-1, 1).
  static func values(_ count: Int) -> [Float] {
    var random = SplitMix64(seed: 1)
    return (0..<count).map { _ in Float(random.next() >> 40) / Float(1 << 23) - 1 }
  }
}

extension Double {
  /// Four digits for a table.
  var short: String {
    guard isFinite else { return "-" }
    let scale = self >= 1000 ? 1.0 : self >= 100 ? 10 : self >= 10 ? 100 : 1000
    let rounded = (self * scale).rounded() / scale
    return scale == 1 ? String(Int(rounded)) : String(rounded)
  }
}
