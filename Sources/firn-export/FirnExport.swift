import ArgumentParser
import Contracts
import Exports
import FeatureStore
import StageKit

@main
struct FirnExport: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-export",
    abstract: "Write features, or tokens, for other programs: NumPy, pandas, TensorBoard, AnnData.",
    discussion: """
      npy: one array where PATH ends in .npy, else a folder with labels, splits and ids beside it. \
      csv, tsv, jsonl: a row each, labels and features as columns or lists. projector: a folder for \
      tensorboard --logdir. h5ad: features as X, the rest as obs. Of a tokens file npy, csv, tsv and \
      jsonl are written. Rows are streamed: memory does not grow with their number.

      Examples:
        firn-export features.h5 -o X.npy --format npy --split train
        firn-export features.h5 -o rows.csv --format csv --texts tokens.h5
        firn-export features.h5 -o projector --format projector \\
          --split test --texts tokens.h5
        firn-export features.h5 -o features.h5ad --format h5ad \\
          --view layers/4/mean,layers/6/mean
      """,
    version: Firn.version)

  @Argument(help: "A file that firn-encode or firn-tokenize wrote.")
  var input: String

  @Option(name: [.short, .long], help: "The file or folder to write; - is standard output.")
  var output: String

  @Option(help: "\(ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
  var format: String

  @OptionGroup var rows: ExportOptions

  @OptionGroup var common: CommonOptions

  func execute(_ console: Console) throws {
    let clock = StageClock()
    guard let format = ExportFormat(rawValue: format) else {
      throw StageError.badOption(
        option: "--format", value: format,
        expected: ExportFormat.allCases.map(\.rawValue).joined(separator: ", "))
    }
    if output == "-", [.npy, .projector, .h5ad].contains(format) {
      throw StageError.badOption(
        option: "-o", value: "-", expected: "a path: \(format.rawValue) is not written to a stream")
    }
    try OutputPath.check(
      output, apartFrom: [input] + (rows.texts.map { [$0] } ?? []), isStream: true)
    let source = try source(for: format)
    let layout = source.layout
    clock.phase("load")
    let exporter = try format.exporter(to: output, layout)
    let progress = StageKit.Progress(console, "exporting", total: layout.rows, unit: "rows")
    try source.read { block in
      try exporter.write(block)
      progress.advance(block.count)
    }
    try exporter.finish()
    progress.finish()
    clock.phase("export")
    let what = layout.width > 0 ? "\(layout.width) features" : "\(layout.tokens) tokens in all"
    // On a stream the rows themselves are the result.
    let said = "\(layout.rows) rows, \(what), as \(format.rawValue): \(output)"
    guard output != "-" else { return console.notice(said) }
    console.result(said)
    console.summary(
      clock.json(output: output).merging([
        "input": .string(input), "format": .string(format.rawValue),
        "rows": .integer(layout.rows), "width": .integer(layout.width),
        "tokens": .integer(layout.tokens), "views": .strings(layout.views.map(\.name)),
        "dtype": layout.width > 0 ? .string(layout.type.rawValue) : .null,
      ]) { $1 })
  }

  private func source(for format: ExportFormat) throws -> ExportSource {
    let split = try rows.split.map { try Split(option: $0) }
    switch try TrainingInput(path: input) {
    case .features(let file):
      return try ExportSource(
        file, views: try file.views(named: rows.view), type: try rows.type(), texts: rows.texts,
        split: split)
    case .tokens(let file):
      guard format.takesTokens else {
        throw StageError.needsFeatures(option: "--format \(format.rawValue)", path: input)
      }
      if let option = rows.optionForFeatures {
        throw StageError.needsFeatures(option: option, path: input)
      }
      return try ExportSource(file, split: split)
    }
  }
}
