import COpenBLAS

/// OpenBLAS's product in float32: the rate that Firn's own products are measured against.
public enum FloatGemm {
  /// c = a b^T, where a is [m, k], b is [n, k] and c is [m, n], row-major, on `threads` threads.
  ///
  /// Not to be called from two threads at once: the number of threads is OpenBLAS's own.
  public static func multiplyTransposed(
    m: Int, n: Int, k: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    into c: UnsafeMutablePointer<Float>, threads: Int
  ) {
    OpenBLAS.functions.setThreads(Int32(threads))
    OpenBLAS.functions.sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), 1, a, Int32(k), b,
      Int32(k), 0, c, Int32(n))
    OpenBLAS.functions.setThreads(1)
  }
}
