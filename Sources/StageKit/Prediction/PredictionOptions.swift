public import ArgumentParser
import Corpora

/// A table whose texts are predicted, and where the predictions go.
public struct PredictionOptions: ParsableArguments {
  @Option(
    help: "Predict every row of a csv, tsv, jsonl or plain file (also gzipped) instead of TEXT.")
  public var input: String?

  @Option(help: "The column with the texts.")
  public var textColumn = "text"

  @Option(help: "The column with the rows' names. (default: row numbers from 0)")
  public var idColumn: String?

  @Option(help: "csv, tsv, jsonl or lines. (default: by the file's name; lines for -)")
  public var format: String?

  @Option(
    name: [.short, .long],
    help: "The csv that --input's predictions are written to. (default: standard output)")
  public var output: String?

  public init() {}

  public func validate() throws {
    let known = format.map { CorpusFormat(rawValue: $0) }
    if let format, known == .some(nil) || known == .folder {
      throw ValidationError("--format does not know '\(format)'; give csv, tsv, jsonl or lines.")
    }
    if input == nil, let option = optionOfInput {
      throw ValidationError("\(option) goes with --input.")
    }
  }

  private var optionOfInput: String? {
    let given = [("--id-column", idColumn), ("--format", format), ("--output", output)]
    return given.first { $0.1 != nil }?.0
  }

  var corpusOptions: CorpusOptions {
    CorpusOptions(
      textColumn: textColumn, labelColumn: nil, idColumn: idColumn,
      format: format.flatMap(CorpusFormat.init(rawValue:)))
  }
}
