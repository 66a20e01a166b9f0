import Contracts
import Optimization

/// The rows of a source in a new order each epoch, as much of them in memory as a window holds.
///
/// A source that fits is one window, and its order is a permutation of all rows. Of a larger one,
/// runs of neighbouring rows come in an order drawn over the whole source; each window holds as many
/// runs as fit, and its rows are permuted within.
struct FeatureStream {
  /// Rows of a run: 256 of 384 features are 400 kB, which disks read at full speed.
  static let run = 256

  let source: any FeatureSource
  let seed: UInt64
  let shuffle: Bool
  /// Rows of a window.
  let window: Int
  private var buffer: [Float] = []

  /// `memory`: bytes that a window may take.
  init(_ source: any FeatureSource, seed: UInt64, shuffle: Bool, memory: Int) {
    self.source = source
    self.seed = seed
    self.shuffle = shuffle
    let runBytes = Self.run * source.width * MemoryLayout<Float>.stride
    window =
      source.byteCount <= memory
      ? source.count : max(1, memory / max(runBytes, 1)) * Self.run
  }

  /// The batches of an epoch; the last one of a window may be smaller.
  func batches(size: Int) -> Int {
    stride(from: 0, to: source.count, by: window).reduce(0) {
      $0 + (min(window, source.count - $1) + size - 1) / size
    }
  }

  /// Calls `body` for each batch of an epoch with the window's rows [.., width], the batch's places
  /// among these, and its rows in the source.
  ///
  /// - Throws: what the source or `body` throws.
  mutating func forEachBatch(
    epoch: Int, size: Int,
    _ body: (UnsafePointer<Float>, ArraySlice<Int>, ArraySlice<Int>) throws -> Void
  ) throws {
    let generator = Philox(seed: seed, .shuffle, epoch)
    if window >= source.count {
      let order = shuffle ? generator.permutation(source.count) : Array(0..<source.count)
      if let matrix = source as? Matrix {
        try matrix.storage.withUnsafeBufferPointer {
          try Self.batches($0, places: order, rows: order, size: size, body)
        }
      } else {
        if buffer.isEmpty { try load(0..<source.count, at: 0) }
        try buffer.withUnsafeBufferPointer {
          try Self.batches($0, places: order, rows: order, size: size, body)
        }
      }
      return
    }
    let runs = (source.count + Self.run - 1) / Self.run
    let order = shuffle ? generator.permutation(runs) : Array(0..<runs)
    let runsPerWindow = window / Self.run
    for (number, first) in stride(from: 0, to: runs, by: runsPerWindow).enumerated() {
      var rows: [Int] = []
      for run in order[first..<min(first + runsPerWindow, runs)] {
        let range = run * Self.run..<min((run + 1) * Self.run, source.count)
        try load(range, at: rows.count)
        rows += range
      }
      var places = Array(rows.indices)
      if shuffle { Philox(seed: seed, .shuffle, epoch, part: number + 1).shuffle(&places) }
      try buffer.withUnsafeBufferPointer {
        try Self.batches($0, places: places, rows: places.map { rows[$0] }, size: size, body)
      }
    }
  }

  /// Reads rows of the source to row `place` of the window.
  private mutating func load(_ rows: Range<Int>, at place: Int) throws {
    let source = source
    let width = source.width
    if buffer.isEmpty { buffer = [Float](repeating: 0, count: window * width) }
    try buffer.withUnsafeMutableBufferPointer { buffer in
      let target = buffer[place * width..<(place + rows.count) * width]
      try source.read(rows, into: UnsafeMutableBufferPointer(rebasing: target))
    }
  }

  private static func batches(
    _ window: UnsafeBufferPointer<Float>, places: [Int], rows: [Int], size: Int,
    _ body: (UnsafePointer<Float>, ArraySlice<Int>, ArraySlice<Int>) throws -> Void
  ) throws {
    guard let base = window.baseAddress else { return }
    for start in stride(from: 0, to: places.count, by: size) {
      let range = start..<min(start + size, places.count)
      try body(base, places[range], rows[range])
    }
  }
}
