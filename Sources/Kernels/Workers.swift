import Glibc
import Synchronization

/// Threads of our own, one a worker, joined before the call returns.
public enum Workers {
  /// Runs `body(0), ..., body(count - 1)` at the same time, the first on the calling thread.
  ///
  /// The calling thread does all the work that no thread could be had for.
  public static func run(_ count: Int, _ body: @Sendable @escaping (Int) -> Void) {
    var threads: [pthread_t] = []
    for worker in 1..<Swift.max(count, 1) {
      let box = Unmanaged.passRetained(Job { body(worker) })
      var thread = pthread_t()
      // The arguments are taken over by the thread; 8 MB of stack is glibc's own default.
      let status = pthread_create(
        &thread, nil,
        { argument in
          if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().run() }
          return nil
        }, box.toOpaque())
      if status == 0 {
        threads.append(thread)
      } else {
        box.takeRetainedValue().run()
      }
    }
    body(0)
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Runs `body(worker, item)` for every item of `0..<items`, each worker taking the next one.
  public static func forEach(
    _ items: Int, workers: Int, _ body: @Sendable @escaping (_ worker: Int, _ item: Int) -> Void
  ) {
    let queue = Queue()
    run(Swift.min(workers, items)) { worker in
      while let item = queue.next(below: items) { body(worker, item) }
    }
  }

  private final class Job {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }

  private final class Queue: Sendable {
    private let position = Atomic<Int>(0)

    func next(below end: Int) -> Int? {
      let item = position.wrappingAdd(1, ordering: .relaxed).oldValue
      return item < end ? item : nil
    }
  }
}
