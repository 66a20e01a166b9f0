public import ArgumentParser
public import FeatureStore

/// What firn-export writes of a file.
public struct ExportOptions: ParsableArguments {
  @Option(
    help: """
      The view, such as layers/6/mean; several joined by commas stand side by side, all for every \
      one. (default: the file's first)
      """)
  public var view: String?

  @Option(help: "The rows of one split only: train, validation or test.")
  public var split: String?

  @Option(help: "The tokens file that the features were made from: its texts are written too.")
  public var texts: String?

  @Option(help: "What numbers are written as: float32 or float16. (default: as in the file)")
  public var dtype: String?

  public init() {}

  /// What numbers are written as; nil for what the file has.
  ///
  /// - Throws: ``StageError/badOption(option:value:expected:)``.
  public func type() throws(StageError) -> FeatureType? {
    guard let dtype else { return nil }
    guard let type = FeatureType(rawValue: dtype) else {
      throw .badOption(option: "--dtype", value: dtype, expected: "float32 or float16")
    }
    return type
  }

  /// An option that was given and means nothing for a tokens file.
  public var optionForFeatures: String? {
    let given: [(String, String?)] = [("--view", view), ("--dtype", dtype), ("--texts", texts)]
    return given.first { $0.1 != nil }?.0
  }
}
