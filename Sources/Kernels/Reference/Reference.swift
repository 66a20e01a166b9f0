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

  /// Root-mean-square normalization of one row.
  public static func rmsNorm(_ v: [Double], gamma: [Double], epsilon: Double) -> [Double] {
    let mean = v.reduce(0) { $0 + $1 * $1 } / Double(v.count)
    return zip(v, gamma).map { $0 / (mean + epsilon).squareRoot() * $1 }
  }

  /// The pairs (x[c], x[c + half]) of one head turned by `angles`.
  public static func rotate(_ x: [Double], angles: [Double]) -> [Double] {
    let half = angles.count
    return angles.indices.map { x[$0] * cos(angles[$0]) - x[$0 + half] * sin(angles[$0]) }
      + angles.indices.map { x[$0 + half] * cos(angles[$0]) + x[$0] * sin(angles[$0]) }
  }

  /// Attention of one head: q, k, v [tokens][headSize], bias included; [tokens][headSize].
  ///
  /// `bias`: [tokens][tokens], added to the scaled scores.
  public static func attention(
    _ q: [[Double]], _ k: [[Double]], _ v: [[Double]], scale: Double, bias: [[Double]]? = nil,
    reach: AttentionReach = .all
  ) -> [[Double]] {
    q.enumerated().map { i, query in
      let seen = k.indices.filter { reach.contains(query: i, key: $0) }
      let scores = seen.map { j in
        zip(query, k[j]).reduce(0) { $0 + $1.0 * $1.1 } * scale + (bias?[i][j] ?? 0)
      }
      let top = scores.max() ?? 0
      let weights = scores.map { exp($0 - top) }
      let sum = weights.reduce(0, +)
      return (v.first ?? []).indices.map { c in
        zip(weights, seen).reduce(0) { $0 + $1.0 * v[$1.1][c] } / sum
      }
    }
  }

  /// What distances and segments add to the scores of one head, not scaled: [tokens][tokens].
  ///
  /// `byQuery`, `byKey`: [columns][headSize], the latter with the last column first; `moved`: what queries
  /// are moved by before the first. `segment`: [headSize], for keys of the query's own `types`.
  /// `column`: of a distance, key less query.
  public static func relativeScores(
    _ q: [[Double]], _ k: [[Double]], byQuery: [[Double]]?, moved: [Double], byKey: [[Double]]?,
    segment: [Double]?, segmentMoved: [Double], types: [UInt8], column: (Int) -> Int
  ) -> [[Double]] {
    func product(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
    func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map(+) }
    return q.indices.map { i in
      k.indices.map { j in
        let place = column(j - i)
        var score = byQuery.map { product(sum(q[i], moved), $0[place]) } ?? 0
        score += byKey.map { product(k[j], $0[$0.count - 1 - place]) } ?? 0
        // What all keys have in common changes no weight.
        if let segment, Set(types).count > 1, types[i] == types[j] {
          score += product(sum(q[i], segmentMoved), segment)
        }
        return score
      }
    }
  }

  /// `a b^T`: a [rows][depth], b [columns][depth].
  public static func multiplyTransposed(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    a.map { row in b.map { column in zip(row, column).reduce(0) { $0 + $1.0 * $1.1 } } }
  }
}
