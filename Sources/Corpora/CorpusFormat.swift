/// How the texts of an input are laid out.
public enum CorpusFormat: String, CaseIterable, Sendable {
  /// Comma-separated values with a header row (RFC 4180).
  case csv
  /// Tab-separated values with a header row, quoted as in RFC 4180.
  case tsv
  /// One JSON object a line.
  case jsonl
  /// One text a line, without labels.
  case lines
  /// One sub-folder a class, one file a text.
  case folder

  /// The format that a file's name promises; a `.gz` at its end is looked through.
  ///
  /// Whatever is not known by its extension, standard input too, is plain lines.
  public init(fileName: String) {
    let name = fileName.lowercased()
    let bare = name.hasSuffix(".gz") ? name.dropLast(3) : name[...]
    let table: [(suffix: String, format: CorpusFormat)] = [
      (".csv", .csv), (".tsv", .tsv), (".jsonl", .jsonl), (".ndjson", .jsonl),
    ]
    self = table.first { bare.hasSuffix($0.suffix) }?.format ?? .lines
  }
}
