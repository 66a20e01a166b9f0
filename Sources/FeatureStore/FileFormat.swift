internal import Contracts

/// The kinds of files that Firn's stages hand to each other; the raw value is the root attribute
/// `format`.
public enum FileFormat: String, Sendable, CaseIterable {
  /// Made by firn-tokenize.
  case tokens = "firn.tokens"
  /// Made by firn-encode.
  case features = "firn.features"

  /// The newest version that can be read.
  ///
  /// What is written is the oldest that can hold the rows' columns: version 2 knows multi-label
  /// rows, numbers as labels, and weights (`label_matrix`, `targets`, `weights`). A reader of
  /// version 1 would take them for rows without labels, or of equal weight.
  public var version: Int { 2 }

  /// The version that rows with labels of this kind need.
  static func version(labels: LabelKind, weighted: Bool) -> Int {
    labels == .singleLabel && !weighted ? 1 : 2
  }
}
