/// The `type` by which tokenizer.json names a component.
struct ComponentType: Decodable {
  let type: String
}

/// A component or setting that is not known, on its way to `TokenizerError.unsupported`, which
/// also names the file.
struct UnsupportedSetting: Error {
  /// The key in tokenizer.json.
  let role: String
  let name: String
}
