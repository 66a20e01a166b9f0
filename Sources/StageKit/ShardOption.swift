public import FeatureStore
public import Foundation

/// What `--shard` says: `I/N`, or `auto` and `auto/N`, where a job of an array is told its number by
/// its environment.
///
/// A number is the shard's own, from 0: Slurm's array is `--array=0-7` for eight shards, and
/// `--array=3,5` encodes two of them again. The numbers are never shifted: an array that begins at 1
/// would name other rows when a part of it is run again. So it is refused.
public enum ShardOption {
  /// A scheduler's variables: of the job's number, and of the number of jobs.
  private static let schedulers: [(index: String, count: String)] = [
    ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT"),
    ("AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE"),
    // Kubernetes does not tell how many there are: set it in the pod's template, or give auto/N.
    ("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS"),
  ]

  /// The shard that an option names; nil where none is given.
  ///
  /// - Throws: ``ShardOptionError``.
  public static func shard(
    _ option: String?,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ShardOptionError) -> Shard? {
    guard let option else { return nil }
    let parts = option.split(separator: "/", omittingEmptySubsequences: false)
    if parts.first == "auto" { return try automatic(option, parts, environment) }
    guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]) else {
      throw .notAShard(option)
    }
    guard let shard = Shard(index: index, count: count) else { throw .outside(index, of: count) }
    return shard
  }

  private static func automatic(
    _ option: String, _ parts: [Substring], _ environment: [String: String]
  ) throws(ShardOptionError) -> Shard {
    let named = schedulers.filter { environment[$0.index] != nil }
    guard let names = named.first else { throw .noArray(schedulers.map(\.index)) }
    guard named.count == 1 else { throw .twoArrays(named.map(\.index)) }
    func number(_ name: String) throws(ShardOptionError) -> Int? {
      guard let value = environment[name] else { return nil }
      guard let number = Int(value) else { throw .notANumber(variable: name, value: value) }
      return number
    }
    guard let index = try number(names.index) else { throw .noArray([names.index]) }
    let told = try number(names.count)
    let first = try number("SLURM_ARRAY_TASK_MIN")
    switch parts.count {
    case 1:
      guard let count = told else { throw .noCount(names.count) }
      if names.index.hasPrefix("SLURM"), let first, first != 0 {
        throw .arrayDoesNotBeginAt0(first: first, count: count)
      }
      // --array=0,3 counts two, which are not the first two of two.
      if names.index.hasPrefix("SLURM"), let last = try number("SLURM_ARRAY_TASK_MAX"),
        last != count - 1
      {
        throw .arrayHasGaps(last: last, count: count)
      }
      guard let shard = Shard(index: index, count: count) else { throw .outside(index, of: count) }
      return shard
    case 2:
      guard let count = Int(parts[1]) else { throw .notAShard(option) }
      if names.index.hasPrefix("SLURM"), first == 1, told == count {
        throw .arrayDoesNotBeginAt0(first: 1, count: count)
      }
      guard let shard = Shard(index: index, count: count) else { throw .outside(index, of: count) }
      return shard
    default: throw .notAShard(option)
    }
  }

  /// An output's name, with `00003-of-00008` for `{shard}` in it; not that of `input`.
  ///
  /// - Throws: ``ShardOptionError/noShard(output:)``; as ``OutputPath/check(_:apartFrom:isStream:)``.
  public static func output(
    _ name: String, _ shard: Shard?, apartFrom input: String
  ) throws -> String {
    var output = name
    if name.contains(placeholder) {
      guard let shard else { throw ShardOptionError.noShard(output: name) }
      output = name.replacingOccurrences(of: placeholder, with: shard.fileNamePart)
    }
    try OutputPath.check(output, apartFrom: [input])
    return output
  }

  private static let placeholder = "{shard}"
}

/// A `--shard` that names none.
public enum ShardOptionError: Error, Sendable, Equatable {
  case notAShard(String)
  case outside(Int, of: Int)
  case noArray([String])
  case noShard(output: String)
  case twoArrays([String])
  case notANumber(variable: String, value: String)
  case noCount(String)
  case arrayDoesNotBeginAt0(first: Int, count: Int)
  case arrayHasGaps(last: Int, count: Int)
}
