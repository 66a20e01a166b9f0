import Contracts
import FeatureStore
import Heads
import Kernels
import Neighbours
import Optimization
import Projections
import Reporting

/// What the features of the rows say: near-duplicates of test and train, and the map.
struct ComparedFeatures {
  private let runs: ComparedRuns
  private let file: FeaturesFile
  private let view: FeatureKey
  private let texts: [String]?
  private let threads: Int

  /// The beginning of each text that the map shows: 10,000 of them stay within 3 MB.
  private static let longestExcerpt = 200
  /// Bytes of those beginnings and of the words behind them; the page is to stay under 6 MB.
  private static let mostBytes = 5_000_000
  /// Neighbours that t-SNE looks at are three times as many, as in Barnes and Hut's t-SNE.
  private static let perplexity = 30.0

  /// nil where the features are not at hand.
  ///
  /// - Throws: what reading texts throws; ``StageError/noSuchView(asked:path:available:)``.
  init?(_ runs: ComparedRuns, _ sources: RunSources, threads: Int) throws {
    guard let file = sources.features, file.count > 1 else { return nil }
    self.runs = runs
    self.file = file
    self.threads = threads
    texts = try sources.texts()
    let named = runs.all.lazy.compactMap(\.view).first.flatMap { FeatureKey(path: $0) }
    view = named.flatMap { file.views.contains($0) ? $0 : nil } ?? file.defaultView
  }

  // MARK: - Near-duplicates

  /// For every row compared on, the nearest train row.
  ///
  /// - Throws: `HDF5Error`.
  func nearest() throws -> [Neighbour?] {
    let train = runs.first.rows(.train)
    guard !train.isEmpty, runs.split != .train else { return [] }
    let search = CosineSearch(try unitRows(runs.rows), limit: 1, threads: threads)
    // A file may be larger than memory: train rows pass in parts.
    let part = 65_536
    for start in stride(from: 0, to: train.count, by: part) {
      let some = Array(train[start..<min(start + part, train.count)])
      search.add(try unitRows(some), numberedFrom: start)
    }
    return search.neighbours.map { found in
      found.first.map { Neighbour(row: train[$0.row], cosine: $0.cosine) }
    }
  }

  /// What the page says of them.
  func profile(_ nearest: [Neighbour?], threshold: Double) -> DuplicateProfile {
    let table = runs.first.table
    var histogram = [Int](repeating: 0, count: 20)
    var near: [(row: Int, neighbour: Neighbour)] = []
    for (row, neighbour) in zip(runs.rows, nearest) {
      guard let neighbour else { continue }
      histogram[min(max(Int(neighbour.cosine * 20), 0), 19)] += 1
      if neighbour.cosine >= threshold { near.append((row, neighbour)) }
    }
    let pairs = near.sorted {
      (-$0.neighbour.cosine, $0.row) < (-$1.neighbour.cosine, $1.row)
    }.prefix(20).map { row, neighbour in
      DuplicateProfile.Pair(
        similarity: neighbour.cosine, testID: table.ids[row], trainID: table.ids[neighbour.row],
        testText: texts?[row], trainText: texts?[neighbour.row],
        sameLabel: table.labels[row] == table.labels[neighbour.row])
    }
    return DuplicateProfile(
      view: view.description, threshold: threshold, count: near.count, rows: runs.rows.count,
      histogram: histogram, pairs: pairs)
  }

  private func unitRows(_ rows: [Int]) throws -> UnitRows {
    UnitRows(try file.features(at: rows, of: view), threads: threads)
  }

  // MARK: - The map

