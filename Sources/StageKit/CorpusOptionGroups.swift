public import ArgumentParser
import Contracts
public import Corpora
import Digests

/// Which columns hold what.
public struct ColumnOptions: ParsableArguments {
  @Option(help: "The column with the texts.")
  public var textColumn = "text"

  @Option(
    help: "The column with the classes. (default: label, or none where there is no such column)")
  public var labelColumn: String?

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
  }

  public var corpusOptions: CorpusOptions {
    var options = CorpusOptions()
    options.textColumn = textColumn
    options.labelColumn = labelColumn ?? "label"
    options.labelRequired = labelColumn != nil
    options.idColumn = idColumn
    options.splitColumn = splitColumn
    options.format = format.flatMap(CorpusFormat.init(rawValue:))
    return options
  }

  /// Whether the usual label column was looked for and nothing was found.
  public func labelIsMissing(_ labels: EncodedLabels) -> Bool {
    labelColumn == nil && labels.classNames.isEmpty
  }

  public var json: JSONValue {
    func name(_ column: String?) -> JSONValue { column.map { .string($0) } ?? .null }
    return .object([
      "text": .string(textColumn), "label": name(labelColumn), "id": name(idColumn),
      "split": name(splitColumn),
    ])
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
