import Contracts
import Corpora
import Foundation
import StageKit
import Testing

/// Label sets, numbers and weights: what is read of them, and what is refused with its line.
@Suite struct LabelKindTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func rows(
    _ text: String, _ name: String, _ labels: LabelReading, weight: String? = nil
  ) throws(CorpusError) -> [CorpusRow] {
    var options = CorpusOptions(labelRequired: true)
    options.labels = labels
    if case .indicators = labels { options.labelColumn = nil }
    options.weightColumn = weight
    guard let path = try? scratch.write(name, text) else { throw .noInputs }
    var reader = try CorpusReader(inputs: [path], options: options)
    var rows: [CorpusRow] = []
    while let row = try reader.next() { rows.append(row) }
    return rows
  }

  private func collect(
    _ rows: [CorpusRow], _ labels: LabelReading
  ) throws -> (labels: Labels, classNames: [String]) {
    var collector = LabelCollector(labels)
    for row in rows { collector.append(row.label) }
    return try collector.finish()
  }

  private static let columns = LabelReading.indicators(["toxic", "insult", "never"])

  @Test func indicatorColumns() throws {
    let csv = """
      never,text,insult,toxic
      0,a,1,0
      False,b,TRUE,1.0
      0.0,c,0,false
      ,d,,
      """
    let jsonl = """
      {"text": "a", "toxic": 0, "insult": 1, "never": false}
      {"text": "b", "toxic": true, "insult": "1", "never": "0"}
      {"text": "c", "toxic": 0, "insult": 0, "never": 0.0}
      {"text": "d", "toxic": null, "insult": null, "never": null}
      """
    for (name, text) in [("t.csv", csv), ("t.jsonl", jsonl)] {
      let rows = try rows(text, name, Self.columns)
      #expect(
        rows.map(\.label) == [.set(["insult"]), .set(["toxic", "insult"]), .set([]), nil])
      let (labels, names) = try collect(rows, Self.columns)
      #expect(names == ["toxic", "insult", "never"])
      guard case .sets(let sets) = labels else {
        Issue.record("no sets")
        continue
      }
      #expect(sets.values == [0, 1, 0, 1, 1, 0, 0, 0, 0, 255, 255, 255])
    }
  }

  @Test func lists() throws {
    let csv = "text,label\na, z ;10;;é\nb,\nc,9;9\nd,e\u{301}\n"
    let reading = LabelReading.lists(delimiter: ";")
    let table = try rows(csv, "t.csv", reading)
    #expect(
      table.map(\.label) == [
        .set(["z", "10", "é"]), .set([]), .set(["9", "9"]), .set(["e\u{301}"]),
      ])
    let (labels, names) = try collect(table, reading)
    // By UTF-8; composed and decomposed are two, as everywhere.
    #expect(
      names.map { Array($0.utf8) } == ["10", "9", "e\u{301}", "z", "é"].map { Array($0.utf8) })
    guard case .sets(let sets) = labels else {
      Issue.record("no sets")
      return
    }
    #expect((0..<4).map { sets.labels(ofRow: $0) } == [[0, 3, 4], [], [1], [2]])
    #expect((0..<4).allSatisfy(sets.isLabelled))

    let jsonl = """
      {"text": "a", "label": ["x", "y; z"]}
      {"text": "b", "label": []}
      {"text": "c", "label": null}
      """
    for reading in [reading, .lists(delimiter: nil)] {
      #expect(
        try rows(jsonl, "t.jsonl", reading).map(\.label) == [.set(["x", "y; z"]), .set([]), nil])
    }
    #expect(
      try rows("{\"text\": \"\", \"label\": \"x || y\"}", "s.jsonl", .lists(delimiter: "||"))
        .map(\.label) == [.set(["x", "y"])])
  }

  @Test func numbersAndWeights() throws {
    let csv = "text,label,w\na,-1.5,0\nb,2e3,1\nc,,.5\n"
    let jsonl = """
      {"text": "a", "label": -1.5, "w": 0}
      {"text": "b", "label": "2e3", "w": "1"}
      {"text": "c", "label": null, "w": 0.5}
      """
    for (name, text) in [("t.csv", csv), ("t.jsonl", jsonl)] {
      let rows = try rows(text, name, .numbers, weight: "w")
      #expect(rows.map(\.label) == [.number(-1.5), .number(2000), nil])
      #expect(rows.map(\.weight) == [0, 1, 0.5])
      guard case .numbers(let numbers) = try collect(rows, .numbers).labels else {
        Issue.record("no numbers")
        continue
      }
      #expect(numbers[..<2] == [-1.5, 2000] && numbers[2].isNaN)
    }
  }

  @Test func valuesAreRefusedWithTheirLine() throws {
    func refused(
      _ text: String, in name: String = "t.csv", _ labels: LabelReading, weight: String? = nil,
      line: Int, _ words: String
    ) throws {
      do throws(CorpusError) {
        _ = try rows(text, name, labels, weight: weight)
        Issue.record("nothing thrown: \(words)")
      } catch {
        let complaint = error.complaint
        #expect(complaint.what == words)
        #expect(complaint.location?.hasSuffix("\(name):\(line)") == true)
        #expect(!complaint.advice.isEmpty)
      }
    }
    let two = LabelReading.indicators(["x", "y"])
    try refused(
      "text,x,y\na,0,1\nb,2,0\n", two, line: 3,
      "\"2\" in the label column \"x\" is neither 0 nor 1")
    try refused(
      "text,x,y\na,0,1\nb,1,\n", two, line: 3,
      "the label column \"y\" is empty, and another one is not")
    try refused(
      "{\"text\": \"a\", \"x\": 1, \"y\": 0.5}", in: "t.jsonl", two, line: 1,
      "\"0.5\" in the label column \"y\" is neither 0 nor 1")
    try refused(
      "text,x,z\na,0,1\n", two, line: 1,
      "there is no column \"y\"; the columns are \"text\", \"x\", \"z\"")
    for value in ["4 stars", "nan", "inf", "0x10", "1e999", "1,5"] {
      try refused(
        "text,label\na,1\nb,\"\(value)\"\n", .numbers, line: 3,
        "\"\(value)\" in \"label\" is not a number")
    }
    try refused(
      "{\"text\": \"a\", \"label\": true}", in: "t.jsonl", .numbers, line: 1,
      "\"true\" in \"label\" is not a number")
    try refused(
      "{\"text\": \"a\", \"label\": [1]}", in: "t.jsonl", .lists(delimiter: nil), line: 1,
      "\"label\" is an array with something else in it where an array of strings is wanted")
    try refused(
      "{\"text\": \"a\", \"label\": \"x\"}", in: "t.jsonl", .lists(delimiter: nil), line: 1,
      "\"label\" is a string where an array of strings is wanted")
    try refused(
      "text,label\na,x;y\n", .lists(delimiter: nil), line: 1,
      "\"label\" has lists of labels, and nothing says what stands between them")
    try refused(
      "text,label,w\na,x,1\nb,x,-1\n", .classes, weight: "w", line: 3,
      "\"-1\" in \"w\" is no weight: it is negative")
    try refused(
      "text,label,w\na,x,\n", .classes, weight: "w", line: 2, "the weight in \"w\" is missing")
  }

  @Test func listsWithoutALabel() throws {
    let reading = LabelReading.lists(delimiter: ";")
    let rows = try rows("text,label\na,\nb, ; \n", "t.csv", reading)
    #expect(throws: CorpusError.noLabelNames) { try collect(rows, reading) }
    #expect(CorpusError.noLabelNames.complaint.status == .badData)
  }

  /// Plain lines have no columns, and a folder's labels are its sub-folders.
  @Test func formatsWithoutColumns() throws {
    let lines = try scratch.write("t.txt", "a\n")
    _ = try scratch.write("c/x/1", "a")
    for path in [lines, scratch.path + "/c"] {
      for (labels, weight, column) in [
        (.numbers, nil, "label"), (Self.columns, nil, "toxic"), (.classes, "w", "w"),
      ] as [(LabelReading, String?, String)] {
        var options = CorpusOptions()
        options.labels = labels
        options.weightColumn = weight
        #expect {
          _ = try CorpusReader(inputs: [path], options: options)
        } throws: {
          guard case CorpusError.formatWithoutColumns(path, _, column) = $0 else { return false }
          return true
        }
      }
    }
  }
}
