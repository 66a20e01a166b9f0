import StageKit

/// Times of pieces of work that were run in turn, so that a machine that slows down slows all of them.
enum Timing {
  /// The median.
  static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// Median seconds of one run of each of `works`, over `rounds` rounds in which all are run in turn,
  /// each as often as 5 ms hold.
  static func alternating(rounds: Int, _ works: [() -> Void]) -> [Double] {
    let counts = works.map { work in
      work()
      return max(1, Int(0.005 / max(seconds(1, work), 1e-9)))
    }
    var times = works.map { _ in [Double]() }
    for _ in 0..<rounds {
      for (i, work) in works.enumerated() {
        times[i].append(seconds(counts[i], work) / Double(counts[i]))
      }
    }
    return times.map(median)
  }

  private static func seconds(_ count: Int, _ work: () -> Void) -> Double {
    let start = Machine.now
    for _ in 0..<count { work() }
    return Machine.now - start
  }
}
