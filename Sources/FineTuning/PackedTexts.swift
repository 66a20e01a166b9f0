public import Contracts

/// The texts of one batch, packed one after the other without padding.
public struct PackedTexts: Sendable {
  let ids: [Int32]
  let types: [UInt8]
  /// [texts + 1].
  let offsets: [Int]
  let longest: Int

  /// The texts `rows` of `source`, in that order.
  public init(_ source: TokenBatch, rows: some Collection<Int>) {
    var ids: [Int32] = []
    var types: [UInt8] = []
    var offsets = [0]
    for row in rows {
      ids += source.ids[source.range(row)]
      types += source.types[source.range(row)]
      offsets.append(ids.count)
    }
    self.ids = ids
    self.types = types
    self.offsets = offsets
    longest = zip(offsets, offsets.dropFirst()).map { $1 - $0 }.max() ?? 0
  }

  var count: Int { offsets.count - 1 }
  var tokenCount: Int { ids.count }
}
