public import Contracts
public import FeatureStore
import Foundation
public import Heads

extension FeaturesFile {
  /// The view of that name, or the file's first.
  ///
  /// - Throws: ``StageError/noSuchView(asked:path:available:)``.
  public func view(named name: String?) throws(StageError) -> FeatureKey {
    guard let name else { return defaultView }
    guard let key = FeatureKey(path: name), views.contains(key) else {
      throw .noSuchView(asked: name, path: path, available: views.map(\.description))
    }
    return key
  }

  /// The views of those names, joined by commas, or the file's first; `all` for every one.
  ///
  /// - Throws: ``StageError/noSuchView(asked:path:available:)``.
  public func views(named names: String?) throws(StageError) -> [FeatureKey] {
    guard let names else { return [defaultView] }
    if names == "all" { return views }
    var keys: [FeatureKey] = []
    for word in names.split(separator: ",", omittingEmptySubsequences: false) {
      keys.append(try view(named: word.filter { $0 != " " }))
    }
    return keys
  }
}

extension FeatureProvenance {
  /// What a head keeps of the features it learned from.
  public init(_ provenance: Provenance, view: String) {
    self.init(
      view: view, model: provenance.model, modelSHA256: provenance.modelSHA256,
      tokenizerSHA256: provenance.tokenizerSHA256, config: provenance.config,
      configSHA256: provenance.configSHA256, maxLength: provenance.maxLength)
  }
}

extension RunManifest {
  /// Whether the run was made by this version from the same inputs with the same settings. Then
  /// run.json's modification time is set to now.
  public static func isUpToDate(
    _ folder: String, settings: [String: JSONValue], inputs: [String: JSONValue]
  ) -> Bool {
    guard let found = read(folder), found["firn_version"] as? String == Firn.version,
      text(found["settings"]) == text(settings), text(found["inputs"]) == text(inputs)
    else { return false }
    UpToDate.touch(folder + "/run.json")
    return true
  }

  // Both sides through the same parser and printer, so that 1 and 1.0 are one number.
  private static func text(_ values: [String: JSONValue]) -> Data? {
    text(try? JSONSerialization.jsonObject(with: Data(JSONValue.object(values).text.utf8)))
  }

  private static func text(_ value: Any?) -> Data? {
    value.flatMap { try? JSONSerialization.data(withJSONObject: $0, options: .sortedKeys) }
  }
}
