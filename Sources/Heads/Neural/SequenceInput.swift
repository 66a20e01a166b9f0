public import Contracts

/// Sequences of vectors, one a token, that need not be in memory.
public protocol SequenceSource: Sendable {
  /// The number of texts.
  var count: Int { get }
  /// The numbers of a token.
  var width: Int { get }
  /// The tokens of text `i`.
  func length(_ i: Int) -> Int
  /// Reads the vectors of the texts named by `indices`, one text after the other.
  ///
  /// - Throws: what the medium throws.
  func tokens(at indices: [Int]) throws -> TokenFeatures
}

extension TokenFeatures: SequenceSource {
  public var width: Int { values.columns }

  public func length(_ i: Int) -> Int { offsets[i + 1] - offsets[i] }

  public func tokens(at indices: [Int]) -> TokenFeatures {
    var picked: [Float] = []
    picked.reserveCapacity(indices.reduce(0) { $0 + length($1) } * width)
    var starts = [0]
    for i in indices {
      picked += values.storage[offsets[i] * width..<offsets[i + 1] * width]
      starts.append(starts[starts.count - 1] + length(i))
    }
    return TokenFeatures(
      values: Matrix(rows: starts[indices.count], columns: width, storage: picked),
      offsets: starts)
  }
}

/// Token ids of texts, one text after the other: text `i` owns `offsets[i]..<offsets[i + 1]`.
public struct TokenSequences: Sendable, Equatable {
  public let ids: [Int32]
  /// From 0, and at the end the number of tokens: [texts + 1].
  public let offsets: [Int]

  /// - Precondition: `offsets` begins with 0, never falls and ends with `ids.count`.
  public init(ids: [Int32], offsets: [Int]) {
    precondition(offsets.first == 0 && offsets.last == ids.count)
    self.ids = ids
    self.offsets = offsets
  }

  /// The ids of a batch of tokens; its segments are nothing to a recurrent layer.
  public init(_ batch: TokenBatch) { self.init(ids: batch.ids, offsets: batch.offsets) }

  public var count: Int { offsets.count - 1 }

  public func length(_ i: Int) -> Int { offsets[i + 1] - offsets[i] }

  public func ids(_ i: Int) -> ArraySlice<Int32> { ids[offsets[i]..<offsets[i + 1]] }

  /// The texts named by `indices`, in that order.
  public func texts(at indices: some Collection<Int>) -> TokenSequences {
    var picked: [Int32] = []
    var starts = [0]
    for i in indices {
      picked += ids(i)
      starts.append(picked.count)
    }
    return TokenSequences(ids: picked, offsets: starts)
  }
}

/// What a recurrent classifier reads.
public enum SequenceInput: Sendable {
  /// An encoder's hidden states of every token.
  case features(any SequenceSource)
  /// Ids, whose vectors are learned from nothing.
  case ids(TokenSequences)

  public var count: Int {
    switch self {
    case .features(let source): source.count
    case .ids(let sequences): sequences.count
    }
  }

  func length(_ i: Int) -> Int {
    switch self {
    case .features(let source): source.length(i)
    case .ids(let sequences): sequences.length(i)
    }
  }
}
