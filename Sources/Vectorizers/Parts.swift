import Dispatch

/// Texts dealt out to threads, a run of neighbours each.
enum Parts {
  /// Cuts `texts` into at most `count` runs of about as many bytes each.
  static func cut(_ texts: [String], into count: Int) -> [Range<Int>] {
    let total = texts.reduce(0) { $0 + $1.utf8.count }
    var parts: [Range<Int>] = []
    var begin = 0
    var bytes = 0
    for (i, text) in texts.enumerated() {
      bytes += text.utf8.count
      if bytes * count >= total * (parts.count + 1), parts.count < count - 1 {
        parts.append(begin..<i + 1)
        begin = i + 1
      }
    }
    return parts + [begin..<texts.count]
  }

  /// `transform` of each part, at the same time.
  static func map<Part: Sendable, Result>(
    _ parts: [Part], _ transform: (Part) -> Result
  ) -> [Result] {
    var results = [Result?](repeating: nil, count: parts.count)
    withoutActuallyEscaping(transform) { transform in
      results.withUnsafeMutableBufferPointer { results in
        let work = Work(parts: parts, transform: transform, results: results)
        DispatchQueue.concurrentPerform(iterations: parts.count) { work.run($0) }
      }
    }
    return results.compactMap { $0 }
  }
}

/// Unchecked because of the pointer: each part writes to a place of its own.
private struct Work<Part, Result>: @unchecked Sendable {
  let parts: [Part]
  let transform: (Part) -> Result
  let results: UnsafeMutableBufferPointer<Result?>

  func run(_ index: Int) { results[index] = transform(parts[index]) }
}
