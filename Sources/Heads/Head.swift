public import Contracts

/// A classifier on cached features: what training leaves and prediction takes.
///
/// One file (with its facets) a kind of head; ``HeadArchive`` writes and reads those that conform
/// to ``ArchivableHead``.
public protocol Head: Sendable {
  /// The number of feature columns.
  var width: Int { get }
  /// The number of known classes, those without training rows included.
  var classCount: Int { get }

  /// The probability of each class for each row of `features` [n, width].
  ///
  /// A row's probabilities have the same bits alone, in any batch and on any number of threads.
  ///
  /// - Throws: `widthMismatch`, or `nonFiniteFeature` naming the first such row.
  func predictProbabilities(_ features: Matrix, threads: Int) throws(HeadError)
    -> ClassProbabilities
}

extension Head {
  /// The probability of each class for each row of `features`, on one thread.
  ///
  /// - Throws: as ``predictProbabilities(_:threads:)``.
  public func predictProbabilities(
    _ features: Matrix
  ) throws(HeadError) -> ClassProbabilities {
    try predictProbabilities(features, threads: 1)
  }
}
