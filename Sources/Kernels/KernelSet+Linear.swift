internal import CKernels

/// The products of linear heads: many rows in float32, few outputs, nothing packed. Each in float64, and in
/// float32 for where that is enough.
extension KernelSet {
  private var linear: firn_linear { table.pointee.linear.pointee }

  /// `z = x w^T + intercepts`: z [rows, outputs], x [rows, width]; `w` [outputs, width + 1], the intercept last.
  ///
  /// A row's bits depend on that row alone.
  public func linearScores(
    _ z: UnsafeMutablePointer<Double>, _ x: UnsafePointer<Float>, rows: Int, width: Int,
    _ w: UnsafePointer<Double>, outputs: Int
  ) {
    linear.scores(z, x, rows, width, w, width + 1, outputs)
  }

  /// The same by products and sums in float32.
  public func linearScores(
    _ z: UnsafeMutablePointer<Double>, _ x: UnsafePointer<Float>, rows: Int, width: Int,
    _ w: UnsafePointer<Float>, outputs: Int
  ) {
    linear.scores_single(z, x, rows, width, w, width + 1, outputs)
  }

  /// `g += d^T x` for g [outputs, width + 1] but its last column, where the intercept's gradient stands:
  /// d [rows, outputs], x [rows, width].
  ///
  /// An element is one chain over rows.
  public func addLinearGradient(
    _ g: UnsafeMutablePointer<Double>, _ d: UnsafePointer<Double>, _ x: UnsafePointer<Float>,
    rows: Int, width: Int, outputs: Int
  ) {
    linear.gradient(g, width + 1, d, x, rows, width, outputs)
  }

  /// The same in float32.
  public func addLinearGradient(
    _ g: UnsafeMutablePointer<Float>, _ d: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    rows: Int, width: Int, outputs: Int
  ) {
    linear.gradient_single(g, width + 1, d, x, rows, width, outputs)
  }

  /// `y[i] = exp(x[i])` in float64: [count]; at most 2 ulp for x[i] in -690...709, beyond which x[i] is taken
  /// for the nearer end: so that no product with a weight is denormal. `y` may alias `x`.
  public func exp(_ y: UnsafeMutablePointer<Double>, _ x: UnsafePointer<Double>, count: Int) {
    linear.exp(y, x, count)
  }
}
