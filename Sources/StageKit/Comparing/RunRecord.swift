import Contracts
import Corpora
import Experiments
import Foundation
import Heads
import Reporting
import Safetensors

/// A run folder as comparisons read it.
struct RunRecord {
  let path: String
  let table: PredictionTable
  let kind: LabelKind
  /// metrics.json.
  let metrics: [String: Double]
  /// run.json.
  let manifest: [String: Any]
  let settings: [String: Any]
  let inputs: [String: Any]

  /// - Throws: ``StageError/noRun(path:)``, ``StageError/notARun(path:missing:)``; what reading predictions.csv throws.
  init(path: String) throws {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    for name in ["run.json", "predictions.csv", "metrics.json"] {
      try RunManifest.demand(name, in: path)
    }
    guard let manifest = RunManifest.read(path) else {
      throw StageError.notARun(path: path, missing: "run.json")
    }
    self.manifest = manifest
    settings = manifest["settings"] as? [String: Any] ?? [:]
    inputs = manifest["inputs"] as? [String: Any] ?? [:]
    let data = try Data(contentsOf: URL(fileURLWithPath: path + "/metrics.json"))
    // Not by NSNumber, whose numbers are off in the last digit now and then.
    let metrics = (try? JSONDecoder().decode([String: Double?].self, from: data)) ?? [:]
    self.metrics = metrics.mapValues { $0 ?? .nan }
    func has(_ metric: String) -> Bool { metrics.keys.contains { $0.hasSuffix("." + metric) } }
    guard
      let kind = LabelKind.allCases.first(where: { has($0.criterion) })
    else { throw RunComparisonError.noLabelledRows(path: path) }
    self.kind = kind
    table = try PredictionTable(path: path + "/predictions.csv")
    for split in Split.allCases {
      guard let expected = self.metrics["\(split.name).rows"], expected != Double(rows(split).count)
      else { continue }
      throw RunComparisonError.otherRowCount(
        path: path, split: split.name, metrics: Int(expected), predictions: rows(split).count)
    }
  }

  /// The last part of the folder's path.
  var name: String { URL(fileURLWithPath: path).lastPathComponent }

  /// The labelled rows of a split.
  func rows(_ split: Split) -> [Int] {
    let rows = table.ids.indices.filter { table.splits[$0] == split }
    // An empty field is an empty set where all rows are known, and metrics.json says of how many it is.
    if kind == .multiLabel, metrics["\(split.name).rows"] == Double(rows.count) { return rows }
    return rows.filter { !table.labels[$0].isEmpty }
  }

  /// The digest of the texts of the rows that it reports; nil where the run does not say, or speaks of
  /// another split.
  func textsSHA256(_ split: Split) -> String? {
    guard let reported = manifest["reported"] as? [String: Any],
      reported["split"] as? String == split.name
    else { return nil }
    return reported["texts_sha256"] as? String
  }

  /// The split that is compared on: test, else validation, else train, as the run's reports.
  var reportedSplit: Split {
    [Split.test, .validation].first { !rows($0).isEmpty } ?? .train
  }

  // MARK: - What it is

  private var head: String { settings["head"] as? String ?? "" }

  var role: ContenderRole {
    if manifest["stage"] as? String == "firn-finetune" { return .tuned }
    return inputs["features_sha256"] == nil ? .withoutEncoder : .frozen
  }

  /// What it is, in a few words.
  var summary: String {
    let model = inputs["model"] as? String ?? "an encoder"
    switch role {
    case .tuned:
      let frozen = settings["freeze_layers"] as? Int
      return "\(model), "
        + (frozen.map { "all but \($0) layers trained" } ?? "every weight trained")
    case .frozen: return "\(head) on \(view ?? "features") of \(model)"
    case .withoutEncoder:
      return head == "tfidf" ? "words counted, then logistic" : "\(head) on token ids, from nothing"
    }
  }

