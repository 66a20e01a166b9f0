/// Float32 in memory, float32 or float16 on file.
///
/// Numbers are converted here, not by HDF5: its conversion to half does not round to even.
extension HDF5Dataset {
  /// Reads rows of float32 or float16: [rows, width], row-major.
  public func readFloats(
    _ rows: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>
  ) throws(HDF5Error) {
    guard content == .numbers(.float16) else { return try read(rows, into: buffer) }
    precondition(buffer.count == rows.count * width)
    for part in parts(of: rows) {
      let halves = try read(part, as: Float16.self)
      let offset = (part.lowerBound - rows.lowerBound) * width
      let target = UnsafeMutableBufferPointer(rebasing: buffer[offset..<offset + halves.count])
      halves.withUnsafeBufferPointer { HalfConversion.widen($0, into: target) }
    }
  }

  /// Writes rows as float32 or float16: [rows, width], row-major.
  ///
  /// - Throws: `HDF5Error.halfOverflow` where a finite number would become infinite.
  public func writeFloats(
    _ values: UnsafeBufferPointer<Float>, at rows: Range<Int>
  ) throws(HDF5Error) {
    guard content == .numbers(.float16) else { return try write(values, at: rows) }
    precondition(values.count == rows.count * width)
    for part in parts(of: rows) {
      let offset = (part.lowerBound - rows.lowerBound) * width
      let source = UnsafeBufferPointer(rebasing: values[offset..<offset + part.count * width])
      var halves = [Float16](repeating: 0, count: source.count)
      let overflows = halves.withUnsafeMutableBufferPointer {
        HalfConversion.narrow(source, into: $0)
      }
      if overflows,
        let fault = source.indices.first(where: { halves[$0].isInfinite && source[$0].isFinite })
      {
        throw .halfOverflow(
          file: file, object: name, row: part.lowerBound + fault / width, value: source[fault])
      }
      try halves.withUnsafeBufferPointer { (buffer) throws(HDF5Error) in
        try write(buffer, at: part)
      }
    }
  }

  /// `rows` cut at the chunks' borders, so that the scratch memory is one chunk.
  public func parts(of rows: Range<Int>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = rows.lowerBound
    while start < rows.upperBound {
      let end = min(rows.upperBound, (start / chunkRows + 1) * chunkRows)
      parts.append(start..<end)
      start = end
    }
    return parts
  }
}