  /// The map of all rows, or of `most` of them drawn at random.
  ///
  /// `console`: told how far it is.
  ///
  /// - Throws: `HDF5Error`, `KernelError`; ``Interrupted``.
  func map(most: Int, seed: UInt64, console: Console) throws -> FeatureMap? {
    let all = file.count
    let rows =
      all <= most
      ? Array(0..<all)
      : Philox(seed: seed, .sample, 0).permutation(all).prefix(most).sorted()
    let neighbours = min(Int(Self.perplexity * 3), rows.count - 1)
    guard neighbours >= 6 else { return nil }
    let features = try file.features(at: rows, of: view)
    let unit = UnitRows(features, threads: threads)
    let components = try PrincipalComponents(
      features, count: min(2, features.columns), threads: threads)
    let projected = components.project(features)
    let width = components.variances.count
    let x = rows.indices.map { projected[$0 * width] }
    let y = rows.indices.map { width > 1 ? projected[$0 * width + 1] : 0 }
    let tsne = try layOut(unit, neighbours: neighbours, x, y, console)
    let shares = components.variances.map { $0 / max(components.totalVariance, 1e-300) * 100 }
    var map = FeatureMap(
      view: view.description,
      projections: [
        ("t-SNE", tsne.x, tsne.y),
        ("PCA, \(Int(shares.reduce(0, +).rounded())) % of the variance", x, y),
      ],
      ids: rows.map { runs.first.table.ids[$0] }, texts: excerpts(rows),
      classes: try classes(rows), splits: rows.map { runs.first.table.splits[$0].rawValue },
      predictions: predictions(rows), rows: all)
    map.words = words(rows)
    let bytes = (map.texts + map.words).reduce(0) { $0 + $1.utf8.count }
    if !map.words.isEmpty, bytes > Self.mostBytes {
      (map.words, map.isCut) = ([], true)
    }
    return map
  }

  private func layOut(
    _ rows: UnitRows, neighbours: Int, _ x: [Double], _ y: [Double], _ console: Console
  ) throws -> TSNE {
    // A row is its own nearest one, but for a twin.
    let search = CosineSearch(rows, limit: neighbours + 1, threads: threads)
    search.add(rows)
    let near = search.neighbours.enumerated().map { row, found in
      found.filter { $0.row != row }.prefix(neighbours)
    }
    let affinities = Affinities(
      neighbours: near.map { $0.map(\.row) },
      // Of unit vectors.
      squaredDistances: near.map { $0.map { max(0, 2 - 2 * $0.cosine) } },
      perplexity: min(Self.perplexity, Double(neighbours) / 3))
    var options = TSNE.Options()
    // Of a few rows a step is shorter than what threads take to meet.
    options.threads = rows.count < 1000 ? 1 : threads
    let progress = Progress(console, "drawing the map", total: options.iterations, unit: "steps")
    var tsne = TSNE(affinities, x: x, y: y, options: options)
    tsne.run { _ in
      progress.advance(1)
      return (try? Interruption.check()) != nil
    }
    progress.finish()
    try Interruption.check()
    return tsne
  }

  private func excerpts(_ rows: [Int]) -> [String] {
    guard let texts else { return [] }
    return rows.map { row in
      let text = texts[row]
      return text.count > Self.longestExcerpt ? text.prefix(Self.longestExcerpt) + "…" : text
    }
  }

  /// What each text's beginning leaves out, each word once and in small letters.
  private func words(_ rows: [Int]) -> [String] {
    guard let texts, rows.contains(where: { texts[$0].count > Self.longestExcerpt }) else {
      return []
    }
    return rows.map { row in
      let text = texts[row]
      guard text.count > Self.longestExcerpt else { return "" }
      // From the last space on: a word that is cut is to be found whole.
      let beginning = text.prefix(Self.longestExcerpt)
      let start = beginning.lastIndex(where: \.isWhitespace) ?? beginning.startIndex
      var seen = Set(beginning[..<start].lowercased().split(whereSeparator: \.isWhitespace))
      return text[start...].lowercased().split(whereSeparator: \.isWhitespace)
        .filter { seen.insert($0).inserted }.joined(separator: " ")
    }
  }

  private func classes(_ rows: [Int]) throws -> [Int] {
    guard runs.kind == .singleLabel,
      case .classes(let classes) = try runs.first.table.labels(rows, kind: .singleLabel)
    else { return rows.map { _ in -1 } }
    return classes.map { Int($0) }
  }

  /// By contender; empty where no class is predicted, or for a run that has other rows beside those compared
  /// on.
  private func predictions(_ rows: [Int]) -> [[Int]] {
    runs.families.map { family in
      let table = family[0].table
      guard runs.kind == .singleLabel, table.ids == runs.first.table.ids else { return [] }
      let classes = table.classes
      return rows.map { classes[$0] }
    }
  }
}
