import Contracts
import Kernels

/// Pools one text's hidden states into one vector.
struct Pooler: Sendable {
  let kernels: KernelSet
  let width: Int

  /// Divisors are held above this, as sentence-transformers holds them.
  private static let smallest: Float = 1e-9

  /// `out`: [width].
  /// `hidden`: [tokens, width]; without tokens `out` becomes zeros.
  func pool(
    _ out: UnsafeMutablePointer<Float>, _ hidden: UnsafePointer<Float>, tokens: Int,
    _ pooling: Pooling
  ) {
    guard tokens > 0 else { return out.update(repeating: 0, count: width) }
    switch pooling {
    case .cls:
      out.update(from: hidden, count: width)
    case .lastToken:
      out.update(from: hidden + (tokens - 1) * width, count: width)
    case .max:
      out.update(from: hidden, count: width)
      for t in 1..<max(tokens, 1) {
        kernels.maximum(out, hidden + t * width, count: width)
      }
    case .mean:
      sum(out, hidden, tokens: tokens, divisor: Float(tokens)) { _ in 1 }
    case .meanSqrtLenTokens:
      sum(out, hidden, tokens: tokens, divisor: Float(tokens).squareRoot()) { _ in 1 }
    case .weightedMean:
      let total = Float(tokens) * Float(tokens + 1) / 2
      sum(out, hidden, tokens: tokens, divisor: total) { Float($0 + 1) }
    }
  }

  /// Scales `vector` to length 1; a vector of zeros stays (torch.nn.functional.normalize's 1e-12).
  func normalize(_ vector: UnsafeMutablePointer<Float>) {
    let length = kernels.sumOfSquares(vector, count: width).squareRoot()
    let divisor = max(length, 1e-12)
    for c in 0..<width { vector[c] /= divisor }
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
