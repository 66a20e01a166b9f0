import AtomicFiles
import Foundation
import TestSupport
import Testing

/// What a killed process left beside an output goes with the next one; a living one's stays.
@Suite struct LeftoverTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func deadProcessesLeftoversGo() throws {
    let dead = try deadProcess()
    let own = AtomicFile.temporaryName(for: "f.h5")
    try Data("half".utf8).write(to: scratch.url(name(own, process: dead)))
    try AtomicFile.write("whole".utf8, to: scratch.path("f.h5"))
    #expect(try scratch.names == ["f.h5"])
  }

  @Test func aLinkStaysAndItsFileIsWritten() throws {
    try FileManager.default.createDirectory(
      at: scratch.url("real"), withIntermediateDirectories: false)
    // The second one leads to a file that is to come.
    symlink("real/f.h5", scratch.path("link.h5"))
    symlink("link.h5", scratch.path("again.h5"))
    for text in ["one", "two"] {
      try AtomicFile.write(text.utf8, to: scratch.path("again.h5"))
      #expect(try Data(contentsOf: scratch.url("real/f.h5")) == Data(text.utf8))
    }
    for name in ["link.h5", "again.h5"] {
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path(name)) != "")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("real")) == ["f.h5"])
  }

  @Test func aLinkToAFolderStaysToo() throws {
    symlink("real", scratch.path("run"))
    for text in ["one", "two"] {
      let folder = try AtomicFolder(path: scratch.path("run/"), marker: "run.json")
      try folder.write(text.utf8, to: "run.json")
      try folder.commit()
      #expect(try Data(contentsOf: scratch.url("real/run.json")) == Data(text.utf8))
    }
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("run")) == "real")
    #expect(try Set(scratch.names) == ["real", "run"])
  }

  @Test func whatIsNoFileIsNotReplaced() throws {
    mkfifo(scratch.path("pipe"), 0o600)
    for path in [scratch.path("pipe"), "/dev/null"] {
      #expect(throws: AtomicFileError.isNoFile(path: path)) { try AtomicFile(path: path) }
    }
    #expect(try scratch.names == ["pipe"])
  }

  @Test func livingProcessesAndOtherMachinesLeftoversStay() throws {
    let own = AtomicFile.temporaryName(for: "f.h5")
    let living = name(own, process: getppid())
    let elsewhere = ".f.h5.another-machine.1.1.tmp"
    let others = name(AtomicFile.temporaryName(for: "g.h5"), process: try deadProcess())
    for name in [living, elsewhere, others] {
      try Data("half".utf8).write(to: scratch.url(name))
    }
    try AtomicFile.write("whole".utf8, to: scratch.path("f.h5"))
    #expect(try Set(scratch.names) == ["f.h5", living, elsewhere, others])
  }

  @Test func aFolderIsReplacedInOneStep() throws {
    for text in ["first", "second"] {
      let folder = try AtomicFolder(path: scratch.path("run"), marker: "run.json")
      try folder.write(text.utf8, to: "run.json")
      try folder.commit()
      #expect(try String(contentsOf: scratch.url("run/run.json"), encoding: .utf8) == text)
      #expect(try scratch.names == ["run"])
    }
  }

  @Test func aFolderThatIsTakenAwayIsNamed() throws {
    try FileManager.default.createDirectory(
      at: scratch.url("runs"), withIntermediateDirectories: true)
    let path = scratch.path("runs/run")
    let folder = try AtomicFolder(path: path, marker: "run.json")
    try FileManager.default.moveItem(at: scratch.url("runs"), to: scratch.url("moved"))
    let gone = AtomicFileError.vanished(path: path, folder: scratch.path("runs"))
    #expect(throws: gone) { try folder.write("half".utf8, to: "run.json") }
    #expect(throws: gone) { try folder.addFolder("model") }
    #expect(throws: gone) { try folder.commit() }
    #expect(try scratch.names == ["moved"])
  }

  /// The temporary name with another process's number.
  private func name(_ own: String, process: pid_t) -> String {
    own.replacing(".\(getpid()).", with: ".\(process).")
  }

  /// The number of a process that has ended.
  private func deadProcess() throws -> pid_t {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/true")
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }
}
