import Glibc
import Synchronization

/// Threads of our own, one a worker, joined before the call returns.
public enum Workers {
  /// Runs `body(0), ..., body(count - 1)` at the same time, the first on the calling thread.
  ///
  /// The calling thread does all the work that no thread could be had for.
  public static func run(_ count: Int, _ body: @Sendable @escaping (Int) -> Void) {
    var threads: [Thread] = []
    for worker in 1..<Swift.max(count, 1) {
      if let thread = Thread({ body(worker) }) { threads.append(thread) } else { body(worker) }
    }
    body(0)
    for thread in threads { thread.join() }
  }

  /// Threads that work beside the calling one until they are joined.
  public final class Group {
    private var threads: [Thread] = []

    /// Starts `body(0), ..., body(count - 1)`.
    ///
    /// Fewer run where the system gives fewer.
    ///
    /// - Throws: ``KernelError/noThread(reason:)`` where it gives not even one: nothing would ever be
    ///   done.
    public init(
      _ count: Int, _ body: @Sendable @escaping (Int) -> Void
    ) throws(KernelError) {
      for worker in 0..<count {
        if let thread = Thread({ body(worker) }) { threads.append(thread) }
      }
      guard !threads.isEmpty || count == 0 else {
        throw .noThread(reason: String(cString: strerror(EAGAIN)))
      }
    }

    /// How many run.
    public var count: Int { threads.count }

    /// Waits until all have ended.
    public func join() {
      for thread in threads { thread.join() }
      threads = []
    }
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

  fileprivate struct Thread: Sendable {
    private let handle: pthread_t

    /// Starts a thread; nil when the system gives none. 8 MB of stack is glibc's own default.
    init?(_ body: @Sendable @escaping () -> Void) {
      let job = Unmanaged.passRetained(Job(run: body))
      var handle = pthread_t()
      let status = pthread_create(
        &handle, nil,
        { argument in
          if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().run() }
          return nil
        }, job.toOpaque())
      guard status == 0 else {
        job.release()
        return nil
      }
      self.handle = handle
    }

    func join() { pthread_join(handle, nil) }

    /// Lets the thread end by itself.
    func detach() { pthread_detach(handle) }
  }

  fileprivate final class Job {
    let run: @Sendable () -> Void
    init(run: @Sendable @escaping () -> Void) { self.run = run }
  }

  private final class Queue: Sendable {
    private let position = Atomic<Int>(0)

    func next(below end: Int) -> Int? {
      let item = position.wrappingAdd(1, ordering: .relaxed).oldValue
      return item < end ? item : nil
    }
  }
}

/// A value that a thread of its own works out; who needs it waits for it.
public final class Background<Value: Sendable>: Sendable {
  private typealias Outcome = Result<Value, any Error>

  private final class Slot: Sendable {
    let outcome = Mutex<Outcome?>(nil)
  }

  private let body: @Sendable () throws -> Value
  private let slot: Slot
  /// Until it was joined.
  private let thread: Mutex<Workers.Thread?>

  /// Starts `body`.
  public init(_ body: @Sendable @escaping () throws -> Value) {
    let slot = Slot()
    self.body = body
    self.slot = slot
    thread = Mutex(
      Workers.Thread {
        let outcome = Outcome { try body() }
        slot.outcome.withLock { $0 = outcome }
      })
  }

  // Nobody asked for the value; what is kept of a thread until it is joined would stay.
  deinit { thread.withLock { $0?.detach() } }

  /// The value, as soon as it is there; worked out here where the system gave no thread.
  ///
  /// - Throws: what the body threw.
  public func value() throws -> Value {
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
    return try slot.outcome.withLock { outcome in
      let known = outcome ?? Outcome { try body() }
      outcome = known
      return known
    }.get()
  }
}
