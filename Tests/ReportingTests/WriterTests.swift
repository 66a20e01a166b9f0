import Evaluation
import Foundation
import Reporting
import Testing

@Suite("Text files of a run") struct WriterTests {
  /// Neither a line break nor an escape sequence of a text's gets to the terminal.
  @Test func tablesAreOfOneLineARow() {
    var table = TextTable([("id", .left), ("text", .left)])
    table.append(["a\u{1B}[2J", "one\r\ntwo\tthree\u{2028}four"])
    #expect(table.text == "id     text\na\u{FFFD}[2J  one two three four\n")
  }

  @Test(
    "A CSV field is quoted where it must be",
    arguments: [
      ("plain", "plain"), ("", ""), ("größe; x", "größe; x"), ("a,b", "\"a,b\""),
      ("say \"hi\"", "\"say \"\"hi\"\"\""), ("two\nlines", "\"two\nlines\""),
      ("cr\rhere", "\"cr\rhere\""), ("crlf\r\nhere", "\"crlf\r\nhere\""),
    ])
  func field(text: String, expected: String) {
    #expect(Array(CSV.field(text).utf8) == Array(expected.utf8))
  }

  @Test func confusionMatrixHasNamesAtItsEdges() {
    let confusion = ConfusionMatrix(
      labels: [0, 0, 1, 1, 1, -1], predictions: [0, 1, 1, 1, 0, 0], classCount: 2)
    #expect(
      CSV.confusionMatrix(confusion, classNames: ["no, never", "yes"])
        == "true\\predicted,\"no, never\",yes\n\"no, never\",1,1\nyes,1,2\n")
  }

  @Test func tableAlignsItsColumns() {
    var table = TextTable([("stage", .left), ("rows", .right), ("note", .left)])
    table.append(["tokenize", "10605", "größe"])
    table.append(["encode", "7", ""])
    #expect(
      table.text == """
        stage      rows  note
        tokenize  10605  größe
        encode        7

        """)
  }

  @Test func metricsAreFlatSortedAndExact() throws {
    let metrics = ["test/accuracy": 0.1 + 0.2, "test/rows": 2121, "a \"b\"\n": -0.5, "big": 1e300]
    let bytes = MetricsJSON.encode(metrics)
    #expect(try JSONDecoder().decode([String: Double].self, from: Data(bytes)) == metrics)
    #expect(
      String(decoding: bytes, as: UTF8.self) == """
        {
          "a \\"b\\"\\u000a": -0.5,
          "big": 1e+300,
          "test/accuracy": 0.30000000000000004,
          "test/rows": 2121
        }

        """)
    #expect(MetricsJSON.encode(["x": .nan]) == Array("{\n  \"x\": null\n}\n".utf8))
    #expect(MetricsJSON.encode([:]) == Array("{}\n".utf8))
  }
}
