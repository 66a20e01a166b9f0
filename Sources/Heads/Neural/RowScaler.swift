import Contracts

/// A standardization in float32, for rows on their way into a batch.
struct RowScaler: Sendable {
  private let shift: [Float]
  private let factor: [Float]

  init(_ standardization: Standardization) {
    shift = standardization.mean.map { Float($0) }
    factor = standardization.scale.map { Float(1 / $0) }
  }

  /// Copies rows of `source` [.., width] to `target` [rows.count, width], scaled where a scaler is
  /// given.
  static func gather(
    _ source: UnsafePointer<Float>, _ rows: ArraySlice<Int>, width: Int, _ scaler: RowScaler?,
    into target: UnsafeMutablePointer<Float>
  ) {
    for (i, row) in rows.enumerated() {
      (target + i * width).update(from: source + row * width, count: width)
      scaler?.scale(target + i * width, count: width)
    }
  }

  /// Scales rows of tokens in place: [count], a whole number of rows.
  func scale(_ values: UnsafeMutablePointer<Float>, count: Int) {
    let width = shift.count
    shift.withUnsafeBufferPointer { shift in
      factor.withUnsafeBufferPointer { factor in
        for start in stride(from: 0, to: count, by: width) {
          let row = values + start
          for c in 0..<width { row[c] = (row[c] - shift[c]) * factor[c] }
        }
      }
    }
  }
}

extension Standardization {
  /// Mean and deviation of a source's columns, read twice in blocks; the same as of a matrix that
  /// holds all rows up to the order of sums.
  ///
  /// - Throws: what the source throws, and `nonFiniteFeature`.
  /// - Precondition: there is a row.
  init(streaming source: any FeatureSource) throws {
    precondition(source.count > 0)
    let width = source.width
    let count = Double(source.count)
    let block = max(1, (1 << 20) / max(width, 1))
    var buffer = [Float](repeating: 0, count: min(block, source.count) * width)
    func sums(_ term: (Double, Int) -> Double) throws -> [Double] {
      var total = [Double](repeating: 0, count: width)
      for start in stride(from: 0, to: source.count, by: block) {
        let rows = start..<min(start + block, source.count)
        try buffer.withUnsafeMutableBufferPointer { buffer in
          let part = UnsafeMutableBufferPointer(rebasing: buffer[..<(rows.count * width)])
          try source.read(rows, into: part)
          if let bad = part.firstIndex(where: { !$0.isFinite }) {
            throw HeadError.nonFiniteFeature(row: start + bad / width, column: bad % width)
          }
          total.withUnsafeMutableBufferPointer { total in
            for r in 0..<rows.count {
              for c in 0..<width { total[c] += term(Double(part[r * width + c]), c) }
            }
          }
        }
      }
      return total
    }
    let mean = try sums { value, _ in value }.map { $0 / count }
    let squares = try mean.withUnsafeBufferPointer { mean in
      try sums { value, column in (value - mean[column]) * (value - mean[column]) }
    }
    self.init(mean: mean, squares: squares, count: count)
  }
}
