/// The folds of a cross-validation: the same rows as scikit-learn's `KFold` and `StratifiedKFold` with
/// `shuffle=True, random_state=seed` (sklearn/model_selection/_split.py).
public enum Folds {
  /// Folds of equal size, one row more in the first where they cannot be equal.
  ///
  /// - Parameters:
  ///   - count: how many folds.
  ///   - rows: how many rows there are to share out.
  ///   - seed: scikit-learn's `random_state`.
  /// - Returns: the fold, in 0..<count, of every row.
  /// - Throws: `SplitError.foldsOutOfRange`.
  public static func plain(_ count: Int, rows: Int, seed: UInt32) throws(SplitError) -> [Int] {
    try check(count, rows: rows)
    var random = MersenneTwister(seed: seed)
    var folds = [Int](repeating: 0, count: rows)
    for (place, row) in random.permutation(rows).enumerated() {
      folds[Int(row)] = fold(of: place, among: count, rows: rows)
    }
    return folds
  }

  /// Folds that keep the shares of the classes.
  ///
  /// A class with fewer rows than there are folds is missing in some of them.
  ///
  /// - Parameters:
  ///   - count: how many folds.
  ///   - labels: the class, not negative, of every row.
  ///   - seed: scikit-learn's `random_state`.
  /// - Returns: the fold, in 0..<count, of every row.
  /// - Throws: `SplitError.foldsOutOfRange`; `.foldsBeyondClasses` where no class has a row for
  ///   every fold.
  public static func stratified(
    _ count: Int, labels: [Int32], seed: UInt32
  ) throws(SplitError) -> [Int] {
    try check(count, rows: labels.count)
    // In the order in which the classes first occur: names do not decide, rows do.
    var positions: [Int32: Int] = [:]
    var members: [[Int]] = []
    for (row, label) in labels.enumerated() {
      if let position = positions[label] {
        members[position].append(row)
      } else {
        positions[label] = members.count
        members.append([row])
      }
    }
    let largest = members.map(\.count).max() ?? 0
    guard largest >= count else { throw .foldsBeyondClasses(folds: count, largest: largest) }

    var random = MersenneTwister(seed: seed)
    var folds = [Int](repeating: 0, count: labels.count)
    var before = 0
    for rows in members {
      // Dealt round as if the rows stood sorted by class, which evens out the folds' sizes.
      var dealt = [Int32](repeating: 0, count: count)
      for place in before..<before + rows.count { dealt[place % count] += 1 }
      before += rows.count
      var own = dealt.indices.flatMap { fold in
        [Int32](repeating: Int32(fold), count: Int(dealt[fold]))
      }
      random.shuffle(&own)
      for (row, fold) in zip(rows, own) { folds[row] = Int(fold) }
    }
    return folds
  }

  private static func fold(of place: Int, among count: Int, rows: Int) -> Int {
    let (size, larger) = (rows / count, rows % count)
    let end = larger * (size + 1)
    return place < end ? place / (size + 1) : larger + (place - end) / size
  }

  private static func check(_ count: Int, rows: Int) throws(SplitError) {
    precondition(rows <= Int(Int32.max), "row numbers are 32 bits")
    guard (2...max(2, rows)).contains(count), rows > 1 else {
      throw .foldsOutOfRange(folds: count, rows: rows)
    }
  }
}
