internal import COpenBLAS

/// OpenBLAS on the calling thread alone.
///
/// Firn runs in parallel over batches, not inside a product. Encoders multiply by
/// ``KernelSet/multiply(_:_:_:rows:bias:activation:)``, whose rows keep their bits; OpenBLAS is the
/// heads' float64 product and the roofline that the encoders are measured against.
public enum OpenBLAS {
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

  /// `c = a b^T`: a [rows, depth], b [columns, depth], c [rows, columns].
  public static func multiplyTransposed(
    _ c: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    rows: Int, columns: Int, depth: Int
  ) {
    useOneThread()
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows), blasint(columns), blasint(depth),
      1, a, blasint(depth), b, blasint(depth), 0, c, blasint(columns))
  }
}
