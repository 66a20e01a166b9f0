import Contracts
import Kernels

/// Texts on their way through the workers, cut into slices, with room for their features.
///
/// Unchecked because each slice's rows of `outputs` are written by the one worker that took it, and
/// read after ``BlockQueue/wait(for:)``; the counts are guarded by the queue.
final class Block: @unchecked Sendable {
  let texts: TokenBatch
  let slices: [Range<Int>]
  /// One a view: [texts, width]; last, where they are wanted, the tokens' own: [tokens, width].
  let outputs: [FloatBuffer]
  fileprivate var taken = 0
  fileprivate var finished = 0

  /// `widths`: of each view; `tokenWidth`: of the vectors of every token, the last output; nil for none.
  init(_ texts: TokenBatch, slices: [Range<Int>], widths: [Int], tokenWidth: Int?) {
    self.texts = texts
    self.slices = slices
    let tokens = tokenWidth.map { [texts.tokenCount * $0] } ?? []
    outputs = (widths.map { texts.count * $0 } + tokens).map { FloatBuffer(count: $0) }
  }
}

/// Hands the slices of blocks to workers in order, and tells when a block is done.
///
/// Unchecked because `blocks` and the blocks' counts are guarded by the monitor.
final class BlockQueue: @unchecked Sendable {
  private let monitor = Monitor()
  private var blocks: [Block] = []
  private var isClosed = false

  func push(_ block: Block) {
    monitor.withLock {
      if !block.slices.isEmpty { blocks.append(block) }
      monitor.wakeAll()
    }
  }

  /// The next slice, as soon as there is one; nil when the queue was closed.
  func next() -> (Block, Range<Int>)? {
    monitor.withLock {
      while !isClosed {
        if let block = blocks.first {
          let slice = block.slices[block.taken]
          block.taken += 1
          if block.taken == block.slices.count { blocks.removeFirst() }
          return (block, slice)
        }
        monitor.wait()
      }
      return nil
    }
  }

  /// Notes that one slice of the block is done.
  func finished(_ block: Block) {
    monitor.withLock {
      block.finished += 1
      if block.finished == block.slices.count { monitor.wakeAll() }
    }
  }

  /// Waits until all slices of the block are done.
  func wait(for block: Block) {
    monitor.withLock {
      while block.finished < block.slices.count { monitor.wait() }
    }
  }

  /// Sends the workers home; slices that nobody took are dropped.
  func close() {
    monitor.withLock {
      isClosed = true
      monitor.wakeAll()
    }
  }
}
