import Contracts
import FeatureStore

/// Rows and features made up from the row's number.
enum Samples {
  static func provenance(maxLength: Int = 16) -> Provenance {
    Provenance(
      firnVersion: "0.1.0", model: "tiny/model", modelSHA256: String(repeating: "1", count: 64),
      tokenizerSHA256: String(repeating: "2", count: 64), maxLength: maxLength,
      config: #"{"max_length":16}"#,
      configSHA256: "85bab02c389ab3540f1875810fec6c3300ffad8fe6c0e23337559dd3359fdde4",
      inputSHA256: String(repeating: "4", count: 64))
  }

  /// Row `i` has `i % 14 + 2` tokens.
  static func block(_ rows: Range<Int>) -> TokensBlock {
    var block = TokensBlock()
    for row in rows {
      let count = row % 14 + 2
      block.ids.append("id-\(row)")
      block.tokens.append(
        ids: (0..<count).map { Int32(row + $0) }, types: (0..<count).map { UInt8($0 % 2) })
      block.fullCounts.append(Int32(count + row % 3))
      block.truncated.append(row % 3 > 0)
      block.textDigests += (0..<32).map { UInt8(truncatingIfNeeded: row &* 31 &+ $0) }
      block.texts.append("Text №\(row)")
    }
    return block
  }

  static func labels(_ rows: Range<Int>) -> [Int32] { rows.map { Int32($0 % 4) - 1 } }

  static func splits(_ rows: Range<Int>) -> [Split] {
    rows.map { Split.allCases[$0 % Split.allCases.count] }
  }

  static let classNames = ["bad", "good", "größer"]

  static func writeTokens(
    _ path: String, rows: Int, step: Int = 1000, storesTexts: Bool = true,
    labels: Labels? = nil, weights: [Double]? = nil, provenance: Provenance = provenance()
  ) throws {
    let writer = try TokensWriter(path: path, storesTexts: storesTexts)
    for start in stride(from: 0, to: rows, by: step) {
      try writer.append(block(start..<min(rows, start + step)))
    }
    try writer.finish(
      labels: labels ?? .classes(self.labels(0..<rows)), classNames: classNames,
      weights: weights, splits: splits(0..<rows), provenance: provenance)
  }

  static let width = 96
  static let views = [
    FeatureKey(layer: 6, pooling: .mean), FeatureKey(layer: 10, pooling: .cls),
    FeatureKey(layer: 6, pooling: .max),
  ]

  /// Exact in float16 as well: multiples of 1/8 below 256.
  static func value(row: Int, column: Int, view: Int) -> Float {
    Float((row &* 7 &+ column &* 3 &+ view) % 2048) / 8
  }

  static func features(_ rows: Range<Int>, view: Int) -> Matrix {
    Matrix(
      rows: rows.count, columns: width,
      storage: rows.flatMap { row in
        (0..<width).map { value(row: row, column: $0, view: view) }
      })
  }

  /// The tokens of a row are numbered on from `row * 100`.
  static func tokenFeatures(_ rows: some Collection<Int>) -> TokenFeatures {
    let tokens = rows.map { row in (0..<row % 14 + 2).map { row * 100 + $0 } }
    let values = tokens.joined().flatMap { token in
      (0..<width).map { value(row: token, column: $0, view: 5) }
    }
    return TokenFeatures(
      values: Matrix(rows: values.count / width, columns: width, storage: values),
      offsets: tokens.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) })
  }

  static func append(
    _ rows: Range<Int>, to writer: FeaturesWriter, tokens: Bool = false
  ) throws {
    let blocks =
      views.indices.map { features(rows, view: $0).storage }
      + (tokens ? [tokenFeatures(rows).values.storage] : [])
    let pointers = blocks.map { block in
      let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: block.count)
      _ = copy.initialize(from: block)
      return copy
    }
    defer { for pointer in pointers { pointer.deallocate() } }
    try writer.append(pointers.map { UnsafeBufferPointer($0) })
  }

  static func writeFeatures(
    _ path: String, tokens: String, step: Int = 1000, type: FeatureType = .float32,
    tokenType: FeatureType? = nil
  ) throws {
    let tokens = try TokensFile(path: tokens)
    let writer = try FeaturesWriter(
      path: path, tokens: tokens, views: views, widths: views.map { _ in width }, type: type,
      tokenFeatures: tokenType.map { ($0, width) })
    for start in stride(from: 0, to: tokens.count, by: step) {
      let rows = start..<min(tokens.count, start + step)
      try append(rows, to: writer, tokens: tokenType != nil)
    }
    try writer.finish(provenance())
  }
}
