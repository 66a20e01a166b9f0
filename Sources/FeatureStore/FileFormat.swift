/// The kinds of files that Firn's stages hand to each other; the raw value is the root attribute
/// `format`.
public enum FileFormat: String, Sendable, CaseIterable {
  /// Made by firn-tokenize.
  case tokens = "firn.tokens"
  /// Made by firn-encode.
  case features = "firn.features"

  /// The version that is written, and the newest that can be read.
  public var version: Int { 1 }
}
