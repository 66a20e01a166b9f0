import COpenBLAS

/// Eigenvalues and eigenvectors of symmetric matrices, by LAPACK's dsyevd in OpenBLAS.
public enum SymmetricEigen {
  /// Decomposes a symmetric matrix [size, size], of which one triangle is read.
  ///
  /// - Returns: the eigenvalues, ascending, and their vectors, [size, size] with one a row, each of
  ///   length 1.
  /// - Throws: ``KernelError/noOpenBLAS(reason:)``; ``KernelError/noEigenvalues`` where the matrix is not
  ///   finite, or the method has not converged.
  /// - Precondition: the count is that of the size, which is positive.
  public static func decompose(
    _ matrix: [Double], size: Int
  ) throws(KernelError) -> (values: [Double], vectors: [Double]) {
    precondition(size > 0 && matrix.count == size * size)
    _ = try OpenBLAS.library.get()
    guard matrix.allSatisfy(\.isFinite) else { throw .noEigenvalues }
    var vectors = matrix
    var values = [Double](repeating: 0, count: size)
    var (order, status) = (Int32(size), Int32(0))
    // What it asks for itself, and then the work.
    var work = [Double](repeating: 0, count: 1)
    var integers = [Int32](repeating: 0, count: 1)
    for isQuery in [true, false] {
      var workSize = isQuery ? -1 : Int32(work.count)
      var integerSize = isQuery ? -1 : Int32(integers.count)
      var (job, triangle) = (CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")))
      OpenBLAS.functions.dsyevd(
        &job, &triangle, &order, &vectors, &order, &values, &work, &workSize, &integers,
        &integerSize, &status, 1, 1)
      guard status == 0 else { throw .noEigenvalues }
      if isQuery {
        work = [Double](repeating: 0, count: Int(work[0]))
        integers = [Int32](repeating: 0, count: Int(integers[0]))
      }
    }
    // Columns of a column-major matrix: rows here.
    return (values, vectors)
  }
}
