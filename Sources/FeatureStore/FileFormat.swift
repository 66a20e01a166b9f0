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
  /// What is written is the oldest that can hold what is in the file. Version 2 knows multi-label
  /// rows, numbers as labels, and weights (`label_matrix`, `targets`, `weights`): a reader of
  /// version 1 would take them for rows without labels, or of equal weight. Version 3 knows shards
  /// and files merged of them: an older reader would take a shard for all rows, and rows of one that
  /// is missing for numbers.
  public var version: Int { 3 }

  /// The version that a file needs.
  struct Version {
    let number: Int

    /// `shard`: whether the rows are a shard, or are read from shards.
    init(labels: LabelKind, weighted: Bool, shard: Bool = false) {
      number = shard ? 3 : labels == .singleLabel && !weighted ? 1 : 2
    }

    init(_ columns: RowColumns, shard: Bool) {
      self.init(labels: columns.labelKind, weighted: columns.hasWeights, shard: shard)
    }
  }
}
