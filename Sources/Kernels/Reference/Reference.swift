import Glibc

/// Every kernel again in plain Swift and float64: what the fast ones are tested against.
public enum Reference {
  /// The activation of one value.
  public static func activation(_ x: Double, _ activation: Activation) -> Double {
    switch activation {
    case .gelu: x / 2 * (1 + erf(x / 2.0.squareRoot()))
    case .geluNew, .geluPytorchTanh, .geluFast:
      x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .quickGelu: x / (1 + exp(-1.702 * x))
    case .relu: max(x, 0)
    case .silu, .swish: x / (1 + exp(-x))
    case .tanh: tanh(x)
    }
  }

  /// Layer normalization of one row.
  public static func layerNorm(
    _ v: [Double], gamma: [Double], beta: [Double], epsilon: Double
  ) -> [Double] {
    let mean = v.reduce(0, +) / Double(v.count)
    let variance = v.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(v.count)
    return v.indices.map {
      (v[$0] - mean) / (variance + epsilon).squareRoot() * gamma[$0] + beta[$0]
    }
  }

  /// Attention of one head: q, k, v [tokens][headSize], bias included; [tokens][headSize].
  public static func attention(
    _ q: [[Double]], _ k: [[Double]], _ v: [[Double]], scale: Double
  ) -> [[Double]] {
    q.map { query in
      let scores = k.map { key in zip(query, key).reduce(0) { $0 + $1.0 * $1.1 } * scale }
      let top = scores.max() ?? 0
      let weights = scores.map { exp($0 - top) }
      let sum = weights.reduce(0, +)
      return (v.first ?? []).indices.map { c in
        zip(weights, v).reduce(0) { $0 + $1.0 * $1.1[c] } / sum
      }
    }
  }

  /// `a b^T`: a [rows][depth], b [columns][depth].
  public static func multiplyTransposed(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    a.map { row in b.map { column in zip(row, column).reduce(0) { $0 + $1.0 * $1.1 } } }
  }
}
