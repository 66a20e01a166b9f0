/// How long a stage's phases take.
public final class StageClock {
  private let started = Machine.now
  private var phaseStarted = Machine.now
  /// Seconds a phase.
  public private(set) var seconds: [String: Double] = [:]

  public init() {}

  /// Ends a phase and names it.
  public func phase(_ name: String) {
    let now = Machine.now
    seconds[name, default: 0] += now - phaseStarted
    phaseStarted = now
  }

  /// Seconds since the stage began.
  public var total: Double { Machine.now - started }

  /// What every stage's summary has.
  public func json(output: String) -> [String: JSONValue] {
    [
      "output": .string(output), "up_to_date": false,
      "seconds": .real((total * 1000).rounded() / 1000),
      "peak_memory_bytes": .integer(Machine.peakMemory), "firn_version": .string(Firn.version),
    ]
  }
}
