import Digests
public import FeatureStore
import Foundation
public import Tokenizers

/// Whether an output is what a stage would write again.
public enum UpToDate {
  /// Whether `path` was written by this version from the same input with the same settings. Then
  /// its modification time is set to now, so that make is content too.
  ///
  /// `wanted`: what would be written; asked for only where there is a file of this format, as it
  /// may take a while.
  public static func check(
    _ path: String, _ format: FileFormat, _ wanted: () throws -> Provenance
  ) throws -> Bool {
    guard let found = try? Provenance.read(path, format: format) else { return false }
    let wanted = try wanted()
    guard found.configSHA256 == wanted.configSHA256, found.inputSHA256 == wanted.inputSHA256,
      found.firnVersion == Firn.version, found.shard == wanted.shard
    else { return false }
    // A whole file is as good as one of these kernels; a shard is to be joined with others.
    guard wanted.shard == nil || found.kernels == wanted.kernels else { return false }
    // One that is merged of shards says what it should be, and they may be gone.
    if format == .features {
      guard (try? FeaturesFile(path: path, allowingShard: true)) != nil else { return false }
    }
    touch(path)
    return true
  }

  /// Sets a file's modification time to now.
  public static func touch(_ path: String) {
    utimensat(AT_FDCWD, path, nil, 0)
  }
}

extension Tokenizer {
  /// The digest of the files that define the tokenizer: of tokenizer.json's bytes where it is one.
  ///
  /// - Throws: `DigestError`.
  public func sha256() throws -> String { try Self.sha256(of: definitionFiles) }

  /// The same digest of a folder's tokenizer, without loading it.
  ///
  /// - Throws: `TokenizerError` for a folder without a tokenizer; `DigestError`.
  public static func sha256(folder: String) throws -> String {
    try sha256(of: definitionFiles(folder: folder))
  }

  private static func sha256(of files: [String]) throws -> String {
    files.count == 1
      ? try SHA256Digest(ofFile: files[0]).description
      : try SHA256Digest(ofFiles: files).description
  }
}

extension Provenance {
  /// Provenance of features, with `config` made from the settings.
  public init(
    firnVersion: String, model: String, settings: EncodingSettings, inputSHA256: String,
    kernels: String, shard: ShardRows? = nil
  ) {
    self.init(
      firnVersion: firnVersion, model: model, modelSHA256: settings.modelSHA256,
      tokenizerSHA256: settings.tokenizerSHA256, maxLength: settings.maxLength,
      config: settings.config, configSHA256: settings.configSHA256, inputSHA256: inputSHA256,
      kernels: kernels, shard: shard)
  }

  /// Provenance with `config` and its digest made from settings.
  public init(
    firnVersion: String, model: String, modelSHA256: String, tokenizerSHA256: String,
    maxLength: Int, settings: [String: JSONValue], inputSHA256: String
  ) {
    let config = JSONValue.object(settings).text
    self.init(
      firnVersion: firnVersion, model: model, modelSHA256: modelSHA256,
      tokenizerSHA256: tokenizerSHA256, maxLength: maxLength, config: config,
      configSHA256: SHA256Digest(of: config).description, inputSHA256: inputSHA256)
  }
}
