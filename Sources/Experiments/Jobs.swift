import Kernels
import Synchronization

/// Independent trainings side by side.
enum Jobs {
  /// Calls `body` for each of `0..<count`, up to `threads` of them at a time; each is told how many
  /// threads are its own.
  ///
  /// After a failure no further one is begun.
  ///
  /// - Returns: the results in the order of the jobs.
  /// - Throws: what the first of the jobs that failed threw.
  static func run<Value: Sendable>(
    _ count: Int, threads: Int,
    _ body: @escaping @Sendable (_ job: Int, _ threads: Int) throws -> Value
  ) throws -> [Value] {
    let workers = max(1, min(threads, count))
    let board = Board<Value>(count)
    Workers.forEach(count, workers: workers) { _, job in
      guard !board.hasFailed else { return }
      board.note(job, Result { try body(job, max(1, threads / workers)) })
    }
    return try board.values()
  }

  /// What the jobs came to.
  private final class Board<Value: Sendable>: Sendable {
    private struct State {
      var outcomes: [Result<Value, any Error>?]
      var failed = false
    }
    private let state: Mutex<State>

    init(_ count: Int) {
      state = Mutex(State(outcomes: Array(repeating: nil, count: count)))
    }

    var hasFailed: Bool { state.withLock { $0.failed } }

    func note(_ job: Int, _ outcome: Result<Value, any Error>) {
      state.withLock { state in
        state.outcomes[job] = outcome
        if case .failure = outcome { state.failed = true }
      }
    }

    func values() throws -> [Value] {
      try state.withLock { $0.outcomes }.compactMap { $0 }.map { try $0.get() }
    }
  }
}
