import Foundation
import HostileInput

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argc: UnsafeMutablePointer<CInt>,
  _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@_silgen_name("__sanitizer_set_death_callback")
private func setDeathCallback(_ callback: (@convention(c) () -> Void)?)

/// A format under libFuzzer: `Fuzz SURFACE [libFuzzer's arguments]`, or `Fuzz seeds SURFACE FOLDER`.
///
/// Built by scripts/fuzz.sh only: libFuzzer and AddressSanitizer have to be linked.
@main enum Fuzz {
  nonisolated(unsafe) private static var surface = Surface.csv
  private static let folder = FileManager.default.temporaryDirectory
    .appending(path: "firn-fuzz-\(ProcessInfo.processInfo.processIdentifier)")

  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count > 1 else {
      print(Surface.allCases.map(\.rawValue).joined(separator: "\n"))
      return
    }
    if arguments[1] == "seeds", arguments.count == 4, let surface = Surface(rawValue: arguments[2])
    {
      return try writeSeeds(of: surface, to: URL(filePath: arguments[3]))
    }
    guard let found = Surface(rawValue: arguments[1]) else {
      FileHandle.standardError.write(Data("no such format: \(arguments[1])\n".utf8))
      exit(64)
    }
    surface = found
    // A child that opens a file first may die of it, as it is meant to: libFuzzer, asked in the child by
    // AddressSanitizer, would keep that as a finding.
    pthread_atfork(nil, nil) { setDeathCallback(nil) }
    // libFuzzer sees the program's name and what follows the format's.
    var argv = CommandLine.unsafeArgv.advanced(by: 1)
    argv[0] = CommandLine.unsafeArgv[0]
    var argc = CommandLine.argc - 1
    _ = withUnsafeMutablePointer(to: &argv) { pointer in
      pointer.withMemoryRebound(
        to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?.self, capacity: 1
      ) { argv in
        runDriver(&argc, argv) { bytes, count in
          Fuzz.read(Array(UnsafeBufferPointer(start: bytes, count: count)))
          return 0
        }
      }
    }
    try? FileManager.default.removeItem(at: folder)
  }

  private static func read(_ bytes: [UInt8]) {
    do {
      try? FileManager.default.removeItem(at: folder)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try surface.read(bytes, in: folder)
    } catch {
      fatalError("\(error)")
    }
  }

  private static func writeSeeds(of surface: Surface, to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let seeds = try surface.seeds() + surface.foundCases().map(\.bytes)
    for (index, seed) in seeds.enumerated() {
      try Data(seed).write(to: folder.appending(path: "seed-\(index)"))
    }
  }
}
