import Checkpoints
import Foundation
public import StageKit

/// Fetches models from the hub into the cache that transformers, sentence-transformers and Firn's
/// other stages read. This target and firn-fetch are all of Firn that touches the nettransfer.
public struct HubFetch {
  private let settings: HubSettings
  private let console: Console
  package var patience = Patience()

  /// `console`: for progress and pauses.
  public init(settings: HubSettings, console: Console) {
    self.settings = settings
    self.console = console
  }

  /// A model in the cache.
  public struct Model: Sendable, Equatable {
    public let name: String
    public let revision: String
    public let commit: String
    /// The snapshot's folder: what the other stages take as MODEL, beside the name.
    public let folder: String
    /// The files of it that are needed, in the order of their names; empty offline.
    public let files: [String]
    /// Their size.
    public let bytes: Int
    /// What came over the network for it.
    public let fetchedBytes: Int
    public let fetchedFiles: Int
  }

  /// Makes sure that a model is in the cache whole. What is there already is not fetched again.
  ///
  /// A snapshot gets its links last, config.json after all others, and the revision's reference
  /// after that: a model that can be found by name is complete.
  ///
  /// `revision`: a branch, tag or commit.
  /// `anew`: fetch what is there too.
  ///
  /// - Throws: ``HubError``; what `AtomicFiles` and `Checkpoints` throw for files of the cache.
  public func model(_ name: String, revision: String = "main", anew: Bool = false) throws -> Model {
    guard HubName.isModel(name) else { throw HubError.badModelName(name) }
    guard let reference = RepositoryPath(revision), HubName.isRevision(revision) else {
      throw HubError.badRevision(revision)
    }
    if settings.offline { return try cached(name, revision) }

    let client = try HubClient(settings: settings, agent: "firn/\(Firn.version)")
    let listing = try patience.run(notice: notice) {
      try client.listing(model: name, revision: revision)
    }
    let cache = RepositoryCache(hub: settings.cache, model: name)
    var transfer = ModelTransfer(
      client: client, cache: cache, patience: patience, console: console, model: name,
      commit: listing.commit, anew: anew)
    let wanted = WantedFiles(model: name, listing: listing.files)
    try wanted.check()
    try cache.prepare()
    try transfer.fetch(wanted.deciding)
    let modules = try transfer.moduleFolders()
    let files = try wanted.all(moduleFolders: modules, shards: try transfer.shards())
    for path in wanted.pickles(moduleFolders: modules) {
      console.warning("\(path.text) is a Python pickle, which Firn does not open: it is left out")
    }
    try transfer.fetch(files)
    try transfer.link(files)
    try cache.remember(reference, is: listing.commit)
    return Model(
      name: name, revision: revision, commit: listing.commit,
      folder: cache.snapshot(listing.commit), files: files.map(\.text),
      bytes: files.reduce(0) { $0 + (cache.size(of: $1, in: listing.commit) ?? 0) },
      fetchedBytes: transfer.fetchedBytes, fetchedFiles: transfer.fetchedFiles)
  }

  /// The model as the cache has it, without a look at the nettransfer.
  private func cached(_ name: String, _ revision: String) throws -> Model {
    guard let folder = settings.cache.snapshot(of: name, revision: revision) else {
      throw HubError.notInCache(
        model: name, revision: revision, cache: settings.cache.folder)
    }
    return Model(
      name: name, revision: revision, commit: URL(fileURLWithPath: folder).lastPathComponent,
      folder: folder, files: [], bytes: 0, fetchedBytes: 0, fetchedFiles: 0)
  }

  private func notice(_ text: String) { console.notice(text) }
}
