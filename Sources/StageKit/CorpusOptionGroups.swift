public import ArgumentParser
public import Contracts
public import Corpora
import Digests

/// Which columns hold what.
public struct ColumnOptions: ParsableArguments {
  @Option(help: "The column with the texts.")
  public var textColumn = "text"

  @Option(
    help: "The column with the classes. (default: label, or none where there is no such column)")
  public var labelColumn: String?

  @Option(
    help: ArgumentHelp(
      """
      Columns of 0 or 1, joined by commas: a row has any number of these labels. All empty: not \
      known.
      """, valueName: "columns"))
  public var labelColumns: String?

  @Option(
    help: """
      What stands between the labels where the label column has any number of them; an empty list \
      is a row without a label.
      """)
  public var labelDelimiter: String?

  @Option(
    help: ArgumentHelp(
      """
      What the label column has: single-label, multi-label (a list with --label-delimiter, or a \
      JSON array of strings) or number.
      """, valueName: "kind"))
  public var labelType: String?

  @Option(help: "The column that says how much a row counts in training.")
  public var weightColumn: String?

  @Option(help: "The column with the rows' names. (default: row numbers from 0)")
  public var idColumn: String?

  @Option(help: "The column that says train, validation or test.")
  public var splitColumn: String?

  @Option(
    help: "csv, tsv, jsonl, lines or folder. (default: by the file's name; lines for -)")
  public var format: String?

  public init() {}

  public func validate() throws {
    if let format, CorpusFormat(rawValue: format) == nil {
      throw ValidationError(
        "--format does not know '\(format)'; give csv, tsv, jsonl, lines or folder.")
    }
    try validateLabels()
  }

  private func validateLabels() throws(ValidationError) {
    let kind = labelType.map(LabelKind.init(rawValue:))
    if let labelType, kind == .some(nil) {
      let kinds = LabelKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--label-type does not know '\(labelType)'; give one of \(kinds).")
    }
    if labelColumns != nil, labelColumn != nil || labelDelimiter != nil {
      throw ValidationError(
        "--label-columns are the labels themselves; leave --label-column and --label-delimiter out."
      )
    }
    if labelColumns != nil || labelDelimiter != nil, let kind, kind != .multiLabel {
      throw ValidationError(
        "--label-columns and --label-delimiter read multi-label rows, not --label-type"
          + " \(labelType ?? "").")
    }
    if labelDelimiter == "" { throw ValidationError("--label-delimiter must not be empty.") }
    if let names = indicatorColumns {
      if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
        throw ValidationError("--label-columns names '\(twice)' twice.")
      }
      if names.contains("") {
        throw ValidationError("--label-columns wants names joined by commas.")
      }
    }
  }

  private var indicatorColumns: [String]? {
    labelColumns.map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// What the labels are.
  public var labelReading: LabelReading {
    if let columns = indicatorColumns { return .indicators(columns) }
    if let labelDelimiter { return .lists(delimiter: labelDelimiter) }
    return switch labelType.flatMap(LabelKind.init(rawValue:)) {
    case .number?: .numbers
    case .multiLabel?: .lists(delimiter: nil)
    case .singleLabel?, nil: .classes
    }
  }

  public var corpusOptions: CorpusOptions {
    var options = CorpusOptions()
    options.textColumn = textColumn
    options.labels = labelReading
    options.labelColumn = labelColumns == nil ? labelColumn ?? "label" : nil
    // Who says what the labels are has some.
    options.labelRequired = labelColumn != nil || labelReading != .classes
    options.weightColumn = weightColumn
    options.idColumn = idColumn
    options.splitColumn = splitColumn
    options.format = format.flatMap(CorpusFormat.init(rawValue:))
    return options
  }

  /// Whether the usual label column was looked for and nothing was found.
  public func labelIsMissing(_ classNames: [String]) -> Bool {
    labelColumn == nil && labelReading == .classes && classNames.isEmpty
  }

  public var json: JSONValue {
    func name(_ column: String?) -> JSONValue { column.map { .string($0) } ?? .null }
    var values: [String: JSONValue] = [
      "text": .string(textColumn), "label": name(labelColumn), "id": name(idColumn),
      "split": name(splitColumn),
    ]
    // Only where they are used: the settings of a file with classes stay what they were.
    switch labelReading {
    case .classes: break
    case .numbers: values["label_type"] = .string(LabelKind.number.rawValue)
    case .lists(let delimiter):
      values["label_type"] = .string(LabelKind.multiLabel.rawValue)
      values["label_delimiter"] = name(delimiter)
    case .indicators(let columns): values["label_columns"] = .strings(columns)
    }
    if let weightColumn { values["weight"] = .string(weightColumn) }
    return .object(values)
  }
}

