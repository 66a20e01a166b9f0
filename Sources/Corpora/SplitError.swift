public import Contracts

/// Why rows cannot be split; StageKit has the words.
public enum SplitError: Error, Sendable, Equatable {
  /// The size is not between 0 and 1, or a count that is negative.
  case sizeOutOfRange(Split, size: SplitSize)
  /// Nothing is left to train on once `part` has its rows, out of `rows`.
  case noTrainingRows(part: Split, size: SplitSize, rows: Int)
  /// Rows without a label cannot be stratified.
  case unlabeledRows(count: Int)
  /// Classes, by number, with fewer than two of the rows that `part` is taken from.
  case classesTooSmall(part: Split, classes: [Int32])
  /// Stratified, every class needs a row on both sides.
  case fewerRowsThanClasses(part: Split, rows: Int, rest: Int, classes: Int)
  /// A cross-validation needs at least two folds and no more than there are rows.
  case foldsOutOfRange(folds: Int, rows: Int)
  /// Stratified, no class has a row for every fold: the largest has this many.
  case foldsBeyondClasses(folds: Int, largest: Int)
}
