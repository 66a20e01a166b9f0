import AtomicFiles
import Corpora
import Foundation
public import StageKit

/// A job to measure, as data: a JSON file under pipelines/bench/.
///
///     {"name": "movies", "csv": "data/movies/movies.csv", "max_length": 256}
///     {"name": "mixed", "made": {"from": "data/bbc/bbc.csv", "rows": 1500, "shortest": 1,
///       "longest": 380, "seed": 1}, "max_length": 512}
///
/// A `csv` has the columns id, text and label. What is `made` are rows of consecutive words of
/// another csv, their number drawn evenly on a logarithmic scale: many short texts and some long.
public struct Workload: Sendable, Decodable {
  public struct Made: Sendable, Decodable {
    public let from: String
    public let rows: Int
    /// Words.
    public let shortest: Int
    public let longest: Int
    public let seed: UInt64
  }

  public let name: String
  public let csv: String?
  public let made: Made?
  public let maxLength: Int

  private enum CodingKeys: String, CodingKey {
    case name, csv, made
    case maxLength = "max_length"
  }

  /// Reads one.
  ///
  /// - Throws: ``WorkloadError``.
  public init(path: String) throws {
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      self = try JSONDecoder().decode(Workload.self, from: data)
    } catch let error as DecodingError {
      throw WorkloadError(path: path, reason: "\(error)")
    } catch {
      throw WorkloadError(path: path, reason: error.localizedDescription, isMissing: true)
    }
    let makes = made.map { $0.rows > 0 && 1...$0.longest ~= $0.shortest } ?? (csv != nil)
    guard makes, (csv == nil) != (made == nil), maxLength > 0 else {
      throw WorkloadError(
        path: path, reason: "it needs either csv, or made with rows and 1 <= shortest <= longest")
    }
  }

  /// Writes the rows that are made to a csv with the columns id, text and label, the label being
  /// whether a text is longer than the middle.
  ///
  /// - Throws: `CorpusError`, and what writing throws.
  public func write(to path: String) throws {
    guard let made else {
      throw WorkloadError(path: path, reason: "\(name) names a csv of its own")
    }
    var words: [Substring] = []
    var reader = try CorpusReader(inputs: [made.from])
    while let row = try reader.next(), words.count < made.rows * made.longest {
      words += row.text.split(whereSeparator: \.isWhitespace)
    }
    guard !words.isEmpty else { throw WorkloadError(path: made.from, reason: "it has no words") }
    var random = SplitMix64(seed: made.seed)
    var text = "id,text,label\n"
    var position = 0
    for row in 0..<made.rows {
      let share = Double(random.next(in: 0...1_000_000)) / 1e6
      let low = log(Double(made.shortest))
      let length = Int(exp(low + share * (log(Double(made.longest)) - low)).rounded())
      var picked: [Substring] = []
      while picked.count < length {
        picked.append(words[position % words.count])
        position += 1
      }
      let joined = picked.joined(separator: " ").replacing("\"", with: "\"\"")
      text += "\(row),\"\(joined)\",\(share > 0.5 ? "long" : "short")\n"
    }
    try AtomicFile.write(text.utf8, to: path)
  }
}

/// A workload that cannot be run.
public struct WorkloadError: Error, Explained {
  public let path: String
  public let reason: String
  /// Whether a file is not there, rather than wrong.
  public var isMissing = false

  public var complaint: Complaint {
    isMissing
      ? Complaint(
        .noInput, "the file cannot be read: \(reason)", at: path,
        advice: "check the path; the embedded data sets come by make data")
      : Complaint(
        .badData, "this is not a workload: \(reason)", at: path,
        advice: "see pipelines/bench/ for examples")
  }
}

/// A folder that cannot be made.
public struct WorkFolderError: Error, Explained {
  public let path: String
  public let reason: String

  public var complaint: Complaint {
    Complaint(
      .cannotCreate, "the folder cannot be made: \(reason)", at: path,
      advice: "give another with --work")
  }
}
