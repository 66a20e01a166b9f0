public import ArgumentParser
public import Heads

/// The settings of the logistic head.
public struct LogisticOptions: ParsableArguments {
  @Option(name: .customLong("C"), help: "Inverse strength of the L2 penalty, as scikit-learn's C.")
  public var c = 1.0

  @Option(help: "none or balanced.")
  public var classWeight = "none"

  @Flag(help: "Scale every feature to mean 0 and deviation 1 on the train rows.")
  public var standardize = false

  public init() {}

  public func validate() throws {
    if !["none", "balanced"].contains(classWeight) {
      throw ValidationError("--class-weight must be none or balanced, not '\(classWeight)'.")
    }
  }

  public var configuration: LogisticRegression.Configuration {
    var configuration = LogisticRegression.Configuration()
    configuration.c = c
    configuration.standardize = standardize
    configuration.classWeight = classWeight == "balanced" ? .balanced : .none
    return configuration
  }

  public var settings: [String: JSONValue] {
    [
      "C": .real(c), "class_weight": .string(classWeight), "standardize": .bool(standardize),
    ]
  }
}
