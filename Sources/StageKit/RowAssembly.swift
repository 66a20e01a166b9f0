public import AtomicFiles
public import Contracts
public import Encoders
public import FeatureStore
import Foundation

/// Encodes the rows of a tokens file that no known row has, and hands all of them on in order.
///
/// A row is known by its tokens: from an older file made with the same settings, from what a process
/// that was cut short had encoded, or from a row before it. What is encoded is on disk within
/// seconds, beside the output.
public final class RowAssembly {
  /// Rows that go to the output together.
  private struct Plan {
    let rows: Range<Int>
    /// For each row where it stands already, or nil where it is one of `fresh`.
    var places: [KnownRows.Place?] = []
    /// Each row's first token among the plan's, and the number of tokens.
    let bounds: [Int]
    var freshKeys: [RowKey] = []
    var fresh = TokenBatch()

    var allFresh: Bool { fresh.count == rows.count }
  }

  /// At most so many seconds of work are not on disk, beside that of the blocks in the workers.
  private static var secondsPerCommit: Double { 2 }
  /// Plans without fresh rows that may wait behind one with.
  private static var plansWaiting: Int { 4 }

  /// How many rows were found, and not encoded.
  public private(set) var reused = 0
  /// Tokens of the rows that were encoded.
  public private(set) var tokens = 0
  /// How many of them have each number of tokens.
  public private(set) var lengths: [Int: Int] = [:]

  private let encoded: EncodedRows
  private let layout: EncodedRows.Layout
  private let keys: [FeatureKey]
  private var known: KnownRows
  private var planned: Int
  private var waiting: [Plan] = []
  private var lastCommit = Machine.now

  /// `files`: made with the settings of `provenance`.
  /// `access`: what becomes of what a process before had encoded.
  ///
  /// - Throws: `AtomicFileError`: `.inUse` where another process writes this output; `HDF5Error`,
  ///   `FeatureStoreError`.
  public init(
    output: String, provenance: Provenance, layout: EncodedRows.Layout, keys: [FeatureKey],
    files: [FeaturesFile], for access: Journal.Access
  ) throws {
    self.layout = layout
    self.keys = keys
    encoded = try EncodedRows(
      output: output, provenance: provenance, layout: layout, for: access)
    known = try KnownRows(files: files, encoded: encoded)
    planned = encoded.count
  }

  /// Goes through all rows of `blocks`.
  ///
  /// `write`: takes the next rows: for each view a block [rows, width], and with token features a
  /// last one [tokens, width].
  ///
  /// - Throws: `EncoderError`, ``Interrupted``, and what reading and writing throw.
  public func run(
    _ blocks: inout TokenBlocks, _ extractor: FeatureExtractor,
    write: ([UnsafeBufferPointer<Float>]) throws -> Void,
    progress: @Sendable @escaping (Int) -> Void
  ) throws {
    do {
      try runThrough(&blocks, extractor, write: write, progress: progress)
    } catch let error as EncoderError {
      // Tokens that no model takes: another try would fail as well.
      encoded.remove()
      throw error
    }
  }

  private func runThrough(
    _ blocks: inout TokenBlocks, _ extractor: FeatureExtractor,
    write: ([UnsafeBufferPointer<Float>]) throws -> Void,
    progress: @Sendable @escaping (Int) -> Void
  ) throws {
    let total = known.count == 0 ? blocks.tokenCount : nil
    try extractor.extract(tokens: total) {
      while let rows = try blocks.nextRows() {
        let plan = try plan(rows, of: blocks.file)
        progress(plan.rows.count - plan.fresh.count)
        waiting.append(plan)
        if plan.fresh.count > 0 { return plan.fresh }
        try writeReady(write)
        // An empty batch: what is being encoded is to be written first.
        if waiting.count > Self.plansWaiting { return TokenBatch() }
      }
      return nil
    } write: { features in
      try writeReady(write)
      try assemble(waiting.removeFirst(), features, write)
      try writeReady(write)
      try pause()
    } progress: { texts in
      progress(texts)
    }
    try writeReady(write)
  }

  /// Says that the output is whole: nothing beside it is needed.
  public func finish() { encoded.remove() }

  /// Goes through all rows of `blocks` without encoding any: what would be is in ``lengths``.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`.
  public func survey(_ blocks: inout TokenBlocks) throws {
    while let rows = try blocks.nextRows() { _ = try plan(rows, of: blocks.file) }
  }

  // MARK: -

  private func plan(_ rows: Range<Int>, of file: TokensFile) throws -> Plan {
    let texts = try file.tokens(rows)
    var plan = Plan(rows: rows, bounds: texts.offsets)
    for (text, key) in texts.rowKeys.enumerated() {
      let place = known[key]
      plan.places.append(place)
      guard place == nil else {
        reused += 1
        continue
      }
      known.remember(key, encodedAs: planned)
      planned += 1
      let range = texts.range(text)
      plan.fresh.append(ids: texts.ids[range], types: texts.types[range])
      plan.freshKeys.append(key)
      tokens += range.count
      lengths[range.count, default: 0] += 1
    }
    return plan
  }

