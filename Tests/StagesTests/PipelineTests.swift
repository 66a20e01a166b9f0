import Foundation
import Testing

/// The rules of make around stages that are stood in for by scripts of a line or two.
@Suite struct PipelineTests {
  private let root: URL

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "firn-make-\(UUID().uuidString)")
    let clone = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    for folder in [".build/release", "Sources", "model", "bin"] {
      try FileManager.default.createDirectory(
        at: root.appending(path: folder), withIntermediateDirectories: true)
    }
    for folder in ["pipelines", "scripts"] {
      try FileManager.default.copyItem(
        at: clone.appending(path: folder), to: root.appending(path: folder))
    }
    for file in ["Package.swift", "model/config.json", "in.csv"] { try write("", to: file) }
    try write("exit 0", to: "scripts/setup.sh")
    try write(
      "for word; do last=$word; done; echo made >\"$last\"", to: ".build/release/firn-tokenize")
    // Its last word is the output: one shard of four fails.
    try write(
      """
      for word; do last=$word; done
      [ "$SLURM_ARRAY_TASK_ID" != 2 ] || exit 7
      number=0000$SLURM_ARRAY_TASK_ID
      echo made >"$(dirname "$last")/features-$number-of-00004.h5"
      """, to: ".build/release/firn-encode")
    // Slurm's: every task of the array, one after the other; the highest status.
    try write(
      """
      for word; do case $word in --wrap=*) command=${word#--wrap=} ;; esac; done
      while [ $# -gt 0 ]; do [ "$1" != --wrap ] || command=$2; shift; done
      highest=0
      for task in 0 1 2 3; do
        SLURM_ARRAY_TASK_ID=$task sh -c "$command" || highest=$?
      done
      exit $highest
      """, to: "bin/sbatch")
    try write("", to: ".build/firn-built")
  }

  /// One task of an array fails: what the others made stays, however often it is tried.
  @Test func aFailedShardTakesNoOtherWithIt() throws {
    defer { try? FileManager.default.removeItem(at: root) }
    for _ in 0..<2 {
      #expect(try make("SHARDS=4", "LAUNCH=slurm", "outputs/x/features.h5") != 0)
      let shards = try FileManager.default.contentsOfDirectory(
        atPath: root.appending(path: "outputs/x/shards").path)
      #expect(
        shards.sorted() == [0, 1, 3].map { "features-0000\($0)-of-00004.h5" })
    }
  }

  private func write(_ text: String, to path: String) throws {
    let url = root.appending(path: path)
    let script = text.isEmpty ? "" : "#!/bin/sh\n" + text + "\n"
    try Data(script.utf8).write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
  }

  private func make(_ arguments: String...) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments =
      ["make", "-f", "pipelines/movies.mk", "NAME=x", "INPUT=in.csv", "MODEL=model"] + arguments
    process.currentDirectoryURL = root
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = "\(root.path)/bin:\(environment["PATH"] ?? "")"
    environment["MAKEFLAGS"] = nil
    environment["MAKELEVEL"] = nil
    process.environment = environment
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
