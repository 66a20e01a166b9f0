import Contracts
import FeatureStore
import Foundation
import Testing

/// Rows encoded in shards and merged are the rows encoded at once, and a merge that is not whole is
/// told by every stage.
@Suite struct ShardTests {
  let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.prepare(through: .tokenize)
  }

  @Test(arguments: [[], ["--token-features", "--layers", "-1,0", "--pooling", "mean,cls"]])
  func aCopyHasTheBytesOfAnUnshardedRun(settings: [String]) throws {
    try encode("whole.h5", settings)
    try encodeShards(of: 3, settings)
    // In any order.
    try bench.succeed(
      .merge, shard(2, of: 3), shard(0, of: 3), shard(1, of: 3), "-o", "copy.h5", "--copy")
    #expect(try bench.data("copy.h5") == bench.data("whole.h5"))
  }

  @Test func aVirtualMergeIsReadByEveryStage() throws {
    let whole = try encode("whole.h5", ["--token-features"])
    let shards = try encodeShards(of: 4, ["--token-features"])
    try merge(4, "merged.h5")
    for head in ["logistic", "rnn"] {
      let options = head == "rnn" ? ["--epochs", "1", "--hidden", "4"] : []
      for file in ["whole", "merged"] {
        let outcome = try bench.run(
          .train, ["\(file).h5", "--head", head, "-o", "\(head)-\(file)"] + options)
        #expect(outcome.status == 0, "\(outcome.standardError)")
      }
      for name in ["predictions.csv", "metrics.json", "head.safetensors"] {
        #expect(try bench.data("\(head)-whole/\(name)") == bench.data("\(head)-merged/\(name)"))
      }
    }
    // All rows of the merge are known. Of a shard, texts that it encoded need not be again: they are some of
    // those that all rows have.
    func encoded(_ summary: [String: Any]) throws -> Int {
      try #require(summary["rows"] as? Int) - #require(summary["reused"] as? Int)
    }
    let left = try encoded(whole) - encoded(shards[1])
    for (file, reused) in [("merged.h5", Reviews.count), (shard(1, of: 4), Reviews.count - left)] {
      let outcome = try bench.run(
        .encode,
        [
          "tokens.h5", "--model", Workbench.model, "-o", "again.h5", "--token-features", "--json",
          "--force", "--reuse", file,
        ])
      #expect(outcome.status == 0, "\(outcome.standardError)")
      #expect(try outcome.json()["reused"] as? Int == reused, "\(file)")
      #expect(try bench.data("again.h5") == bench.data("whole.h5"))
    }
  }

  @Test func nothingIsDoneTwice() throws {
    try encodeShards(of: 2)
    try merge(2, "merged.h5")
    func isUpToDate(_ stage: StageName, _ arguments: [String]) throws -> Bool {
      let outcome = try bench.run(stage, arguments + ["--json"])
      return try outcome.json()["up_to_date"] as? Bool == true
    }
    let merging = [shard(0, of: 2), shard(1, of: 2), "-o", "merged.h5"]
    #expect(try isUpToDate(.merge, merging))
    #expect(try isUpToDate(.encode, encoding(shard(0, of: 2)) + ["--shard", "0/2"]))
    // The merge is what an encoding without shards would make.
    #expect(try isUpToDate(.encode, encoding("merged.h5")))
    // Another shard, another kind of merge, or a shard gone: not the same.
    #expect(try !isUpToDate(.encode, encoding(shard(0, of: 2)) + ["--shard", "1/2"]))
    try encodeShards(of: 2)
    #expect(try !isUpToDate(.merge, merging + ["--copy"]))
    #expect(try !isUpToDate(.merge, merging))
    try bench.remove(shard(1, of: 2))
    #expect(try !isUpToDate(.encode, encoding("merged.h5")))
  }

  @Test func shardsHaveAboutAsManyTokens() throws {
    // The first rows are long: equal rows would not be equal work.
    let texts = (0..<90).map { String(repeating: "good film ", count: $0 < 30 ? 15 : 1) + "\n" }
    try bench.write(texts.joined(), to: "lines.txt")
    try bench.succeed(.tokenize, "lines.txt", "--model", Workbench.model, "-o", "tokens.h5")
    let summaries = try encodeShards(of: 3)
    let tokens = try summaries.map { try #require($0["tokens"] as? Int) }
    let total = tokens.reduce(0, +)
    #expect(tokens.allSatisfy { abs($0 - total / 3) <= 32 }, "\(tokens)")
    #expect(summaries.compactMap { $0["rows"] as? Int }.reduce(0, +) == 90)
  }

  @Test func moreShardsThanRows() throws {
    try bench.write("text\ngood film\nbad film\n", to: "two.csv")
    try bench.succeed(.tokenize, "two.csv", "--model", Workbench.model, "-o", "tokens.h5")
    try encode("whole.h5")
    try encodeShards(of: 5)
    try merge(5, "copy.h5", "--copy")
    #expect(try bench.data("copy.h5") == bench.data("whole.h5"))
    try merge(5, "merged.h5")
    try encode("again.h5", ["--reuse", "merged.h5"])
    #expect(try bench.data("again.h5") == bench.data("whole.h5"))
  }

  @Test(arguments: ["SLURM_ARRAY_TASK_ID", "AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX"])
  func aTaskOfAnArrayKnowsItsShard(variable: String) throws {
    let outcome = try bench.run(
      .encode, encoding("s-{shard}.h5") + ["--shard", "auto/3"], environment: [variable: "2"])
    #expect(outcome.status == 0, "\(outcome.standardError)")
    #expect(bench.exists("s-00002-of-00003.h5"))
  }

  // MARK: - What is refused

  @Test func badShards() throws {
    for (option, named) in [
      ("3/3", "give 0/3 to 2/3"), ("-1/3", "no shard -1 of 3"), ("0/0", "from 1 to"),
      ("x", "does not know 'x'"), ("1/2/3", "does not know"), ("auto", "no job of an array"),
    ] {
      try bench.refuse(
        64, naming: named, by: .encode, encoding("s.h5") + ["--shard=\(option)"])
    }
  }

  @Test func mergesThatAreNotWhole() throws {
    try encodeShards(of: 3)
    let shards = (0..<3).map { shard($0, of: 3) }
    try bench.refuse(
      66, naming: "1 of 3 shards are missing: 1/3", by: .merge,
      [shards[0], shards[2], "-o", "m.h5"])
    try bench.succeed(.encode, arguments: encoding("twin.h5") + ["--shard", "1/3"])
    try bench.refuse(
      65, naming: "shard 1/3 is there twice", shards[1], "twin.h5", by: .merge,
      shards + ["twin.h5", "-o", "m.h5"])
    try bench.succeed(
      .encode, arguments: encoding("other.h5") + ["--shard", "1/3", "--layers", "0"])
    try bench.refuse(
      65, naming: "other.h5", "the settings", by: .merge,
      [shards[0], "other.h5", shards[2], "-o", "m.h5"])
    try bench.succeed(.encode, arguments: encoding("quarter.h5") + ["--shard", "1/4"])
    try bench.refuse(
      65, naming: "quarter.h5", "4 shards", by: .merge,
      [shards[0], "quarter.h5", shards[2], "-o", "m.h5"])
    try encode("whole.h5")
    try bench.refuse(
      65, naming: "whole.h5", "not a shard", by: .merge, shards + ["whole.h5", "-o", "m.h5"])
    try bench.refuse(64, naming: shards[0], by: .merge, shards + ["-o", shards[0]])
    // Shards of other tokens.
    try bench.write("text\ngood film\nbad film\n", to: "two.csv")
    try bench.succeed(.tokenize, "two.csv", "--model", Workbench.model, "-o", "other-t.h5")
    try bench.succeed(
      .encode,
      arguments: [
        "other-t.h5", "--model", Workbench.model, "-o", "foreign.h5", "--shard",
        "1/3",
      ])
    try bench.refuse(
      65, naming: "foreign.h5", "another whole", by: .merge,
      [shards[0], "foreign.h5", shards[2], "-o", "m.h5"])
  }

  @Test func aShardIsNotTakenForAllRows() throws {
    try encodeShards(of: 2)
    try bench.refuse(
      65, naming: "shard 0/2", "firn-merge", by: .train, [shard(0, of: 2), "-o", "run"])
  }

  @Test func aMergeWhoseShardIsGoneOrChangedIsTold() throws {
    try encodeShards(of: 3)
    try merge(3, "merged.h5")
    let lost = shard(1, of: 3)
    let bytes = try bench.data(lost)
    try bench.remove(lost)
    try bench.refuse(66, naming: lost, "merged.h5", by: .train, ["merged.h5", "-o", "run"])
    // Another's rows in its place.
    try bench.succeed(.encode, arguments: encoding(lost) + ["--shard", "1/3", "--layers", "0"])
    try bench.refuse(65, naming: lost, by: .train, ["merged.h5", "-o", "run"])
    // A turned bit among its numbers is named with the shard's own name.
    try bench.write(bytes, to: lost)
    let number = try FeaturesFile(path: bench.url(lost).path, allowingShard: true)
      .features(0..<1).storage[0]
    let pattern = withUnsafeBytes(of: number.bitPattern.littleEndian) { Data($0) }
    var turned = bytes
    turned[try #require(turned.range(of: pattern)).lowerBound] ^= 4
    try bench.write(turned, to: lost)
    let outcome = try bench.run(.train, ["merged.h5", "-o", "run"])
    #expect(outcome.status == 65 && outcome.standardError.contains(lost), "\(outcome)")
    // The folder moves as one.
    try bench.write(bytes, to: lost)
    let moved = bench.url("moved")
    try FileManager.default.createDirectory(at: moved, withIntermediateDirectories: true)
    for name in ["merged.h5"] + (0..<3).map({ shard($0, of: 3) }) {
      try FileManager.default.moveItem(
        at: bench.url(name), to: moved.appendingPathComponent(name))
    }
    try bench.succeed(.train, "moved/merged.h5", "-o", "run")
  }

  @Test func shardsOfOtherKernelsAreNotJoined() throws {
    try encodeShards(of: 2)
    let other = encoding("s-{shard}.h5") + ["--shard", "1/2", "--force"]
    #expect(try bench.run(.encode, other, environment: ["FIRN_KERNELS": "scalar"]).status == 0)
    try bench.refuse(
      65, naming: shard(1, of: 2), "kernels scalar", "FIRN_KERNELS", by: .merge,
      [shard(0, of: 2), shard(1, of: 2), "-o", "m.h5"])
    // As one of a whole it is not up to date either.
    try encodeShards(of: 2)
    try merge(2, "m.h5")
  }

  /// HDF5 takes a per cent sign in a source's name for a number to come.
  @Test func pathsMayHoldPerCentSigns() throws {
    try encode("whole.h5")
    try encodeShards(of: 2)
    for (index, name) in ["50%b/s%d0.h5", "50%b/%%1.h5"].enumerated() {
      try bench.write(try bench.data(shard(index, of: 2)), to: name)
      try bench.remove(shard(index, of: 2))
    }
    try bench.succeed(.merge, "50%b/s%d0.h5", "50%b/%%1.h5", "-o", "m.h5")
    try bench.succeed(.export, "m.h5", "--format", "csv", "-o", "m.csv")
    try bench.succeed(.export, "whole.h5", "--format", "csv", "-o", "whole.csv")
    #expect(try bench.data("m.csv") == bench.data("whole.csv"))
  }

  // MARK: -

  private func shard(_ index: Int, of count: Int) -> String {
    "s-0000\(index)-of-0000\(count).h5"
  }

  private func encoding(_ output: String) -> [String] {
    ["tokens.h5", "--model", Workbench.model, "-o", output]
  }

  @discardableResult
  private func encode(_ output: String, _ settings: [String] = []) throws -> [String: Any] {
    try bench.succeed(.encode, arguments: encoding(output) + ["--json"] + settings).json()
  }

  @discardableResult
  private func encodeShards(of count: Int, _ settings: [String] = []) throws -> [[String: Any]] {
    try (0..<count).map { index in
      try bench.succeed(
        .encode,
        arguments: encoding("s-{shard}.h5") + ["--shard", "\(index)/\(count)", "--json"] + settings
      ).json()
    }
  }

  private func merge(_ count: Int, _ output: String, _ options: String...) throws {
    try bench.succeed(
      .merge, arguments: (0..<count).map { shard($0, of: count) } + ["-o", output] + options)
  }
}
