public import Foundation
import Glibc

/// The digest of files that were digested before and have not been touched since.
///
/// Digesting 90 MB of weights takes as long as encoding two hundred short texts, and every stage needs
/// it. Like git's index, this trusts what the system says of a file: device, inode, size, and the
/// times of its last change of content and of state in nanoseconds; the last one cannot be set back.
/// A file that was changed in the last two seconds is never trusted, as a change within one tick of a
/// coarse clock would not show.
public struct DigestCache: Sendable {
  private let folder: URL?
  private let now: @Sendable () -> Int

  /// `folder`: where the digests are kept; nil keeps none.
  /// `now`: seconds since 1970.
  public init(
    folder: URL?, now: @Sendable @escaping () -> Int = { Int(time(nil)) }
  ) {
    self.folder = folder
    self.now = now
  }

  /// The digest of the files, from the cache or worked out and kept. Failing to keep it is no error.
  ///
  /// - Throws: ``DigestError`` when a file cannot be read.
  public func sha256(ofFiles paths: [String]) throws(DigestError) -> String {
    let before = Self.state(of: paths)
    if let entry = entry(paths), let before,
      let kept = try? String(contentsOf: entry, encoding: .utf8).split(separator: "\n"),
      kept.count == 2, kept[0] == before
    {
      return String(kept[1])
    }
    let sha256 = try SHA256Digest(ofFiles: paths).description
    if let entry = entry(paths), let before, before == Self.state(of: paths), areOld(paths) {
      try? FileManager.default.createDirectory(
        at: entry.deletingLastPathComponent(), withIntermediateDirectories: true)
      try? Data("\(before)\n\(sha256)\n".utf8).write(to: entry, options: .atomic)
    }
    return sha256
  }

  private func entry(_ paths: [String]) -> URL? {
    let absolute = paths.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    let name = SHA256Digest(of: absolute.joined(separator: "\n")).description
    return folder?.appendingPathComponent(name)
  }

  /// What the system says of the files, on one line; nil where one cannot be looked at.
  private static func state(of paths: [String]) -> String? {
    var words: [String] = []
    for path in paths {
      guard let status = status(of: path) else { return nil }
      words += [
        "\(status.st_dev)", "\(status.st_ino)", "\(status.st_size)",
        "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)",
        "\(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)",
      ]
    }
    return words.joined(separator: " ")
  }

  private func areOld(_ paths: [String]) -> Bool {
    paths.allSatisfy { path in
      guard let status = Self.status(of: path) else { return false }
      return max(status.st_mtim.tv_sec, status.st_ctim.tv_sec) + 2 < now()
    }
  }

  private static func status(of path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }
}
