/// Why files are not the shards of one whole.
public enum ShardError: Error, Sendable, Equatable {
  /// What two shards of one whole have in common.
  public enum Part: String, Sendable {
    case model, tokenizer, settings, tokens, version, kernels, count, rows, classes, views
  }

  /// The file holds all rows.
  case notAShard(path: String)
  /// Two shards are not of the same whole.
  case differ(Part, path: String, found: String, other: String, expected: String)
  /// Two files are the same shard.
  case doubled(Shard, path: String, other: String)
  /// Shards are not among the files.
  case missing([Shard], of: Int, path: String)
}
