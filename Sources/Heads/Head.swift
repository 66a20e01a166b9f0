public import Contracts

/// What learned from cached features: what training leaves and prediction takes.
///
/// One file (with its facets) a kind of head; ``HeadArchive`` writes and reads those that conform
/// to ``ArchivableHead``.
public protocol Head: Sendable {
  /// The number of feature columns.
  var width: Int { get }
  /// What the head predicts.
  var labelKind: LabelKind { get }
  /// The number of known classes or labels, those without training rows included; 0 for numbers.
  var classCount: Int { get }

  /// What the head says of each row of `features` [n, width], of its label kind.
  ///
  /// A row's prediction has the same bits alone, in any batch and on any number of threads.
  ///
  /// - Throws: `widthMismatch`, or `nonFiniteFeature` naming the first such row.
  func predict(_ features: Matrix, threads: Int) throws(HeadError) -> Predictions
}

/// A head whose predictions are probabilities: of one class of several, or of each of some labels.
public protocol ProbabilisticHead: Head {
  /// The probability of each class or label for each row of `features` [n, width].
  ///
  /// A row's probabilities have the same bits alone, in any batch and on any number of threads.
  ///
  /// - Throws: `widthMismatch`, or `nonFiniteFeature` naming the first such row.
  func predictProbabilities(_ features: Matrix, threads: Int) throws(HeadError)
    -> ClassProbabilities
}

extension ProbabilisticHead {
  public var labelKind: LabelKind { .singleLabel }

  public func predict(_ features: Matrix, threads: Int) throws(HeadError) -> Predictions {
    let probabilities = try predictProbabilities(features, threads: threads)
    return labelKind == .multiLabel ? .sets(probabilities) : .classes(probabilities)
  }

  /// The probability of each class for each row of `features`, on one thread.
  ///
  /// - Throws: as ``predictProbabilities(_:threads:)``.
  public func predictProbabilities(
    _ features: Matrix
  ) throws(HeadError) -> ClassProbabilities {
    try predictProbabilities(features, threads: 1)
  }
}