  /// The view that the head learned from, the first where there are several.
  var view: String? {
    guard
      let data = FileManager.default.contents(atPath: path + "/head.json"),
      let json = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any],
      let view = (json["features"] as? [String: Any])?["view"] as? String
    else { return nil }
    return view.split(separator: ",").first.map(String.init)
  }

  /// The same for runs that differ in nothing but the seed.
  var family: String {
    let own = settings.filter { !["seed", "seeds"].contains($0.key) }
    let parts: [Any] = [manifest["stage"] ?? "", own, inputs]
    let data = try? JSONSerialization.data(withJSONObject: parts, options: .sortedKeys)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? path
  }

  // MARK: - What it took

  private func number(_ part: String, _ name: String) -> Double? {
    ((manifest[part] as? [String: Any])?[name] as? NSNumber)?.doubleValue
  }

  var cost: ContenderCost {
    var cost = ContenderCost()
    let trainings = max(1, number("training", "trainings") ?? 1)
    cost.trainingSeconds = number("training", "seconds").map { $0 / trainings }
    cost.trainingCPUSeconds = number("training", "cpu_seconds").map { $0 / trainings }
    cost.needsEncoding = role == .frozen
    // Where some rows were found, the others' time stands for them by their tokens.
    if let tokens = number("encoding", "tokens"),
      let encoded = number("encoding", "encoded_tokens"),
      encoded >= tokens / 20, encoded > 0
    {
      cost.encodingSeconds = number("encoding", "seconds").map { $0 * tokens / encoded }
      cost.encodingCPUSeconds = number("encoding", "cpu_seconds").map { $0 * tokens / encoded }
    }
    cost.peakMemory = (manifest["peak_memory_bytes"] as? NSNumber)?.intValue
    cost.threads = (manifest["threads"] as? NSNumber)?.intValue
    cost.parameters = number("training", "parameters").map { Int($0) } ?? headParameters
    if let predicting = number("seconds", "predict") {
      let seconds = cost.needsEncoding ? cost.encodingSeconds.map { $0 + predicting } : predicting
      cost.predictionsPerSecond = seconds.map { Double(table.ids.count) / max($0, 1e-6) }
    }
    return cost
  }

  /// The numbers of head.safetensors that training changed.
  private var headParameters: Int? {
    // What is counted or measured once, and not learned.
    let fixed: Set = ["mean", "scale", "idf", "vocabulary", "embedding.ids"]
    guard let file = try? SafetensorsFile(path: path + "/head.safetensors") else { return nil }
    return file.tensors.filter { !fixed.contains($0.name) }
      .reduce(0) { $0 + $1.shape.reduce(1, *) }
  }

  // MARK: - How it went

  /// history.csv, where there are several points.
  var history: [HistoryPoint] {
    let records = Self.records(path + "/history.csv")
    let key = "validation_" + kind.criterion
    let points = records.compactMap { record in
      record["step"].flatMap(Double.init).map { step in
        HistoryPoint(
          step: step, loss: record["loss"].flatMap(Double.init),
          validation: record[key].flatMap(Double.init))
      }
    }
    return points.count > 1 ? points : []
  }

  /// learning_curve.csv: the first metric on the rows compared on.
  func learningCurve(_ split: Split) -> [CurvePoint] {
    let key = "\(split.name).\(kind.criterion)"
    var values: [Int: [Double]] = [:]
    for record in Self.records(path + "/learning_curve.csv") {
      guard let rows = record["train_rows"].flatMap({ Int($0) }),
        let value = record[key].flatMap(Double.init)
      else { continue }
      values[rows, default: []].append(value)
    }
    return values.sorted { $0.key < $1.key }.map { rows, values in
      let spread = Spread(values)
      return CurvePoint(rows: rows, mean: spread.mean, deviation: spread.deviation)
    }
  }

  /// Metrics on the rows compared on, of each seed that was trained, by the seed.
  ///
  /// Where nothing is random one training stands for all seeds.
  func seedMetrics(_ split: Split) -> [(seed: Int, metrics: [String: Double])] {
    let prefix = "\(split.name)."
    func own(_ values: [String: Double]) -> [String: Double] {
      let pairs = values.filter { $0.key.hasPrefix(prefix) }
        .map { (String($0.key.dropFirst(prefix.count)), $0.value) }
      return Dictionary(uniqueKeysWithValues: pairs)
    }
    guard isRandom else { return [(0, own(metrics))] }
    let seeds = Self.records(path + "/seeds.csv").compactMap { record in
      record["seed"].flatMap { Int($0) }.map { ($0, own(record.compactMapValues(Double.init))) }
    }
    guard seeds.isEmpty else { return seeds }
    let trained = (settings["seed"] ?? (settings["seeds"] as? [Any])?.first) as? NSNumber
    return [(trained?.intValue ?? 0, own(metrics))]
  }

  /// Whether another seed would be another training.
  private var isRandom: Bool { !["logistic", "ridge", "tfidf"].contains(head) }

  /// Whether the runs are of one family and one training: a copy.
  func isCopy(of other: RunRecord) -> Bool {
    family == other.family && table.probabilities == other.table.probabilities
      && table.predicted == other.table.predicted
      && "\(settings["seed"] ?? "")" == "\(other.settings["seed"] ?? "")"
      && "\(settings["seeds"] ?? "")" == "\(other.settings["seeds"] ?? "")"
  }

  /// A csv's records by title; none where there is no such file, or it is none of ours.
  private static func records(_ path: String) -> [[String: String]] {
    guard let stream = try? ByteStream(path: path) else { return [] }
    var scanner = DelimitedScanner(stream: stream, delimiter: UInt8(ascii: ","), limit: 1 << 20)
    var titles: [String] = []
    var records: [[String: String]] = []
    while (try? scanner.next()) == true {
      let fields = (0..<scanner.fieldCount).map { (try? scanner.string($0)) ?? "" }
      if titles.isEmpty {
        titles = fields
      } else {
        records.append(Dictionary(zip(titles, fields)) { first, _ in first })
      }
    }
    return records
  }
}
