import Glibc

/// McNemar's exact test: do two classifiers err equally often on the same rows?
///
/// Only rows that one of them gets right and the other wrong speak: under the null hypothesis each
/// kind is as likely, so that their number is binomial with p = 1/2 (McNemar 1947,
/// https://doi.org/10.1007/BF02295996). Statsmodels' `mcnemar(table, exact=True)`.
public struct McNemarTest: Sendable, Equatable {
  /// Rows that only the first gets right.
  public let firstOnly: Int
  /// Rows that only the second gets right.
  public let secondOnly: Int

  /// - Precondition: neither is negative.
  public init(firstOnly: Int, secondOnly: Int) {
    precondition(firstOnly >= 0 && secondOnly >= 0)
    self.firstOnly = firstOnly
    self.secondOnly = secondOnly
  }

  /// - Precondition: both have the same rows.
  public init(first: [Bool], second: [Bool]) {
    precondition(first.count == second.count)
    let pairs = zip(first, second)
    self.init(
      firstOnly: pairs.count { $0 && !$1 }, secondOnly: pairs.count { !$0 && $1 })
  }

  /// The two-sided p-value, in 0...1: twice the smaller tail, 1 where that is more.
  ///
  /// - Complexity: O(√n) for n rows that speak.
  public var pValue: Double {
    let rows = firstOnly + secondOnly
    // Half of all outcomes or more: a sum of rounded terms may miss it.
    if 2 * min(firstOnly, secondOnly) + 1 >= rows { return 1 }
    return min(1, 2 * Self.lowerTail(min(firstOnly, secondOnly), of: rows))
  }

  /// P(X ≤ k) of a binomial X of `n` fair tosses, k ≤ n/2.
  private static func lowerTail(_ k: Int, of n: Int) -> Double {
    var term = probability(k, of: n)
    var sum = 0.0
    // Each term is the next one's by a quotient below 1, so that the sum ends where nothing is added.
    for i in stride(from: k, through: 0, by: -1) {
      let next = sum + term
      if next == sum { break }
      sum = next
      term *= Double(i) / Double(n - i + 1)
    }
    return sum
  }

  /// P(X = k), by Loader's saddle-point form: the difference of large logarithms would cost digits (Loader
  /// 2000, "Fast and accurate computation of binomial probabilities").
  private static func probability(_ k: Int, of n: Int) -> Double {
    guard k > 0, k < n else { return exp2(-Double(n)) }
    let (n, k) = (Double(n), Double(k))
    let exponent =
      stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n / 2)
      - deviance(n - k, n / 2)
    return exp(exponent) * (n / (2 * .pi * k * (n - k))).squareRoot()
  }

  /// log n! - log(√(2πn) (n/e)^n).
  private static func stirlingError(_ n: Double) -> Double {
    if n < 16 {
      let logFactorial = (1...Int(n)).reduce(0.0) { $0 + log(Double($1)) }
      return logFactorial - (n + 0.5) * log(n) + n - 0.5 * log(2 * .pi)
    }
    let s = 1 / (n * n)
    return (1 / 12.0 - (1 / 360.0 - (1 / 1260.0 - (1 / 1680.0 - s / 1188) * s) * s) * s) / n
  }

  /// x log(x/m) + m - x, without cancellation where x is near m.
  private static func deviance(_ x: Double, _ m: Double) -> Double {
    guard abs(x - m) < 0.1 * (x + m) else { return x * log(x / m) + m - x }
    let v = (x - m) / (x + m)
    var sum = (x - m) * v
    var term = 2 * x * v
    for j in 1..<1000 {
      term *= v * v
      let next = sum + term / Double(2 * j + 1)
      if next == sum { break }
      sum = next
    }
    return sum
  }
}
