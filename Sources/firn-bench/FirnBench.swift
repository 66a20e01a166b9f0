public import ArgumentParser
public import Benchmarks
import Checkpoints
import Encoders
import FeatureStore
import Foundation
import Kernels
import StageKit

@main
struct FirnBench: Stage {
  static let configuration = CommandConfiguration(
    commandName: "firn-bench",
    abstract: "Measure kernels and stages against this machine's own limits.",
    discussion: """
      Kernels run in turn with what limits them: OpenBLAS's sgemm on one thread, or a copy within the \
      caches. Stages run as whole processes, in turn, and medians are given; the encoder's rate is \
      set beside sgemm on as many threads, measured before and after.

      Examples:
        firn-bench
        firn-bench pipelines/bench/movies.json --model data/models/all-MiniLM-L6-v2
        firn-bench --network mlp --batch-size 128 --threads 1
        firn-bench --check-bits tokens.h5 --model data/models/all-MiniLM-L6-v2
      """,
    version: Firn.version)

  @Argument(help: "Workloads to run the stages on: JSON files as under pipelines/bench/.")
  var workloads: [String] = []

  @Option(help: "A model folder, or a hub id that is in the cache.")
  var model = "data/models/all-MiniLM-L6-v2"

  @Option(help: "How often every stage is run.")
  var rounds = 5

  @Option(help: "A folder for what the stages write.")
  var work = "outputs/bench"

  @Flag(help: "Leave the kernels out.")
  var noKernels = false

  @Option(
    help: ArgumentHelp(
      "Instead: encode this tokens file alone, in batches, shuffled and on 1, 2 and 5 threads, and "
        + "compare every bit.", valueName: "tokens"))
  var checkBits: String?

  @Option(help: "With --check-bits: only the first rows of the file.")
  var rows: Int?

  @Option(
    help: ArgumentHelp("Instead: write the csv of a workload that is made.", valueName: "workload"))
  var writeWorkload: String?

  @Option(help: "Instead: train a network on made rows; each round is an epoch.")
  var network: NetworkBenchmark.Kind?
  @Option(help: "With --network: rows of a step.")
  var batchSize = 32

  @Option(name: [.short, .long], help: "With --write-workload: the csv file.")
  var output: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1.") }
    guard batchSize > 0 else { throw ValidationError("--batch-size must be at least 1.") }
    guard rows ?? 1 > 0 else { throw ValidationError("--rows must be at least 1.") }
    guard (writeWorkload == nil) == (output == nil) else {
      throw ValidationError("--write-workload and -o come together.")
    }
  }

  func execute(_ console: Console) throws {
    if let checkBits { return try compareBits(TokensFile(path: checkBits), console) }
    if let network {
      let bench = NetworkBenchmark(network, batchSize: batchSize, threads: common.threadCount)
      return console.summary(["epoch_seconds": .array(try bench.run(epochs: rounds))])
    }
    if let writeWorkload, let output {
      try Workload(path: writeWorkload).write(to: output)
      return console.summary(["output": .string(output)])
    }
    try DoubleGemm.prepare()
    let jobs = try workloads.map(Workload.init(path:))
    let kernels = try KernelSet.selected()
    let before = Roofline.measure(threads: common.threadCount)
    console.notice("measuring the kernels of \(kernels.name)")
    let kernelResults = noKernels ? [] : KernelBenchmarks.run(kernels)
    let stages = StageBenchmarks(
      model: model, threads: common.threadCount, work: work,
      stages: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent())
    var stageResults: [StageResult] = []
    for job in jobs {
      console.notice("running \(job.name) \(rounds) times")
      stageResults += try stages.run(job, rounds: rounds)
    }
    let report = BenchmarkReport(
      roofline: before.averaged(with: .measure(threads: common.threadCount)),
      kernelSet: kernels.name, kernels: kernelResults, stages: stageResults)
    console.result(report.text)
    console.summary(report.json)
  }

  private func compareBits(_ file: TokensFile, _ console: Console) throws {
    let encoder = try EncoderLoader.load(
      LocatedModel(model).folder, Numerics(kernels: .selected()))
    var outcomes: [BitsCheck.Outcome] = []
    try BitsCheck(file, rows: rows, encoder: encoder).run { outcome in
      outcomes.append(outcome)
      console.result("\(outcome.way): \(outcome.differing) of \(outcome.rows) rows differ")
    }
    console.summary(["ways": .array(outcomes.map(\.json))])
    if outcomes.contains(where: { $0.differing > 0 }) { throw ExitCode(70) }
  }
}

extension NetworkBenchmark.Kind: ExpressibleByArgument {}
