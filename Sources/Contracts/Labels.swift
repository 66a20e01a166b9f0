/// What rows of a data set are labelled with; the raw value stands in settings and manifests.
public enum LabelKind: String, CaseIterable, Sendable, Hashable {
  /// One of k classes.
  case singleLabel = "single-label"
  /// Any number of k labels, none included.
  case multiLabel = "multi-label"
  /// A number, for regression.
  case number
}

/// The labels of rows, of one kind for all of them.
public enum Labels: Sendable {
  /// [rows]: the index of a class, -1 where a row has none.
  case classes([Int32])
  /// [rows, k]: which of the labels a row has.
  case sets(LabelSets)
  /// [rows]: a number, NaN where a row has none.
  case numbers([Double])

  public var kind: LabelKind {
    switch self {
    case .classes: .singleLabel
    case .sets: .multiLabel
    case .numbers: .number
    }
  }

  /// The number of rows.
  public var count: Int {
    switch self {
    case .classes(let classes): classes.count
    case .sets(let sets): sets.rows
    case .numbers(let numbers): numbers.count
    }
  }

  /// The rows' classes; none for the other kinds, as they stand in the files' `labels`.
  public var classes: [Int32] {
    if case .classes(let classes) = self { classes } else { [Int32](repeating: -1, count: count) }
  }

  /// Whether the label of a row is known. A multi-label row with none of the labels is.
  public func isLabelled(_ row: Int) -> Bool {
    switch self {
    case .classes(let classes): classes[row] >= 0
    case .sets(let sets): sets.isLabelled(row)
    case .numbers(let numbers): !numbers[row].isNaN
    }
  }

  /// The labels of the rows named by `indices`, in that order.
  public func rows(at indices: some Collection<Int>) -> Labels {
    switch self {
    case .classes(let classes): .classes(indices.map { classes[$0] })
    case .sets(let sets): .sets(sets.rows(at: indices))
    case .numbers(let numbers): .numbers(indices.map { numbers[$0] })
    }
  }
}

/// Which of `labelCount` labels each of `rows` rows has.
public struct LabelSets: Sendable, Equatable {
  /// In every place of a row whose labels are not known.
  public static var unknown: UInt8 { 255 }

  public let rows: Int
  public let labelCount: Int
  /// [rows, labelCount], row-major: 1 where the row has the label, 0 where not, or a whole row of
  /// ``unknown``.
  public let values: [UInt8]

  /// - Precondition: `values.count == rows * labelCount`, `labelCount` is positive.
  public init(rows: Int, labelCount: Int, values: [UInt8]) {
    precondition(labelCount > 0 && values.count == rows * labelCount)
    self.rows = rows
    self.labelCount = labelCount
    self.values = values
  }

  /// Whether the row's labels are known.
  public func isLabelled(_ row: Int) -> Bool { values[row * labelCount] != Self.unknown }

  /// Whether the row has the label.
  public subscript(row: Int, label: Int) -> Bool { values[row * labelCount + label] == 1 }

  /// The labels that a row has, ascending; empty too where they are not known.
  public func labels(ofRow row: Int) -> [Int] { (0..<labelCount).filter { self[row, $0] } }

  /// The rows named by `indices`, in that order.
  public func rows(at indices: some Collection<Int>) -> LabelSets {
    var picked: [UInt8] = []
    picked.reserveCapacity(indices.count * labelCount)
    for row in indices { picked += values[row * labelCount..<(row + 1) * labelCount] }
    return LabelSets(rows: indices.count, labelCount: labelCount, values: picked)
  }
}
