import Glibc
import Synchronization

/// Threads that stay, for work that comes in many short parts one after the other.
///
/// Unchecked because a job is written before the number of its turn is published and read after.
public final class Team: @unchecked Sendable {
  public let threads: Int
  private let crew: Crew
  private let group: Workers.Group?

  /// `threads`: the calling one included; fewer run where the system gives fewer.
  public init(threads: Int) {
    self.threads = max(threads, 1)
    let crew = Crew()
    self.crew = crew
    group =
      threads > 1
      ? try? Workers.Group(threads - 1) { worker in crew.serve(worker + 1) } : nil
    crew.helpers.store(group?.count ?? 0, ordering: .releasing)
  }

  deinit {
    crew.close()
    group?.join()
  }

  /// Runs `body(worker, item)` for every item of `0..<items`, each worker taking the next one, and returns
  /// when all are done. Only from one thread at a time.
  public func forEach(_ items: Int, _ body: (_ worker: Int, _ item: Int) -> Void) {
    withoutActuallyEscaping(body) { crew.run(items, $0) }
  }

  private final class Crew: @unchecked Sendable {
    let helpers = Atomic<Int>(0)
    private let turn = Atomic<Int>(0)
    private let position = Atomic<Int>(0)
    private let working = Atomic<Int>(0)
    private let isClosed = Atomic<Bool>(false)
    private let monitor = Monitor()
    private var sleeping = 0
    private var items = 0
    private var body: (Int, Int) -> Void = { _, _ in }

    /// Turns of an empty loop before a thread lends its core out: a microsecond or two.
    private static var patience: Int { 2000 }
    /// How often it does so before it sleeps: some 100 microseconds on a core of its own, longer than the
    /// caller is alone between two parts. On a core that it shares with the caller, a loop that did not yield
    /// would keep the caller from what it waits for.
    private static var yields: Int { 300 }

    func run(_ items: Int, _ body: @escaping (Int, Int) -> Void) {
      let helpers = helpers.load(ordering: .acquiring)
      guard helpers > 0, items > 1 else {
        for item in 0..<items { body(0, item) }
        return
      }
      self.items = items
      self.body = body
      position.store(0, ordering: .relaxed)
      working.store(helpers, ordering: .relaxed)
      turn.wrappingAdd(1, ordering: .sequentiallyConsistent)
      monitor.withLock { if sleeping > 0 { monitor.wakeAll() } }
      drain(0)
      var turns = 0
      while working.load(ordering: .acquiring) > 0 {
        turns += 1
        if turns > Self.patience { sched_yield() }
      }
      // What the job holds is the caller's again.
      self.body = { _, _ in }
    }

    func serve(_ worker: Int) {
      var seen = 0
      while true {
        var turns = 0
        while turn.load(ordering: .acquiring) == seen, !isClosed.load(ordering: .relaxed) {
          turns += 1
          if turns > Self.patience { sched_yield() }
          if turns > Self.patience + Self.yields { sleep(after: seen) }
        }
        if isClosed.load(ordering: .relaxed) { return }
        seen += 1
        drain(worker)
        working.wrappingSubtract(1, ordering: .releasing)
      }
    }

    private func sleep(after seen: Int) {
      monitor.withLock {
        while turn.load(ordering: .sequentiallyConsistent) == seen,
          !isClosed.load(ordering: .relaxed)
        {
          sleeping += 1
          monitor.wait()
          sleeping -= 1
        }
      }
    }

    private func drain(_ worker: Int) {
      var item = position.wrappingAdd(1, ordering: .relaxed).oldValue
      while item < items {
        body(worker, item)
        item = position.wrappingAdd(1, ordering: .relaxed).oldValue
      }
    }

    func close() {
      isClosed.store(true, ordering: .relaxed)
      monitor.withLock { monitor.wakeAll() }
    }
  }
}
