public import Contracts
import Corpora

/// The labelled rows of a data set by split, with the labels of all.
public struct StudyRows: Sendable {
  /// Of every row of the data set, unlabelled ones included.
  public let labels: Labels
  public let train: [Int]
  public let validation: [Int]
  public let test: [Int]

  /// - Precondition: as many splits as labels.
  public init(labels: Labels, splits: [Split]) {
    precondition(labels.count == splits.count)
    self.labels = labels
    func rows(_ split: Split) -> [Int] {
      splits.indices.filter { splits[$0] == split && labels.isLabelled($0) }
    }
    train = rows(.train)
    validation = rows(.validation)
    test = rows(.test)
  }

  /// The labelled rows of a split.
  public subscript(split: Split) -> [Int] {
    switch split {
    case .train: train
    case .validation: validation
    case .test: test
    }
  }

  /// Some rows in folds: stratified where each has one class, as scikit-learn's `StratifiedKFold`,
  /// else as its `KFold`; both shuffled by `seed`.
  ///
  /// - Returns: for each fold the rows to learn from and those held out, both in the order of `rows`.
  /// - Throws: `SplitError`.
  func folds(
    _ count: Int, of rows: [Int], seed: UInt32
  ) throws(SplitError) -> [(learn: [Int], held: [Int])] {
    let folds: [Int]
    if case .classes(let classes) = labels {
      folds = try Folds.stratified(count, labels: rows.map { classes[$0] }, seed: seed)
    } else {
      folds = try Folds.plain(count, rows: rows.count, seed: seed)
    }
    return (0..<count).map { fold in
      let held = rows.indices.filter { folds[$0] == fold }.map { rows[$0] }
      let learn = rows.indices.filter { folds[$0] != fold }.map { rows[$0] }
      return (learn, held)
    }
  }

  /// The train rows in an order whose prefixes are the subsets of a learning curve.
  func nestedTrainRows(seed: UInt32) -> [Int] {
    let order: [Int]
    if case .classes(let classes) = labels {
      order = NestedSubsets.order(labels: train.map { classes[$0] }, seed: seed)
    } else {
      order = NestedSubsets.order(rows: train.count, seed: seed)
    }
    return order.map { train[$0] }
  }
}
