import Synchronization

/// How many steps a training has reported so far.
final class StepCount: Sendable {
  private let count = Atomic<Int>(0)

  func add(_ steps: Int) { count.add(steps, ordering: .relaxed) }

  var total: Int { count.load(ordering: .relaxed) }
}
