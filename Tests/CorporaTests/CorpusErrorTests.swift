import Corpora
import Foundation
import StageKit
import Testing

/// Every error: what is thrown, the exit status, and a message that names the file and the line.
@Suite struct CorpusErrorTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// The error that reading all rows throws.
  private func error(
    _ inputs: [String], _ options: CorpusOptions = CorpusOptions()
  ) throws -> CorpusError {
    do throws(CorpusError) {
      var reader = try CorpusReader(inputs: inputs, options: options)
      while try reader.next() != nil {}
    } catch {
      return error
    }
    throw NothingThrown()
  }

  private struct NothingThrown: Error {}

  private func expect(
    _ error: CorpusError, _ expected: CorpusError, _ status: Complaint.Status, names place: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(error == expected, sourceLocation: sourceLocation)
    let complaint = error.complaint
    #expect(complaint.status == status, sourceLocation: sourceLocation)
    let words = complaint.what + " " + (complaint.location ?? "")
    #expect(words.contains(place), "\(complaint)", sourceLocation: sourceLocation)
    #expect(!complaint.advice.isEmpty, sourceLocation: sourceLocation)
  }

  struct Bad: Sendable {
    let name: String
    let document: [UInt8]
    let line: Int
    var options = CorpusOptions()
    let error: @Sendable (CorpusLocation) -> CorpusError

    init(
      _ name: String, _ document: String, line: Int, options: CorpusOptions = CorpusOptions(),
      error: @escaping @Sendable (CorpusLocation) -> CorpusError
    ) {
      self.init(name, Array(document.utf8), line: line, options: options, error: error)
    }

    init(
      _ name: String, _ document: [UInt8], line: Int, options: CorpusOptions = CorpusOptions(),
      error: @escaping @Sendable (CorpusLocation) -> CorpusError
    ) {
      (self.name, self.document, self.line) = (name, document, line)
      (self.options, self.error) = (options, error)
    }
  }

  /// Content that is refused, and the line that is to blame.
  static let bad: [Bad] = [
    Bad("h.csv", "text,label\n", line: 1) { .noRows(at: $0) },
    Bad("h.jsonl", "\n \n", line: 3) { .noRows(at: $0) },
    Bad("c.csv", "id,texts,label\n1,a,b\n", line: 1) {
      .noSuchColumn(
        at: $0, column: "text", existing: ["id", "texts", "label"], nearest: "texts")
    },
    Bad("n.csv", "\nquite,else\n1,a\n", line: 2) {
      .noSuchColumn(at: $0, column: "text", existing: ["quite", "else"], nearest: nil)
    },
    Bad("l.csv", "text\na\n", line: 1, options: CorpusOptions(labelRequired: true)) {
      .noSuchColumn(at: $0, column: "label", existing: ["text"], nearest: nil)
    },
    Bad("i.csv", "text,ID\na,1\n", line: 1, options: CorpusOptions(idColumn: "id")) {
      .noSuchColumn(at: $0, column: "id", existing: ["text", "ID"], nearest: "ID")
    },
    Bad("d.csv", "text,label,text\na,b,c\n", line: 1) { .duplicateColumn(at: $0, column: "text") },
    Bad("q.csv", "text,label\na,b\nc,\"d\n\ne\n", line: 3) { .unclosedQuote(at: $0) },
    Bad("q2.csv", "text,label\n\"a\r\nb\",\"c\n", line: 3) { .unclosedQuote(at: $0) },
    Bad("a.csv", "text,label\n\"a\nb\"c,d\n", line: 3) { .textAfterQuote(at: $0) },
    Bad("f.csv", "text,label\n\"a\nb\",c\nd\n", line: 4) {
      .fieldCount(at: $0, expected: 2, found: 1)
    },
    Bad("f2.tsv", "text\tlabel\na\tb\tc\n", line: 2) { .fieldCount(at: $0, expected: 2, found: 3) },
    Bad(
      "u.csv", Array("label,text\n\"x\ny\",\"a\n\"\"".utf8) + [0xff] + Array("\"\n".utf8), line: 4
    ) {
      .invalidUTF8(at: $0)
    },
    Bad("u.txt", Array("a\nb".utf8) + [0xe9] + Array("c\n".utf8), line: 2) { .invalidUTF8(at: $0) },
    // A surrogate, an overlong form and a cut sequence are no UTF-8 either.
    Bad("s.txt", [0xed, 0xa0, 0x80], line: 1) { .invalidUTF8(at: $0) },
    Bad("o.txt", [0xc0, 0x80], line: 1) { .invalidUTF8(at: $0) },
    Bad("t.jsonl", Array("{\"text\":\"a".utf8) + [0xc3], line: 1) { .invalidUTF8(at: $0) },
    Bad("o.jsonl", "{\"text\":\"a\"}\n[1]\n", line: 2) { .notAnObject(at: $0) },
    Bad("k.jsonl", "{\"txt\":\"a\",\"label\":1}\n", line: 1) {
      .noSuchColumn(at: $0, column: "text", existing: ["label", "txt"], nearest: "txt")
    },
    Bad("w.jsonl", "{\"text\":7}\n", line: 1) {
      .wrongType(at: $0, column: "text", expected: "a string", found: "a number")
    },
    Bad("w2.jsonl", "{\"text\":null}\n", line: 1) {
      .wrongType(at: $0, column: "text", expected: "a string", found: "null")
    },
    Bad("w3.jsonl", "\n{\"text\":\"a\",\"label\":[1]}\n", line: 2) {
      .wrongType(
        at: $0, column: "label", expected: "a string, a number or a Boolean", found: "an array")
    },
    Bad(
      "p.csv", "text,part\na,dev\nb,tests\n", line: 3, options: CorpusOptions(splitColumn: "part")
    ) {
      .unknownSplit(at: $0, value: "tests")
    },
    Bad("r.csv", "text\na\n\"" + String(repeating: "x", count: 1 << 20), line: 3, options: small) {
      .rowTooLong(at: $0, limit: 1000)
    },
  ]

  private static var small: CorpusOptions {
    var options = CorpusOptions()
    options.maximumRowBytes = 1000
    return options
  }

  @Test(arguments: bad.indices)
  func badContent(index: Int) throws {
    let bad = Self.bad[index]
    let path = try scratch.write(bad.name, bytes: bad.document)
    let location = CorpusLocation(path: path, line: bad.line)
    expect(
      try error([path], bad.options), bad.error(location), .badData, names: "\(path):\(bad.line)")
  }

  @Test(arguments: ["{\"text\": \"a\"", "{text: 1}", "{\"text\": \"\\x\"}", "nonsense", "{} {}"])
  func brokenJSON(line: String) throws {
    let path = try scratch.write("b.jsonl", "{\"text\":\"fine\"}\n\(line)\n")
    guard case .brokenJSON(let location, let detail) = try error([path]) else {
      Issue.record("another error: \(try error([path]))")
      return
    }
    #expect(location == CorpusLocation(path: path, line: 2))
    #expect(!detail.isEmpty)
    let complaint = CorpusError.brokenJSON(at: location, detail: detail).complaint
    #expect(complaint.status == .badData && complaint.location == "\(path):2")
  }

  @Test(arguments: ["e.csv", "e.tsv", "e.jsonl", "e.txt"], ["", "\u{FEFF}"])
  func emptyFile(name: String, content: String) throws {
    let path = try scratch.write(name, content)
    expect(try error([path]), .emptyFile(path: path), .badData, names: path)
  }

  @Test func inputsThatAreNotThere() throws {
    let path = scratch.path + "/none.csv"
    expect(try error([path]), .missing(path: path), .noInput, names: path)
    expect(try error([]), .noInputs, .usage, names: "no input")
    #expect(throws: CorpusError.missing(path: path)) { try CorpusReader.resolvedFiles([path]) }
  }

  @Test func unreadableAndFailing() throws {
    // A link to itself cannot be opened by root either.
    let loop = scratch.path + "/loop.csv"
    try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
    expect(try error([loop]), .unreadable(path: loop, code: ELOOP), .noInput, names: loop)
    // Address 0 of a process is never mapped.
    let memory = "/proc/self/mem"
    expect(try error([memory]), .readFailed(path: memory, code: EIO), .ioError, names: memory)
  }

  @Test func foldersAndFilesMistaken() throws {
    let file = try scratch.write("x/a.txt", "a")
    let folder = scratch.path + "/x"
    expect(try error([folder]), .noClasses(path: folder), .badData, names: folder)
    expect(
      try error([folder], CorpusOptions(format: .csv)), .isFolder(path: folder, format: .csv),
      .badData, names: folder)
    expect(
      try error([file], CorpusOptions(format: .folder)), .notAFolder(path: file), .badData,
      names: file)
  }

  @Test func columnsOfFormatsWithout() throws {
    let path = try scratch.write("a.txt", "a")
    expect(
      try error([path], CorpusOptions(idColumn: "id")),
      .formatWithoutColumns(path: path, format: .lines, column: "id"), .usage, names: path)
    expect(
      try error([path], CorpusOptions(labelRequired: true)),
      .formatWithoutColumns(path: path, format: .lines, column: "label"), .usage, names: path)
  }

  @Test func columnsThatDisagree() throws {
    let with = try scratch.write("1.csv", "text,label\na,b\n")
    let without = try scratch.write("2.csv", "text\na\n")
    let place = CorpusLocation(path: without, line: 1)
    expect(
      try error([with, without]),
      .columnsDisagree(at: place, column: "label", present: false, other: with), .badData,
      names: "\(without):1")
  }

  @Test func damagedGzip() throws {
    let plain = try scratch.write("p.csv.gz", "text\na\n")
    expect(
      try error([plain]), .corruptGzip(path: plain, detail: "not in gzip format"), .badData,
      names: plain)
    var bytes = try [UInt8](Data(contentsOf: Fixture.url("one-member.csv.gz")))
    let cut = try scratch.write("t.csv.gz", bytes: Array(bytes.dropLast()))
    expect(try error([cut]), .truncatedGzip(path: cut), .badData, names: cut)
    // The checksum of the content stands eight bytes before the end.
    bytes[bytes.count - 8] ^= 1
    let wrong = try scratch.write("w.csv.gz", bytes: bytes)
    guard case .corruptGzip(wrong, _) = try error([wrong]) else {
      Issue.record("another error: \(try error([wrong]))")
      return
    }
  }

  @Test func fileNamesThatAreNotUTF8() throws {
    let folder = scratch.path + "/names"
    #expect(mkdir(folder, 0o700) == 0)
    #expect(
      mkdir(Array(folder.utf8CString.dropLast()) + [0x2f, CChar(bitPattern: 0xff), 0], 0o700) == 0)
    expect(try error([folder]), .invalidName(path: folder), .badData, names: folder)
  }
}
