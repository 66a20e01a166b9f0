import Glibc

/// The backward passes in plain Swift and float64.
extension Reference {
  /// The derivative of an activation.
  public static func slope(_ x: Double, _ activation: Activation) -> Double {
    switch activation {
    case .gelu:
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      return (1 + erf(x / 2.0.squareRoot())) / 2 + x * density
    case .geluNew, .geluPytorchTanh, .geluFast:
      let k = (2 / Double.pi).squareRoot()
      let t = tanh(k * (x + 0.044715 * x * x * x))
      return (1 + t) / 2 + x / 2 * (1 - t * t) * k * (1 + 3 * 0.044715 * x * x)
    case .quickGelu: return swishSlope(x, 1.702)
    case .relu: return x > 0 ? 1 : 0
    case .silu, .swish: return swishSlope(x, 1)
    case .tanh: return 1 - tanh(x) * tanh(x)
    }
  }

  private static func swishSlope(_ x: Double, _ k: Double) -> Double {
    let s = 1 / (1 + exp(-k * x))
    return s + k * x * s * (1 - s)
  }

  /// The gradients of one row of a layer normalization: of its input, of gamma and of beta.
  public static func layerNormGradient(
    _ dy: [Double], _ v: [Double], gamma: [Double], epsilon: Double
  ) -> (input: [Double], gamma: [Double], beta: [Double]) {
    let count = Double(v.count)
    let mean = v.reduce(0, +) / count
    let variance = v.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let inverse = 1 / (variance + epsilon).squareRoot()
    let normalized = v.map { ($0 - mean) * inverse }
    let g = zip(dy, gamma).map { $0 * $1 }
    let average = g.reduce(0, +) / count
    let slope = zip(g, normalized).reduce(0) { $0 + $1.0 * $1.1 } / count
    return (
      zip(g, normalized).map { ($0 - average - $1 * slope) * inverse },
      zip(dy, normalized).map { $0 * $1 }, dy
    )
  }

  /// The gradients of query, key, value and bias of one head's attention: all as their arguments.
  ///
  /// `mask`: [tokens][tokens], what the probabilities are multiplied with: a dropout's zeros and scales.
  public static func attentionGradient(
    _ dout: [[Double]], _ q: [[Double]], _ k: [[Double]], _ v: [[Double]], scale: Double,
    bias: [[Double]]? = nil, mask: [[Double]]? = nil
  ) -> (query: [[Double]], key: [[Double]], value: [[Double]], bias: [[Double]]) {
    let n = k.count
    let width = k.first?.count ?? 0
    let weights = probabilities(q, k, scale: scale, bias: bias)
    var (dq, dk) = (zeros(q.count, width), zeros(n, width))
    var dv = zeros(n, v.first?.count ?? 0)
    var dbias = zeros(q.count, n)
    for i in q.indices {
      let kept = (0..<n).map { weights[i][$0] * (mask?[i][$0] ?? 1) }
      let slopes = (0..<n).map { j in
        zip(dout[i], v[j]).reduce(0) { $0 + $1.0 * $1.1 } * (mask?[i][j] ?? 1)
      }
      let mean = zip(slopes, weights[i]).reduce(0) { $0 + $1.0 * $1.1 }
      for j in 0..<n {
        for c in dv[j].indices { dv[j][c] += kept[j] * dout[i][c] }
        dbias[i][j] = weights[i][j] * (slopes[j] - mean)
        for c in 0..<width {
          dq[i][c] += scale * dbias[i][j] * k[j][c]
          dk[j][c] += scale * dbias[i][j] * q[i][c]
        }
      }
    }
    return (dq, dk, dv, dbias)
  }

  /// softmax(scale * q k^T + bias): [queries][keys].
  public static func probabilities(
    _ q: [[Double]], _ k: [[Double]], scale: Double, bias: [[Double]]? = nil
  ) -> [[Double]] {
    q.enumerated().map { i, query in
      let scores = k.enumerated().map { j, key in
        zip(query, key).reduce(0) { $0 + $1.0 * $1.1 } * scale + (bias?[i][j] ?? 0)
      }
      let top = scores.max() ?? 0
      let weights = scores.map { exp($0 - top) }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }

  /// `a^T b`: a [rows][columns], b [rows][width].
  public static func multiplyTransposedLeft(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    var product = zeros(a.first?.count ?? 0, b.first?.count ?? 0)
    for (row, other) in zip(a, b) {
      for i in row.indices {
        for j in other.indices { product[i][j] += row[i] * other[j] }
      }
    }
    return product
  }

  private static func zeros(_ rows: Int, _ columns: Int) -> [[Double]] {
    Array(repeating: Array(repeating: 0, count: columns), count: rows)
  }
}
