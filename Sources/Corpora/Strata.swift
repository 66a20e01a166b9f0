import Contracts

/// scikit-learn's `StratifiedShuffleSplit`, one split of it, draw by draw
/// (sklearn/model_selection/_split.py and `_approximate_mode` in sklearn/utils/extmath.py).
struct Strata {
  /// The classes that occur, ascending, and the places of each, ascending.
  private let classes: [Int32]
  private let members: [[Int32]]

  /// - Parameter classes: the class, not negative, of every place.
  init(classes: [Int32]) {
    var members = [[Int32]](repeating: [], count: Int(classes.max() ?? -1) + 1)
    for (place, number) in classes.enumerated() { members[Int(number)].append(Int32(place)) }
    self.classes = members.indices.filter { !members[$0].isEmpty }.map { Int32($0) }
    self.members = members.filter { !$0.isEmpty }
  }

  /// Draws `count` places for a part and leaves the others, both in random order.
  func shuffleSplit(
    _ part: Split, count: Int, random: inout MersenneTwister
  ) throws(SplitError) -> (part: [Int32], rest: [Int32]) {
    let counts = members.map(\.count)
    let restCount = counts.reduce(0, +) - count
    try check(part, count: count, rest: restCount)
    let forRest = Self.approximateMode(counts, draws: restCount, random: &random)
    let left = zip(counts, forRest).map { $0 - $1 }
    let forPart = Self.approximateMode(left, draws: count, random: &random)

    var places: (part: [Int32], rest: [Int32]) = ([], [])
    for (index, own) in members.enumerated() {
      let order = random.permutation(own.count)
      let end = forRest[index] + forPart[index]
      places.rest += order[..<forRest[index]].map { own[Int($0)] }
      places.part += order[forRest[index]..<end].map { own[Int($0)] }
    }
    random.shuffle(&places.rest)
    random.shuffle(&places.part)
    return places
  }

  private func check(_ part: Split, count: Int, rest: Int) throws(SplitError) {
    let tooSmall = zip(classes, members).filter { $0.1.count < 2 }.map(\.0)
    guard tooSmall.isEmpty else { throw .classesTooSmall(part: part, classes: tooSmall) }
    guard count >= classes.count, rest >= classes.count else {
      throw .fewerRowsThanClasses(part: part, rows: count, rest: rest, classes: classes.count)
    }
  }

  /// Shares `draws` among the classes: the whole part of each share, and what is missing goes to the
  /// largest remainders, ties broken by lot.
  ///
  /// The operations and their order are scikit-learn's: a remainder that differs in its last bit
  /// would be another tie, and another draw.
  private static func approximateMode(
    _ counts: [Int], draws: Int, random: inout MersenneTwister
  ) -> [Int] {
    let total = Double(counts.reduce(0, +))
    let shares = counts.map { Double($0) / total * Double(draws) }
    var result = shares.map { Int($0.rounded(.down)) }
    var missing = draws - result.reduce(0, +)
    guard missing > 0 else { return result }
    let remainders = zip(shares, result).map { $0 - Double($1) }
    for value in Set(remainders).sorted(by: >) {
      let tied = remainders.indices.filter { remainders[$0] == value }
      let chosen = random.choice(tied, count: min(tied.count, missing))
      for index in chosen { result[index] += 1 }
      missing -= chosen.count
      if missing == 0 { break }
    }
    return result
  }
}
