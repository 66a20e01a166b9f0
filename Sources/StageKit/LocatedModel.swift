public import Checkpoints
import Digests
public import FeatureStore
import Foundation
import Kernels
import Tokenizers

/// A model found by name, with the digest that files keep of it.
public struct LocatedModel: Sendable {
  public let folder: ModelFolder
  private let digest: Background<String>

  /// Finds MODEL and begins to digest it.
  ///
  /// - Throws: `CheckpointError`.
  public init(_ model: String) throws {
    let folder = try ModelFolder(
      model, hub: HubCache(environment: ProcessInfo.processInfo.environment))
    let files = try folder.definingFiles()
    self.folder = folder
    digest = Background {
      let sha256 = try DigestCache(folder: ModelIndex.cache("digests")).sha256(ofFiles: files)
      ModelIndex.remember(folder, sha256: sha256)
      return sha256
    }
  }

  /// Digest of config.json and the weights. It takes as long as loading them, and so is worked out
  /// on a thread of its own: ask for it as late as can be.
  ///
  /// - Throws: `DigestError`.
  public func sha256() throws -> String { try digest.value() }

  /// The digest of the tokenizer, which must be the one that a tokens file was made with.
  ///
  /// - Throws: ``ModelMismatch``; `TokenizerError` for a folder without one; `DigestError`.
  public func tokenizerSHA256(of tokens: TokensFile) throws -> String {
    let found = try Tokenizer.sha256(folder: folder.path)
    guard tokens.provenance.tokenizerSHA256 == found else {
      throw ModelMismatch(
        part: .tokenizer, file: tokens.path, expectedName: tokens.provenance.model,
        expected: tokens.provenance.tokenizerSHA256, foundName: folder.name, found: found)
    }
    return found
  }
}

extension ModelFolder {
  /// Says which layers the weights hold beyond those of config.json, once the encoder is loaded.
  public func warnOfUnusedTensors(_ console: Console) {
    guard let first = unusedTensors.first else { return }
    console.warning(
      "\(unusedTensors.count) tensors of the encoder are not used, as \(config.path) counts fewer "
        + "layers: \(first)" + (unusedTensors.count > 1 ? " and others" : ""))
  }
}

/// Where models were last seen on this machine, by digest.
///
/// Feature files and run folders hold no path, so that they are the same everywhere; this index in
/// the user's cache is how firn-predict finds the model that a run names. It is a hint: whatever it
/// finds is digested again, and losing it costs one `--model`.
public enum ModelIndex {
  /// Notes that the model with this digest lies in `folder`. Failing to is no error.
  static func remember(_ folder: ModelFolder, sha256: String) {
    guard let index else { return }
    let path = URL(fileURLWithPath: folder.root).standardizedFileURL.path
    let entry = index.appendingPathComponent(sha256)
    if (try? String(contentsOf: entry, encoding: .utf8)) == path { return }
    try? FileManager.default.createDirectory(at: index, withIntermediateDirectories: true)
    try? Data(path.utf8).write(to: entry, options: .atomic)
  }

  /// Finds the model of a run.
  ///
  /// `name`: the model's name as the run has it.
  /// `sha256`: its digest; a folder with another is passed over.
  /// `run`: the run's folder; models are looked for beside it and above it.
  ///
  /// - Throws: ``ModelSearchError`` naming every place looked at.
  public static func find(name: String, sha256: String, run: String) throws -> LocatedModel {
    var places: [String] = []
    if let entry = index?.appendingPathComponent(sha256),
      let path = try? String(contentsOf: entry, encoding: .utf8)
    {
      places.append(path)
    }
    places += [name, "data/models/\(name)"]
    var above = URL(fileURLWithPath: run).standardizedFileURL
    for _ in 0..<5 {
      above.deleteLastPathComponent()
      places += [
        above.appendingPathComponent(name).path,
        above.appendingPathComponent("data/models/\(name)").path,
      ]
    }
    var others: [String] = []
    for place in places {
      guard let model = try? LocatedModel(place) else { continue }
      if (try? model.sha256()) == sha256 { return model }
      others.append(place)
    }
    throw ModelSearchError(name: name, sha256: sha256, lookedIn: places, otherDigest: others)
  }

  private static var index: URL? { cache("models") }

  /// A folder of Firn's own in the user's cache; nil for a user without one.
  static func cache(_ name: String) -> URL? {
    let environment = ProcessInfo.processInfo.environment
    let cache =
      environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
      ?? environment["HOME"].map { $0 + "/.cache" }
    return cache.map { URL(fileURLWithPath: $0 + "/firn/" + name) }
  }
}

/// The model of a run is nowhere to be found.
public struct ModelSearchError: Error, Equatable {
  public let name: String
  public let sha256: String
  public let lookedIn: [String]
  /// Folders of that name whose digest is another.
  public let otherDigest: [String]
}

/// A model that is not the one that a file or a run was made with.
public struct ModelMismatch: Error, Equatable {
  public enum Part: String, Sendable {
    case model
    case tokenizer
  }
  public let part: Part
  /// The file or run folder that names the digest.
  public let file: String
  public let expectedName: String
  public let expected: String
  public let foundName: String
  public let found: String

  public init(
    part: Part, file: String, expectedName: String, expected: String, foundName: String,
    found: String
  ) {
    self.part = part
    self.file = file
    self.expectedName = expectedName
    self.expected = expected
    self.foundName = foundName
    self.found = found
  }
}
