import Foundation
import HDF5
import TestSupport
import Testing

/// What carries checksums is opened as it is, all else is rehearsed; and both are read
/// (Tests/Oracles/mixed_h5_forms.py made the files that no program writes).
struct FormTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func fixture(_ name: String) throws -> String {
    try #require(Bundle.module.path(forResource: "Fixtures/\(name)", ofType: "h5"))
  }

  /// More links and attributes than a header keeps by default, which are as many as Firn's have at most,
  /// groups in groups, every kind of dataset.
  @Test func whatFirnWritesIsNotRehearsed() throws {
    let path = scratch.path("own.h5")
    let file = try HDF5File(creating: path)
    for index in 0..<15 {
      try file.setAttribute("text \(index)", to: "é")
      try file.setAttribute("number \(index)", to: index)
    }
    try file.createGroup("a")
    try file.createGroup("a/b")
    let types: [ElementType] = [.uint8, .int32, .int64, .float16, .float32, .float64]
    for type in types {
      _ = try file.createDataset("a/b/\(type)", type: type, shape: [0])
      _ = try file.createDataset("empty \(type)", type: type, shape: [0, 3])
    }
    let long = try file.createDataset("long", type: .float32, shape: [400_000, 3])
    try Array(repeating: Float(1), count: 1_200_000).withUnsafeBufferPointer {
      try long.write($0, at: 0..<400_000)
    }
    try file.createStrings("strings", rows: 1).writeStrings(["x"], at: 0..<1)
    try file.link("other", to: "a/b/int32")
    try file.finish()
    #expect(try HDF5File.carriesChecksums(path))
    #expect(try HDF5File(reading: path).dataset("long").rows == 400_000)
  }

  @Test(arguments: ["h5py", "old-root", "old-objects"])
  func theOlderFormIsRehearsedAndRead(name: String) throws {
    let path = try fixture(name)
    #expect(try !HDF5File.carriesChecksums(path))
    let file = try HDF5File(reading: path)
    #expect(try file.dataset("deflated").read(63..<66, as: Int64.self) == [63, 64, 65])
    #expect(try file.dataset("contiguous").read(0..<2, as: Float.self) == [0, 1, 2, 3, 4, 5])
  }

  /// What lists the rows of other files stands in a heap without a checksum.
  @Test func aMergeByReferenceIsRehearsed() throws {
    let part = try HDF5File(creating: scratch.path("part.h5"))
    let rows = try part.createDataset("x", type: .int32, shape: [2])
    try [Int32(1), 2].withUnsafeBufferPointer { try rows.write($0, at: 0..<2) }
    try part.finish()
    let path = scratch.path("merged.h5")
    let merged = try HDF5File(creating: path)
    try merged.createVirtual(
      "x", content: .numbers(.int32), shape: [2],
      sources: [VirtualRows(file: "part.h5", dataset: "x", rows: 2)])
    try merged.finish()
    #expect(try !HDF5File.carriesChecksums(path))
    #expect(try HDF5File(reading: path).dataset("x").read(0..<2, as: Int32.self) == [1, 2])
  }

  /// Wherever a byte of the older form is changed, in front of which all is well: told or without effect.
  @Test(arguments: ["old-root", "old-objects"])
  func damageBehindChecksumsIsTold(name: String) throws {
    let bytes = try Array(Data(contentsOf: URL(filePath: fixture(name))))
    var told = 0
    for place in stride(from: 96, to: bytes.count - 96, by: 331) {
      var copy = bytes
      for byte in place..<place + 4 { copy[byte] ^= 0xFF }
      try scratch.write(copy, to: "damaged.h5")
      do {
        let file = try HDF5File(reading: scratch.path("damaged.h5"))
        for name in try file.datasetNames() where ["deflated", "contiguous"].contains(name) {
          let dataset = try file.dataset(name)
          try dataset.check(0..<dataset.rows)
        }
      } catch {
        told += 1
      }
    }
    #expect(told > 3)
  }
}