/// How rows are dealt to train, validation and test.
public struct SplitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The share (0.2) or number (100) of rows for test, as scikit-learn's train_test_split.",
      valueName: "size"))
  public var testSize: String?

  @Option(
    help: ArgumentHelp(
      "The share or number of the remaining rows for validation.", valueName: "size"))
  public var validationSize: String?

  @Option(help: "The seed of the split: random_state of scikit-learn.")
  public var seed: UInt32 = 42

  @Flag(help: "Keep the classes' shares in every part.")
  public var stratify = false

  public init() {}

  public func validate() throws {
    for (name, size) in [("--test-size", testSize), ("--validation-size", validationSize)] {
      if let size, SplitSize(size) == nil {
        throw ValidationError(
          "\(name) must be a share between 0 and 1 or a number of rows, not '\(size)'.")
      }
    }
    if stratify && testSize == nil && validationSize == nil {
      throw ValidationError("--stratify needs --test-size or --validation-size.")
    }
  }

  /// Refuses to stratify what has no classes.
  ///
  /// - Throws: `ValidationError`.
  public func validate(with columns: ColumnOptions) throws {
    if stratify, columns.labelReading != .classes {
      throw ValidationError(
        "--stratify keeps the shares of classes, and label sets and numbers have none; leave it"
          + " out, or say the parts with --split-column.")
    }
  }

  /// The rows' parts: what the split column says, or as the sizes and the seed deal them.
  ///
  /// - Throws: `SplitError`.
  public func splits(
    of rows: TokenizedRows, labels: Labels, columns: ColumnOptions
  ) throws(SplitError) -> [Split] {
    columns.splitColumn == nil
      ? try plan.assign(labels: labels.classes, count: rows.count)
      : rows.splits.map { $0 ?? .train }
  }

  public var plan: SplitPlan {
    SplitPlan(
      testSize: testSize.flatMap(SplitSize.init),
      validationSize: validationSize.flatMap(SplitSize.init),
      seed: seed, stratify: stratify)
  }

  /// What the splits depend on; a split column makes the sizes and the seed immaterial.
  public func json(_ columns: ColumnOptions) -> JSONValue {
    guard columns.splitColumn == nil, testSize != nil || validationSize != nil else { return .null }
    return .object([
      "test_size": .string(testSize ?? "0"), "validation_size": .string(validationSize ?? "0"),
      "seed": .integer(Int(seed)), "stratify": .bool(stratify),
    ])
  }
}

/// The digest of a corpus' files, in reading order: of their bytes and, for folders, their classes.
public struct CorpusDigest: Sendable {
  /// nil when standard input is among them, which cannot be read twice.
  public let sha256: String?

  /// - Throws: `CorpusError`, `DigestError`.
  public init(inputs: [String], format: CorpusFormat?) throws {
    let files = try CorpusReader.resolvedFiles(inputs, format: format)
    guard !inputs.contains("-"), !files.isEmpty else {
      sha256 = nil
      return
    }
    var lines = ""
    for file in files {
      let isInput = inputs.contains(file)
      let parts = file.split(separator: "/")
      let folder = isInput || parts.count < 2 ? "" : String(parts[parts.count - 2])
      lines += "\(folder)/\(try SHA256Digest(ofFile: file))\n"
    }
    sha256 = SHA256Digest(of: lines).description
  }
}
