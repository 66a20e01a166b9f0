/// Turns labels into class numbers while rows stream by: four bytes a row.
///
/// Labels are told apart by their bytes: composed and decomposed accents are two classes, as they
/// are in Python, although Swift's `String.==` calls them equal.
public struct LabelEncoder: Sendable {
  private var numbers: [ByteString: Int32] = [:]
  private var codes: [Int32] = []

  public init() {}

  /// The number of rows so far.
  public var count: Int { codes.count }

  /// The number of classes so far.
  public var classCount: Int { numbers.count }

  /// Adds a row; nil is a missing label.
  public mutating func append(_ label: String?) {
    guard let label else { return codes.append(-1) }
    let key = ByteString(string: label)
    if let number = numbers[key] { return codes.append(number) }
    let number = Int32(numbers.count)
    numbers[key] = number
    codes.append(number)
  }

  /// The class names in sorted order and the rows' classes.
  ///
  /// Labels that are all integers sort by value, others by their UTF-8 bytes, which is Python's and
  /// scikit-learn's order of strings.
  public consuming func finish() -> EncodedLabels {
    let names = numbers.sorted { $0.value < $1.value }.map(\.key.string)
    let order = Self.order(of: names)
    var ranks = [Int32](repeating: 0, count: names.count)
    for (rank, number) in order.enumerated() { ranks[number] = Int32(rank) }
    var codes = self.codes
    for row in codes.indices where codes[row] >= 0 { codes[row] = ranks[Int(codes[row])] }
    return EncodedLabels(classNames: order.map { names[$0] }, labels: codes)
  }

  private static func order(of names: [String]) -> [Int] {
    let values = names.compactMap { Int($0) }
    let byBytes = names.indices.sorted {
      names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8)
    }
    guard values.count == names.count else { return byBytes }
    // "1" and "01" have one value: the sort is stable, so their bytes decide.
    return byBytes.sorted { values[$0] < values[$1] }
  }
}

/// The labels of a corpus as class numbers.
public struct EncodedLabels: Sendable, Equatable {
  /// [classes], sorted.
  public let classNames: [String]
  /// [rows]: an index into `classNames`, -1 where the label is missing.
  public let labels: [Int32]
}

/// A string that is equal to another if its bytes are.
private struct ByteString: Hashable {
  let string: String

  static func == (left: ByteString, right: ByteString) -> Bool {
    left.string.utf8.elementsEqual(right.string.utf8)
  }

  func hash(into hasher: inout Hasher) {
    var string = self.string
    string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
