import Contracts
import Foundation
import Heads

/// Runs that were judged on the same rows.
public struct ComparedRuns {
  /// By contender: runs that differ in nothing but the seed stand together, in the order given.
  let families: [[RunRecord]]
  let kind: LabelKind
  let split: Split
  let classNames: [String]
  /// The rows compared on, as the first run has them.
  let rows: [Int]
  let labels: Labels

  var first: RunRecord { families[0][0] }
  var all: [RunRecord] { families.flatMap { $0 } }

  /// Reads run folders.
  ///
  /// - Throws: ``StageError/notARun(path:missing:)``, ``RunComparisonError``, and what reading
  ///   predictions.csv throws.
  public init(paths: [String]) throws {
    var runs: [RunRecord] = []
    var seen: Set<String> = []
    for path in paths {
      let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
      guard seen.insert(real).inserted else { throw RunComparisonError.sameRun(path: path) }
      let run = try RunRecord(path: path)
      if let twin = runs.first(where: { $0.isCopy(of: run) }) {
        throw RunComparisonError.copiedRun(path: path, of: twin.path)
      }
      runs.append(run)
    }
    let first = runs[0]
    kind = first.kind
    split = first.reportedSplit
    classNames = first.table.classNames
    rows = first.rows(split)
    guard !rows.isEmpty else { throw RunComparisonError.noLabelledRows(path: first.path) }
    guard split != .train else { throw RunComparisonError.onlyTrainRows(path: first.path) }
    labels = try first.table.labels(rows, kind: kind)
    for run in runs.dropFirst() { try Self.check(run, against: first, split) }
    var families: [[RunRecord]] = []
    for run in runs {
      if let index = families.firstIndex(where: { $0[0].family == run.family }) {
        families[index].append(run)
      } else {
        families.append([run])
      }
    }
    self.families = families
  }

  /// That two runs answer the same questions.
  private static func check(
    _ run: RunRecord, against first: RunRecord, _ split: Split
  ) throws(RunComparisonError) {
    guard run.kind == first.kind, run.table.classNames == first.table.classNames else {
      func words(_ run: RunRecord) -> String {
        run.table.classNames.isEmpty
          ? "numbers"
          : "\(run.kind.rawValue) labels \(run.table.classNames.joined(separator: ", "))"
      }
      throw .differentLabels(
        first: first.path, second: run.path, found: words(run), expected: words(first))
    }
    let (own, other) = (run.rows(split), first.rows(split))
    let (ids, otherIDs) = (own.map { run.table.ids[$0] }, other.map { first.table.ids[$0] })
    guard ids == otherIDs else {
      let (known, expected) = (Set(ids), Set(otherIDs))
      guard known != expected else {
        throw .otherOrder(first: first.path, second: run.path, split: split.name)
      }
      throw .differentRows(
        first: first.path, second: run.path, split: split.name,
        onlyFirst: otherIDs.filter { !known.contains($0) },
        onlySecond: ids.filter { !expected.contains($0) })
    }
    if let texts = run.textsSHA256(split), let expected = first.textsSHA256(split),
      texts != expected
    {
      throw .differentTexts(first: first.path, second: run.path, split: split.name)
    }
    for (row, otherRow) in zip(own, other)
    where run.table.labels[row] != first.table.labels[otherRow] {
      throw .differentRowLabel(
        first: first.path, second: run.path, id: run.table.ids[row],
        found: run.table.labels[row], expected: first.table.labels[otherRow])
    }
  }

  /// The predictions that a contender is compared by: its first run's.
  func predictions() throws -> [Predictions] {
    try families.map { family in
      try family[0].table.predictions(family[0].rows(split), kind: kind)
    }
  }

  /// What the data set is called: the folder that the first run lies in, or the run itself.
  public var title: String {
    let parts = URL(fileURLWithPath: first.path).standardizedFileURL.pathComponents
    return parts.count > 2 ? parts[parts.count - 2] : first.name
  }

  /// The contenders' names: the folders', with as many folders above as tell them apart.
  var names: [String] {
    let paths = families.map {
      URL(fileURLWithPath: $0[0].path).standardizedFileURL.pathComponents.filter { $0 != "/" }
    }
    return paths.map { path in
      let lengths = 1...max(path.count, 1)
      let length = lengths.first { length in
        paths.count { $0.suffix(length) == path.suffix(length) } == 1
      }
      return path.suffix(length ?? path.count).joined(separator: "/")
    }
  }
}