  /// Lets an interruption take place, with all that was encoded on disk.
  private func pause() throws {
    do {
      try Interruption.check()
    } catch {
      try encoded.commit()
      throw error
    }
  }

  /// Writes the plans at the front that wait for nothing.
  private func writeReady(_ write: ([UnsafeBufferPointer<Float>]) throws -> Void) throws {
    while let plan = waiting.first, plan.fresh.count == 0 {
      try assemble(plan, [], write)
      waiting.removeFirst()
    }
  }

  /// `features`: of the plan's fresh rows.
  private func assemble(
    _ plan: Plan, _ features: [UnsafeBufferPointer<Float>],
    _ write: ([UnsafeBufferPointer<Float>]) throws -> Void
  ) throws {
    if plan.fresh.count > 0 {
      let counts = (0..<plan.fresh.count).map { plan.fresh.range($0).count }
      try encoded.append(keys: plan.freshKeys, tokenCounts: counts, features)
      if Machine.now - lastCommit > Self.secondsPerCommit {
        try encoded.commit()
        lastCommit = Machine.now
      }
      if plan.allFresh { return try write(features) }
    }
    let tokens = plan.bounds[plan.rows.count]
    var sizes = layout.widths.map { $0 * plan.rows.count }
    if let width = layout.tokenWidth { sizes.append(width * tokens) }
    let blocks = sizes.map { UnsafeMutableBufferPointer<Float>.allocate(capacity: $0) }
    defer { for block in blocks { block.deallocate() } }
    for block in blocks { block.initialize(repeating: 0) }
    try gather(plan, features, into: blocks)
    try write(blocks.map { UnsafeBufferPointer($0) })
  }

  private func gather(
    _ plan: Plan, _ features: [UnsafeBufferPointer<Float>],
    into blocks: [UnsafeMutableBufferPointer<Float>]
  ) throws {
    var fresh = 0
    var inFiles: [Int: [(place: Int, row: Int)]] = [:]
    for (place, known) in plan.places.enumerated() {
      switch known {
      case nil:
        for (view, width) in layout.widths.enumerated() {
          copy(features[view], fresh * width, width, blocks[view], place * width)
        }
        if let width = layout.tokenWidth {
          let range = plan.fresh.range(fresh)
          copy(
            features[layout.widths.count], range.lowerBound * width, range.count * width,
            blocks[layout.widths.count], plan.bounds[place] * width)
        }
        fresh += 1
      case .encoded(let row):
        for (view, width) in layout.widths.enumerated() {
          guard let base = blocks[view].baseAddress else { continue }
          try encoded.read(row: row, view: view, into: base + place * width)
        }
        if let width = layout.tokenWidth, let base = blocks[layout.widths.count].baseAddress {
          try encoded.readTokens(row: row, into: base + plan.bounds[place] * width)
        }
      case .file(let file, let row): inFiles[file, default: []].append((place, row))
      }
    }
    for (file, rows) in inFiles.sorted(by: { $0.key < $1.key }) {
      try gather(rows, of: known.files[file], plan, into: blocks)
    }
  }

  private func gather(
    _ rows: [(place: Int, row: Int)], of file: FeaturesFile, _ plan: Plan,
    into blocks: [UnsafeMutableBufferPointer<Float>]
  ) throws {
    for (view, width) in layout.widths.enumerated() {
      let found = try file.features(at: rows.map(\.row), of: keys[view])
      found.storage.withUnsafeBufferPointer { found in
        for (i, row) in rows.enumerated() {
          copy(found, i * width, width, blocks[view], row.place * width)
        }
      }
    }
    guard let width = layout.tokenWidth else { return }
    let found = try file.tokenFeatures(at: rows.map(\.row))
    try found.values.storage.withUnsafeBufferPointer { values in
      for (i, row) in rows.enumerated() {
        let range = found.offsets[i]..<found.offsets[i + 1]
        let count = plan.bounds[row.place + 1] - plan.bounds[row.place]
        guard range.count == count else {
          throw FeatureStoreError.invalidValue(
            path: file.path, dataset: "offsets", row: row.row, value: range.count,
            allowed: count...count)
        }
        copy(
          values, range.lowerBound * width, range.count * width, blocks[layout.widths.count],
          plan.bounds[row.place] * width)
      }
    }
  }

  private func copy(
    _ source: UnsafeBufferPointer<Float>, _ from: Int, _ count: Int,
    _ target: UnsafeMutableBufferPointer<Float>, _ to: Int
  ) {
    guard count > 0, let source = source.baseAddress, let target = target.baseAddress else {
      return
    }
    (target + to).update(from: source + from, count: count)
  }
}
