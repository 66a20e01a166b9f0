import Foundation
import HDF5
import StageKit
import TestSupport
import Testing

/// What is broken is named, with the status that the shell sees.
struct DamageTests {
  private let scratch: Scratch
  /// Eight bytes that are nowhere else in the file.
  private let mark: [Int32] = [0x1357_9BDF, 0x2468_ACE0]

  init() throws {
    scratch = try Scratch()
    let file = try HDF5File(creating: scratch.path("whole.h5"))
    let values = (0..<70_000).map { Int32($0) } + mark
    let dataset = try file.createDataset("x", type: .int32, shape: [values.count])
    try values.withUnsafeBufferPointer { try dataset.write($0, at: 0..<values.count) }
    try file.setAttribute("format", to: "a recognisable attribute")
    try file.finish()
  }

  private func complaint(_ body: () throws -> Void) -> Complaint? {
    do { try body() } catch { return (error as? any Explained)?.complaint }
    return nil
  }

  @Test func missingFile() throws {
    let path = scratch.path("none.h5")
    let told = try #require(complaint { _ = try HDF5File(reading: path) })
    #expect(told.status == .noInput)
    #expect(told.what == "cannot open the file: No such file or directory")
    #expect(told.location == path)
  }

  @Test(arguments: ["", "id,text\n1,hello\n"])
  func notHDF5(content: String) throws {
    try scratch.write(content.utf8, to: "text.csv")
    let path = scratch.path("text.csv")
    #expect(throws: HDF5Error.notHDF5(file: path)) { try HDF5File(reading: path) }
    #expect(complaint { _ = try HDF5File(reading: path) }?.status == .badData)
  }

  @Test func folderInPlaceOfAFile() throws {
    #expect(
      complaint { _ = try HDF5File(reading: scratch.root) }?.status == .noInput)
  }

  /// Wherever the end is cut off: it is told, at the latest when the rows are read.
  @Test func cutFile() throws {
    let bytes = try scratch.bytes("whole.h5")
    for count in [8, 40, 100, 600, bytes.count / 2, bytes.count - 1] {
      try scratch.write(bytes.prefix(count), to: "cut.h5")
      let told = try #require(
        complaint {
          let dataset = try HDF5File(reading: scratch.path("cut.h5")).dataset("x")
          _ = try dataset.read(0..<dataset.rows, as: Int32.self)
        }, "cut to \(count) bytes")
      #expect(told.status == .badData, "cut to \(count) bytes: \(told)")
    }
    #expect {
      try HDF5File(reading: scratch.path("cut.h5"))
    } throws: { error in
      guard case .truncated = error as? HDF5Error else { return false }
      return true
    }
  }

  @Test func flippedBitInAChunk() throws {
    try scratch.flip(
      "whole.h5", at: mark.flatMap { withUnsafeBytes(of: $0.littleEndian, Array.init) },
      to: "flipped.h5")
    let path = scratch.path("flipped.h5")
    let dataset = try HDF5File(reading: path).dataset("x")
    // Another chunk's rows are still read.
    #expect(try dataset.read(0..<3, as: Int32.self) == [0, 1, 2])
    #expect(
      throws: HDF5Error.damaged(
        file: path, object: "x", call: "H5Dread",
        reason: "data error detected by Fletcher32 checksum")
    ) { try dataset.read(69_999..<70_000, as: Int32.self) }
    let told = try #require(complaint { _ = try dataset.read(69_999..<70_001, as: Int32.self) })
    #expect(told.status == .badData)
    #expect(told.location == "\(path) (dataset x)")
  }

  /// Headers have checksums too: a bit of any of the first 1,024 bytes is either told or without effect.
  @Test func flippedBitsInHeaders() throws {
    let bytes = try scratch.bytes("whole.h5")
    var told = 0
    for place in stride(from: 0, to: 1024, by: 3) {
      var copy = bytes
      copy[place] ^= 1
      try scratch.write(copy, to: "flipped.h5")
      do {
        let file = try HDF5File(reading: scratch.path("flipped.h5"))
        let values = try file.dataset("x").read(0..<70_002, as: Int32.self)
        #expect(values == (0..<70_000).map { Int32($0) } + mark, "bit \(place)")
      } catch {
        told += 1
      }
    }
    #expect(told > 50)
  }

  /// The heap of strings has no checksum: each bit of its headers and the string, and its sizes and
  /// places as large as can be, are told or without effect.
  @Test func damagedHeapOfAnAttribute() throws {
    let bytes = try scratch.bytes("whole.h5")
    let heap = try #require(Data(bytes).range(of: Data("GCOL".utf8))?.lowerBound)
    func read(_ bytes: [UInt8]) throws -> String? {
      try scratch.write(bytes, to: "damaged.h5")
      return try HDF5File(reading: scratch.path("damaged.h5")).stringAttribute("format")
    }
    var told = 0
    for place in heap..<heap + 64 {
      for change in [1, 0x80, 0xFF] as [UInt8] {
        var copy = bytes
        copy[place] ^= change
        do {
          _ = try read(copy)
        } catch {
          #expect((error as? any Explained)?.complaint.status == .badData)
          told += 1
        }
      }
      var copy = bytes
      for byte in place..<place + 8 { copy[byte] = 0xFF }
      _ = try? read(copy)
    }
    #expect(told > 20)
  }

  @Test func unwritableFolder() throws {
    let told = try #require(
      complaint { _ = try HDF5File(creating: scratch.path("none/x.h5"), reportedAs: "x.h5") })
    #expect(told.status == .cannotCreate)
    #expect(told.what == "cannot create the HDF5 file (H5Fcreate: No such file or directory)")
    #expect(told.location == "x.h5")
  }

  /// A full disk is told, and what is done with other files afterwards goes well.
  @Test func fullDisk() throws {
    let told = try #require(
      complaint {
        let file = try HDF5File(creating: "/dev/full", reportedAs: "x.h5")
        let dataset = try file.createDataset("x", type: .int32, shape: [mark.count])
        try mark.withUnsafeBufferPointer { try dataset.write($0, at: 0..<mark.count) }
        try file.finish()
      })
    #expect(told.status == .ioError)
    #expect(told.what == "the disk is full (H5Fcreate: No space left on device)")
    let dataset = try HDF5File(reading: scratch.path("whole.h5")).dataset("x")
    #expect(try dataset.read(0..<2, as: Int32.self) == [0, 1])
  }

  @Test func nullByte() throws {
    let path = scratch.path("null.h5")
    let strings = try HDF5File(creating: path).createStrings("s", rows: 2)
    #expect(throws: HDF5Error.embeddedNull(file: path, object: "s", row: 1)) {
      try strings.writeStrings(["a", "b\0c"], at: 0..<2)
    }
  }
}
