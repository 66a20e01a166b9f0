import Contracts
import FeatureStore
import StageKit
import TestSupport
import Testing

/// Which rows a shard has, and which shard a task of a job array is.
struct ShardPlanTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test(arguments: [1, 2, 3, 7, 40, 500, 600])
  func shardsAreTheRowsCutByTokens(count: Int) throws {
    let path = scratch.path("tokens.h5")
    try Samples.writeTokens(path, rows: 500)
    let file = try TokensFile(path: path)
    var end = 0
    for index in 0..<count {
      let place = try file.rows(of: #require(Shard(index: index, count: count)))
      #expect(place.rows.lowerBound == end && place.total == 500)
      end = place.rows.upperBound
      // Off by half of the longest row, 15 tokens, at each end.
      let tokens = try file.tokenCount(place.rows)
      #expect(abs(tokens * count - file.tokenCount) <= 15 * count, "\(index): \(tokens)")
    }
    #expect(end == 500)
  }

  @Test func rowsWithoutTokensAreCutByTheirNumber() throws {
    let path = scratch.path("empty.h5")
    let writer = try TokensWriter(path: path, storesTexts: false)
    let rows = 10
    var block = TokensBlock()
    for row in 0..<rows {
      block.ids.append("\(row)")
      block.tokens.append(ids: [Int32](), types: [UInt8]())
      block.fullCounts.append(0)
      block.truncated.append(false)
      block.textDigests += [UInt8](repeating: 0, count: 32)
    }
    try writer.append(block)
    try writer.finish(
      labels: .classes([Int32](repeating: -1, count: rows)), classNames: [],
      splits: Samples.splits(0..<rows), provenance: Samples.provenance())
    let file = try TokensFile(path: path)
    let counts = try (0..<4).map { index in
      try file.rows(of: #require(Shard(index: index, count: 4))).rows.count
    }
    #expect(counts == [2, 3, 2, 3])
  }

  @Test(
    arguments: [
      ("2/5", [:], "2/5"), ("00002/00005", [:], "2/5"),
      ("auto/5", ["SLURM_ARRAY_TASK_ID": "2"], "2/5"),
      // A part of an array again: the number is the shard's own.
      (
        "auto/5",
        [
          "SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "1",
        ], "3/5"
      ),
      (
        "auto",
        [
          "SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "8", "SLURM_ARRAY_TASK_MIN": "0",
        ], "3/8"
      ),
      ("auto", ["AWS_BATCH_JOB_ARRAY_INDEX": "1", "AWS_BATCH_JOB_ARRAY_SIZE": "2"], "1/2"),
      ("auto", ["JOB_COMPLETION_INDEX": "6", "JOB_COMPLETIONS": "7"], "6/7"),
      ("auto/7", ["JOB_COMPLETION_INDEX": "6"], "6/7"),
    ] as [(String, [String: String], String)])
  func anOptionNamesAShard(
    option: String, environment: [String: String], shard: String
  ) throws {
    #expect(try ShardOption.shard(option, environment: environment)?.description == shard)
  }

  @Test(
    arguments: [
      ("5/5", [:], .outside(5, of: 5)), ("0/9999999", [:], .outside(0, of: 9_999_999)),
      ("half", [:], .notAShard("half")),
      ("auto/x", ["JOB_COMPLETION_INDEX": "0"], .notAShard("auto/x")),
      ("auto/3", ["JOB_COMPLETION_INDEX": "3"], .outside(3, of: 3)),
      (
        "auto", ["JOB_COMPLETION_INDEX": "0"], .noCount("JOB_COMPLETIONS")
      ),
      (
        "auto", ["SLURM_ARRAY_TASK_ID": "x", "SLURM_ARRAY_TASK_COUNT": "2"],
        .notANumber(variable: "SLURM_ARRAY_TASK_ID", value: "x")
      ),
      // Whole arrays that begin at 1, and a part of one where nothing says of how many.
      (
        "auto/4",
        [
          "SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "1",
        ], .arrayDoesNotBeginAt0(first: 1, count: 4)
      ),
      (
        "auto",
        [
          "SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "1", "SLURM_ARRAY_TASK_MIN": "3",
        ], .arrayDoesNotBeginAt0(first: 3, count: 1)
      ),
      (
        "auto/4", ["SLURM_ARRAY_TASK_ID": "1", "JOB_COMPLETION_INDEX": "1"],
        .twoArrays(["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"])
      ),
    ] as [(String, [String: String], ShardOptionError)])
  func whatNamesNoneIsRefused(
    option: String, environment: [String: String], error: ShardOptionError
  ) {
    #expect(throws: error) { try ShardOption.shard(option, environment: environment) }
  }
}
