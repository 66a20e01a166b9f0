public import ArgumentParser
public import Contracts
public import FeatureStore
import Foundation

/// How shards become one file.
public enum MergeKind: String, EnumerableFlag, Sendable {
  /// By reference.
  case virtual
  case copy

  /// Whether an older output is of this kind, and of the shards that it would name so.
  public func describes(_ file: FeaturesFile, names: [String]) -> Bool {
    switch self {
    case .virtual:
      // A shard without rows is in no merged file.
      let found = file.shardFiles.map { RelativePath.of($0, from: file.path) }
      return !found.isEmpty && found == names.filter { found.contains($0) }
    case .copy: return file.shardFiles.isEmpty
    }
  }
}

extension EncodingSettings {
  /// The views of a features file in the order that they were asked for.
  public static func views(of file: FeaturesFile) -> [FeatureKey] {
    let asked = EncodingSettings(config: file.provenance.config)?.views ?? []
    if Set(asked) == Set(file.views), asked.first == file.defaultView { return asked }
    return [file.defaultView] + file.views.filter { $0 != file.defaultView }
  }
}

/// Names of files that hold wherever their folders are moved together.
public enum RelativePath {
  /// `path` as seen from the folder of `file`, which need not be there yet.
  public static func of(_ path: String, from file: String) -> String {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    let base = folder.resolvingSymlinksInPath().standardizedFileURL.pathComponents
    let url = URL(fileURLWithPath: path)
    let target =
      url.deletingLastPathComponent().resolvingSymlinksInPath().standardizedFileURL.pathComponents
      + [url.lastPathComponent]
    let shared = zip(base, target).prefix { $0 == $1 }.count
    return
      (Array(repeating: "..", count: base.count - shared) + target[shared...])
      .joined(separator: "/")
  }
}
