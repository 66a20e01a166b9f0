import ArgumentParser
import FeatureStore
import Foundation
import StageKit

@main
struct FirnInspect: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-inspect",
    abstract: "Show what is inside a tokens file, a features file or a run folder, and verify it.",
    discussion: """
      Datasets with their types and shapes, where the numbers come from, rows of each split and class, \
      and of every view the vectors' lengths and how many numbers are NaN.

      --verify reads every dataset whole, so that each chunk's checksum is looked at, recomputes the \
      digests that the file keeps, and with --model makes a random sample of rows again: texts of a \
      tokens file are tokenized, rows of a features file encoded from --tokens. Of a run folder the metrics \
      are worked out again from its predictions, and its head or model is read. Something wrong is \
      named with its dataset, and the exit code is 65.

      Examples:
        firn-inspect features.h5
        firn-inspect features.h5 --verify --json
        firn-inspect features.h5 --verify --tokens tokens.h5 \\
          --model all-MiniLM-L6-v2 --sample 100
      """,
    version: Firn.version)

  @Argument(help: "A tokens file, a features file, a shard, a merge of shards, or a run folder.")
  var file: String

  @Flag(help: "Read the headers only: no counts, no norms.")
  var headers = false

  @Flag(help: "Read all of it and recompute checksums and digests.")
  var verify = false

  @Option(help: "With --verify: the model that makes rows of a sample again.")
  var model: String?

  @Option(help: "With --model, for a features file: the tokens file that it was encoded from.")
  var tokens: String?

  @Option(help: "How many rows are made again.")
  var sample = 32

  @Option(help: "Which rows: the seed of the draw.")
  var seed: UInt32 = 42

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard model == nil || verify else { throw ValidationError("--model goes with --verify.") }
    guard sample > 0 else { throw ValidationError("--sample must be 1 or more, not \(sample).") }
  }

  func execute(_ console: Console) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue {
      if model != nil { throw StageError.optionsExclude("--model", "a run folder") }
      let run = try RunInspection(path: file)
      let verification = verify ? try RunVerification(path: file) : nil
      console.result(run.text + (verification?.text ?? ""))
      return console.summary(run.json.merging(verification?.json ?? [:]) { $1 })
    }
    let stored = try StoredFile(path: file)
    let needsTokens = model != nil && stored.format == .features
    guard !needsTokens || tokens != nil else { throw StageError.noTokensToEncode(path: file) }
    var report = verify ? try VerificationReport(stored, console) : nil
    // What cannot be read cannot be summed up either.
    let clean = report?.isClean ?? true
    let inspection = try StoreInspection(
      path: file, headersOnly: headers || !clean, console)
    if clean, let model { report?.add(try makeSample(stored, LocatedModel(model))) }
    console.result(inspection.text + (report?.text ?? ""))
    console.summary(inspection.json.merging(report?.json ?? [:]) { $1 })
    try report?.throwErrors()
  }

  private func makeSample(
    _ stored: StoredFile, _ located: LocatedModel
  ) throws -> SampleVerification {
    guard stored.format == .features, let tokens else {
      return try SampleVerification(
        TokensFile(path: file), located, count: sample, seed: seed, threads: common.threadCount)
    }
    return try SampleVerification(
      FeaturesFile(path: file, allowingShard: true), tokens: TokensFile(path: tokens), located,
      count: sample, seed: seed, threads: common.threadCount)
  }
}
