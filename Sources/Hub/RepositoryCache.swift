import AtomicFiles
import Checkpoints
import Foundation

/// One model's folder in the cache, for writing.
///
///     models--ORG--NAME/refs/REVISION            the commit
///                       blobs/ETAG               the bytes
///                       blobs/ETAG.incomplete    bytes of a transfer that was cut
///                       snapshots/COMMIT/FILE    a link to ../../blobs/ETAG
///
/// Every folder below `models--ORG--NAME` must be a real one: a link would lead writes elsewhere.
/// Source: huggingface_hub's `file_download.py`, whose locks are taken too.
struct RepositoryCache {
  private let hub: String
  private let name: String
  /// `models--ORG--NAME` itself.
  let folder: String

  /// Nothing is written yet.
  init(hub: HubCache, model: String) {
    self.hub = hub.folder
    name = "models--" + model.replacingOccurrences(of: "/", with: "--")
    folder = hub.folder + "/" + name
  }

  func snapshot(_ commit: String) -> String { folder + "/snapshots/" + commit }

  func blob(_ etag: String) -> String { folder + "/blobs/" + etag }

  // MARK: - What is there

  /// The size of a file of a snapshot; nil when it is not there whole.
  func size(of file: RepositoryPath, in commit: String) -> Int? {
    let root = snapshot(commit)
    guard Self.isRealFolder(root),
      (try? Self.makeFolders(file.components.dropLast(), below: root, create: false)) != nil
    else { return nil }
    let path = root + "/" + file.text
    // A plain file is what huggingface_hub leaves where a file system has no links.
    if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
      let blob = URL(fileURLWithPath: target).lastPathComponent
      guard target == Self.target(blob: blob, depth: file.components.count) else { return nil }
      return blobSize(blob)
    }
    return Self.fileSize(path)
  }

  /// The size of a blob; nil when there is none.
  func blobSize(_ etag: String) -> Int? {
    HubName.isBlob(etag) ? Self.fileSize(blob(etag)) : nil
  }

  // MARK: - Writing

  /// Makes the folders.
  ///
  /// - Throws: ``HubError``.
  func prepare() throws(HubError) {
    do {
      try FileManager.default.createDirectory(atPath: hub, withIntermediateDirectories: true)
    } catch {
      throw .cacheFailed(path: hub, errorNumber: Self.number(error))
    }
    // The model's own folder may lie elsewhere by its owner's link; nothing below it may.
    if mkdir(folder, 0o777) != 0 {
      var status = stat()
      guard errno == EEXIST else { throw .cacheFailed(path: folder, errorNumber: errno) }
      guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
        throw .inTheWay(path: folder)
      }
    }
    for part in ["blobs", "refs", "snapshots"] {
      try Self.makeFolders([part], below: folder)
    }
    try Self.makeFolders([".locks", name], below: hub)
  }

  /// Runs `body` while no other process, huggingface_hub's included, writes this blob.
  ///
  /// `waiting`: is called once when another process holds it.
  /// `body`: is told where to collect the bytes.
  ///
  /// - Throws: ``HubError``, or what `body` throws.
  func withLock<Value>(
    _ etag: String, waiting: () -> Void, _ body: (_ incomplete: String) throws -> Value
  ) throws -> Value {
    let path = "\(hub)/.locks/\(name)/\(etag).lock"
    let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else {
      throw errno == ELOOP
        ? HubError.inTheWay(path: path) : HubError.cacheFailed(path: path, errorNumber: errno)
    }
    // The file stays: whoever removed it would take the lock away under another's hands.
    defer { FileLock.release(descriptor) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EWOULDBLOCK {
        waiting()
        while flock(descriptor, LOCK_EX) != 0 {
          guard errno == EINTR else {
            throw HubError.cacheFailed(path: path, errorNumber: errno)
          }
        }
      } else {
        // A file system without locks: bytes of our own, that nobody takes up again.
        let own = "\(blob(etag)).\(getpid()).incomplete"
        defer { unlink(own) }
        return try body(own)
      }
    }
    return try body(blob(etag) + ".incomplete")
  }

  /// Makes a whole file a blob.
  ///
  /// - Throws: ``HubError``.
  func adopt(_ incomplete: String, as etag: String) throws(HubError) {
    guard rename(incomplete, blob(etag)) == 0 else {
      throw .cacheFailed(path: blob(etag), errorNumber: errno)
    }
  }

  /// Puts a file into a snapshot, by a link to its blob.
  ///
  /// - Throws: ``HubError``.
  func link(_ file: RepositoryPath, to etag: String, in commit: String) throws(HubError) {
    try Self.makeFolders(
      ["snapshots", commit] + file.components.dropLast(), below: folder)
    let path = snapshot(commit) + "/" + file.text
    let target = Self.target(blob: etag, depth: file.components.count)
    if (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) == target { return }
    var parts = file.components
    parts[parts.count - 1] = AtomicFile.temporaryName(for: file.name)
    let temporary = snapshot(commit) + "/" + parts.joined(separator: "/")
    unlink(temporary)
    guard symlink(target, temporary) == 0 else {
      throw .cacheFailed(path: path, errorNumber: errno)
    }
    // A folder in the link's place makes this fail; a file or another link is replaced.
    guard rename(temporary, path) == 0 else {
      let number = errno
      unlink(temporary)
      throw number == EISDIR ? .inTheWay(path: path) : .cacheFailed(path: path, errorNumber: number)
    }
  }

  /// Notes the commit of a revision.
  ///
  /// - Throws: ``HubError``; `AtomicFileError`.
  func remember(_ revision: RepositoryPath, is commit: String) throws {
    guard revision.text != commit else { return }
    try Self.makeFolders(["refs"] + revision.components.dropLast(), below: folder)
    let path = folder + "/refs/" + revision.text
    if (try? String(contentsOfFile: path, encoding: .utf8)) == commit { return }
    try AtomicFile.write(Array(commit.utf8), to: path)
  }

  // MARK: - The system

  private static func target(blob: String, depth: Int) -> String {
    String(repeating: "../", count: depth + 1) + "blobs/" + blob
  }

  /// Makes folders one in another. None of them may be a link.
  @discardableResult
  private static func makeFolders(
    _ parts: some Sequence<String>, below root: String, create: Bool = true
  ) throws(HubError) -> String {
    var path = root
    for part in parts {
      path += "/" + part
      if create, mkdir(path, 0o777) == 0 { continue }
      if create, errno != EEXIST { throw .cacheFailed(path: path, errorNumber: errno) }
      guard isRealFolder(path) else { throw .inTheWay(path: path) }
    }
    return path
  }

  private static func isRealFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The size of a regular file that is no link.
  private static func fileSize(_ path: String) -> Int? {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  private static func number(_ error: any Error) -> Int32 {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return Int32(truncatingIfNeeded: underlying?.code ?? Int(EACCES))
  }
}
