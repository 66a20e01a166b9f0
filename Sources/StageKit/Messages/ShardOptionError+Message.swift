internal import FeatureStore

extension ShardOptionError: Explained {
  public var complaint: Complaint {
    switch self {
    case .notAShard(let option):
      Complaint(
        .usage, "--shard does not know '\(option)'",
        advice: "give I/N, such as 0/8 to 7/8, or auto/8 in a job of an array")
    case .outside(let index, let count):
      Complaint(
        .usage, "there is no shard \(index) of \(count)",
        advice: count < 1 || count > Self.largestCount
          ? "give a number of shards from 1 to \(Self.largestCount)"
          : "shards count from 0: give 0/\(count) to \(count - 1)/\(count) (Slurm: --array=0-\(count - 1))"
      )
    case .noArray(let variables):
      Complaint(
        .usage,
        "--shard auto, and this is no job of an array: none of "
          + variables.joined(separator: ", ") + " is set",
        advice: "give the shard as I/N")
    case .noShard(let output):
      Complaint(
        .usage, "the output's name is to hold a shard's number, and no shard is asked for",
        at: output, advice: "add --shard, or give a name without {shard}")
    case .twoArrays(let variables):
      Complaint(
        .usage, "--shard auto, and several say which: \(variables.joined(separator: ", "))",
        advice: "give the shard as I/N")
    case .notANumber(let variable, let value):
      Complaint(
        .usage, "\(variable) is '\(value)', which is no number", advice: "give the shard as I/N")
    case .noCount(let variable):
      Complaint(
        .usage, "--shard auto, and \(variable) does not say how many there are",
        advice: "give auto/N")
    case .arrayHasGaps(let last, let count):
      Complaint(
        .usage, "the array has \(count) tasks and numbers up to \(last): it is a part of one",
        advice: "give --shard auto/N with the number of all shards")
    case .arrayDoesNotBeginAt0(let first, let count):
      Complaint(
        .usage, "the array's numbers begin at \(first), and shards count from 0",
        advice: first == 1
          ? "submit with --array=0-\(count - 1)"
          : "to encode some shards again give --shard auto/N with the number of all")
    }
  }

  private static var largestCount: Int { Shard.largestCount }
}
