import Contracts
import Corpora
import Foundation
import Testing

@Suite struct CorpusReaderTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func rows(
    _ inputs: [String], _ options: CorpusOptions = CorpusOptions()
  ) throws -> [CorpusRow] {
    var reader = try CorpusReader(inputs: inputs, options: options)
    var rows: [CorpusRow] = []
    while let row = try reader.next() { rows.append(row) }
    return rows
  }

  @Test(arguments: ["\n", "\r\n", "\r"], ["", "\u{FEFF}"])
  func csv(end: String, mark: String) throws {
    let lines = [
      "id,text,split,label", "a,\"x, \"\"y\"\"\",Train,pos", "", "b,\"\0\",VAL,", "c,z,test,neg",
    ]
    let path = try scratch.write("t.csv", mark + lines.joined(separator: end))
    let options = CorpusOptions(idColumn: "id", splitColumn: "split")
    let rows = try rows([path], options)
    #expect(rows.map(\.id) == ["a", "b", "c"])
    #expect(rows.map(\.text) == ["x, \"y\"", "\0", "z"])
    #expect(rows.map(\.label) == ["pos", nil, "neg"])
    #expect(rows.map(\.split) == [.train, .validation, .test])
    #expect(rows.map(\.location.line) == [2, 4, 5])
  }

  @Test func tsvKeepsCommas() throws {
    let path = try scratch.write("t.TSV", "label\ttext\n1\ta, b\n")
    let row = try #require(try rows([path]).first)
    #expect(row.text == "a, b" && row.label == "1" && row.id == nil)
  }

  @Test func labelsAreOptional() throws {
    let path = try scratch.write("t.csv", "text\na\n")
    #expect(try rows([path]).map(\.label) == [nil])
    let labelled = try scratch.write("u.csv", "text,label\na,b\n")
    #expect(try rows([labelled], CorpusOptions(labelColumn: nil)).map(\.label) == [nil])
  }

  @Test(arguments: ["jsonl", "ndjson"])
  func jsonLines(suffix: String) throws {
    let path = try scratch.write(
      "t.\(suffix)",
      """
      {"text": "a\\n\\u00e9", "label": "x", "id": 7, "more": [1, {"text": 2}]}\r

      {"id": "q", "label": 3, "text": ""}
      {"id": 18446744073709551615, "label": true, "text": "b"}
      {"id": 0.5, "label": null, "text": "c"}
      {"id": false, "text": "d"}
      """)
    let rows = try rows([path], CorpusOptions(idColumn: "id"))
    #expect(rows.map(\.text) == ["a\né", "", "b", "c", "d"])
    #expect(rows.map(\.label) == ["x", "3", "true", nil, nil])
    #expect(rows.map(\.id) == ["7", "q", "18446744073709551615", "0.5", "false"])
    #expect(rows.map(\.location.line) == [1, 3, 4, 5, 6])
  }

  @Test func plainLinesKeepEmptyOnes() throws {
    let path = try scratch.write("t.txt", "\u{FEFF}one, \"two\"\r\n\nthree")
    let rows = try rows([path])
    #expect(rows.map(\.text) == ["one, \"two\"", "", "three"])
    #expect(rows.map(\.location.line) == [1, 2, 3])
    #expect(rows.allSatisfy { $0.label == nil })
  }

  @Test func foldersAreReadByName() throws {
    _ = try scratch.write("c/pos/2.txt", "p2\n")
    _ = try scratch.write("c/pos/10.txt", "p10")
    _ = try scratch.write("c/neg/a", "")
    _ = try scratch.write("c/neg/deeper/b", "not read")
    _ = try scratch.write("c/.hidden/a", "not read")
    _ = try scratch.write("c/README", "not read")
    let folder = scratch.path + "/c"
    let rows = try rows([folder])
    #expect(rows.map(\.text) == ["", "p10", "p2\n"])
    #expect(rows.map(\.label) == ["neg", "pos", "pos"])
    let files = ["neg/a", "pos/10.txt", "pos/2.txt"].map { folder + "/" + $0 }
    #expect(rows.map(\.location.path) == files)
    let table = try scratch.write("t.csv", "text\na\n")
    #expect(try CorpusReader.resolvedFiles([table, "-", folder]) == [table] + files)
  }

  @Test(arguments: ["one-member.csv.gz", "two-members.csv.gz"])
  func gzip(name: String) throws {
    let bytes = try [UInt8](Data(contentsOf: Fixture.url(name)))
    let padded = try scratch.write("padded.csv.gz", bytes: bytes + [0, 0, 0])
    for path in [Fixture.url(name).path, padded] {
      let rows = try rows([path])
      #expect(rows.count == 400)
      #expect(rows.last?.text == "row 399" && rows.last?.label == "pos")
    }
    // Cut anywhere, the file is refused; at the seam of two members alone it is whole.
    for length in stride(from: 2, to: bytes.count, by: 9) {
      let cut = try scratch.write("cut.csv.gz", bytes: Array(bytes[..<length]))
      #expect(throws: CorpusError.truncatedGzip(path: cut)) { try self.rows([cut]) }
    }
  }

  @Test func inputsFollowOneAnother() throws {
    let first = try scratch.write("1.csv", "text,label\na,x\n")
    let second = try scratch.write("2.tsv", "label\ttext\ny\tb\n")
    let third = try scratch.write("3.jsonl", "{\"text\":\"c\"}")
    #expect(try rows([first, second, third]).map(\.text) == ["a", "b", "c"])
    #expect(try rows([first, second, third]).map(\.label) == ["x", "y", nil])
  }

  @Test func explicitFormatWinsOverTheName() throws {
    let path = try scratch.write("t.txt", "text,label\na,b\n")
    #expect(try rows([path], CorpusOptions(format: .csv)).map(\.text) == ["a"])
    #expect(try rows([path]).count == 2)
  }

  @Test func standardInput() throws {
    let path = try scratch.write("in", "text,label\na,b\n\n")
    let saved = dup(STDIN_FILENO)
    defer {
      dup2(saved, STDIN_FILENO)
      close(saved)
    }
    for (format, texts) in [(nil, ["text,label", "a,b", ""]), (CorpusFormat.csv, ["a"])] {
      let file = open(path, O_RDONLY)
      dup2(file, STDIN_FILENO)
      close(file)
      let rows = try rows(["-"], CorpusOptions(format: format))
      #expect(rows.map(\.text) == texts)
      #expect(rows.first?.location.description.hasPrefix("standard input:") == true)
    }
  }
}
