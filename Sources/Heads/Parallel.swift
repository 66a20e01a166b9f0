import Dispatch
import Synchronization

/// Runs independent parts of a computation on several threads.
///
/// What a part computes must not depend on who runs it: partition the data by its size alone and
/// merge results in the order of the parts, and the number of threads changes no bit.
enum Parallel {
  /// Calls `body` once for each of `0..<parts`, on up to `threads` threads at a time.
  ///
  /// `worker` makes what one thread uses for all its parts: scratch memory, say.
  static func forEach<Scratch>(
    _ parts: Int, threads: Int, worker: () -> Scratch, _ body: (Int, inout Scratch) -> Void
  ) {
    let next = Atomic<Int>(0)
    let threads = min(threads, parts)
    withoutActuallyEscaping(worker) { worker in
      withoutActuallyEscaping(body) { body in
        let work = Work(parts: parts, worker: worker, body: body)
        guard threads > 1 else { return work.drain(next) }
        DispatchQueue.concurrentPerform(iterations: threads) { _ in work.drain(next) }
      }
    }
  }

  /// Calls `body` once for each of `0..<parts`, on up to `threads` threads at a time.
  static func forEach(_ parts: Int, threads: Int, _ body: (Int) -> Void) {
    forEach(parts, threads: threads, worker: {}) { part, _ in body(part) }
  }
}

/// Unchecked because the closures write through pointers: callers give each part its own memory.
private struct Work<Scratch>: @unchecked Sendable {
  let parts: Int
  let worker: () -> Scratch
  let body: (Int, inout Scratch) -> Void

  /// Takes parts until none is left.
  func drain(_ next: borrowing Atomic<Int>) {
    var part = next.wrappingAdd(1, ordering: .relaxed).oldValue
    guard part < parts else { return }
    var scratch = worker()
    while part < parts {
      body(part, &scratch)
      part = next.wrappingAdd(1, ordering: .relaxed).oldValue
    }
  }
}
