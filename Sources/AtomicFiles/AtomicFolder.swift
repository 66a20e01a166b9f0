import Foundation

/// An output folder that appears whole or not at all.
///
/// Files are written to a temporary folder beside the target; ``commit()`` puts it in the target's
/// place, where an older folder of the same kind is replaced.
public final class AtomicFolder {
  /// Where the output will stand.
  public let path: String
  /// Where it is written meanwhile.
  public let temporaryPath: String
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
    let url = URL(fileURLWithPath: trimmed)
    let folder = url.deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: trimmed, isDirectory: &isFolder) {
      let content = try? FileManager.default.contentsOfDirectory(atPath: trimmed)
      guard isFolder.boolValue, content?.isEmpty == true || content?.contains(marker) == true else {
        throw .notOurs(path: trimmed, marker: marker)
      }
    }
    temporaryPath = folder + "/" + AtomicFile.temporaryName(for: url.lastPathComponent)
    do {
      try FileManager.default.createDirectory(
        atPath: temporaryPath, withIntermediateDirectories: true)
    } catch {
      throw .cannotCreate(path: trimmed, errorNumber: Self.number(error))
    }
    AtomicFile.note(temporaryPath)
  }

  deinit { discard() }

  /// Writes one file of the folder.
  ///
  /// - Throws: ``AtomicFileError``.
  public func write(_ bytes: some Collection<UInt8>, to name: String) throws(AtomicFileError) {
    try AtomicFile.write(bytes, to: temporaryPath + "/" + name)
  }

  /// Puts the folder in its place.
  ///
  /// - Throws: ``AtomicFileError``; the target is as it was.
  public func commit() throws(AtomicFileError) {
    let old = temporaryPath + ".old"
    let replaces = rename(path, old) == 0
    guard rename(temporaryPath, path) == 0 else {
      let number = errno
      if replaces { rename(old, path) }
      throw .cannotWrite(path: path, errorNumber: number)
    }
    done = true
    AtomicFile.forget(temporaryPath)
    if replaces { try? FileManager.default.removeItem(atPath: old) }
  }

  /// Removes the temporary folder unless it was committed.
  public func discard() {
    guard !done else { return }
    done = true
    try? FileManager.default.removeItem(atPath: temporaryPath)
    AtomicFile.forget(temporaryPath)
  }

  private static func number(_ error: any Error) -> Int32 {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return Int32(truncatingIfNeeded: underlying?.code ?? Int(EACCES))
  }
}
