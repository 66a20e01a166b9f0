import Foundation
import Synchronization

/// An output that appears whole or not at all.
///
/// The content is written to a temporary file beside the target. ``commit()`` flushes it to disk
/// and renames it over the target; without a commit it is removed when the object goes. A link stays:
/// the output stands where it leads.
public final class AtomicFile: Sendable {
  /// Where the output will stand.
  public let path: String
  /// Where it is written meanwhile.
  public let temporaryPath: String
  /// `path`, or where the link there leads.
  private let target: String
  private let done = Atomic<Bool>(false)

  /// Prepares an output.
  ///
  /// - Throws: ``AtomicFileError`` when the folder is missing or cannot be written, or what stands in
  ///   the output's place is no file.
  public init(path: String) throws(AtomicFileError) {
    var status = stat()
    // Of the path itself: a link of the system's to a pipe leads nowhere by name.
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw status.st_mode & S_IFMT == S_IFDIR ? .isFolder(path: path) : .isNoFile(path: path)
    }
    let target = Self.followingLinks(path)
    let (folder, name) = Self.split(target)
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw .noFolder(path: path, folder: folder)
    }
    guard !name.isEmpty else { throw .isFolder(path: path) }
    self.path = path
    self.target = target
    TemporaryName.removeLeftovers(of: name, in: folder)
    temporaryPath = "\(folder)/\(TemporaryName.next(for: name))"
    let descriptor = open(temporaryPath, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotCreate(path: path, errorNumber: errno) }
    close(descriptor)
    Self.pending.withLock { _ = $0.insert(temporaryPath) }
  }

  deinit { discard() }

  /// A path's folder, `.` where it names none, and its last part.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = slash == path.startIndex ? "/" : String(path[..<slash])
    return (folder, String(path[path.index(after: slash)...]))
  }

  /// Where a link leads, and that one, as far as there are any.
  static func followingLinks(_ path: String) -> String {
    var path = path
    // As many as Linux follows.
    for _ in 0..<40 {
      guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else {
        break
      }
      path = next.hasPrefix("/") ? next : "\(split(path).folder)/\(next)"
    }
    return path
  }

  /// A hidden name beside `name` that no other output has, of this process or another.
  public static func temporaryName(for name: String) -> String { TemporaryName.next(for: name) }

  /// Flushes the temporary file to disk and moves it to its place.
  ///
  /// - Throws: ``AtomicFileError`` when that fails; the target is as it was.
  public func commit() throws(AtomicFileError) {
    try Self.flush(temporaryPath, reportedAs: path)
    guard rename(temporaryPath, target) == 0 else {
      throw .cannotWrite(path: path, errorNumber: errno)
    }
    done.store(true, ordering: .relaxed)
    Self.pending.withLock { _ = $0.remove(temporaryPath) }
    // The rename itself is on disk once the folder is; some file systems cannot flush a folder.
    let folder = temporaryPath[..<(temporaryPath.lastIndex(of: "/") ?? temporaryPath.startIndex)]
    try? Self.flush(String(folder), reportedAs: path)
  }

  /// Removes the temporary file unless it was committed.
  public func discard() {
    guard !done.exchange(true, ordering: .relaxed) else { return }
    unlink(temporaryPath)
    Self.pending.withLock { _ = $0.remove(temporaryPath) }
  }

  /// Writes `bytes` to `path`, whole or not at all.
  ///
  /// - Throws: ``AtomicFileError``.
  public static func write(_ bytes: some Collection<UInt8>, to path: String) throws(AtomicFileError)
  {
    let file = try AtomicFile(path: path)
    let descriptor = open(file.temporaryPath, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotCreate(path: path, errorNumber: errno) }
    do throws(AtomicFileError) {
      try writeAll(Array(bytes), to: descriptor, reportedAs: path)
    } catch {
      close(descriptor)
      throw error
    }
    close(descriptor)
    try file.commit()
  }

  /// Removes every temporary file of this process: for the way out after a signal.
  public static func discardAll() {
    let paths = pending.withLock { Array($0) }
    for path in paths where unlink(path) != 0 { try? FileManager.default.removeItem(atPath: path) }
  }

  static func note(_ path: String) { pending.withLock { _ = $0.insert(path) } }

  static func forget(_ path: String) { pending.withLock { _ = $0.remove(path) } }

  private static let pending = Mutex<Set<String>>([])

  /// Returns when a file, or the names in a folder, are on disk.
  static func flush(_ path: String, reportedAs target: String) throws(AtomicFileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotWrite(path: target, errorNumber: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .cannotWrite(path: target, errorNumber: errno) }
  }
}

/// An output that cannot be written.
public enum AtomicFileError: Error, Equatable {
  /// The folder that should hold the output does not exist.
  case noFolder(path: String, folder: String)
  /// The folder that held the output when it was begun is there no more.
  case vanished(path: String, folder: String)
  /// A folder stands where the output should go.
  case isFolder(path: String)
  /// A device, a pipe or a socket stands where the output, or what is kept beside it, should go.
  case isNoFile(path: String)
  /// Something stands where an output folder should go, and it is not one of ours.
  case notOurs(path: String, marker: String)
  /// The temporary file beside the output cannot be created.
  case cannotCreate(path: String, errorNumber: Int32)
  /// Another process is writing the same output.
  case inUse(path: String)
  /// Writing, flushing or renaming failed.
  case cannotWrite(path: String, errorNumber: Int32)
}

extension AtomicFileError {
  /// The same of another path: what the user asked for, where the one at hand is temporary.
  func reported(at target: String) -> AtomicFileError {
    switch self {
    case .noFolder: .noFolder(path: target, folder: AtomicFile.split(target).folder)
    case .vanished: .vanished(path: target, folder: AtomicFile.split(target).folder)
    case .isFolder: .isFolder(path: target)
    case .isNoFile: .isNoFile(path: target)
    case .notOurs(_, let marker): .notOurs(path: target, marker: marker)
    case .cannotCreate(_, let number): .cannotCreate(path: target, errorNumber: number)
    case .inUse: .inUse(path: target)
    case .cannotWrite(_, let number): .cannotWrite(path: target, errorNumber: number)
    }
  }
}
