import AtomicFiles
import Corpora
import Reporting

/// Predictions of a table's rows, written as csv while the table is read: memory does not grow with it.
///
/// A record is id, predicted, and a probability column a class, as in a run's predictions.csv.
public struct TablePrediction: Sendable {
  /// The rows predicted.
  public private(set) var rows = 0
  /// The rows whose text max-length cut.
  public private(set) var truncated = 0

  private static var rowsPerBlock: Int { 2048 }
  private static var bytesPerBlock: Int { 1 << 20 }

  /// Predicts every row of a table.
  ///
  /// `path`: the table, or `-` for standard input.
  /// `output`: the csv, which appears whole or not at all, or `-`.
  ///
  /// - Throws: `CorpusError`, `AtomicFileError`, what predicting throws.
  public init(
    _ predictor: Predictor, of path: String, _ options: PredictionOptions, output: String,
    _ console: Console
  ) throws {
    let table = try Table(path, options.corpusOptions)
    let csv = try AtomicStream(path: output)
    let progress = Progress(console, "predicting", total: 0, unit: "texts")
    var waiting: [[String]] = []
    var counts = (rows: 0, truncated: 0)
    try csv.write(CSV.record(["id", "predicted"] + predictor.probabilityColumns))
    try predictor.predict {
      guard let block = try table.next(rows: Self.rowsPerBlock, bytes: Self.bytesPerBlock) else {
        return nil
      }
      waiting.append(block.ids)
      return block.texts
    } write: { predictions in
      let ids = waiting.removeFirst()
      for (id, prediction) in zip(ids, predictions) {
        try csv.write(
          CSV.record([id, prediction.label] + prediction.probabilities.map { "\($0)" }))
        if prediction.truncated { counts.truncated += 1 }
      }
      counts.rows += predictions.count
      progress.advance(predictions.count)
    }
    progress.finish()
    try csv.commit()
    (rows, truncated) = counts
  }
}

extension Predictor {
  /// The columns of probabilities in a csv; none for numbers.
  var probabilityColumns: [String] { classNames.map { "probability_" + $0 } }
}

/// The rows of a table in blocks.
private final class Table {
  private var reader: CorpusReader
  private var count = 0

  init(_ path: String, _ options: CorpusOptions) throws {
    reader = try CorpusReader(inputs: [path], options: options)
  }

  /// The next rows; nil at the end.
  func next(rows: Int, bytes: Int) throws -> (ids: [String], texts: [String])? {
    var ids: [String] = []
    var texts: [String] = []
    var size = 0
    while texts.count < rows, size < bytes, let row = try reader.next() {
      ids.append(row.id ?? String(count))
      texts.append(row.text)
      size += row.text.utf8.count
      count += 1
    }
    return texts.isEmpty ? nil : (ids, texts)
  }
}
