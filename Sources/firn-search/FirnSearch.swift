import ArgumentParser
import Contracts
import FeatureStore
import StageKit

@main
struct FirnSearch: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-search",
    abstract: "Find the rows of a features file that are nearest to texts, or to each other.",
    discussion: """
      Exact, by cosine: every row is looked at. Texts are encoded by the file's own model with its own \
      settings; --prompt gives questions another prompt than the rows had. --near-duplicates lists \
      every pair of rows whose cosine is at least that, once, and --between only those of two splits.

      Examples:
        firn-search features.h5 "a waste of time" --texts tokens.h5
        cat questions.txt | firn-search features.h5 - --top 3 -o nearest.csv
        firn-search features.h5 --near-duplicates 0.95 --between train,test \\
          --texts tokens.h5
      """,
    version: Firn.version)

  @Argument(help: "A features file that firn-encode wrote.")
  var features: String

  @Argument(help: "Texts to look for, or - to read one text a line from standard input.")
  var queries: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "List the pairs of rows whose cosine is at least this instead.", valueName: "cosine"))
  var nearDuplicates: Double?

  @OptionGroup var search: SearchOptions

  @Option(
    name: [.short, .long], help: "Write a csv here instead of lines for people; - is stdout.")
  var output: String?

  @OptionGroup var common: CommonOptions

  func execute(_ console: Console) throws {
    guard nearDuplicates == nil || queries.isEmpty else {
      throw StageError.optionsExclude("TEXT", "--near-duplicates")
    }
    try search.check(isForPairs: nearDuplicates != nil)
    guard nearDuplicates != nil || !queries.isEmpty else { throw StageError.nothingToSearch }
    if let nearDuplicates, !(-1...1).contains(nearDuplicates) {
      throw StageError.badOption(
        option: "--near-duplicates", value: "\(nearDuplicates)", expected: "a cosine from -1 to 1")
    }
    if let output {
      try OutputPath.check(
        output, apartFrom: [features] + (search.texts.map { [$0] } ?? []), isStream: true)
    }
    let scope = try search.scope()
    let clock = StageClock()
    let file = try FeaturesFile(path: features)
    let views = try file.views(named: search.view)
    let texts = try search.texts.map {
      try TextsBeside(path: $0, of: file.columns, at: features)
    }
    let report = SearchReport(
      RowDescriptions(file.columns, texts: texts), hasTexts: texts != nil)
    let engine = try FeatureSearch(file, views: views, threads: common.threadCount)
    let sink = try SearchSink(output, report, console)
    if let nearDuplicates {
      try engine.load(scope)
      clock.phase("load")
      try engine.nearDuplicates(threshold: nearDuplicates, scope, sink.write)
    } else {
      let encoder = try TextEncoder(
        beside: file, views: views, prompt: search.prompt, model: search.model,
        threads: common.threadCount)
      try engine.load(scope)
      clock.phase("load")
      var source = TextArguments(queries)
      var cut = 0
      try encoder.encode(from: { try source.next(limit: 256) }) { texts, encoded, outputs in
        cut += encoded.truncatedCount
        clock.phase("encode")
        let found = try engine.nearest(
          to: TextEncoder.joined(outputs, rows: texts.count), limit: search.top ?? 10,
          minimum: search.minimum ?? -1, scope)
        clock.phase("search")
        try sink.write(texts, found)
      }
      console.noticeTruncated(cut)
    }
    clock.phase("search")
    try sink.finish(
      clock.json(output: output ?? "-").merging([
        "features": .string(features), "rows": .integer(file.count),
        "views": .strings(views.map(\.description)), "threads": .integer(common.threadCount),
      ]) { $1 }, phases: clock.seconds, isPairs: nearDuplicates != nil)
  }
}
