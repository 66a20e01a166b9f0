public import ArgumentParser

/// The options that every stage has.
public struct CommonOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print results and errors only.")
  public var quiet = false

  @Flag(help: "Print one JSON summary on standard output.")
  public var json = false

  @Option(
    help: ArgumentHelp(
      "How many threads to use. (default: the cores this process may use)", valueName: "n"))
  public var threads: Int?

  @Flag(help: "Write the output anew even when it is up to date.")
  public var force = false

  public init() {}

  public func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be between 1 and 1024, not \(threads).")
    }
  }

  /// The number of threads asked for, or the cores that this process may use.
  public var threadCount: Int { threads ?? Machine.availableCores }
}
