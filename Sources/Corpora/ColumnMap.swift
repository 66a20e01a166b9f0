/// Which field of a record is which.
struct ColumnMap {
  let text: Int
  let label: Int?
  let id: Int?
  let split: Int?
  let weight: Int?
  /// The columns of label indicators, in the options' order.
  let indicators: [Int]
  /// The number of fields that every record must have.
  let count: Int
  /// Where the header is.
  let location: CorpusLocation

  init(names: [String], options: CorpusOptions, at location: CorpusLocation) throws(CorpusError) {
    self.location = location
    count = names.count
    text = try Self.require(options.textColumn, in: names, at: location)
    if case .indicators(let columns) = options.labels {
      var indicators: [Int] = []
      for column in columns {
        indicators.append(try Self.require(column, in: names, at: location))
      }
      self.indicators = indicators
    } else {
      indicators = []
    }
    weight = try Self.requireIfAsked(options.weightColumn, in: names, at: location)
    if let column = options.labelColumn {
      label =
        options.labelRequired
        ? try Self.require(column, in: names, at: location)
        : try Self.find(column, in: names, at: location)
    } else {
      label = nil
    }
    id = try Self.requireIfAsked(options.idColumn, in: names, at: location)
    split = try Self.requireIfAsked(options.splitColumn, in: names, at: location)
  }

  private static func requireIfAsked(
    _ column: String?, in names: [String], at location: CorpusLocation
  ) throws(CorpusError) -> Int? {
    guard let column else { return nil }
    return try require(column, in: names, at: location)
  }

  private static func require(
    _ column: String, in names: [String], at location: CorpusLocation
  ) throws(CorpusError) -> Int {
    if let index = try find(column, in: names, at: location) { return index }
    throw .noSuchColumn(column, existing: names, at: location)
  }

  /// Names are compared byte by byte: `String.==` would take canonically equivalent names for one.
  private static func find(
    _ column: String, in names: [String], at location: CorpusLocation
  ) throws(CorpusError) -> Int? {
    let hits = names.indices.filter { names[$0].utf8.elementsEqual(column.utf8) }
    guard hits.count < 2 else { throw .duplicateColumn(at: location, column: column) }
    return hits.first
  }
}

extension CorpusError {
  /// The error for a column that is not there, with the name that may have been meant.
  static func noSuchColumn(
    _ column: String, existing: [String], at location: CorpusLocation
  ) -> CorpusError {
    .noSuchColumn(
      at: location, column: column, existing: existing,
      nearest: EditDistance.nearest(to: column, among: existing))
  }
}
