import Glibc

/// What lies in a folder, in the order of the names' bytes; hidden entries are left out.
enum Folder {
  enum Kind {
    case folder
    case file
    /// A pipe, a socket or a device.
    case other
  }

  /// What a path leads to, through symbolic links.
  static func kind(_ path: String) throws(CorpusError) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { throw CorpusError.opening(path, errno) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    default: return .other
    }
  }

  /// The names of the entries of one kind.
  static func names(_ wanted: Kind, in path: String) throws(CorpusError) -> [String] {
    guard let folder = opendir(path) else { throw CorpusError.opening(path, errno) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      guard let name = name(of: entry) else { throw .invalidName(path: path) }
      if name.utf8.first == UInt8(ascii: ".") { continue }
      if try kind(join(path, name)) == wanted { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  static func join(_ folder: String, _ name: String) -> String {
    folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
  }

  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
    // The record may be shorter than the struct: only its own d_reclen bytes are there.
    let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    let bytes = UnsafeRawPointer(entry) + offset
    return String(validatingCString: bytes.assumingMemoryBound(to: CChar.self))
  }
}
