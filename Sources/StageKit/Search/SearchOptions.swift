public import ArgumentParser
public import Contracts

/// Among which rows firn-search looks.
public enum SearchScope: Sendable, Equatable {
  case all
  case split(Split)
  /// Pairs of a row of the one and a row of the other.
  case between(Split, Split)
}

/// What firn-search looks at and for.
public struct SearchOptions: ParsableArguments {
  @Option(help: "How many rows to find for each text. (default: 10)")
  public var top: Int?

  @Option(
    parsing: .unconditional,
    help: "The cosine that a row found for a text has at least. (default: -1)")
  public var minimum: Double?

  @Option(
    help: """
      The view, such as layers/6/mean; several joined by commas stand side by side. (default: the \
      file's first)
      """)
  public var view: String?

  @Option(help: "Look among the rows of one split only: train, validation or test.")
  public var split: String?

  @Option(
    help: ArgumentHelp(
      "List only pairs of a row of the one split and a row of the other.", valueName: "train,test"))
  public var between: String?

  @Option(help: "The tokens file that the features were made from: the rows' texts are shown.")
  public var texts: String?

  @Option(
    help: """
      What is put before each text: the name of one of the model's prompts, or words. (default: what \
      the rows had)
      """)
  public var prompt: String?

  @Option(help: "The model's folder, where it is not found by itself.")
  public var model: String?

  public init() {}

  public func validate() throws {
    if let top, top < 1 { throw ValidationError("--top must be at least 1, not \(top).") }
  }

  /// Refuses what means nothing to the kind of search.
  ///
  /// - Throws: ``StageError/optionsExclude(_:_:)``.
  public func check(isForPairs: Bool) throws(StageError) {
    let others =
      isForPairs
      ? [("--top", top != nil), ("--minimum", minimum != nil)] : [("--between", between != nil)]
    for (name, isGiven) in others where isGiven {
      throw .optionsExclude(name, isForPairs ? "--near-duplicates" : "TEXT")
    }
  }

  /// The rows that are meant.
  ///
  /// - Throws: ``StageError``: `badOption`, `optionsExclude`.
  public func scope() throws(StageError) -> SearchScope {
    guard let between else {
      guard let split else { return .all }
      return .split(try Split(option: split))
    }
    guard split == nil else { throw .optionsExclude("--split", "--between") }
    let names = between.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard names.count == 2, names[0] != names[1] else {
      throw .badOption(
        option: "--between", value: between, expected: "two splits, such as train,test")
    }
    return .between(
      try Split(option: names[0], of: "--between"), try Split(option: names[1], of: "--between"))
  }
}

extension Split {
  /// The split that an option names.
  ///
  /// - Throws: ``StageError/badOption(option:value:expected:)``.
  public init(option value: String, of option: String = "--split") throws(StageError) {
    guard let split = Self.allCases.first(where: { $0.name == value }) else {
      throw .badOption(
        option: option, value: value,
        expected: Self.allCases.map(\.name).joined(separator: ", "))
    }
    self = split
  }
}
