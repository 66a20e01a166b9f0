public import ArgumentParser

/// What a head is compared with: itself, trained otherwise.
public struct ComparisonOptions: ParsableArguments {
  @Option(help: "Of initial weights, order of rows, dropout, folds and subsets. (default: 42)")
  public var seed: UInt32?

  @Option(
    help: ArgumentHelp(
      "Train once a seed: mean and deviation of every metric; the model kept is the first seed's.",
      valueName: "n,n,..."))
  public var seeds: String?

  @Option(
    help: ArgumentHelp(
      "Cross-validate on the train rows too, in as many folds: scikit-learn's StratifiedKFold.",
      valueName: "folds"))
  public var cv: Int?

  @Option(
    name: .long, defaultAsFlag: "decades",
    help: ArgumentHelp(
      """
      Choose C (ridge: alpha) by cross-validation on the train rows, in 5 folds or --cv's; --grid \
      alone tries a value a decade.
      """, valueName: "n,n,..."))
  public var grid: String?

  @Option(
    help: ArgumentHelp(
      "A learning curve: train on so many of the train rows too, each part within the next.",
      valueName: "n,n,..."))
  public var trainSizes: String?

  public init() {}
}

/// The comparisons asked for, read and checked.
public struct ComparisonPlan: Sendable {
  /// At least one; the first is that of the model that is kept.
  public var seeds: [UInt32]
  /// The folds of the cross-validation; nil without one.
  public var folds: Int?
  /// The values that are tried, and in how many folds; nil without a search.
  public var grid: (name: String, values: [Double], folds: Int)?
  /// Ascending; empty without a learning curve.
  public var trainSizes: [Int]

  /// - Throws: ``StageError`` for a list that cannot be read, `--seed` beside `--seeds`, folds below
  ///   two, or `--grid` for a head that has nothing to search.
  public init(_ options: ComparisonOptions, head: HeadKind) throws(StageError) {
    if options.seed != nil, options.seeds != nil {
      throw .optionsExclude("--seed", "--seeds")
    }
    seeds =
      try options.seeds.map { list throws(StageError) in
        try Self.list(list, "--seeds", "whole numbers joined by commas") { UInt32($0) }
      } ?? [options.seed ?? 42]
    trainSizes =
      try options.trainSizes.map { list throws(StageError) in
        try Self.list(list, "--train-sizes", "numbers of rows joined by commas") {
          Int($0).flatMap { $0 > 0 ? $0 : nil }
        }.sorted()
      } ?? []
    if let cv = options.cv, cv < 2 {
      throw .badOption(option: "--cv", value: "\(cv)", expected: "2 folds or more")
    }
    folds = options.cv
    guard let asked = options.grid else { return }
    guard let (name, values) = head.grid else {
      throw .optionOfAnotherHead(
        option: "--grid", head: head.rawValue,
        heads: HeadKind.allCases.filter { $0.grid != nil }.map(\.rawValue))
    }
    let own =
      asked == "decades"
      ? values
      : try Self.list(asked, "--grid", "positive numbers joined by commas") {
        Double($0).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
      }
    grid = (name, own, options.cv ?? 5)
  }

  /// What run.json says of them; nothing of what was not asked for.
  public var settings: [String: JSONValue] {
    var settings: [String: JSONValue] = [
      "seeds": .array(seeds.map { .integer(Int($0)) })
    ]
    if let folds { settings["cv"] = .integer(folds) }
    if let grid {
      settings["grid"] = .array(grid.values.map { .real($0) })
      settings["grid_folds"] = .integer(grid.folds)
    }
    if !trainSizes.isEmpty {
      settings["train_sizes"] = .array(trainSizes.map { .integer($0) })
    }
    return settings
  }

  /// The parts of a list, none twice.
  private static func list<Value: Hashable>(
    _ text: String, _ option: String, _ expected: String, _ read: (String) -> Value?
  ) throws(StageError) -> [Value] {
    var values: [Value] = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      let word = word.filter { $0 != " " }
      guard let value = read(word) else {
        throw .badOption(option: option, value: word, expected: expected)
      }
      if !values.contains(value) { values.append(value) }
    }
    return values
  }
}
