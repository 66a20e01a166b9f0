import Glibc
import Kernels

/// The row of DeBERTa's table of distances for each distance, a query's place less its key's: one each for
/// near ones, one for several far ones.
///
/// Source: `make_log_bucket_position` and the clamps of `disentangled_attention_bias` in
/// `transformers/models/deberta_v2/modeling_deberta_v2.py`.
struct DistanceBuckets: Sendable {
  /// The number of rows: 2 * span.
  let count: Int
  private let buckets: Int?
  private let maximumDistance: Int

  /// `buckets`: nil for a row for each distance up to `maximumDistance`.
  init(buckets: Int?, maximumDistance: Int) {
    count = 2 * (buckets ?? maximumDistance)
    self.buckets = buckets
    self.maximumDistance = maximumDistance
  }

  /// The row of a distance.
  func row(_ distance: Int) -> Int {
    let place = buckets.map { Self.place(distance, $0, maximumDistance) } ?? distance
    return min(max(place + count / 2, 0), count - 1)
  }

  /// The columns of a table whose rows stand the other way round, for texts of up to `longest` tokens.
  func columns(longest: Int) -> DistanceColumns {
    DistanceColumns(
      (1 - longest...longest - 1).map { count - 1 - row(-$0) }, count: count)
  }

  /// In float32, as PyTorch computes it: a distance at a bucket's edge must fall on the same side.
  static func place(_ distance: Int, _ buckets: Int, _ maximumDistance: Int) -> Int {
    let middle = buckets / 2
    let steps = abs(distance)
    guard steps > middle else { return distance }
    let far =
      logf(Float(steps) / Float(middle))
      / logf(Float(Double(maximumDistance - 1) / Double(middle))) * Float(middle - 1)
    return (Int(far.rounded(.up)) + middle) * distance.signum()
  }
}
