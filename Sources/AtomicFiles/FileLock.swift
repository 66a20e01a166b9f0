import Glibc

/// Locks of whole files (flock), which end with the descriptor.
public enum FileLock {
  /// Gives the lock back and closes the descriptor.
  ///
  /// Closing alone is not enough: a process that is started meanwhile has a copy of the descriptor, and with it of
  /// the lock, for a moment.
  public static func release(_ descriptor: Int32) {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
