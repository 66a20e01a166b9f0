public import Contracts
import Foundation

/// What sentence-transformers keeps beside a model: its modules, prompts and maximal length.
///
/// Read as sentence-transformers 6.2 does, with the names of older versions.
extension ModelFolder {
  /// The maximal length that sentence-transformers would use (sentence_bert_config.json).
  public func sentenceMaxLength() throws(CheckpointError) -> Int? {
    guard let name = Self.sentenceConfigs.first(where: has) else { return nil }
    let file = try JSONFile(path: file(name))
    return file.has("max_seq_length") ? try file.integer("max_seq_length") : nil
  }

  private static let sentenceConfigs = [
    "bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet",
  ].map { "sentence_\($0)_config.json" }

  /// The modules that sentence-transformers would run (modules.json); empty without that file.
  ///
  /// - Throws: ``CheckpointError``.
  public func sentenceModules() throws(CheckpointError) -> [SentenceModule] {
    let path = root + "/modules.json"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try SentenceModule.read(path)
  }

  /// A file of a module.
  public func file(_ name: String, of module: SentenceModule) -> String {
    root + "/" + module.path + "/" + name
  }

  /// What the folder's own modules do with hidden states; nil when it has no pooling.
  ///
  /// - Throws: ``CheckpointError`` when they are of kinds or in an order that Firn does not have.
  public func declaredPooling() throws(CheckpointError) -> PoolingPlan? {
    guard let config = try poolingConfig() else { return nil }
    return PoolingPlan(
      try Self.poolings(config), isProjected: try !projectionModules().isEmpty)
  }

  /// Whether a prompt's tokens take part in pooling (1_Pooling's `include_prompt`).
  ///
  /// - Throws: ``CheckpointError``.
  public func poolsPrompt() throws(CheckpointError) -> Bool {
    try poolingConfig()?.bool("include_prompt", default: true) ?? true
  }

  /// The modules between the pooling and the sentence's vector, in their order. A Normalize that
  /// comes last is not among them: scaling to length 1 is the caller's choice.
  ///
  /// - Throws: ``CheckpointError`` for a kind that Firn does not have.
  public func projectionModules() throws(CheckpointError) -> [SentenceModule] {
    let modules = try sentenceModules()
    guard let pooling = modules.firstIndex(where: { $0.kind == "Pooling" }) else { return [] }
    for (place, module) in modules.enumerated() {
      let known =
        place < pooling ? ["Transformer"] : place == pooling ? ["Pooling"] : Self.projections
      guard known.contains(module.kind) else {
        throw .unsupported(
          path: root + "/modules.json", key: "modules[\(place)].type", value: module.kind,
          supported: known.joined(separator: " or "))
      }
    }
    // Dropout does nothing once a model is trained.
    var steps = modules[(pooling + 1)...].filter { $0.kind != "Dropout" }
    while steps.last?.kind == "Normalize" { steps.removeLast() }
    return steps
  }

  private static let projections = ["Dense", "Normalize", "Dropout"]

  /// The files that the projection depends on; none where it cannot be run, which matters to those
  /// who ask for it alone, and loading it tells them why.
  func projectionFiles() -> [String] {
    guard let modules = try? projectionModules(), !modules.isEmpty else { return [] }
    var files = [root + "/modules.json"]
    for module in modules where module.kind == "Dense" {
      guard let weights = try? weightFile(of: module) else { return [] }
      files += [file("config.json", of: module), weights]
    }
    return files
  }

  /// The weights of a module.
  ///
  /// - Throws: ``CheckpointError`` when they are missing or a pickle.
  public func weightFile(of module: SentenceModule) throws(CheckpointError) -> String {
    let path = file("model.safetensors", of: module)
    if FileManager.default.fileExists(atPath: path) { return path }
    let pickle = file(ForeignWeights.pytorch.rawValue, of: module)
    guard FileManager.default.fileExists(atPath: pickle) else { throw .missingFile(path: path) }
    throw .foreignWeights(path: pickle, format: .pytorch)
  }

  /// The prompts of config_sentence_transformers.json by name, and the one that is the default.
  ///
  /// - Throws: ``CheckpointError``; also for a default that is not among them.
  public func prompts() throws(CheckpointError) -> (texts: [String: String], standard: String?) {
    let path = root + "/config_sentence_transformers.json"
    guard FileManager.default.fileExists(atPath: path) else { return ([:], nil) }
    let file = try JSONFile(path: path)
    let texts = file.has("prompts") ? try file.strings(in: "prompts") : [:]
    guard file.has("default_prompt_name") else { return (texts, nil) }
    let name = try file.string("default_prompt_name")
    guard let standard = texts[name] else {
      throw file.bad("default_prompt_name", "one of prompts: \(texts.keys.sorted())")
    }
    return (texts, standard)
  }

  private func poolingConfig() throws(CheckpointError) -> JSONFile? {
    let module = try sentenceModules().first { $0.kind == "Pooling" }
    // A folder of which somebody copied 1_Pooling alone still says how to pool.
    let path = root + "/" + (module?.path ?? "1_Pooling") + "/config.json"
    if module == nil, !FileManager.default.fileExists(atPath: path) { return nil }
    return try JSONFile(path: path)
  }

  /// In the order of the list, or of sentence-transformers' old flags.
  private static func poolings(_ config: JSONFile) throws(CheckpointError) -> [Pooling] {
    let flags: [(key: String, pooling: Pooling)] = [
      ("pooling_mode_cls_token", .cls), ("pooling_mode_max_tokens", .max),
      ("pooling_mode_mean_tokens", .mean),
      ("pooling_mode_mean_sqrt_len_tokens", .meanSqrtLenTokens),
      ("pooling_mode_weightedmean_tokens", .weightedMean), ("pooling_mode_lasttoken", .lastToken),
    ]
    var names: [String] = []
    if config.has("pooling_mode") {
      if let list = try? config.stringList("pooling_mode") {
        names = list
      } else {
        names = [try config.string("pooling_mode")]
      }
    } else {
      for flag in flags where try config.bool(flag.key, default: false) {
        names.append(flag.pooling.rawValue)
      }
    }
    var poolings: [Pooling] = []
    for name in names {
      guard let pooling = Pooling(rawValue: name), !poolings.contains(pooling) else {
        throw .unsupported(
          path: config.path, key: "pooling_mode", value: names.joined(separator: "+"),
          supported: Pooling.allCases.map(\.rawValue).joined(separator: ", ") + ", each once")
      }
      poolings.append(pooling)
    }
    return poolings.isEmpty ? [.mean] : poolings
  }
}

/// One entry of sentence-transformers' modules.json.
public struct SentenceModule: Sendable, Equatable {
  /// The class without its package: Transformer, Pooling, Dense, Normalize.
  public let kind: String
  /// The module's folder, relative to the model's.
  public let path: String

  static func read(_ path: String) throws(CheckpointError) -> [SentenceModule] {
    struct Entry: Decodable {
      let path: String
      let type: String
    }
    let entries: [Entry]
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      entries = try JSONDecoder().decode([Entry].self, from: data)
    } catch {
      throw .notJSON(path: path, reason: "it is not a list of modules with path and type")
    }
    for entry in entries where entry.path.hasPrefix("/") || entry.path.contains("..") {
      throw .notJSON(path: path, reason: "the module path '\(entry.path)' leads out of the folder")
    }
    return entries.map {
      SentenceModule(kind: String($0.type.split(separator: ".").last ?? ""), path: $0.path)
    }
  }
}
