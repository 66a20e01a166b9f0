import StageKit
import Synchronization

/// Progress in kB. Bytes that come twice, after a server began anew, are not counted beyond the
/// total.
final class ByteProgress: Sendable {
  private let progress: Progress
  private let total: Int
  private let bytes = Mutex(0)

  init(_ console: Console, _ label: String, total: Int) {
    progress = Progress(console, label, total: total / 1000, unit: "kB")
    self.total = total
  }

  func advance(_ count: Int) {
    let kilobytes = bytes.withLock { bytes in
      let before = bytes
      bytes = total > 0 ? min(bytes + count, total) : bytes + count
      return bytes / 1000 - before / 1000
    }
    if kilobytes > 0 { progress.advance(kilobytes) }
  }

  func finish() { progress.finish() }
}
