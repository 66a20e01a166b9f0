import AtomicFiles
import Contracts
import FeatureStore
import StageKit

/// jsonl: one object a row, its keys in alphabetical order. What is not known is null.
final class JSONLinesExport: Exporter {
  private let stream: AtomicStream
  private let layout: ExportLayout

  init(_ path: String, _ layout: ExportLayout) throws {
    stream = try AtomicStream(path: path)
    self.layout = layout
  }

  func write(_ rows: ExportBlock) throws {
    for row in 0..<rows.count {
      var values: [String: JSONValue] = [
        "id": .string(rows.ids[row]), "split": .string(rows.splits[row].name),
        "n_tokens": .integer(Int(rows.tokenCounts[row])), "truncated": .bool(rows.truncated[row]),
      ]
      let (name, label) = label(rows.labels, row)
      values[name] = label
      if let weights = rows.weights { values["weight"] = .real(weights[row]) }
      if let texts = rows.texts { values["text"] = .string(texts[row]) }
      if let tokens = rows.tokens {
        values["tokens"] = .array(tokens.ids[tokens.range(row)].map { .integer(Int($0)) })
      }
      var line = JSONValue.object(values).text
      if layout.width > 0 {
        // Written here: numbers of float32 have fewer digits than the same in float64.
        let own = rows.features[row * layout.width..<(row + 1) * layout.width]
        let numbers = own.map { $0.isFinite ? layout.type.text($0) : "null" }
        line = "{\"features\":[\(numbers.joined(separator: ","))],\(line.dropFirst())"
      }
      try stream.write(line + "\n")
    }
  }

  private func label(_ labels: Labels, _ row: Int) -> (name: String, value: JSONValue) {
    let isKnown = labels.isLabelled(row)
    return switch labels {
    case .classes(let classes):
      ("label", isKnown ? .string(layout.classNames[Int(classes[row])]) : .null)
    case .sets(let sets):
      (
        "labels",
        isKnown ? .strings(sets.labels(ofRow: row).map { layout.classNames[$0] }) : .null
      )
    case .numbers(let numbers): ("target", isKnown ? .real(numbers[row]) : .null)
    }
  }

  func finish() throws { try stream.commit() }
}
