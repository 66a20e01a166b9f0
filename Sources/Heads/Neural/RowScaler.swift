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
