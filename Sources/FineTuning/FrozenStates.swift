package import Contracts
import Encoders
import Glibc

/// What the frozen layers give for every text, computed once.
///
/// The numbers lie in a file without a name, so that memory does not grow with the texts: the system keeps of
/// them what it has room for, and the file goes with the process.
package final class FrozenStates {
  private let width: Int
  private let texts: TokenBatch
  private let memory: UnsafeMutableRawPointer
  private let bytes: Int
  private var states: Floats { memory.assumingMemoryBound(to: Float.self) }

  /// - Throws: ``FrozenStatesError`` where `folder` has no room.
  package init(_ model: SequenceClassifier, _ texts: TokenBatch, folder: String) throws {
    width = model.plan.hiddenSize
    self.texts = texts
    bytes = max(texts.tokenCount * width, 1) * MemoryLayout<Float>.stride
    var name = Array((folder + "/.frozen.XXXXXX").utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw FrozenStatesError(folder: folder, errorNumber: errno) }
    defer { close(descriptor) }
    unlink(name)
    // Room is taken now: a page that the disk has no room for would end the process later.
    let status = posix_fallocate(descriptor, 0, bytes)
    guard status == 0 else { throw FrozenStatesError(folder: folder, errorNumber: status) }
    guard let mapped = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      mapped != MAP_FAILED
    else { throw FrozenStatesError(folder: folder, errorNumber: errno) }
    memory = mapped
    fill(model)
  }

  deinit { munmap(memory, bytes) }

  private func fill(_ model: SequenceClassifier) {
    var first = 0
    while first < texts.count {
      var end = first + 1
      while end < texts.count, texts.offsets[end + 1] - texts.offsets[first] <= 1024 { end += 1 }
      let part = PackedTexts(texts, rows: first..<end)
      (states + texts.offsets[first] * width).update(
        from: model.frozenStates(part), count: part.tokenCount * width)
      first = end
    }
  }

  /// Those of rows, one after the other: [tokens, width].
  package func states(_ rows: [Int]) -> [Float] {
    var numbers: [Float] = []
    for row in rows {
      let range = texts.range(row)
      numbers += UnsafeBufferPointer(
        start: states + range.lowerBound * width, count: range.count * width)
    }
    return numbers
  }
}

/// The disk has no room for what the frozen layers give.
public struct FrozenStatesError: Error, Equatable {
  public let folder: String
  public let errorNumber: Int32
}
