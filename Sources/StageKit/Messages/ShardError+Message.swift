public import FeatureStore

extension ShardError: Explained {
  public var complaint: Complaint {
    switch self {
    case .notAShard(let path):
      Complaint(
        .badData, "the file is not a shard: it holds all its rows", at: path,
        advice: "give the files that firn-encode --shard made")
    case .differ(let part, let path, let found, let other, let expected):
      Complaint(
        .badData,
        "the shard belongs to another whole: \(part.noun) \(found), where \(other) has \(expected)",
        at: path,
        advice: part == .kernels
          ? "sums differ in their last bits between them: make all shards on machines of one kind, or "
            + "with FIRN_KERNELS set to what all of them have"
          : "leave it out, or make it again as the others: firn-encode --shard")
    case .doubled(let shard, let path, let other):
      Complaint(
        .badData, "shard \(shard) is there twice, in \(other) too", at: path,
        advice: "give each shard once")
    case .missing(let shards, let count, let path):
      Complaint(
        .noInput,
        "\(shards.count) of \(count) shards are missing: "
          + shards.prefix(8).map(\.description).joined(separator: ", ")
          + (shards.count > 8 ? ", …" : ""),
        at: "beside \(path)",
        advice: "make them with the same tokens and settings: firn-encode --shard \(shards[0])")
    }
  }
}

extension ShardError.Part {
  fileprivate var noun: String {
    switch self {
    case .model: "the model"
    case .tokenizer: "the tokenizer"
    case .settings: "the settings"
    case .tokens: "the tokens file with SHA-256"
    case .version: "Firn"
    case .kernels: "the kernels"
    case .count, .rows: "one of"
    case .classes: "the classes"
    case .views: "the views"
    }
  }
}
