public import Contracts
import Kernels

/// Logistic regression: a softmax over classes, or a sigmoid where there are two; with several
/// labels a row a sigmoid for each, as scikit-learn's OneVsRestClassifier.
///
/// A class known but without training rows has no coefficients and the probability 0, as if
/// scikit-learn had been fitted on the classes that are there. So with two such classes of many the
/// model is a sigmoid. A label that no training row has, or each, has none either, and the
/// probability 0 or 1.
public struct LogisticRegression: ProbabilisticHead, Equatable {
  /// What training is told.
  public struct Configuration: Sendable, Equatable, Codable {
    /// The inverse strength of the L2 penalty, as scikit-learn's C.
    public var c = 1.0
    public var classWeight = ClassWeight.none
    /// Whether features are shifted and scaled to mean 0 and deviation 1, fitted on the training
    /// rows.
    public var standardize = false
    /// The largest element of the mean objective's gradient at which training ends.
    ///
    /// The objective's distance from the optimum is quadratic in it: 1e-7 leaves less than 1e-9 of
    /// the objective where 1e-6 can leave 1e-8, for some five iterations more.
    public var tolerance = 1e-7
    public var maximumIterations = 1000

    public init() {}

    enum CodingKeys: String, CodingKey {
      case c = "C"
      case classWeight = "class_weight"
      case standardize
      case tolerance
      case maximumIterations = "max_iterations"
    }
  }

  /// How much a row counts, by its class.
  public enum ClassWeight: Sendable, Equatable, Codable {
    /// Every row counts 1.
    case none
    /// n / (classes · rows of the class): every class counts the same in sum, each row as much as
    /// its weight.
    case balanced
    /// One positive weight a class; with several labels a row, of the rows that have the label.
    case explicit([Double])
  }

  /// What training reached.
  public struct Summary: Sendable, Equatable, Codable {
    public let rows: Int
    public let iterations: Int
    /// How often objective and gradient were computed, in passes over all rows.
    public let evaluations: Int
    /// The mean objective: (Σ weight · log loss + ‖coefficients‖² / 2C) / Σ weight; of several
    /// labels their sum.
    public let objective: Double
    /// The largest magnitude in the gradient of the mean objective.
    public let gradientNorm: Double
    /// Whether the gradient is within the tolerance.
    public let converged: Bool

    enum CodingKeys: String, CodingKey {
      case rows, iterations, evaluations, objective, converged
      case gradientNorm = "gradient_norm"
    }
  }

  public let width: Int
  public let classCount: Int
  public let labelKind: LabelKind
  /// The classes with training rows, ascending; of labels those that some rows have and some not.
  public let trainedClasses: [Int]
  /// The labels that each training row has.
  public let constantLabels: [Int]
  /// [outputs, width], row-major: one output for two trained classes (the score of the second),
  /// else one a trained class or label.
  public let coefficients: [Double]
  /// [outputs].
  public let intercepts: [Double]
  /// Applied to features before the coefficients; nil when not asked for.
  public let standardization: Standardization?
  public let configuration: Configuration
  public let summary: Summary

  /// The number of scores a row: 1 for two trained classes, else their number.
  public var outputs: Int { intercepts.count }

  public func predictProbabilities(
    _ features: Matrix, threads: Int
  ) throws(HeadError) -> ClassProbabilities {
    guard features.columns == width else {
      throw .widthMismatch(expected: width, found: features.columns)
    }
    let kernels = try KernelSet.forHeads()
    let blocks = RowBlocks(.memory(features, at: nil), standardization: nil)
    try inMemory { try blocks.checkFinite(threads: threads) }
    let parameters = standardization?.folded(joined) ?? joined
    var values = [Double](repeating: 0, count: features.rows * classCount)
    blocks.withRowsInMemory { window in
      values.withUnsafeMutableBufferPointer { values in
        guard let output = values.baseAddress else { return }
        Parallel.forEach(blocks.count, threads: threads) { block in
          predict(blocks, block, of: window, parameters, into: output, kernels)
        }
      }
    }
    return ClassProbabilities(rows: features.rows, classCount: classCount, values: values)
  }

  /// The probability of each class or label for each row of `features` [n, width].
  ///
  /// - Throws: `widthMismatch`.
  public func predictProbabilities(
    _ features: SparseMatrix, threads: Int
  ) throws(HeadError) -> ClassProbabilities {
    guard features.columns == width else {
      throw .widthMismatch(expected: width, found: features.columns)
    }
    var values = [Double](repeating: 0, count: features.rows * classCount)
    values.withUnsafeMutableBufferPointer { values in
      guard let output = values.baseAddress else { return }
      Parallel.forEach(
        features.rows, threads: threads, worker: { [Double](repeating: 0, count: outputs) }
      ) { row, scores in
        for k in 0..<outputs {
          scores[k] = intercepts[k]
          for entry in features.entries(ofRow: row) {
            scores[k] +=
              features.values[entry] * coefficients[k * width + Int(features.columnIndices[entry])]
          }
        }
        scores.withUnsafeMutableBufferPointer { scores in
          guard let scores = scores.baseAddress else { return }
          normalize(scores, into: output + row * classCount)
        }
      }
    }
    return ClassProbabilities(rows: features.rows, classCount: classCount, values: values)
  }

  /// Writes the probabilities of block `index` to their rows of `output` [n, classCount].
  private func predict(
    _ blocks: RowBlocks, _ index: Int, of window: RowBlocks.Window, _ parameters: [Double],
    into output: UnsafeMutablePointer<Double>, _ kernels: KernelSet
  ) {
    let rows = blocks.rows(index)
    let scratch = FloatBuffer(count: rows.count * width, zeroed: false)
    let x = blocks.floats(index, of: window, scratch: scratch.pointer)
    var z = [Double](repeating: 0, count: rows.count * outputs)
    z.withUnsafeMutableBufferPointer { z in
      parameters.withUnsafeBufferPointer { w in
        guard let z = z.baseAddress, let w = w.baseAddress else { return }
        kernels.linearScores(z, x, rows: rows.count, width: width, w, outputs: outputs)
        for (i, row) in rows.enumerated() {
          normalize(z + i * outputs, into: output + row * classCount)
        }
      }
    }
  }

  /// Turns one row's scores into probabilities of the trained classes or labels.
  private func normalize(
    _ scores: UnsafeMutablePointer<Double>, into probabilities: UnsafeMutablePointer<Double>
  ) {
    if labelKind == .multiLabel {
      for (score, index) in trainedClasses.enumerated() {
        probabilities[index] = sigmoid(scores[score])
      }
      for index in constantLabels { probabilities[index] = 1 }
    } else if outputs == 1 {
      probabilities[trainedClasses[0]] = sigmoid(-scores[0])
      probabilities[trainedClasses[1]] = sigmoid(scores[0])
    } else {
      softmax(scores, count: outputs)
      for (score, index) in trainedClasses.enumerated() { probabilities[index] = scores[score] }
    }
  }

  /// [outputs, width + 1]: each row of coefficients with its intercept.
  var joined: [Double] {
    intercepts.indices.flatMap { output in
      coefficients[output * width..<(output + 1) * width] + [intercepts[output]]
    }
  }
}

/// What reads memory alone throws nothing else than a `HeadError`.
func inMemory<Result>(_ body: () throws -> Result) throws(HeadError) -> Result {
  do {
    return try body()
  } catch let error as HeadError {
    throw error
  } catch {
    preconditionFailure("memory cannot fail to be read: \(error)")
  }
}
