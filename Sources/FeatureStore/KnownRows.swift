/// Where features of rows already stand: in older files, and among the rows encoded so far.
///
/// Memory is some 40 bytes a known row.
public struct KnownRows {
  /// Where a row's features stand.
  public enum Place: Sendable, Equatable {
    /// In one of the files, by its number.
    case file(Int, row: Int)
    /// Among the rows that were encoded for the output.
    case encoded(row: Int)
  }

  /// Half of a key: among ten million rows, two share it by chance once in 10^24.
  private struct ShortKey: Hashable {
    let first: UInt64
    let second: UInt64
  }

  /// New rows that are remembered for those that repeat them, so that memory does not grow with
  /// the number of rows; older ones are not lost, only encoded again when they come again.
  public static let rememberedRows = 1 << 22

  private static let rowBits = 40
  /// A place as one number: from 0 up the encoded rows, from -1 down the files', 2^40 rows each.
  private var places: [ShortKey: Int] = [:]
  private var remembered = 0
  public let files: [FeaturesFile]

  /// Learns the keys of all rows of `files`, made with these very settings, and of `encoded`.
  ///
  /// Where a row stands twice its first place is kept, of the encoded ones before the files.
  ///
  /// - Throws: `HDF5Error`, `FeatureStoreError`, `AtomicFileError`.
  public init(files: [FeaturesFile], encoded: EncodedRows) throws {
    self.files = files
    try encoded.forEachKey { key, row in add(key, row) }
    for (number, file) in files.enumerated() {
      let rowsPerRead = 1 << 16
      for start in stride(from: 0, to: file.count, by: rowsPerRead) {
        let rows = start..<min(start + rowsPerRead, file.count)
        for (row, key) in zip(rows, try file.rowKeys(rows)) {
          add(key, -1 - (number << Self.rowBits | row))
        }
      }
    }
  }

  /// The number of different rows known.
  public var count: Int { places.count }

  /// Where the features of a row with this key stand.
  public subscript(key: RowKey) -> Place? {
    guard let place = places[Self.short(key)] else { return nil }
    if place >= 0 { return .encoded(row: place) }
    let inFiles = -1 - place
    return .file(inFiles >> Self.rowBits, row: inFiles & (1 << Self.rowBits - 1))
  }

  /// Notes a row that will be number `row` of the encoded ones.
  public mutating func remember(_ key: RowKey, encodedAs row: Int) {
    guard remembered < Self.rememberedRows else { return }
    remembered += 1
    add(key, row)
  }

  private mutating func add(_ key: RowKey, _ place: Int) {
    let key = Self.short(key)
    if places[key] == nil { places[key] = place }
  }

  private static func short(_ key: RowKey) -> ShortKey {
    ShortKey(first: key.words.0, second: key.words.1)
  }
}
