/// Subsets of growing size for a learning curve: each holds the smaller ones, so that a step up the
/// curve shows what more rows bring and not what other rows bring.
public enum NestedSubsets {
  /// An order of the rows whose every prefix keeps the shares of the classes, to a row or so a class.
  ///
  /// Which rows of a class come first is drawn; the j-th of n stands where (j + ½) / n of all rows have
  /// come before it.
  ///
  /// - Parameters:
  ///   - labels: the class, not negative, of every row.
  ///   - seed: another seed, other rows first.
  /// - Returns: each of 0..<labels.count once.
  public static func order(labels: [Int32], seed: UInt32) -> [Int] {
    var members = [[Int]](repeating: [], count: Int(labels.max() ?? -1) + 1)
    for (row, label) in labels.enumerated() { members[Int(label)].append(row) }
    var random = MersenneTwister(seed: seed)
    var places: [(share: Double, label: Int, row: Int)] = []
    for (label, rows) in members.enumerated() {
      for (place, index) in random.permutation(rows.count).enumerated() {
        places.append(((Double(place) + 0.5) / Double(rows.count), label, rows[Int(index)]))
      }
    }
    places.sort { ($0.share, $0.label) < ($1.share, $1.label) }
    return places.map(\.row)
  }

  /// A random order of rows that have no classes.
  public static func order(rows: Int, seed: UInt32) -> [Int] {
    var random = MersenneTwister(seed: seed)
    return random.permutation(rows).map { Int($0) }
  }
}
