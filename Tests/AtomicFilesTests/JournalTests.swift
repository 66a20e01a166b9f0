import AtomicFiles
import Digests
import Foundation
import TestSupport
import Testing

/// What was committed is found again whole, whatever happened to the file's end.
@Suite struct JournalTests {
  let scratch: Scratch
  let identity = SHA256Digest(of: "settings")

  init() throws { scratch = try Scratch() }

  @Test func recordsComeBackInOrder() throws {
    try write([(3, "abc"), (0, ""), (2, "defg")])
    let journal = try Journal(of: scratch.path("f.h5"), identity: identity)
    #expect(journal.rows == 5)
    #expect(try records(journal) == [Record(3, "abc"), Record(0, ""), Record(2, "defg")])
  }

  @Test func aJournalGoesOnWhereItEnded() throws {
    try write([(3, "abc")])
    try write([(2, "de")])
    let journal = try Journal(of: scratch.path("f.h5"), identity: identity)
    #expect(try records(journal) == [Record(3, "abc"), Record(2, "de")])
  }

  @Test func anotherIdentityBeginsAnew() throws {
    try write([(3, "abc")])
    let journal = try Journal(of: scratch.path("f.h5"), identity: SHA256Digest(of: "others"))
    #expect(journal.rows == 0)
    #expect(try records(journal) == [])
  }

  /// Whoever looks changes nothing, needs no lock, and sees what is on disk.
  @Test func lookingChangesNothing() throws {
    try write([(3, "abc"), (2, "de")])
    let before = try Data(contentsOf: scratch.url(".f.h5.partial"))
    let writer = try Journal(of: scratch.path("f.h5"), identity: identity)
    let looked = try Journal(of: scratch.path("f.h5"), identity: identity, for: .look)
    #expect(try looked.rows == 5 && records(looked) == records(writer))
    let other = SHA256Digest(of: "others")
    #expect(try Journal(of: scratch.path("f.h5"), identity: other, for: .look).rows == 0)
    #expect(try Journal(of: scratch.path("f.h5"), identity: identity, for: .ignore).rows == 0)
    #expect(try Journal(of: scratch.path("none.h5"), identity: identity, for: .look).rows == 0)
    #expect(try Data(contentsOf: scratch.url(".f.h5.partial")) == before)
    #expect(try scratch.names == [".f.h5.partial"])
  }

  /// A file elsewhere is nobody's journal, and a pipe is not waited for.
  @Test func linksAndPipesAreRefused() throws {
    try Data("precious".utf8).write(to: scratch.url("victim"))
    symlink(scratch.path("victim"), scratch.path(".f.h5.partial"))
    mkfifo(scratch.path(".g.h5.partial"), 0o600)
    for name in ["f.h5", "g.h5"] {
      #expect(throws: AtomicFileError.isNoFile(path: scratch.path(".\(name).partial"))) {
        try Journal(of: scratch.path(name), identity: identity)
      }
    }
    #expect(try Data(contentsOf: scratch.url("victim")) == Data("precious".utf8))
  }

  @Test func whereverTheFileIsCutWholeRecordsStay() throws {
    try write([(3, "abc"), (2, "de")])
    let whole = try Data(contentsOf: scratch.url(".f.h5.partial"))
    let first = 40 + 48 + 3
    for length in 0...whole.count {
      try whole.prefix(length).write(to: scratch.url(".f.h5.partial"))
      let journal = try Journal(of: scratch.path("f.h5"), identity: identity)
      #expect(journal.rows == (length == whole.count ? 5 : length >= first ? 3 : 0))
    }
  }

  @Test func aFlippedBitEndsTheJournalBeforeItsRecord() throws {
    try write([(3, "abc"), (2, "de")])
    let whole = try Data(contentsOf: scratch.url(".f.h5.partial"))
    let first = 40 + 48 + 3
    for position in whole.indices {
      var changed = whole
      changed[position] ^= 0x10
      try changed.write(to: scratch.url(".f.h5.partial"))
      let journal = try Journal(of: scratch.path("f.h5"), identity: identity)
      #expect(journal.rows == (position < 40 ? 0 : position < first ? 0 : 3))
    }
  }

  @Test func aSizeBeyondTheFileIsNotBelieved() throws {
    try write([(3, "abc")])
    var bytes = try Data(contentsOf: scratch.url(".f.h5.partial"))
    bytes.replaceSubrange(48..<56, with: [UInt8](repeating: 0x7f, count: 8))
    try bytes.write(to: scratch.url(".f.h5.partial"))
    #expect(try Journal(of: scratch.path("f.h5"), identity: identity).rows == 0)
  }

  @Test func oneWriterAtATime() throws {
    let first = try Journal(of: scratch.path("f.h5"), identity: identity)
    #expect(throws: AtomicFileError.inUse(path: scratch.path("f.h5"))) {
      try Journal(of: scratch.path("f.h5"), identity: identity)
    }
    // Another output's journal is another's.
    _ = try Journal(of: scratch.path("g.h5"), identity: identity)
    #expect(try scratch.names == [".f.h5.partial"], "one without records goes with its object")
    first.remove()
    #expect(try scratch.names == [])
  }

  private func write(_ records: [(rows: Int, text: String)]) throws {
    let journal = try Journal(of: scratch.path("f.h5"), identity: identity)
    for record in records {
      let bytes = Array(record.text.utf8)
      let cut = bytes.count / 2
      try bytes.withUnsafeBytes { buffer in
        try journal.append(
          rows: record.rows,
          [.init(rebasing: buffer[..<cut]), .init(rebasing: buffer[cut...])])
      }
    }
    try journal.commit()
  }

  private func records(_ journal: Journal) throws -> [Record] {
    var found: [Record] = []
    try journal.replay { rows, payload in
      found.append(Record(rows, String(decoding: payload, as: UTF8.self)))
    }
    return found
  }
}

private struct Record: Equatable {
  let rows: Int
  let text: String

  init(_ rows: Int, _ text: String) {
    self.rows = rows
    self.text = text
  }
}
