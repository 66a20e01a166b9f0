public import Checkpoints
import Foundation

/// A model of the cache, for people to see. Reading needs no network.
public struct CachedModel: Sendable, Equatable {
  public let name: String
  /// The branches and tags that were at this commit when they were fetched; empty for a commit that
  /// was asked for by itself, or that a newer one has followed.
  public let revisions: [String]
  /// Empty where only beginnings of files are there.
  public let commit: String
  /// The snapshot's folder; the model's where there is no snapshot.
  public let folder: String
  public let files: Int
  /// What its files hold. Snapshots of one model share what they have in common.
  public let bytes: Int
  /// What transfers that were cut have left for this model.
  public let unfinishedBytes: Int

  /// Every snapshot of every model, by name; an empty or missing cache has none.
  public static func all(in hub: HubCache) -> [CachedModel] {
    let folders = names(in: hub.folder).filter { $0.hasPrefix("models--") }
    return folders.flatMap { snapshots(of: $0, in: hub) }
  }

  private static func snapshots(of folder: String, in hub: HubCache) -> [CachedModel] {
    let path = hub.folder + "/" + folder
    // ORG/NAME, or a NAME alone. Neither may hold "--".
    let name = folder.dropFirst("models--".count).split(separator: "--", maxSplits: 1)
      .joined(separator: "/")
    let references = revisions(below: path + "/refs")
    let unfinished = names(in: path + "/blobs").filter { $0.hasSuffix(".incomplete") }
      .reduce(0) { $0 + size(path + "/blobs/" + $1) }
    let commits = names(in: path + "/snapshots")
    if commits.isEmpty, unfinished > 0 {
      return [
        CachedModel(
          name: name, revisions: [], commit: "", folder: path, files: 0, bytes: 0,
          unfinishedBytes: unfinished)
      ]
    }
    return commits.map { commit in
      let snapshot = path + "/snapshots/" + commit
      let files = Self.files(below: snapshot)
      // Two names of one blob are one file on the disk.
      let blobs = Set(files.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path })
      return CachedModel(
        name: name, revisions: references.filter { $0.commit == commit }.map(\.name),
        commit: commit, folder: snapshot, files: files.count,
        bytes: blobs.reduce(0) { $0 + size($1) }, unfinishedBytes: unfinished)
    }
  }

  private static func revisions(below folder: String) -> [(name: String, commit: String)] {
    files(below: folder).compactMap { path in
      guard let commit = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
      return (
        String(path.dropFirst(folder.count + 1)),
        commit.trimmingCharacters(in: .whitespacesAndNewlines)
      )
    }
  }

  /// Every file below a folder that is there; links to nothing are not.
  private static func files(below folder: String) -> [String] {
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
    return paths.sorted().map { folder + "/" + $0 }.filter { path in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        && !isFolder.boolValue && !URL(fileURLWithPath: path).lastPathComponent.hasPrefix(".")
    }
  }

  private static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  private static func size(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }
}

/// Sizes for people.
public enum ByteCount {
  /// `123 B`, `90.9 MB`; a kB is 1000 bytes.
  public static func text(_ bytes: Int) -> String {
    guard bytes >= 1000 else { return "\(bytes) B" }
    var value = Double(bytes) / 1000
    var unit = "kB"
    for larger in ["MB", "GB", "TB"] where value >= 999.95 {
      value /= 1000
      unit = larger
    }
    return String(format: "%.1f", value) + " " + unit
  }
}
