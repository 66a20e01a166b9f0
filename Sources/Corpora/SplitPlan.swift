public import Contracts

/// Splits rows into train, validation and test: the same rows as scikit-learn's
/// `train_test_split(range(n), test_size=…, random_state=seed)`, and then again on the rest for
/// validation. Sizes of .2 and .2 thus make 64, 16 and 20 per cent.
public struct SplitPlan: Sendable, Hashable {
  /// The size of the test part; nil makes none.
  public var testSize: SplitSize?
  /// The size of the validation part, a share of the rows that are not test; nil makes none.
  public var validationSize: SplitSize?
  /// scikit-learn's `random_state`, of both steps.
  public var seed: UInt32
  /// Whether every part keeps the shares of the classes: `stratify=labels`.
  public var stratify: Bool

  public init(
    testSize: SplitSize?, validationSize: SplitSize?, seed: UInt32 = 42, stratify: Bool = false
  ) {
    self.testSize = testSize
    self.validationSize = validationSize
    self.seed = seed
    self.stratify = stratify
  }

  /// The part of every row.
  ///
  /// - Parameters:
  ///   - labels: [rows], used only to stratify.
  ///   - count: the number of rows.
  /// - Returns: [rows].
  /// - Throws: `SplitError` where scikit-learn raises `ValueError`, and for unlabeled rows.
  /// - Complexity: O(rows) time; about 13 bytes a row, 17 to stratify.
  public func assign(labels: [Int32], count: Int) throws(SplitError) -> [Split] {
    precondition(count <= Int(Int32.max), "row numbers are 32 bits")
    var splits = [Split](repeating: .train, count: count)
    if stratify {
      precondition(labels.count == count, "a label for every row")
      let unlabeled = labels.count { $0 < 0 }
      guard unlabeled == 0 else { throw .unlabeledRows(count: unlabeled) }
    }
    var rest = Array(0..<Int32(count))
    for (part, size) in [(Split.test, testSize), (.validation, validationSize)] {
      guard let size, !size.isZero else { continue }
      let parted = try take(part, size, from: rest, labels: labels)
      for row in parted.part { splits[Int(row)] = part }
      rest = parted.rest
    }
    return splits
  }

  /// One call of `train_test_split`. The order of the rest matters to the next one.
  private func take(
    _ part: Split, _ size: SplitSize, from rows: [Int32], labels: [Int32]
  ) throws(SplitError) -> (part: [Int32], rest: [Int32]) {
    guard let partCount = size.rows(of: rows.count) else {
      throw size.isInRange
        ? .noTrainingRows(part: part, size: size, rows: rows.count)
        : .sizeOutOfRange(part, size: size)
    }
    var random = MersenneTwister(seed: seed)
    let places: (part: [Int32], rest: [Int32])
    if stratify {
      let strata = Strata(classes: rows.map { labels[Int($0)] })
      places = try strata.shuffleSplit(part, count: partCount, random: &random)
    } else {
      let order = random.permutation(rows.count)
      places = (Array(order[..<partCount]), Array(order[partCount...]))
    }
    return (places.part.map { rows[Int($0)] }, places.rest.map { rows[Int($0)] })
  }
}
