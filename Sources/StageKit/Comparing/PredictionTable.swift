import Contracts
import Corpora
import Foundation
import Heads

/// predictions.csv as it was written by ``RunResults``: a row of the input each, in the input's order.
struct PredictionTable {
  let path: String
  let ids: [String]
  let splits: [Split]
  /// The names of classes or labels; empty for numbers.
  let classNames: [String]
  /// As the file has them; empty where a row has none.
  let labels: [String]
  let predicted: [String]
  /// [rows, classNames].
  let probabilities: [Double]

  /// - Throws: `CorpusError` where it is no csv; ``RunComparisonError/badPredictions(path:line:column:value:)``.
  init(path: String) throws {
    self.path = path
    var scanner = DelimitedScanner(
      stream: try ByteStream(path: path), delimiter: UInt8(ascii: ","), limit: 1 << 26)
    let fixed = ["id", "split", "label", "predicted"]
    var header: [String] = []
    if try scanner.next() {
      for index in 0..<scanner.fieldCount { header.append(try scanner.string(index)) }
    }
    let prefix = "probability_"
    guard Array(header.prefix(4)) == fixed,
      header.dropFirst(4).allSatisfy({ $0.hasPrefix(prefix) })
    else {
      throw RunComparisonError.badPredictions(
        path: path, line: 1, column: "titles", value: header.joined(separator: ","))
    }
    let names = header.dropFirst(4).map { String($0.dropFirst(prefix.count)) }
    var ids: [String] = []
    var splits: [Split] = []
    var (labels, predicted): ([String], [String]) = ([], [])
    var probabilities: [Double] = []
    let splitNames = Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0.name, $0) })
    while try scanner.next() {
      let line = scanner.location.line
      func fault(_ column: String, _ value: String) -> RunComparisonError {
        .badPredictions(path: path, line: line, column: column, value: value)
      }
      guard scanner.fieldCount == header.count else {
        throw fault("count", "\(scanner.fieldCount) fields of \(header.count)")
      }
      ids.append(try scanner.string(0))
      let split = try scanner.string(1)
      guard let known = splitNames[split] else { throw fault("split", split) }
      splits.append(known)
      labels.append(try scanner.string(2))
      predicted.append(try scanner.string(3))
      for index in names.indices {
        let text = try scanner.string(4 + index)
        guard let value = Double(text), (0...1).contains(value) else {
          throw fault(header[4 + index], text)
        }
        probabilities.append(value)
      }
    }
    classNames = names
    self.ids = ids
    self.splits = splits
    self.labels = labels
    self.predicted = predicted
    self.probabilities = probabilities
  }

  /// The labels of some rows.
  ///
  /// - Throws: ``RunComparisonError`` for a name that is no class, or a number that is none.
  func labels(_ rows: [Int], kind: LabelKind) throws(RunComparisonError) -> Labels {
    switch kind {
    case .singleLabel:
      let known = classIndices
      var classes: [Int32] = []
      for row in rows {
        guard !labels[row].isEmpty else {
          classes.append(-1)
          continue
        }
        guard let index = known[labels[row]] else { throw fault(row, "label", labels[row]) }
        classes.append(Int32(index))
      }
      return .classes(classes)
    case .multiLabel:
      return .sets(try sets(rows))
    case .number:
      var numbers: [Double] = []
      for row in rows { numbers.append(try number(row, labels, "label", or: .nan)) }
      return .numbers(numbers)
    }
  }

  /// What was predicted of some rows.
  func predictions(_ rows: [Int], kind: LabelKind) throws(RunComparisonError) -> Predictions {
    let width = classNames.count
    func own() -> ClassProbabilities {
      ClassProbabilities(
        rows: rows.count, classCount: width,
        values: rows.flatMap { probabilities[$0 * width..<($0 + 1) * width] })
    }
    switch kind {
    case .singleLabel: return .classes(own())
    case .multiLabel: return .sets(own())
    case .number:
      var numbers: [Double] = []
      for row in rows { numbers.append(try number(row, predicted, "predicted", or: nil)) }
      return .numbers(numbers)
    }
  }

  /// The class of largest probability of every row; of equal ones the first.
  var classes: [Int] {
    let width = classNames.count
    return ids.indices.map { row in
      (1..<max(width, 1)).reduce(0) {
        probabilities[row * width + $1] > probabilities[row * width + $0] ? $1 : $0
      }
    }
  }

  private var classIndices: [String: Int] {
    Dictionary(zip(classNames, classNames.indices)) { first, _ in first }
  }

  /// Lists with `;` between names, which may hold one themselves; a `;` alone is an empty list.
  private func sets(_ rows: [Int]) throws(RunComparisonError) -> LabelSets {
    let known = classIndices
    // A name has a part more than it has signs between them; most have none.
    let most = 1 + (classNames.map { name in name.count { $0 == ";" } }.max() ?? 0)
    var values = [UInt8](repeating: 0, count: rows.count * classNames.count)
    for (place, row) in rows.enumerated() where !labels[row].isEmpty && labels[row] != ";" {
      var parts = labels[row].split(separator: ";", omittingEmptySubsequences: false)[...]
      while !parts.isEmpty {
        let lengths = (1...min(parts.count, most)).reversed()
        guard
          let length = lengths.first(where: {
            known[parts.prefix($0).joined(separator: ";")] != nil
          }),
          let index = known[parts.prefix(length).joined(separator: ";")]
        else { throw fault(row, "label", String(parts[parts.startIndex])) }
        values[place * classNames.count + index] = 1
        parts = parts.dropFirst(length)
      }
    }
    return LabelSets(rows: rows.count, labelCount: classNames.count, values: values)
  }

  private func number(
    _ row: Int, _ column: [String], _ name: String, or missing: Double?
  ) throws(RunComparisonError) -> Double {
    if column[row].isEmpty, let missing { return missing }
    guard let value = Double(column[row]), value.isFinite else {
      throw fault(row, name, column[row])
    }
    return value
  }

  private func fault(_ row: Int, _ column: String, _ value: String) -> RunComparisonError {
    // A quoted field may span lines: the record's number is as near as is known here.
    .badPredictions(path: path, line: row + 2, column: column, value: value)
  }
}
