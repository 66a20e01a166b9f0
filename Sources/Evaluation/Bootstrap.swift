/// A score of rows that can be asked of a resample.
///
/// A resample is how often it holds each row: a score is worked out from the counts, without copying a row.
public protocol ResampledScores: Sendable {
  /// What the values are, as in metrics.json.
  var names: [String] { get }
  /// The scores of a resample, NaN where one is not defined on it.
  ///
  /// `counts`: [rows], their sum is the number of rows.
  func values(_ counts: UnsafeBufferPointer<UInt32>) -> [Double]
}

/// Resamples of rows with replacement, the same for every predictor on these rows: differences are paired.
///
/// Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13. Where the random words come
/// from is the caller's affair; with words that depend on the resample's number alone, any part of the
/// resamples can be drawn anywhere, by any thread.
public struct Bootstrap: Sendable {
  public typealias Fill =
    @Sendable (_ resample: Int, _ words: UnsafeMutableBufferPointer<UInt32>) -> Void

  public let rows: Int
  private let fill: Fill

  /// `fill`: puts one random word a row into a buffer.
  ///
  /// - Precondition: there is a row, and fewer than 2^32.
  public init(rows: Int, fill: @escaping Fill) {
    precondition(rows > 0 && rows < 1 << 32)
    self.rows = rows
    self.fill = fill
  }

  /// The scores of some resamples.
  ///
  /// - Returns: by score of `scores`, by its name, by resample.
  public func values(
    _ scores: [any ResampledScores], of resamples: Range<Int>
  ) -> [[[Double]]] {
    var found = scores.map { [[Double]](repeating: [], count: $0.names.count) }
    var words = [UInt32](repeating: 0, count: rows)
    var counts = [UInt32](repeating: 0, count: rows)
    for resample in resamples {
      words.withUnsafeMutableBufferPointer { fill(resample, $0) }
      counts.withUnsafeMutableBufferPointer { counts in
        counts.update(repeating: 0)
        // The high word of a product is uniform over the rows (Lemire 2019, arXiv:1805.10941).
        for word in words { counts[Int((UInt64(word) * UInt64(rows)) >> 32)] += 1 }
        for (index, score) in scores.enumerated() {
          for (name, value) in score.values(UnsafeBufferPointer(counts)).enumerated() {
            found[index][name].append(value)
          }
        }
      }
    }
    return found
  }
}
