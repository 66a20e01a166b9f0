import Glibc

/// A lock with a condition (Hoare 1974, doi:10.1145/355620.361161): POSIX's mutex and condition
/// variable, which no part of Swift's standard library replaces.
///
/// Unchecked because what it guards is the caller's; its own memory is touched by POSIX alone.
public final class Monitor: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  public init() {
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  /// Runs `body` while no other thread is inside.
  public func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Leaves the monitor until woken, perhaps without cause. Only inside ``withLock(_:)``.
  public func wait() { pthread_cond_wait(condition, mutex) }

  /// Wakes every thread that waits.
  public func wakeAll() { pthread_cond_broadcast(condition) }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }
}
