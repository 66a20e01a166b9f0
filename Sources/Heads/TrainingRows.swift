public import Contracts

/// What a head learns from: features, labels and how much each row counts.
public struct TrainingRows: Sendable {
  public enum Features: Sendable {
    /// Rows of a matrix; with indices, those rows of it in that order, and nothing is copied.
    case dense(Matrix, at: [Int]? = nil)
    /// Such as a TF-IDF vectorizer's.
    case sparse(SparseMatrix)
    /// Rows that stay where they are and are read in passes.
    case streamed(any FeatureSource)
  }

  public let features: Features
  /// Of the rows above, in their order: all known.
  public let labels: Labels
  /// The number of known classes or labels; some may have no rows. Not read for numbers.
  public let classCount: Int
  /// How much each row counts, 1 where nil: [count].
  public let weights: [Double]?

  /// - Precondition: As many labels, and weights, as rows; labels are known and in range; indices
  ///   are rows of the matrix.
  public init(_ features: Features, _ labels: Labels, classCount: Int, weights: [Double]? = nil) {
    self.features = features
    self.labels = labels
    self.classCount = classCount
    self.weights = weights
    precondition(labels.count == count && (weights == nil || weights?.count == count))
    precondition((0..<count).allSatisfy(labels.isLabelled))
    if case .dense(let matrix, .some(let indices)) = features {
      precondition(indices.allSatisfy { 0 <= $0 && $0 < matrix.rows })
    }
  }

  /// The number of rows.
  public var count: Int {
    switch features {
    case .dense(let matrix, let indices): indices?.count ?? matrix.rows
    case .sparse(let matrix): matrix.rows
    case .streamed(let source): source.count
    }
  }

  /// The number of columns.
  public var width: Int {
    switch features {
    case .dense(let matrix, _): matrix.columns
    case .sparse(let matrix): matrix.columns
    case .streamed(let source): source.width
    }
  }

  /// The rows of `source`: in memory where they take no more than `memory` bytes, else streamed.
  ///
  /// - Throws: what the medium throws.
  public static func features(
    _ source: any FeatureSource, memory: Int = 1 << 31
  ) throws -> Features {
    if let matrix = source as? Matrix { return .dense(matrix) }
    if let selected = source as? SelectedRows, let matrix = selected.base as? Matrix {
      return .dense(matrix, at: selected.indices)
    }
    return source.byteCount <= memory ? .dense(try source.loaded()) : .streamed(source)
  }

  /// - Throws: `noTrainingRows`, or `badHyperparameter` for a weight that is negative or not finite,
  ///   or where all weights are 0.
  func check() throws(HeadError) {
    guard count > 0 else { throw .noTrainingRows }
    guard let weights else { return }
    if let bad = weights.first(where: { !($0 >= 0 && $0.isFinite) }) {
      throw .badHyperparameter(name: "sample_weight", value: "\(bad)")
    }
    guard weights.contains(where: { $0 > 0 }) else {
      throw .badHyperparameter(name: "sample_weight", value: "0")
    }
  }
}
