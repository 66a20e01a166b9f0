/// Virtual datasets: rows that stand in datasets of other files.
///
/// They are read from those files here, not by the library: it fills in for a file that is not
/// there, in silence, and an error of it would name the wrong file.
extension HDF5Dataset {
  /// A run of a virtual dataset's rows.
  public struct Source: Sendable {
    /// The rows of the virtual dataset.
    public let rows: Range<Int>
    /// Where they stand.
    public let dataset: HDF5Dataset
    /// The row of `dataset` that is the first of them.
    public let firstRow: Int
  }

  /// Calls `body` for each source that holds some of `rows`: its dataset, the rows in that, and the
  /// place of the first of them among `rows`.
  func forEachSource(
    of rows: Range<Int>, _ body: (HDF5Dataset, Range<Int>, _ place: Int) throws(HDF5Error) -> Void
  ) throws(HDF5Error) {
    var index = firstSource(endingAfter: rows.lowerBound)
    while index < sources.count, sources[index].rows.lowerBound < rows.upperBound {
      let source = sources[index]
      let part = source.rows.clamped(to: rows)
      let first = part.lowerBound - source.rows.lowerBound + source.firstRow
      try body(source.dataset, first..<first + part.count, part.lowerBound - rows.lowerBound)
      index += 1
    }
  }

  /// By bisection: there may be thousands.
  private func firstSource(endingAfter row: Int) -> Int {
    var (low, high) = (0, sources.count)
    while low < high {
      let middle = (low + high) / 2
      if sources[middle].rows.upperBound <= row { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
