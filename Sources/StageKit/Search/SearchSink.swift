import AtomicFiles
public import Neighbours

/// Where firn-search's results go as they are found: lines for people, a csv, or the JSON summary.
public final class SearchSink {
  private let report: SearchReport
  private let console: Console
  private let csv: AtomicStream?
  private var isBegun = false
  private var texts = 0
  private var neighbours = 0
  private var pairs = 0
  private var json: [JSONValue] = []

  /// `output`: the csv to write; nil for lines on standard output.
  ///
  /// - Throws: `AtomicFileError`.
  public init(_ output: String?, _ report: SearchReport, _ console: Console) throws {
    self.report = report
    self.console = console
    csv = try output.map { path throws(AtomicFileError) in try AtomicStream(path: path) }
  }

  /// Takes texts and the rows nearest to each.
  ///
  /// - Throws: what reading the rows' columns and writing throw.
  public func write(_ queries: [String], _ found: [[Neighbour]]) throws {
    for (text, rows) in zip(queries, found) {
      if let csv {
        try begin(csv, report.neighbourTitles)
        try csv.write(try report.csv(text, rows))
      } else if console.json {
        json.append(try report.json(text, rows))
      } else {
        console.result((texts == 0 ? "" : "\n") + (try report.table(text, rows)).dropLast())
      }
      texts += 1
      neighbours += rows.count
    }
  }

  /// Takes pairs of rows.
  ///
  /// - Throws: what reading the rows' columns and writing throw.
  public func write(_ found: [RowPair]) throws {
    if let csv {
      try begin(csv, report.pairTitles)
      try csv.write(try report.csv(found))
    } else if console.json {
      json += try report.json(found)
    } else {
      console.result(String((try report.lines(found)).dropLast()))
    }
    pairs += found.count
  }

  /// Says what was found and how long it took.
  ///
  /// `values`: what the summary has beside it.
  ///
  /// - Throws: `AtomicFileError`.
  public func finish(
    _ values: [String: JSONValue], phases: [String: Double], isPairs: Bool
  ) throws {
    if let csv {
      try begin(csv, isPairs ? report.pairTitles : report.neighbourTitles)
      try csv.commit()
    }
    func seconds(_ phase: String) -> Double { ((phases[phase] ?? 0) * 1000).rounded() / 1000 }
    let found = isPairs ? "\(pairs) pairs" : "\(neighbours) rows for \(texts) texts"
    console.notice(
      "\(found); loaded in \(seconds("load")) s, searched in \(seconds("search")) s")
    let own: [String: JSONValue] = [
      isPairs ? "near_duplicates" : "queries": csv == nil ? .array(json) : .null,
      "found": .integer(isPairs ? pairs : neighbours),
      "load_seconds": .real(seconds("load")), "search_seconds": .real(seconds("search")),
    ]
    console.summary(own.merging(values) { $1 })
  }

  private func begin(_ csv: AtomicStream, _ titles: String) throws(AtomicFileError) {
    if !isBegun { try csv.write(titles) }
    isBegun = true
  }
}
