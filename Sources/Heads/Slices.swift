/// A partition of `0..<items` that depends on sizes alone, never on the number of threads.
///
/// Each slice is summed by one thread into a result of its own; the results are then added in the
/// order of the slices, so the sum has the same bits for any number of threads.
struct Slices: Sendable {
  let items: Int
  let count: Int

  /// Cuts `items`; each slice's result holds `resultSize` numbers, and wide ones mean fewer slices.
  init(count items: Int, resultSize: Int) {
    // 32 slices keep as many cores busy; 2^23 numbers are 64 MB for all results together.
    self.items = items
    count = max(1, min(32, items, (1 << 23) / max(resultSize, 1)))
  }

  /// The blocks of `window` that are `slice`'s: every `count`-th of all.
  ///
  /// Dealt out so, the blocks of a small window are shared by all threads, and a slice's sum does
  /// not depend on the windows: rows that are streamed give the same bits as rows in memory.
  func blocks(_ slice: Int, in window: Range<Int>) -> StrideTo<Int> {
    let offset = (slice - window.lowerBound % count + count) % count
    return stride(from: window.lowerBound + offset, to: window.upperBound, by: count)
  }

  /// The element-wise sum of the slices' results [count, size], in the order of the slices.
  func merged(_ results: [Double], size: Int) -> [Double] {
    var sum = Array(results.prefix(size))
    for slice in 1..<max(count, 1) {
      for i in 0..<size { sum[i] += results[slice * size + i] }
    }
    return sum
  }
}
