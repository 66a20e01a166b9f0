internal import CHDF5
internal import Glibc
internal import Synchronization

/// Where a call works, for errors: the file, and the dataset, group or `@attribute` in it.
struct Site: Sendable {
  let file: String
  var object: String?
  /// The state of a file that is being written; nil for one that is read.
  var output: OutputState?
}

/// Whether a file that is being written has failed.
///
/// After a failed write, to a full disk for one, libhdf5 1.10.8 crashes when the file or what is
/// in it is closed. So none of it is: its handles are leaked, and the file is given up.
final class OutputState: Sendable {
  let hasFailed = Atomic<Bool>(false)
}

/// The gate to libhdf5: one call at a time, silent, failures turned into `HDF5Error`.
enum Library {
  /// Makes one C call; a negative result becomes an error with the library's own description.
  ///
  /// Debian's build is thread-safe by a lock of its own, but the builds of clusters often are
  /// not; this lock makes both safe, and keeps a call and the reading of its errors together.
  static func call<Result: SignedInteger>(
    _ name: String, at site: Site, _ body: () -> Result
  ) throws(HDF5Error) -> Result {
    lock.enter()
    defer { lock.leave() }
    // Without this the library prints its error stack on stderr. The setting is per thread.
    H5Eset_auto2(shim_H5P_DEFAULT(), nil, nil)
    let result = body()
    if result < 0 { throw failure(of: name, at: site) }
    return result
  }

  /// Asks the library what cannot fail, or what its value says when it does.
  static func ask<Answer>(_ body: () -> Answer) -> Answer {
    lock.enter()
    defer { lock.leave() }
    H5Eset_auto2(shim_H5P_DEFAULT(), nil, nil)
    return body()
  }

  /// Releases a handle, unless it belongs to a file that failed.
  static func release(_ identifier: hid_t, of output: OutputState?) {
    if let output, output.hasFailed.load(ordering: .relaxed) { return }
    _ = ask { H5Idec_ref(identifier) }
  }

  private static let lock: RecursiveLock = {
    // At exit the library would close what is open, a file that failed too. What Firn writes is
    // closed by `finish()`. The call must be the first of all.
    H5dont_atexit()
    return RecursiveLock()
  }()

  private static func failure(of call: String, at site: Site) -> HDF5Error {
    site.output?.hasFailed.store(true, ordering: .relaxed)
    let reason = innermostDescription()
    if reason.contains("truncated file") {
      return .truncated(file: site.file, reason: reason)
    }
    let code = errno(in: reason)
    if code == nil, call.isReading {
      return .damaged(file: site.file, object: site.object, call: call, reason: reason)
    }
    return .callFailed(
      call: call, file: site.file, object: site.object, reason: reason, code: code)
  }

  /// What the deepest function on this thread's error stack said.
  private static func innermostDescription() -> String {
    var reason = ""
    withUnsafeMutablePointer(to: &reason) { pointer in
      _ = H5Ewalk2(
        shim_H5P_DEFAULT(), H5E_WALK_UPWARD,
        { depth, entry, context in
          if depth == 0, let text = entry?.pointee.desc {
            context?.assumingMemoryBound(to: String.self).pointee = String(cString: text)
          }
          return 0
        }, pointer)
    }
    return reason.isEmpty ? "no description" : reason
  }

  /// The number after `errno = ` in a description of HDF5's POSIX driver.
  private static func errno(in reason: String) -> Int32? {
    let key = Array("errno = ".utf8)
    let bytes = Array(reason.utf8)
    guard bytes.count > key.count else { return nil }
    for start in 0...(bytes.count - key.count)
    where bytes[start..<start + key.count].elementsEqual(key) {
      let digits = bytes[(start + key.count)...].prefix { (48...57).contains($0) }
      return Int32(String(decoding: digits, as: UTF8.self))
    }
    return nil
  }
}

extension String {
  /// Whether a failing C call of this name speaks of the content of a file being read.
  fileprivate var isReading: Bool {
    ["H5Fopen", "H5Dopen2", "H5Dread", "H5Aread", "H5Gopen2", "H5Lexists", "H5Literate"].contains(
      self)
      || hasPrefix("H5Aexists") || hasPrefix("H5Aopen")
      || hasPrefix("H5Dget") || hasPrefix("H5Aget") || hasPrefix("H5Gget") || hasPrefix("H5Lget")
      || hasPrefix("H5Oget")
  }
}

/// A lock that its holder may take again: releasing a handle inside a call is a call.
private final class RecursiveLock: @unchecked Sendable {
  // Unchecked: the pointee is only touched by pthread functions, which are made to be shared.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() {
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
    pthread_mutex_init(mutex, &attributes)
    pthread_mutexattr_destroy(&attributes)
  }

  func enter() { pthread_mutex_lock(mutex) }
  func leave() { pthread_mutex_unlock(mutex) }
}
