/// How many rows a part of the data set gets.
public enum SplitSize: Sendable, Hashable {
  /// A share between 0 and 1 of the rows at hand, rounded up; 0 makes no such part.
  case fraction(Double)
  /// A number of rows; 0 makes no such part.
  case count(Int)

  /// Reads a command line's word as scikit-learn reads a number: `100` is a count, `0.2` a share.
  public init?(_ word: String) {
    if let count = Int(word) {
      self = .count(count)
    } else if let fraction = Double(word), fraction.isFinite {
      self = .fraction(fraction)
    } else {
      return nil
    }
  }

  var isZero: Bool {
    switch self {
    case .fraction(let share): share == 0
    case .count(let count): count == 0
    }
  }

  /// Whether the size makes sense for some number of rows.
  var isInRange: Bool {
    switch self {
    case .fraction(let share): share > 0 && share < 1
    case .count(let count): count > 0
    }
  }

  /// The number of rows out of `total`; nil where scikit-learn refuses: out of range, or nothing is
  /// left for the rest.
  func rows(of total: Int) -> Int? {
    guard isInRange else { return nil }
    let rows =
      switch self {
      case .fraction(let share): Int((share * Double(total)).rounded(.up))
      case .count(let count): count
      }
    return rows > 0 && rows < total ? rows : nil
  }
}
