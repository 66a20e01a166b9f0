internal import CHDF5
internal import Glibc

/// Reads a file's structure in a child process first, which may die of it in our place.
///
/// What is in HDF5's form of before 1.10 carries no checksums, and libhdf5 1.10.8 reads beyond its memory
/// where some of its fields are wrong. Files of Firn's own have checksums and need no rehearsal, but for
/// merges by reference: ``CurrentForm``.
enum Rehearsal {
  private typealias Fork = @convention(c) () -> pid_t

  // Swift hides fork, as a child of many threads may do little. This one calls C alone.
  private static let fork = dlsym(dlopen(nil, RTLD_NOW), "fork")
    .map { unsafeBitCast($0, to: Fork.self) }

  /// A structure that takes longer to read is no file's: seconds of work, as a machine may be busy, or a
  /// disk slow. More for a large file: a merge grows by half a megabyte with every thousand shards.
  private static func mostSeconds(_ path: String) -> rlim_t {
    var status = stat()
    let size = stat(path, &status) == 0 ? Int(status.st_size) : 0
    return rlim_t(min(4 + size >> 17, 20))
  }

  /// Whether a process outlives the reading of the file's groups, headers and attributes; true also
  /// where no child can be made.
  static func succeeds(_ path: String) -> Bool {
    // The library is nobody else's while the child gets its copy of it.
    let child = Library.ask { () -> pid_t in
      let child = fork?() ?? -1
      if child == 0 { readAndExit(path) }
      return child
    }
    guard child > 0 else { return true }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      if errno != EINTR { return true }
    }
    return status == 0
  }

  private static func readAndExit(_ path: String) -> Never {
    for number in [SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGXCPU] {
      signal(number, SIG_DFL)
    }
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    // The parent's locks are not to outlive it here.
    closefrom(STDERR_FILENO + 1)
    // What is said on the way down is not for the user.
    let nowhere = open("/dev/null", O_WRONLY)
    if nowhere >= 0 { dup2(nowhere, STDERR_FILENO) }
    let seconds = mostSeconds(path)
    var busy = rlimit(rlim_cur: seconds, rlim_max: seconds + 1)
    setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &busy)
    let file = H5Fopen(path, shim_H5F_ACC_RDONLY(), shim_H5P_DEFAULT())
    if file >= 0 {
      _ = H5Ovisit2(
        file, H5_INDEX_NAME, H5_ITER_NATIVE,
        { root, name, info, _ in
          if let name, let info { Rehearsal.read(name, info.pointee, in: root) }
          return 0
        }, nil, UInt32(H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS))
    }
    _exit(0)
  }

  /// Opens an object, and its attributes, as readers do; what fails without harm is theirs to tell.
  private static func read(_ name: UnsafePointer<CChar>, _ info: H5O_info_t, in root: hid_t) {
    let object = H5Oopen(root, name, shim_H5P_DEFAULT())
    guard object >= 0 else { return }
    for index in 0..<info.num_attrs {
      let attribute = H5Aopen_by_idx(
        object, ".", H5_INDEX_NAME, H5_ITER_NATIVE, index, shim_H5P_DEFAULT(), shim_H5P_DEFAULT())
      guard attribute >= 0 else { continue }
      _ = H5Aget_type(attribute)
      _ = H5Aget_space(attribute)
    }
    guard info.type == H5O_TYPE_DATASET else { return }
    _ = H5Dget_type(object)
    let space = H5Dget_space(object)
    _ = H5Dget_create_plist(object)
    _ = H5Dget_storage_size(object)
    var chunks: hsize_t = 0
    _ = H5Dget_num_chunks(object, space, &chunks)
  }
}
