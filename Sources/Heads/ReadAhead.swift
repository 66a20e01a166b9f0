import Dispatch

/// Reads a source from begin to end, the next rows while those before are at work.
struct ReadAhead {
  let source: any FeatureSource
  let rowsPerRead: Int

  init(_ source: any FeatureSource, rowsPerRead: Int) {
    self.source = source
    self.rowsPerRead = rowsPerRead
  }

  /// Two buffers, of which one is read into while the other is worked on.
  private final class Buffers: @unchecked Sendable {
    let halves: [UnsafeMutableBufferPointer<Float>]
    var failure: (any Error)?

    init(count: Int) {
      halves = (0..<2).map { _ in .allocate(capacity: count) }
    }

    deinit { for half in halves { half.deallocate() } }
  }

  /// Calls `body` with the rows and their features [rows, width], in order.
  ///
  /// - Throws: what the source or `body` throws.
  func forEach(_ body: (Range<Int>, UnsafePointer<Float>) throws -> Void) throws {
    let (source, count) = (source, source.count)
    guard count > 0 else { return }
    let buffers = Buffers(count: min(rowsPerRead, count) * source.width)
    let queue = DispatchQueue(label: "firn.read-ahead")
    let pending = DispatchGroup()
    // Whatever is thrown, nobody writes into a buffer that is gone.
    defer { pending.wait() }
    func rows(_ index: Int) -> Range<Int> {
      index * rowsPerRead..<min((index + 1) * rowsPerRead, count)
    }
    func read(_ index: Int) {
      let rows = rows(index)
      queue.async(group: pending) {
        do {
          try source.read(
            rows, into: buffers.halves[index % 2].prefix(rows.count * source.width))
        } catch {
          buffers.failure = error
        }
      }
    }

    let reads = (count + rowsPerRead - 1) / rowsPerRead
    read(0)
    for index in 0..<reads {
      pending.wait()
      if let failure = buffers.failure { throw failure }
      if index + 1 < reads { read(index + 1) }
      if let base = buffers.halves[index % 2].baseAddress { try body(rows(index), base) }
    }
  }
}

extension UnsafeMutableBufferPointer {
  fileprivate func prefix(_ count: Int) -> UnsafeMutableBufferPointer {
    UnsafeMutableBufferPointer(rebasing: self[0..<count])
  }
}
