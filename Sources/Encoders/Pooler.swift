import Contracts
import Kernels

/// Pools one text's hidden states into one vector.
struct Pooler: Sendable {
  let kernels: KernelSet
  let width: Int
  /// How many of a text's first tokens are left out: those of a prompt.
  var skipped = 0

  /// Divisors are held above this, as sentence-transformers holds them.
  private static let smallest: Float = 1e-9

  /// `out`: [poolings * width], each pooling behind the one before.
  /// `hidden`: [tokens, width]; where no token takes part `out` becomes zeros.
  func pool(
    _ out: UnsafeMutablePointer<Float>, _ hidden: UnsafePointer<Float>, tokens: Int,
    _ poolings: [Pooling]
  ) {
    for (i, pooling) in poolings.enumerated() {
      pool(out + i * width, hidden, tokens: tokens, pooling)
    }
  }

  private func pool(
    _ out: UnsafeMutablePointer<Float>, _ hidden: UnsafePointer<Float>, tokens: Int,
    _ pooling: Pooling
  ) {
    guard tokens > skipped else { return out.update(repeating: 0, count: width) }
    let count = tokens - skipped
    let first = hidden + skipped * width
    switch pooling {
    case .cls:
      out.update(from: first, count: width)
    case .lastToken:
      out.update(from: first + (count - 1) * width, count: width)
    case .max:
      out.update(from: first, count: width)
      for t in 1..<max(count, 1) {
        kernels.maximum(out, first + t * width, count: width)
      }
    case .mean:
      sum(out, first, tokens: count, divisor: Float(count)) { _ in 1 }
    case .meanSqrtLenTokens:
      sum(out, first, tokens: count, divisor: Float(count).squareRoot()) { _ in 1 }
    case .weightedMean:
      // A token keeps the weight of its place among all.
      let total = Float(count) * Float(skipped + 1 + tokens) / 2
      sum(out, first, tokens: count, divisor: total) { Float(skipped + $0 + 1) }
    }
  }

  private func sum(
    _ out: UnsafeMutablePointer<Float>, _ hidden: UnsafePointer<Float>, tokens: Int,
    divisor: Float, weight: (Int) -> Float
  ) {
    out.update(repeating: 0, count: width)
    for t in 0..<tokens { kernels.axpy(out, weight(t), hidden + t * width, count: width) }
    let divisor = max(divisor, Self.smallest)
    for c in 0..<width { out[c] /= divisor }
  }
}

extension KernelSet {
  /// Scales `vector` to length 1; a vector of zeros stays (torch.nn.functional.normalize's 1e-12).
  func normalize(_ vector: UnsafeMutablePointer<Float>, count: Int) {
    let length = sumOfSquares(vector, count: count).squareRoot()
    let divisor = max(length, 1e-12)
    for c in 0..<count { vector[c] /= divisor }
  }
}
