/// Which columns of the inputs are read, and how.
public struct CorpusOptions: Sendable {
  /// The column of the texts. It must exist wherever the format has columns.
  public var textColumn = "text"
  /// The column of the labels; nil reads no labels, a folder's neither.
  public var labelColumn: String? = "label"
  /// Whether an input without the label column is an error; otherwise its rows have no label.
  public var labelRequired = false
  /// What the labels are; indicators have columns of their own, which must exist.
  public var labels = LabelReading.classes
  /// The column of the rows' weights in training; it must exist.
  public var weightColumn: String?
  /// The column of the ids; nil leaves ids to the caller, who numbers the rows from 0.
  public var idColumn: String?
  /// The column that says train, validation or test.
  public var splitColumn: String?
  /// The format of every input; nil decides by each input's name.
  public var format: CorpusFormat?
  /// The longest row in bytes, by default 256 MiB: what keeps an unclosed quote from drawing the
  /// rest of a large file into memory.
  public var maximumRowBytes = 1 << 28

  public init(
    textColumn: String = "text", labelColumn: String? = "label", labelRequired: Bool = false,
    idColumn: String? = nil, splitColumn: String? = nil, format: CorpusFormat? = nil
  ) {
    self.textColumn = textColumn
    self.labelColumn = labelColumn
    self.labelRequired = labelRequired
    self.idColumn = idColumn
    self.splitColumn = splitColumn
    self.format = format
  }

  /// The first column asked for that plain lines and folders cannot have; their texts are the
  /// whole line or file, and a folder's labels are its sub-folders.
  func columnWithoutPlace(in format: CorpusFormat) -> String? {
    switch format {
    case .csv, .tsv, .jsonl: nil
    case .lines:
      (labelRequired ? labelColumn : nil) ?? columnOfLabels ?? idColumn ?? splitColumn
        ?? weightColumn
    case .folder: columnOfLabels ?? idColumn ?? splitColumn ?? weightColumn
    }
  }

  /// A column that labels other than classes are read from.
  private var columnOfLabels: String? {
    switch labels {
    case .classes: nil
    case .numbers, .lists: labelColumn
    case .indicators(let columns): columns.first
    }
  }
}
