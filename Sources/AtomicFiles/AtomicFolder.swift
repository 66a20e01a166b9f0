import Foundation

/// An output folder that appears whole or not at all.
///
/// Files are written to a temporary folder beside the target; ``commit()`` puts it in the target's
/// place, where an older folder of the same kind is replaced. A link stays: the output stands where it leads.
public final class AtomicFolder {
  /// Where the output will stand.
  public let path: String
  /// Where it is written meanwhile.
  public let temporaryPath: String
  /// `path`, or where the link there leads.
  private let target: String
  private var done = false

  /// Prepares an output.
  ///
  /// `marker`: a file that an existing folder must hold to be replaced.
  ///
  /// - Throws: ``AtomicFileError`` when the folder cannot be created, or what stands in its place
  ///   is not ours.
  public init(path: String, marker: String) throws(AtomicFileError) {
    var trimmed = path
    while trimmed.count > 1 && trimmed.hasSuffix("/") { trimmed.removeLast() }
    self.path = trimmed
    target = AtomicFile.followingLinks(trimmed)
    let url = URL(fileURLWithPath: target)
    let folder = url.deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: trimmed, isDirectory: &isFolder) {
      let content = try? FileManager.default.contentsOfDirectory(atPath: trimmed)
      guard isFolder.boolValue, content?.isEmpty == true || content?.contains(marker) == true else {
        throw .notOurs(path: trimmed, marker: marker)
      }
    }
    TemporaryName.removeLeftovers(of: url.lastPathComponent, in: folder)
    temporaryPath = folder + "/" + TemporaryName.next(for: url.lastPathComponent)
    let number = Self.make(temporaryPath)
    guard number == 0 else { throw .cannotCreate(path: trimmed, errorNumber: number) }
    AtomicFile.note(temporaryPath)
  }

  deinit { discard() }

  /// Writes one file of the folder.
  ///
  /// - Throws: ``AtomicFileError``.
  public func write(_ bytes: some Collection<UInt8>, to name: String) throws(AtomicFileError) {
    do {
      try AtomicFile.write(bytes, to: temporaryPath + "/" + name)
    } catch {
      if case .noFolder = error { throw vanished }
      throw error.reported(at: path + "/" + name)
    }
  }

  /// Makes a folder inside; not this one again, where it was taken away.
  ///
  /// - Throws: ``AtomicFileError/vanished(path:folder:)``, ``AtomicFileError/cannotWrite(path:errorNumber:)``.
  public func addFolder(_ name: String) throws(AtomicFileError) {
    guard mkdir(temporaryPath + "/" + name, 0o777) == 0 else {
      let number = errno
      if number == ENOENT { throw vanished }
      throw .cannotWrite(path: path + "/" + name, errorNumber: number)
    }
  }

  private var vanished: AtomicFileError {
    .vanished(path: path, folder: AtomicFile.split(path).folder)
  }

  /// Flushes the folder to disk and puts it in its place.
  ///
  /// - Throws: ``AtomicFileError``; the target is as it was.
  public func commit() throws(AtomicFileError) {
    guard access(temporaryPath, F_OK) == 0 else { throw vanished }
    try flush()
    let old = temporaryPath + ".old"
    // One step where the file system can: at no moment is neither of them there.
    let exchanged = Exchange.swap(temporaryPath, target)
    if !exchanged {
      let replaces = rename(target, old) == 0
      guard rename(temporaryPath, target) == 0 else {
        let number = errno
        if replaces { rename(old, target) }
        if number == ENOENT { throw vanished }
        throw .cannotWrite(path: path, errorNumber: number)
      }
    }
    done = true
    AtomicFile.forget(temporaryPath)
    try? AtomicFile.flush(AtomicFile.split(target).folder, reportedAs: path)
    try? FileManager.default.removeItem(atPath: exchanged ? temporaryPath : old)
  }

  /// Files that others wrote into the folder too: after a loss of power none may stand there empty.
  private func flush() throws(AtomicFileError) {
    let content = (try? FileManager.default.subpathsOfDirectory(atPath: temporaryPath)) ?? []
    for part in content.map({ "\(temporaryPath)/\($0)" }) + [temporaryPath] {
      do throws(AtomicFileError) {
        try AtomicFile.flush(part, reportedAs: path)
      } catch {
        // Some file systems cannot flush a folder.
        var status = stat()
        guard stat(part, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw error }
      }
    }
  }

  /// Removes the temporary folder unless it was committed.
  public func discard() {
    guard !done else { return }
    done = true
    try? FileManager.default.removeItem(atPath: temporaryPath)
    AtomicFile.forget(temporaryPath)
  }

  /// Creates a folder and those above it that are missing; returns errno, 0 where it went well.
  private static func make(_ path: String) -> Int32 {
    if mkdir(path, 0o777) == 0 { return 0 }
    let above = AtomicFile.split(path).folder
    guard errno == ENOENT, above != "/", above != path else { return errno }
    let number = make(above)
    guard number == 0 || number == EEXIST else { return number }
    return mkdir(path, 0o777) == 0 ? 0 : errno
  }
}

/// Linux's renameat2 with RENAME_EXCHANGE: two names change places in one step.
///
/// The C library has it under _GNU_SOURCE only, which Swift does not see, or (musl) not at all; so
/// it is looked up by name.
private enum Exchange {
  private typealias Function =
    @convention(c) (
      Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32
    ) -> Int32

  private static let function: Function? = dlsym(dlopen(nil, RTLD_NOW), "renameat2")
    .map { unsafeBitCast($0, to: Function.self) }

  /// Whether it was done; not where one of them does not exist, or the file system cannot.
  static func swap(_ first: String, _ second: String) -> Bool {
    let exchange: UInt32 = 2  // RENAME_EXCHANGE of linux/fs.h
    return function?(AT_FDCWD, first, AT_FDCWD, second, exchange) == 0
  }
}
