import Glibc

/// The kernels of learning in plain Swift and float64.
extension Reference {
  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// One time step of long short-term memory for one sequence: sums of the gates i, f, g, o, one
  /// after the other, and the state before.
  public static func lstm(
    sums: [Double], before: [Double]
  ) -> (state: [Double], output: [Double]) {
    let size = before.count
    let state = before.indices.map { c in
      sigmoid(sums[size + c]) * before[c] + sigmoid(sums[c]) * tanh(sums[2 * size + c])
    }
    return (state, state.indices.map { sigmoid(sums[3 * size + $0]) * tanh(state[$0]) })
  }

  /// One time step of a gated recurrent unit: the input's and the state's part of the sums of r, z,
  /// n, and the state before.
  public static func gru(
    input: [Double], recurrent: [Double], before: [Double]
  ) -> [Double] {
    let size = before.count
    return before.indices.map { c in
      let reset = sigmoid(input[c] + recurrent[c])
      let keep = sigmoid(input[size + c] + recurrent[size + c])
      let new = tanh(input[2 * size + c] + reset * recurrent[2 * size + c])
      return (1 - keep) * new + keep * before[c]
    }
  }

  /// The derivative of a function of several numbers along each of them, by central differences.
  ///
  /// Their error is some 1e-10 of a function whose numbers and third derivatives are about 1.
  public static func differences(
    _ x: [Double], _ f: ([Double]) -> Double
  ) -> [Double] {
    x.indices.map { i in
      var (above, below) = (x, x)
      above[i] += 1e-5
      below[i] -= 1e-5
      return (f(above) - f(below)) / 2e-5
    }
  }
}
