import AtomicFiles
import Contracts
import FeatureStore
import Reporting

/// csv and tsv: a header, then a record a row: id, split, labels, weight, n_tokens, truncated, text,
/// and a column a feature. What is not known is an empty field.
final class DelimitedExport: Exporter {
  private let stream: AtomicStream
  private let layout: ExportLayout
  private let separator: Character

  init(_ path: String, _ layout: ExportLayout, separator: Character) throws {
    stream = try AtomicStream(path: path)
    self.layout = layout
    self.separator = separator
    let names =
      ["id", "split"] + labelNames + (layout.hasWeights ? ["weight"] : [])
      + ["n_tokens", "truncated"] + (layout.hasTexts ? ["text"] : []) + layout.featureNames
    try stream.write(CSV.record(names, separator: separator))
  }

  private var labelNames: [String] {
    switch layout.labelKind {
    case .singleLabel: ["label"]
    case .multiLabel: layout.classNames.map { "label_" + $0 }
    case .number: ["target"]
    }
  }

  func write(_ rows: ExportBlock) throws {
    for row in 0..<rows.count {
      var fields = [rows.ids[row], rows.splits[row].name]
      switch rows.labels {
      case .classes(let classes):
        fields.append(classes[row] < 0 ? "" : layout.classNames[Int(classes[row])])
      case .sets(let sets):
        fields += (0..<sets.labelCount).map { label in
          sets.isLabelled(row) ? (sets[row, label] ? "1" : "0") : ""
        }
      case .numbers(let numbers): fields.append(numbers[row].isNaN ? "" : "\(numbers[row])")
      }
      if let weights = rows.weights { fields.append("\(weights[row])") }
      fields += ["\(rows.tokenCounts[row])", rows.truncated[row] ? "1" : "0"]
      if let texts = rows.texts { fields.append(texts[row]) }
      var line = fields.map { CSV.field($0, separator: separator) }
        .joined(separator: String(separator))
      for value in rows.features[row * layout.width..<(row + 1) * layout.width] {
        line.append(separator)
        line += layout.type.text(value)
      }
      try stream.write(line + "\n")
    }
  }

  func finish() throws { try stream.commit() }
}

extension FeatureType {
  /// The shortest digits that give the stored number again.
  func text(_ value: Float) -> String {
    switch self {
    case .float32: "\(value)"
    case .float16: "\(Float16(value))"
    }
  }
}
