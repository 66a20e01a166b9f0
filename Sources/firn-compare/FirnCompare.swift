import ArgumentParser
import AtomicFiles
import Foundation
import Kernels
import Reporting
import StageKit

@main
struct FirnCompare: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-compare",
    abstract: "Compare runs on the rows that none of them learned from: tables and a page.",
    discussion: """
      Writes a folder: report.html (one file, no network), comparison.csv, pairs.csv, comparison.json and \
      comparison.md. Metrics have 95 % bootstrap intervals, every pair of runs McNemar's exact test \
      and a paired interval, corrected by Holm's method for all pairs. Runs that differ in nothing but \
      the seed stand as one, with mean and deviation; intervals and tests of pairs are of the first of them, and no \
      difference is called one that not all seeds show. All runs must have the \
      same test rows.

      Texts, lengths, near-duplicates and the map come from the files that the runs learned from. A run folder \
      holds no path: the files are looked for beside the run folders and one folder above, and known by \
      their digests; or name them.

      Examples:
        firn-compare runs/logistic runs/mlp runs/tuned -o report
        firn-compare runs/* -o report --tokens tokens.h5 --features features.h5
      """,
    version: Firn.version)

  @Argument(help: "Run folders of firn-train's and firn-finetune's.")
  var runs: [String]

  @Option(name: [.short, .long], help: "The report's folder to write.")
  var output: String

  @Option(help: "The features file, where it is not found by itself.")
  var features: String?

  @Option(help: "The tokens file, where it is not found by itself.")
  var tokens: String?

  @OptionGroup(title: "Report") var options: ComparisonReportOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func execute(_ console: Console) throws {
    let clock = StageClock()
    let compared = try ComparedRuns(paths: runs)
    let sources = try RunSources(compared, features: features, tokens: tokens)
    let title = options.title ?? compared.title
    let inputs = try ComparisonReport.inputs(
      compared, sources, settings: options.settings(title: title))
    let page = output + (output.hasSuffix("/") ? "" : "/") + "report.html"
    if !common.force, let said = ComparisonReport.upToDate(output, inputs: inputs) {
      console.notice("\(output) is up to date")
      console.result(page)
      return console.summary(
        said.merging(["output": .string(output), "page": .string(page), "up_to_date": true]) { $1 })
    }
    for notice in sources.notices { console.notice(notice) }

    try DoubleGemm.prepare()
    let folder = try AtomicFolder(path: output, marker: ComparisonReport.marker)
    let builder = ComparisonBuilder(
      compared, sources, resamples: options.resamples, seed: options.seed,
      threads: common.threadCount)
    let comparison = try builder.build(
      title: title, duplicates: options.nearDuplicates, mapped: options.mapRows, console: console)
    try ComparisonReport(comparison, inputs: inputs).write(to: folder)
    try folder.commit()

    console.result(comparison.text)
    console.result(page)
    console.summary(
      comparison.json.merging(clock.json(output: output)) { $1 }.merging(["page": .string(page)]) {
        $1
      })
  }
}
