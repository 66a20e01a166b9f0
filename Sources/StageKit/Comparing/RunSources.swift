import Contracts
import Digests
import FeatureStore
import Foundation

/// The files that runs were made from: for texts, lengths, near-duplicates and the map.
///
/// A run folder holds no path, but the digests of what it learned from. So files are looked for beside
/// the run folders and one folder above, and known by their digest; or they are named, and must have the
/// runs' rows.
public struct RunSources {
  let features: FeaturesFile?
  let tokens: TokensFile?

  /// `features`, `tokens`: named files; nil where they are to be found.
  ///
  /// - Throws: for named files what opening them throws, and
  ///   ``RunComparisonError/otherRows(path:run:row:found:expected:)``, ``RunComparisonError/otherTexts(path:run:split:)``.
  public init(_ runs: ComparedRuns, features: String?, tokens: String?) throws {
    let candidates = Self.candidates(runs)
    let rows = runs.first.table.ids.count
    func digests(_ name: String) -> Set<String> {
      Set(runs.all.compactMap { $0.inputs[name] as? String })
    }
    // Looked at first, digested last: an unrelated file may be large.
    func find<File>(
      _ digests: Set<String>, _ open: (String) throws -> File, _ count: (File) -> Int
    ) -> File? {
      for path in candidates {
        if let file = try? open(path), count(file) == rows, Self.isOne(of: digests, path) {
          return file
        }
      }
      return nil
    }
    let wanted = digests("features_sha256")
    self.features =
      try features.map { try FeaturesFile(path: $0) }
      ?? find(wanted, { try FeaturesFile(path: $0) }, \.count)
    let wantedTokens = digests("tokens_sha256")
      .union(self.features.map { [$0.provenance.inputSHA256] } ?? [])
    self.tokens =
      try tokens.map { try TokensFile(path: $0) }
      ?? find(wantedTokens, { try TokensFile(path: $0) }, \.count)
    if let file = self.features { try Self.check(file.columns, file.path, runs) }
    if let file = self.tokens { try Self.check(file.columns, file.path, runs) }
  }

  /// Every h5 file beside the runs and one folder above, each once.
  private static func candidates(_ runs: ComparedRuns) -> [String] {
    var folders: [URL] = []
    for run in runs.all {
      let beside = URL(fileURLWithPath: run.path).standardizedFileURL.deletingLastPathComponent()
      for folder in [beside, beside.deletingLastPathComponent()] where !folders.contains(folder) {
        folders.append(folder)
      }
    }
    return folders.flatMap { folder in
      ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".h5") && !$0.hasPrefix(".") }.sorted()
        .map { folder.appendingPathComponent($0).path }
    }
  }

  private static func isOne(of digests: Set<String>, _ path: String) -> Bool {
    guard !digests.isEmpty, let digest = try? SHA256Digest(ofFile: path) else { return false }
    return digests.contains(digest.description)
  }

  /// That the file's rows are the run's.
  private static func check(_ columns: RowColumns, _ path: String, _ runs: ComparedRuns) throws {
    let run = runs.first
    let ids = try columns.ids(0..<columns.count)
    guard ids != run.table.ids else {
      guard let texts = run.textsSHA256(runs.split) else { return }
      guard try columns.textsSHA256(runs.rows) == texts else {
        throw RunComparisonError.otherTexts(path: path, run: run.path, split: runs.split.name)
      }
      return
    }
    let row =
      zip(ids, run.table.ids).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      ?? min(ids.count, run.table.ids.count)
    throw RunComparisonError.otherRows(
      path: path, run: run.path, row: row,
      found: row < ids.count ? ids[row] : "(no row)",
      expected: row < run.table.ids.count ? run.table.ids[row] : "(no row)")
  }

  /// What the report has to do without, and how it would be had.
  public var notices: [String] {
    let places = "neither beside the runs nor one folder above"
    var notices: [String] = []
    if features == nil {
      notices.append(
        "no near-duplicates and no map: the features file is \(places); name it by --features")
    }
    if tokens == nil {
      notices.append("no texts and no lengths: the tokens file is \(places); name it by --tokens")
    } else if tokens?.hasTexts == false {
      notices.append("no texts: the tokens file was made with --no-texts")
    }
    return notices
  }

  /// Every row's text; nil where there are none.
  func texts() throws -> [String]? {
    guard let tokens, tokens.hasTexts else { return nil }
    return try tokens.texts(0..<tokens.count)
  }
}
