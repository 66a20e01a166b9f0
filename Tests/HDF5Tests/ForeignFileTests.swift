import Foundation
import HDF5
import Testing

/// A file written by h5py (Tests/Oracles/write_h5_fixtures.py).
struct ForeignFileTests {
  private let path: String
  private let file: HDF5File

  init() throws {
    path = try #require(Bundle.module.path(forResource: "Fixtures/h5py", ofType: "h5"))
    file = try HDF5File(reading: path)
  }

  @Test func numbersOfOtherLayouts() throws {
    #expect(try file.dataset("contiguous").read(0..<2, as: Float.self) == [0, 1, 2, 3, 4, 5])
    #expect(try file.dataset("big_endian").read(0..<3, as: Int32.self) == [1, -2, 3])
    #expect(try file.dataset("deflated").read(63..<66, as: Int64.self) == [63, 64, 65])
    #expect(
      try file.dataset("half").read(0..<2, as: Float16.self) == [0.5, -65504, 0x1p-24, .infinity])
  }

  @Test func doubles() throws {
    #expect(try file.dataset("double").read(0..<3, as: Double.self) == [0.1, -1e300, 0x1p-1074])
  }

  @Test func stringsAndAttributes() throws {
    #expect(try file.dataset("strings").readStrings(0..<3) == ["A good film.", "Größe: 映画 🎬", ""])
    #expect(try file.stringAttribute("name") == "Größe")
    #expect(try file.integerAttribute("answer") == 42)
    #expect(throws: HDF5Error.self) { try file.integerAttribute("ratio") }
  }

  @Test func otherTypesAreNamed() throws {
    for (name, found) in [("fixed", "string of fixed length"), ("long_double", "128-bit float")] {
      #expect(
        throws: HDF5Error.wrongType(
          file: path, object: name, expected: "number or string", found: found)
      ) { try file.dataset(name) }
    }
    #expect(
      throws: HDF5Error.wrongShape(
        file: path, object: "cube", expected: [-1, -1], found: [2, 2, 2])
    ) { try file.dataset("cube") }
    #expect(
      throws: HDF5Error.wrongType(
        file: path, object: "big_endian", expected: "float32", found: "int32")
    ) { try file.dataset("big_endian").read(0..<1, as: Float.self) }
    #expect(throws: HDF5Error.missing(file: path, object: "nothing")) {
      try file.dataset("nothing")
    }
  }

  /// Rows that were never written would read as zeros, and a petabyte of them not at all.
  @Test(arguments: ["holes", "petabyte", "overflow"])
  func promisesWithoutRows(name: String) throws {
    #expect(throws: HDF5Error.incomplete(file: path, object: name)) { try file.dataset(name) }
  }

  @Test func vastChunksAreRefused() throws {
    #expect {
      try file.dataset("vast_chunk")
    } throws: { error in
      guard case .damaged(_, "vast_chunk", "H5Pget_chunk", _) = error as? HDF5Error else {
        return false
      }
      return true
    }
  }
}
