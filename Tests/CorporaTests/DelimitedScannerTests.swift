import Corpora
import Testing

@Suite struct DelimitedScannerTests {
  struct Record: Decodable, Equatable {
    let line: Int
    let fields: [String]
  }

  struct Case: Decodable {
    let document: String
    let delimiter: String
    let records: [Record]
    let error: String?
  }

  @Test func recordsAndErrorsAreThoseOfPythonsCSV() throws {
    let cases = try Fixture.load("csv.json", as: [Case].self)
    #expect(cases.count == 360)
    #expect(Set(cases.map(\.error)) == [nil, "unclosed", "textAfterQuote"])
    let scratch = try Scratch()
    for (index, expected) in cases.enumerated() {
      let path = try scratch.write("case", expected.document)
      let (records, error) = try scan(path, delimiter: expected.delimiter)
      let place = Comment("case \(index): \(expected.document.debugDescription)")
      #expect(records == expected.records, place)
      #expect(error == expected.error, place)
    }
  }

  @Test func recordsMayCrossEveryChunkBorder() throws {
    // The window begins with 256 KiB: fields of a prime length lie across its end in all ways, and
    // one of 1 MiB makes it grow.
    let scratch = try Scratch()
    var rows: [Record] = []
    var document = ""
    for index in 0..<4000 {
      let text = String(repeating: index.isMultiple(of: 7) ? "\"" : "é\r\n", count: index % 211)
      let fields = ["\(index)", text]
      rows.append(Record(line: index, fields: fields))
      document += "\(index),\"\(text.replacing("\"", with: "\"\""))\"\r\n"
    }
    let long = String(repeating: "x", count: 1 << 20)
    document += "long,\(long)"
    rows.append(Record(line: 4000, fields: ["long", long]))
    let path = try scratch.write("big.csv", document)
    let (records, error) = try scan(path, delimiter: ",")
    #expect(error == nil)
    #expect(records.map(\.fields) == rows.map(\.fields))
  }

  private func scan(_ path: String, delimiter: String) throws -> ([Record], String?) {
    var scanner = DelimitedScanner(
      stream: try ByteStream(path: path), delimiter: try #require(delimiter.utf8.first),
      limit: 1 << 28)
    var records: [Record] = []
    do {
      while try scanner.next() {
        var fields: [String] = []
        for index in 0..<scanner.fieldCount { fields.append(try scanner.string(index)) }
        records.append(Record(line: scanner.location.line, fields: fields))
      }
      return (records, nil)
    } catch CorpusError.unclosedQuote {
      return (records, "unclosed")
    } catch CorpusError.textAfterQuote {
      return (records, "textAfterQuote")
    }
  }
}
