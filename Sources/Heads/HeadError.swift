public import Kernels
public import Safetensors

/// What can go wrong in training, loading or applying a head; the cases carry the evidence.
public enum HeadError: Error, Sendable, Equatable {
  case noTrainingRows
  /// All training rows are of the class with this index.
  case singleClass(Int)
  /// There is no label that some training rows have and some not.
  case constantLabels
  /// A NaN or an infinity, at this row and column of the features given.
  case nonFiniteFeature(row: Int, column: Int)
  /// A NaN or an infinity, the label of this row.
  case nonFiniteLabel(row: Int)
  /// Columns depend on each other and the penalty is too small to tell them apart.
  case singular(alpha: Double)
  case widthMismatch(expected: Int, found: Int)
  /// A setting or a row's weight out of its range.
  case badHyperparameter(name: String, value: String)

  /// The loss or a weight is no longer a finite number.
  case diverged(step: Int, learningRate: Double)
  /// Who watches the training ended it.
  case cancelled
  /// This machine lacks what the products need.
  case kernels(KernelError)

  // MARK: - Archives

  case cannotRead(path: String)
  /// head.json is not JSON or lacks a field; `detail` says which.
  case malformed(path: String, detail: String)
  case newerVersion(path: String, found: Int, supported: Int)
  case unknownKind(path: String, kind: String)
  /// A field of head.json contradicts the others or is out of its range.
  case inconsistent(path: String, field: String)
  case badShape(path: String, tensor: String, expected: [Int], found: [Int])
  /// A NaN or an infinity among the weights.
  case nonFiniteWeights(path: String, tensor: String)
  /// head.safetensors is missing or broken.
  case weights(SafetensorsError)
}

extension KernelSet {
  /// The set that the environment asks for, or the best one.
  ///
  /// - Throws: `kernels`.
  static func forHeads() throws(HeadError) -> KernelSet {
    do throws(KernelError) { return try selected() } catch { throw .kernels(error) }
  }
}
