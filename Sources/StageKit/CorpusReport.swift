public import Contracts
import Corpora

/// What ktrain prints of a corpus, in words and in tokens, and what max-length cuts.
public struct CorpusReport: Sendable {
  private struct Part {
    let split: Split
    let rows: Int
    let words: SequenceLengths
    let tokens: SequenceLengths
    let truncated: Int
  }

  private let parts: [Part]
  private let rows: Int
  private let labelled: Int
  private let labels: Labels
  private let classNames: [String]
  private let maxLength: Int
  private let megabytesPerSecond: Double

  /// `words`: whitespace words of each row.
  /// `tokens`: tokens of each row without truncation, special tokens included.
  /// `megabytesPerSecond`: of the texts' UTF-8, tokenizing and digesting them.
  public init(
    splits: [Split], labels: Labels, classNames: [String], words: [Int32], tokens: [Int32],
    maxLength: Int, megabytesPerSecond: Double
  ) {
    rows = splits.count
    labelled = splits.indices.count(where: labels.isLabelled)
    self.labels = labels
    self.classNames = classNames
    self.maxLength = maxLength
    self.megabytesPerSecond = megabytesPerSecond
    parts = Split.allCases.compactMap { split in
      var lengths = (words: SequenceLengths(), tokens: SequenceLengths())
      var truncated = 0
      for row in splits.indices where splits[row] == split {
        lengths.words.add(Int(words[row]))
        lengths.tokens.add(Int(tokens[row]))
        if tokens[row] > maxLength { truncated += 1 }
      }
      guard lengths.words.count > 0 else { return nil }
      return Part(
        split: split, rows: lengths.words.count, words: lengths.words, tokens: lengths.tokens,
        truncated: truncated)
    }
  }

  /// The number of texts that max-length cuts.
  public var truncated: Int { parts.reduce(0) { $0 + $1.truncated } }

  /// The lines for people; the form of the lengths is ktrain's.
  public var text: String {
    let unlabelled = rows - labelled
    var lines = [
      "\(rows) rows, " + labelText
        + (unlabelled > 0 && labelled > 0 ? " (\(unlabelled) rows without a label)" : "")
    ]
    lines.append(parts.map { "\($0.split.name) \($0.rows)" }.joined(separator: ", "))
    for part in parts {
      lines.append("\(part.split.name) sequence lengths (words):")
      lines += Self.lengths(part.words)
      lines.append("\(part.split.name) sequence lengths (tokens):")
      lines += Self.lengths(part.tokens)
    }
    lines.append("Is Multi-Label? \(labels.kind == .multiLabel ? "True" : "False")")
    let share = rows > 0 ? 1000 * truncated / rows : 0
    lines.append(
      "max-length \(maxLength) truncates \(truncated) of \(rows) texts "
        + "(\(share / 10).\(share % 10) %)")
    return lines.joined(separator: "\n")
  }

  /// The classes, or the labels with how many a row has, or between what the numbers lie.
  private var labelText: String {
    let names =
      classNames.prefix(10).joined(separator: ", ") + (classNames.count > 10 ? ", …" : "")
    switch labels {
    case .classes:
      return "\(classNames.count) classes" + (classNames.isEmpty ? "" : ": " + names)
    case .sets(let sets):
      let set = sets.values.count { $0 == 1 }
      let mean = (100 * Double(set) / Double(max(1, labelled))).rounded() / 100
      return "\(classNames.count) labels, \(mean) a row: " + names
    case .numbers(let numbers):
      let known = numbers.filter { !$0.isNaN }
      guard let lowest = known.min(), let highest = known.max() else { return "no numbers" }
      return "numbers from \(lowest) to \(highest)"
    }
  }

  public var json: [String: JSONValue] {
    var values: [String: JSONValue] = [
      "rows": .integer(rows), "classes": .strings(classNames), "labelled": .integer(labelled),
      "max_length": .integer(maxLength), "truncated": .integer(truncated),
      "tokenize_mb_per_second": .real((megabytesPerSecond * 10).rounded() / 10),
    ]
    if labels.kind != .singleLabel { values["label_kind"] = .string(labels.kind.rawValue) }
    for part in parts {
      func lengths(_ lengths: SequenceLengths) -> JSONValue {
        .object([
          "mean": .integer(lengths.mean), "95percentile": .integer(lengths.percentile(95)),
          "99percentile": .integer(lengths.percentile(99)),
        ])
      }
      values[part.split.name] = .object([
        "rows": .integer(part.rows), "words": lengths(part.words), "tokens": lengths(part.tokens),
        "truncated": .integer(part.truncated),
      ])
    }
    return values
  }

  private static func lengths(_ lengths: SequenceLengths) -> [String] {
    [
      "\tmean : \(lengths.mean)", "\t95percentile : \(lengths.percentile(95))",
      "\t99percentile : \(lengths.percentile(99))",
    ]
  }
}
