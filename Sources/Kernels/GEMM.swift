internal import COpenBLAS

/// Matrix products by OpenBLAS, on the calling thread alone.
///
/// Firn runs in parallel over batches, not inside a product: with one thread a product, and the
/// number of rows a multiple of ``rowMultiple``, a row's bits do not depend on how many rows stand
/// beside it (measured on OpenBLAS 0.3.21: no row differs then, two in five do otherwise).
public enum GEMM {
  /// What the number of rows of every product is rounded up to.
  public static let rowMultiple = 32

  /// `rows` rounded up to ``rowMultiple``.
  public static func paddedRows(_ rows: Int) -> Int {
    (rows + rowMultiple - 1) / rowMultiple * rowMultiple
  }

  // Evaluated once, before the first product.
  private static let singleThreaded: Void = openblas_set_num_threads(1)

  /// Makes every product of this process single-threaded; each product asks for it too.
  public static func useOneThread() {
    _ = singleThreaded
  }

  /// The name of the processor whose kernels OpenBLAS chose, for run.json.
  public static var coreName: String {
    openblas_get_corename().map { String(cString: $0) } ?? "unknown"
  }

  /// `c = a b^T`: a [rows, depth], b [columns, depth] (a checkpoint's `weight`), c [rows, columns].
  ///
  /// - Parameters:
  ///   - rows: a multiple of ``rowMultiple`` where a row's bits must not depend on its neighbours.
  ///   - cStride: floats from one row of `c` to the next.
  public static func multiplyTransposed(
    _ c: UnsafeMutablePointer<Float>, cStride: Int, _ a: UnsafePointer<Float>,
    _ b: UnsafePointer<Float>, rows: Int, columns: Int, depth: Int
  ) {
    useOneThread()
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows), blasint(columns), blasint(depth),
      1, a, blasint(depth), b, blasint(depth), 0, c, blasint(cStride))
  }
}
