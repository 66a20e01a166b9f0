import Checkpoints
import Foundation
import StageKit

/// One model's files on their way.
struct ModelTransfer {
  let client: HubClient
  let cache: RepositoryCache
  let patience: Patience
  let console: Console
  let model: String
  let commit: String
  let anew: Bool
  private(set) var fetchedBytes = 0
  private(set) var fetchedFiles = 0
  /// The blobs of the files that are here but not yet in the snapshot.
  private var blobs: [RepositoryPath: String] = [:]

  init(
    client: HubClient, cache: RepositoryCache, patience: Patience, console: Console, model: String,
    commit: String, anew: Bool
  ) {
    self.client = client
    self.cache = cache
    self.patience = patience
    self.console = console
    self.model = model
    self.commit = commit
    self.anew = anew
  }

  /// Brings files to their blobs. Those of the snapshot are asked for no more: a commit's files do
  /// not change.
  mutating func fetch(_ files: [RepositoryPath]) throws {
    var jobs: [(file: RepositoryPath, description: FileDescription)] = []
    for file in files where blobs[file] == nil {
      if !anew, cache.size(of: file, in: commit) != nil { continue }
      let description = try patience.run(notice: notice) {
        try client.describe(file, model: model, commit: commit)
      }
      jobs.append((file, description))
    }
    let progress = ByteProgress(
      console, "fetching \(model):", total: jobs.reduce(0) { $0 + ($1.description.size ?? 0) })
    defer { progress.finish() }
    for job in jobs {
      try fetch(job.file, job.description, progress)
    }
  }

  private mutating func fetch(
    _ file: RepositoryPath, _ description: FileDescription, _ progress: ByteProgress
  ) throws {
    let etag = description.etag
    let download = BlobDownload(
      client: client, patience: patience, model: model, commit: commit, file: file,
      description: description, notice: notice, progress: progress.advance)
    let fetched: Int? = try cache.withLock(
      etag, waiting: { notice("waiting for another process that fetches \(file.text)") }
    ) { incomplete in
      // Another process may have brought it meanwhile, or another file has the same content.
      if !anew, let size = cache.blobSize(etag), size == description.size ?? size {
        progress.advance(size)
        return nil
      }
      let fetched = try download.run(into: incomplete, anew: anew)
      try cache.adopt(incomplete, as: etag)
      return fetched
    }
    blobs[file] = etag
    if let fetched {
      fetchedFiles += 1
      fetchedBytes += fetched
    }
  }

  /// Puts what was brought into the snapshot, what makes it a model last.
  func link(_ files: [RepositoryPath]) throws {
    // Whoever looks for a model looks for its config.json.
    let config = files.filter { $0.text == "config.json" }
    for file in files.filter({ $0.text != "config.json" }) + config {
      if let etag = blobs[file] { try cache.link(file, to: etag, in: commit) }
    }
  }

  /// The folders that modules.json names; nil without that file.
  func moduleFolders() throws -> [String]? {
    struct Module: Decodable { let path: String }
    guard let path = path(of: "modules.json") else { return nil }
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    guard let modules = try? JSONDecoder().decode([Module].self, from: data) else {
      throw CheckpointError.notJSON(
        path: path, reason: "it is not a list of modules with a path each")
    }
    // They are compared with the listing's folders, whose names were checked.
    return modules.map { $0.path.hasSuffix("/") ? String($0.path.dropLast()) : $0.path }
  }

  /// The files that the index of the weights names; nil without that file.
  func shards() throws -> Set<String>? {
    guard let path = path(of: "model.safetensors.index.json") else { return nil }
    return Set(try JSONFile(path: path).strings(in: "weight_map").values)
  }

  private func path(of name: String) -> String? {
    guard let file = RepositoryPath(name) else { return nil }
    if let etag = blobs[file] { return cache.blob(etag) }
    return cache.size(of: file, in: commit).map { _ in cache.snapshot(commit) + "/" + name }
  }

  private func notice(_ text: String) { console.notice(text) }
}
