public import Heads

/// A kind of head with its settings and the data set that it may learn from.
///
/// It is asked to learn from some of the rows, any number of times and from several threads at once:
/// cross-validation, seeds, learning curves and the search of settings are written once, over this.
public protocol Learner: Sendable {
  /// Whether what is learned depends on the seed.
  var isSeeded: Bool { get }

  /// The steps of one fit that are reported to ``Fit/advance``: epochs, or 1.
  var steps: Int { get }

  /// Learns from the rows of `fit`.
  ///
  /// The result has the same bits for any number of threads.
  ///
  /// - Throws: `HeadError`, and what reading features throws.
  func learn(_ fit: Fit) throws -> TrainedHead
}

/// What a learner is to learn from.
public struct Fit: Sendable {
  /// Rows of the data set, labelled: the head sees no other.
  public var rows: [Int]
  /// Rows that may decide when training ends; none where it ends by itself.
  public var validation: [Int]
  public var seed: UInt32
  public var threads: Int
  /// Called with the number of steps that were done.
  public var advance: @Sendable (Int) -> Void

  public init(
    rows: [Int], validation: [Int] = [], seed: UInt32, threads: Int,
    advance: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.rows = rows
    self.validation = validation
    self.seed = seed
    self.threads = threads
    self.advance = advance
  }
}

/// The bytes of head.json and head.safetensors.
public typealias HeadFiles = (json: [UInt8], safetensors: [UInt8])

/// What a learner made of some rows.
public struct TrainedHead: Sendable {
  /// The files that hold the head: given the classes' names and where its features came from.
  public let archive: @Sendable ([String], FeatureProvenance) -> HeadFiles
  /// How training went.
  public let history: [HistoryRecord]
  /// Why the result is less than was asked for; nil where it is not.
  public let warning: String?
  /// What a search of settings tried and took; nil where there was none.
  public var search: SearchResult?
  /// What the head says of rows of the learner's data set, in their order.
  public let predict: @Sendable (_ rows: [Int], _ threads: Int) throws -> Predictions

  public init(
    archive: @escaping @Sendable ([String], FeatureProvenance) -> HeadFiles,
    history: [HistoryRecord],
    warning: String? = nil,
    predict: @escaping @Sendable (_ rows: [Int], _ threads: Int) throws -> Predictions
  ) {
    self.archive = archive
    self.history = history
    self.warning = warning
    self.predict = predict
  }
}
