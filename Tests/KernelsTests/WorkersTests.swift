import Kernels
import Synchronization
import Testing

struct WorkersTests {
  @Test(arguments: [1, 2, 7])
  func everyItemIsDoneOnce(workers: Int) {
    let counts = Mutex([Int](repeating: 0, count: 100))
    Workers.forEach(100, workers: workers) { worker, item in
      #expect((0..<workers).contains(worker))
      counts.withLock { $0[item] += 1 }
    }
    #expect(counts.withLock { $0 } == [Int](repeating: 1, count: 100))
  }

  /// The bodies wait for what the caller does after they were started.
  @Test
  func groupRunsBesideTheCaller() throws {
    let monitor = Monitor()
    let gate = Mutex(false)
    let passed = Atomic<Int>(0)
    let group = try Workers.Group(3) { _ in
      monitor.withLock {
        while !gate.withLock({ $0 }) { monitor.wait() }
      }
      passed.add(1, ordering: .sequentiallyConsistent)
    }
    #expect(passed.load(ordering: .sequentiallyConsistent) == 0)
    monitor.withLock {
      gate.withLock { $0 = true }
      monitor.wakeAll()
    }
    group.join()
    #expect(passed.load(ordering: .sequentiallyConsistent) == 3)
  }

  @Test
  func backgroundGivesItsValueToAllWhoAsk() throws {
    let value = Background { 42 }
    #expect(try value.value() == 42)
    #expect(try value.value() == 42)
  }

  @Test
  func backgroundPassesItsErrorOn() {
    struct Fault: Error {}
    let value = Background<Int> { throw Fault() }
    #expect(throws: Fault.self) { try value.value() }
    #expect(throws: Fault.self) { try value.value() }
  }
}
