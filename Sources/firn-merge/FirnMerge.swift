import ArgumentParser
import Contracts
import FeatureStore
import StageKit

@main
struct FirnMerge: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-merge",
    abstract: "Join the shards that firn-encode --shard made: features.h5.",
    discussion: """
      By default the file is small: its datasets are HDF5 virtual datasets, which say where among the \
      shards each row stands, by names relative to the file's folder. Keep the shards there; every \
      stage tells where one is missing or has changed. With --copy the file holds all rows itself, \
      byte for byte as if they had been encoded without shards, and the shards can go.

      A missing shard, one given twice, or one of other tokens, settings or another model is an error.

      Examples:
        firn-merge shards/*.h5 -o features.h5
        firn-merge shards/*.h5 -o features.h5 --copy
      """,
    version: Firn.version)

  @Argument(help: "All shards, in any order.")
  var shards: [String]

  @Option(name: [.short, .long], help: "The features file to write.")
  var output: String

  @Flag(help: "Refer to the shards, or copy their rows. (default: --virtual)")
  var kind: MergeKind?

  @OptionGroup var common: CommonOptions

  func execute(_ console: Console) throws {
    let clock = StageClock()
    try OutputPath.check(output, apartFrom: shards)
    let set = try ShardSet(paths: shards)
    let kind = kind ?? .virtual
    let names = set.files.map { RelativePath.of($0.path, from: output) }
    let summary: [String: JSONValue] = [
      "output": .string(output), "rows": .integer(set.count),
      "shards": .integer(set.files.count), "kind": .string(kind.rawValue),
    ]
    if !common.force, try UpToDate.check(output, .features, { set.provenance }),
      try kind.describes(FeaturesFile(path: output), names: names)
    {
      console.notice("\(output) is up to date (\(set.count) rows)")
      return console.summary(summary.merging(["up_to_date": true]) { $1 })
    }
    switch kind {
    case .virtual: try set.link(to: output, names: names)
    case .copy:
      let progress = StageKit.Progress(console, "copying", total: set.count, unit: "rows")
      try set.copy(to: output, views: EncodingSettings.views(of: set.files[0])) {
        progress.advance($0)
      }
      progress.finish()
    }
    console.result(
      "\(set.count) rows of \(set.files.count) shards "
        + (kind == .virtual ? "joined, which stay where they are: \(output)" : "copied: \(output)"))
    console.summary(summary.merging(clock.json(output: output)) { $1 })
  }
}
