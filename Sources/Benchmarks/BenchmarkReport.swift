import Reporting
public import StageKit

/// What firn-bench found, as tables and as JSON.
public struct BenchmarkReport: Sendable {
  private let roofline: Roofline
  private let kernelSet: String
  private let kernels: [KernelResult]
  private let stages: [StageResult]

  public init(
    roofline: Roofline, kernelSet: String, kernels: [KernelResult], stages: [StageResult]
  ) {
    self.roofline = roofline
    self.kernelSet = kernelSet
    self.kernels = kernels
    self.stages = stages
  }

  /// The tables.
  public var text: String {
    var parts = [roofline.text]
    if !kernels.isEmpty {
      var table = TextTable([
        ("kernel (\(kernelSet), 1 thread)", .left), ("shape", .left), ("rate", .right),
        ("unit", .left), ("limit", .right), ("share", .right),
      ])
      for result in kernels {
        table.append([
          result.kernel, result.shape, result.rate.short, result.limit.rawValue,
          result.limitRate.short, result.share.hundredths,
        ])
      }
      parts.append(table.text)
    }
    if !stages.isEmpty {
      var table = TextTable([
        ("workload", .left), ("stage", .left), ("seconds", .right), ("texts/s", .right),
        ("tokens/s", .right), ("MB/s", .right), ("GFLOP/s", .right), ("of sgemm", .right),
        ("peak MB", .right),
      ])
      for result in stages {
        table.append([
          result.workload, result.stage, result.seconds.short,
          (Double(result.rows) / result.seconds).short,
          (Double(result.tokens) / result.seconds).short, result.megabytes?.short ?? "",
          result.gflops?.short ?? "", result.gflops.map { ($0 / roofline.all).hundredths } ?? "",
          String(result.peakMemory / 1_000_000),
        ])
      }
      parts.append(table.text)
    }
    return parts.joined(separator: "\n\n")
  }

  public var json: [String: JSONValue] {
    [
      "roofline": roofline.json, "kernel_set": .string(kernelSet),
      "kernels": .array(kernels.map(\.json)),
      "stages": .array(stages.map { $0.json(roofline) }), "firn_version": .string(Firn.version),
    ]
  }
}

extension Double {
  /// A share with two decimals.
  fileprivate var hundredths: String {
    guard isFinite else { return "-" }
    let whole = Int((self * 100).rounded())
    return "\(whole / 100).\(whole % 100 < 10 ? "0" : "")\(whole % 100)"
  }
}
