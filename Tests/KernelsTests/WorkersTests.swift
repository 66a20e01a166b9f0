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

  @Test
  func groupRunsBesideTheCaller() {
    let monitor = Monitor()
    let started = Atomic<Int>(0)
    let group = Workers.Group(3) { _ in
      started.add(1, ordering: .sequentiallyConsistent)
      monitor.withLock { monitor.wakeAll() }
    }
    group.join()
    #expect(started.load(ordering: .sequentiallyConsistent) == 3)
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
