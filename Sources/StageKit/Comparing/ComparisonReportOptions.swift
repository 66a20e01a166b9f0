public import ArgumentParser

/// What a report is made with.
public struct ComparisonReportOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the data set is called on the page. (default: the folder that the runs lie in)",
      valueName: "name"))
  public var title: String?

  @Option(help: ArgumentHelp("Resamples of the bootstrap.", valueName: "n"))
  public var resamples = 10_000

  @Option(
    help: ArgumentHelp(
      "The cosine from which a test row counts as nearly a train row.", valueName: "cosine"))
  public var nearDuplicates = 0.95

  @Option(
    help: ArgumentHelp(
      "The most points of the map, drawn at random where rows are more; 0: no map.",
      valueName: "n"))
  public var mapRows = 12_000

  @Option(help: ArgumentHelp("Of everything random.", valueName: "n"))
  public var seed: UInt64 = 42

  public init() {}

  public func validate() throws {
    guard (1000...1_000_000).contains(resamples) else {
      throw ValidationError("--resamples must be between 1000 and 1000000, not \(resamples).")
    }
    guard (0...100_000).contains(mapRows) else {
      throw ValidationError("--map-rows must be between 0 and 100000, not \(mapRows).")
    }
    guard (-1...1).contains(nearDuplicates) else {
      throw ValidationError("--near-duplicates must be between -1 and 1, not \(nearDuplicates).")
    }
  }

  /// All that the report depends on beside the runs.
  public func settings(title: String) -> [String: JSONValue] {
    [
      "title": .string(title), "resamples": .integer(resamples),
      "map_rows": .integer(mapRows), "near_duplicates": .real(nearDuplicates),
      "seed": .string("\(seed)"),
    ]
  }
}
