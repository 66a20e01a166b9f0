public import Contracts

/// Keeps the labels of rows while they stream by, whatever their kind: a few bytes a row.
public struct LabelCollector: Sendable {
  private let reading: LabelReading
  private var classes = LabelEncoder()
  private var numbers: [Double] = []
  /// The labels of all rows, one after the other, and how many each row has; -1 where not known.
  private var members = LabelEncoder()
  private var sizes: [Int32] = []

  public init(_ reading: LabelReading) {
    self.reading = reading
  }

  /// Adds a row.
  ///
  /// - Precondition: the label is of the kind that is read; nil is a missing one.
  public mutating func append(_ label: LabelValue?) {
    switch (reading, label) {
    case (.classes, .name(let name)?): classes.append(name)
    case (.classes, nil): classes.append(nil)
    case (.numbers, .number(let number)?): numbers.append(number)
    case (.numbers, nil): numbers.append(.nan)
    case (.lists, .set(let names)?), (.indicators, .set(let names)?):
      for name in names { members.append(name) }
      sizes.append(Int32(names.count))
    case (.lists, nil), (.indicators, nil): sizes.append(-1)
    default: preconditionFailure("a label of another kind")
    }
  }

  /// The labels of all rows, and the names of the classes.
  ///
  /// Names are sorted as ``LabelEncoder`` does, those of label columns stand as they were given.
  ///
  /// - Throws: `CorpusError.noLabelNames` where every list is empty.
  public consuming func finish() throws(CorpusError) -> (labels: Labels, classNames: [String]) {
    switch reading {
    case .classes:
      let encoded = classes.finish()
      return (.classes(encoded.labels), encoded.classNames)
    case .numbers:
      return (.numbers(numbers), [])
    case .lists:
      let encoded = members.finish()
      guard !encoded.classNames.isEmpty else { throw .noLabelNames }
      return (.sets(Self.sets(encoded, sizes, encoded.classNames)), encoded.classNames)
    case .indicators(let columns):
      return (.sets(Self.sets(members.finish(), sizes, columns)), columns)
    }
  }

  private static func sets(
    _ members: EncodedLabels, _ sizes: [Int32], _ names: [String]
  ) -> LabelSets {
    // Byte by byte, as the encoder tells names apart.
    let places = members.classNames.map { name in
      names.firstIndex { $0.utf8.elementsEqual(name.utf8) } ?? 0
    }
    var values = [UInt8](repeating: 0, count: sizes.count * names.count)
    var next = 0
    for (row, size) in sizes.enumerated() {
      let start = row * names.count
      if size < 0 {
        for place in start..<start + names.count { values[place] = LabelSets.unknown }
      }
      for member in next..<next + Int(max(0, size)) {
        values[start + places[Int(members.labels[member])]] = 1
      }
      next += Int(max(0, size))
    }
    return LabelSets(rows: sizes.count, labelCount: names.count, values: values)
  }
}
