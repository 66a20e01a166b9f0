internal import CKernels
import COpenBLAS
import Glibc

/// OpenBLAS, loaded when the first product asks for it.
///
/// The library starts one thread a core the moment it is loaded, and each spins for some 30 ms: a
/// stage that only tokenizes or encodes would pay for that at every start. No thread is wanted at all:
/// products run on one thread a call, the caller's.
enum OpenBLAS {
  /// As cblas.h declares them.
  struct Functions: @unchecked Sendable {
    let dgemm: firn_cblas_dgemm
    let sgemm: firn_cblas_sgemm
    let dsyevd: firn_dsyevd
    let setThreads: firn_openblas_set_num_threads
  }

  /// What was loaded, or why nothing was.
  static let library: Result<Functions, KernelError> = load()

  /// The functions; who calls them has asked ``DoubleGemm/prepare()`` before.
  static var functions: Functions {
    switch library {
    case .success(let functions): functions
    case .failure(let error): preconditionFailure("\(error)")
    }
  }

  private static func load() -> Result<Functions, KernelError> {
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    // It knows Intel's processors by their numbers: one newer than the library, it takes for a Prescott of
    // 2004, which is four to eight times as slow. A name that the user gave stands.
    if let core = firn_blas_core() { setenv("OPENBLAS_CORETYPE", core, 0) }
    for name in ["libopenblas.so.0", "libopenblas.so"] {
      guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { continue }
      guard let dgemm = dlsym(library, "cblas_dgemm"), let sgemm = dlsym(library, "cblas_sgemm"),
        let dsyevd = dlsym(library, "dsyevd_"),
        let setThreads = dlsym(library, "openblas_set_num_threads")
      else { continue }
      return .success(
        Functions(
          dgemm: unsafeBitCast(dgemm, to: firn_cblas_dgemm.self),
          sgemm: unsafeBitCast(sgemm, to: firn_cblas_sgemm.self),
          dsyevd: unsafeBitCast(dsyevd, to: firn_dsyevd.self),
          setThreads: unsafeBitCast(setThreads, to: firn_openblas_set_num_threads.self)))
    }
    let reason = dlerror().map { String(cString: $0) } ?? "it has no cblas_dgemm or dsyevd_"
    return .failure(.noOpenBLAS(reason: reason))
  }
}
