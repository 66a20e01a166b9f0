import ArgumentParser
import Checkpoints
import Contracts
import Corpora
import Digests
import FeatureStore
import StageKit
import Tokenizers

@main
struct FirnTokenize: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-tokenize",
    abstract: "Turn texts into token ids, labels and splits: tokens.h5.",
    discussion: """
      INPUT is a csv, tsv or jsonl file (also .gz), a folder with one sub-folder a class, a file \
      of plain lines, or - for standard input. Without a split option every row is train.

      Examples:
        firn-tokenize reviews.csv --model all-MiniLM-L6-v2 -o tokens.h5 \\
          --text-column review --label-column sentiment \\
          --test-size 0.2 --validation-size 0.2
        firn-tokenize comments.csv --model MODEL -o tokens.h5 \\
          --label-columns toxic,insult
        cat lines.txt | firn-tokenize - --model all-MiniLM-L6-v2 -o tokens.h5
        firn-tokenize queries.txt --model intfloat/e5-small-v2 -o q.h5 \\
          --prompt 'query: '
      """,
    version: Firn.version)

  @Argument(help: "Files, folders, or - for standard input.")
  var input: [String]

  @Option(help: "A model folder, or a hub id that is in the cache.")
  var model: String

  @Option(name: [.short, .long], help: "The tokens file to write.")
  var output: String

  @OptionGroup var columns: ColumnOptions
  @OptionGroup var splitting: SplitOptions

  @OptionGroup var tokenizing: TokenizingOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if input.isEmpty { throw ValidationError("Give at least one INPUT.") }
    try splitting.validate(with: columns)
  }

  func execute(_ console: Console) throws {
    try OutputPath.check(output, apartFrom: input)
    let clock = StageClock()
    let located = try LocatedModel(model)
    let tokenizer = try Tokenizer.load(folder: located.folder.path)
    let length = try tokenizing.length(located.folder, tokenizer)
    let prompt = try Prompt(tokenizing.prompt, located.folder, tokenizer)
    let options = columns.corpusOptions
    let source = try CorpusDigest(inputs: input, format: options.format)
    let tokenizerSHA256 = try tokenizer.sha256()
    func provenance(_ input: String) throws -> Provenance {
      let settings: [String: JSONValue] = [
        "tokenizer_sha256": .string(tokenizerSHA256), "model_sha256": .string(try located.sha256()),
        "columns": columns.json, "split": splitting.json(columns),
      ].merging(tokenizing.json(length: length, prompt: prompt)) { $1 }
      return Provenance(
        firnVersion: Firn.version, model: located.folder.name, modelSHA256: try located.sha256(),
        tokenizerSHA256: tokenizerSHA256, maxLength: length, settings: settings,
        inputSHA256: input)
    }
    if !common.force, let sha256 = source.sha256,
      try UpToDate.check(output, .tokens, { try provenance(sha256) })
    {
      let count = try TokensFile(path: output).count
      console.notice("\(output) is up to date (\(count) rows)")
      return console.summary(
        ["output": .string(output), "rows": .integer(count), "up_to_date": true])
    }

    var reader = try CorpusReader(inputs: input, options: options)
    let writer = try TokensWriter(path: output, storesTexts: !tokenizing.noTexts)
    let progress = StageKit.Progress(console, "tokenizing", total: 0, unit: "texts")
    var rows = TokenizedRows(
      tokenizer: ParallelTokenizer(
        tokenizer, maxLength: length, prompt: prompt?.text ?? "", threads: common.threadCount,
        digests: true), options: options)
    while let block = try rows.nextBlock(from: &reader) {
      try writer.append(block)
      progress.advance(block.count)
    }
    progress.finish()
    let (labels, classNames) = try rows.labels.finish()
    let splits = try splitting.splits(of: rows, labels: labels, columns: columns)
    try writer.finish(
      labels: labels, classNames: classNames, weights: rows.weights, splits: splits,
      provenance: provenance(source.sha256 ?? rows.sha256))
    let report = CorpusReport(
      splits: splits, labels: labels, classNames: classNames, words: rows.words,
      tokens: rows.fullCounts, maxLength: length, megabytesPerSecond: rows.megabytesPerSecond)
    if let prompt { console.notice("every text begins with the prompt '\(prompt.text)'") }
    if columns.labelIsMissing(classNames) {
      console.warning("no column 'label' was found; every row is without a label")
    }
    console.result(report.text)
    console.summary(
      report.json.merging(clock.json(output: output)) { $1 }
        .merging(["prompt": prompt.map { .string($0.text) } ?? .null]) { $1 })
  }
}
