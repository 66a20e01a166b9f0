import COpenBLAS

/// OpenBLAS's products in float32.
public enum FloatGemm {
  public typealias Operand = GemmOperand<Float>

  /// c = a · b + beta · c on one thread, as ``DoubleGemm``'s: a is [m, k], b is [k, n] (after their
  /// transposition) and c is [m, n], row-major with `stride`; c aliases neither.
  public static func multiply(
    m: Int, n: Int, k: Int, _ a: Operand, _ b: Operand, beta: Float = 0,
    into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    OpenBLAS.functions.sgemm(
      CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
      b.transposed ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(k), 1, a.base,
      Int32(a.stride), b.base, Int32(b.stride), beta, c, Int32(stride))
  }

  /// c = a b^T, where a is [m, k], b is [n, k] and c is [m, n], row-major, on `threads` threads: the
  /// rate that Firn's own products are measured against.
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
