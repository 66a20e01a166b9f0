import HDF5
import TestSupport
import Testing

/// Datasets whose rows stand in other files.
struct VirtualTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A file with rows of numbers that tell whose they are, and with strings.
  private func write(_ name: String, rows: Int, from first: Int) throws {
    let file = try HDF5File(creating: scratch.path(name))
    let numbers = try file.createDataset("x", type: .float32, shape: [rows, 3])
    try (0..<rows * 3).map { Float(first * 3 + $0) }.withUnsafeBufferPointer {
      try numbers.write($0, at: 0..<rows)
    }
    try file.createStrings("s", rows: rows)
      .writeStrings((0..<rows).map { "é\(first + $0)" }, at: 0..<rows)
    try file.finish()
  }

  private func join(_ name: String, _ parts: [(file: String, rows: Int)]) throws {
    let file = try HDF5File(creating: scratch.path(name))
    let count = parts.reduce(0) { $0 + $1.rows }
    for (dataset, content, shape) in [
      ("x", HDF5Dataset.Content.numbers(.float32), [count, 3]), ("s", .strings, [count]),
    ] {
      try file.createVirtual(
        dataset, content: content, shape: shape,
        sources: parts.map { VirtualRows(file: $0.file, dataset: dataset, rows: $0.rows) })
    }
    try file.finish()
  }

  private func dataset(_ file: String, _ name: String) throws -> HDF5Dataset {
    try HDF5File(reading: scratch.path(file)).dataset(name)
  }

  @Test func rowsComeFromTheirFiles() throws {
    try write("a.h5", rows: 5, from: 0)
    try write("b.h5", rows: 1, from: 5)
    try write("c.h5", rows: 90_000, from: 6)
    try join("m.h5", [("a.h5", 5), ("b.h5", 1), ("none.h5", 0), ("c.h5", 90_000)])
    let numbers = try dataset("m.h5", "x")
    #expect(numbers.shape == [90_006, 3] && numbers.sources.count == 3)
    #expect(try numbers.read(4..<8, as: Float.self) == (12..<24).map { Float($0) })
    #expect(
      try numbers.read(0..<90_006, as: Float.self) == (0..<90_006 * 3).map { Float($0) })
    let strings = try dataset("m.h5", "s")
    #expect(try strings.readStrings(4..<8) == ["é4", "é5", "é6", "é7"])
    #expect(try strings.readStrings(90_005..<90_006) == ["é90005"])
  }

  @Test func aFileThatIsNotThereIsNamed() throws {
    try write("a.h5", rows: 5, from: 0)
    try join("m.h5", [("a.h5", 5), ("gone.h5", 4)])
    let path = scratch.path("m.h5")
    #expect(
      throws: HDF5Error.missingSource(file: path, object: "x", source: scratch.path("gone.h5"))
    ) { try HDF5File(reading: path).dataset("x") }
  }

  @Test func aFileOfOtherRowsIsNamed() throws {
    try write("a.h5", rows: 5, from: 0)
    try write("b.h5", rows: 3, from: 5)
    try join("m.h5", [("a.h5", 5), ("b.h5", 4)])
    #expect {
      try HDF5File(reading: scratch.path("m.h5")).dataset("x")
    } throws: { error in
      guard case .damaged(scratch.path("b.h5"), "x", _, _) = error as? HDF5Error else {
        return false
      }
      return true
    }
  }

  /// One that leads to itself, or to another that is virtual, would never end.
  @Test(arguments: ["m.h5", "other.h5", "."])
  func noVirtualDatasetOfVirtualOnes(source: String) throws {
    try write("a.h5", rows: 5, from: 0)
    try join("other.h5", [("a.h5", 5)])
    try join("m.h5", [("a.h5", 5), (source, 5)])
    #expect {
      try HDF5File(reading: scratch.path("m.h5")).dataset("x")
    } throws: { error in
      guard case .damaged = error as? HDF5Error else { return false }
      return true
    }
  }
}
