import COpenBLAS

/// Matrix multiplication in float64 on OpenBLAS, one thread a call.
///
/// Callers cut their work into blocks of their own and run those in parallel: with a partition that
/// does not depend on the number of threads, neither does any bit of the result.
public enum DoubleGemm {
  public typealias Operand = GemmOperand<Double>

  /// Loads OpenBLAS: to be called before the first product, where an error can still be told.
  ///
  /// - Throws: ``KernelError/noOpenBLAS(reason:)``.
  public static func prepare() throws(KernelError) { _ = try OpenBLAS.library.get() }

  /// c = alpha · a · b + beta · c, where a is [m, k], b is [k, n] (after their transposition) and
  /// c is [m, n], row-major with `stride`; c aliases neither.
  ///
  /// With beta 0 the old values of c are not read.
  public static func multiply(
    m: Int, n: Int, k: Int, alpha: Double = 1, _ a: Operand, _ b: Operand, beta: Double = 0,
    into c: UnsafeMutablePointer<Double>, stride: Int
  ) {
    OpenBLAS.functions.dgemm(
      CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
      b.transposed ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(k), alpha, a.base,
      Int32(a.stride), b.base, Int32(b.stride), beta, c, Int32(stride))
  }
}
