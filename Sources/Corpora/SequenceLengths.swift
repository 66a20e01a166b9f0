/// How long texts are, as ktrain prints it: mean, 95th and 99th percentile, in white-space words or
/// in any other unit that a caller counts.
///
/// The numbers are exact. What is kept is how often each length occurs, so memory grows with the
/// distinct lengths and not with the rows.
public struct SequenceLengths: Sendable {
  private var rows: [Int: Int] = [:]
  private var total = 0
  /// The number of texts so far.
  public private(set) var count = 0

  public init() {}

  /// Adds a text by its length.
  public mutating func add(_ length: Int) {
    rows[length, default: 0] += 1
    total += length
    count += 1
  }

  /// Adds a text by its white-space words.
  public mutating func addWords(of text: String) { add(WhitespaceWords.count(in: text)) }

  /// The mean length, rounded half to even as Python's `int(round(x))`; 0 without texts.
  public var mean: Int {
    count == 0 ? 0 : Int((Double(total) / Double(count)).rounded(.toNearestOrEven))
  }

  /// A percentile by NumPy's linear interpolation, rounded half to even; 0 without texts.
  /// `percent` is 0 to 100, as `numpy.percentile` takes it.
  public func percentile(_ percent: Double) -> Int {
    Int(exactPercentile(percent).rounded(.toNearestOrEven))
  }

  /// A percentile before rounding, by the operations of `numpy.percentile(method="linear")`.
  public func exactPercentile(_ percent: Double) -> Double {
    precondition(percent >= 0 && percent <= 100)
    guard count > 0 else { return 0 }
    let position = Double(count - 1) * (percent / 100)
    let index = Int(position.rounded(.down))
    let weight = position - Double(index)
    let (lower, upper) = lengths(at: index, and: min(index + 1, count - 1))
    let step = upper - lower
    // NumPy's _lerp comes from the nearer end, which keeps it monotonic.
    return weight >= 0.5 ? upper - step * (1 - weight) : lower + step * weight
  }

  /// The lengths at two ranks of the sorted order, the first not behind the second.
  private func lengths(at first: Int, and second: Int) -> (Double, Double) {
    var seen = 0
    var lower: Int?
    for (length, rows) in rows.sorted(by: { $0.key < $1.key }) {
      seen += rows
      if lower == nil, first < seen { lower = length }
      if let lower, second < seen { return (Double(lower), Double(length)) }
    }
    preconditionFailure("a rank beyond the last text")
  }
}
