import HDF5
import TestSupport
import Testing

/// Equal content has equal bytes, and little content has few.
struct BytesTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Writes the same rows, appended in pieces of `step`, flushed at every 5000.
  private func write(_ name: String, step: Int) throws -> [UInt8] {
    let file = try HDF5File(creating: scratch.path(name))
    let numbers = HDF5Appender<Int32>(file, name: "numbers", width: 16)
    let strings = HDF5StringAppender(file, name: "strings")
    for row in stride(from: 0, to: 20_000, by: step) {
      let rows = row..<row + step
      numbers.append(rows.flatMap { row in (0..<16).map { Int32(row &* $0) } })
      strings.append(rows.map { "text \($0)" })
      if rows.upperBound % 5000 == 0 {
        try numbers.flush()
        try strings.flush()
      }
    }
    try numbers.finish()
    try strings.finish()
    try file.createGroup("group")
    try file.link("group/again", to: "numbers")
    try file.setAttribute("format", to: "test")
    try file.finish()
    return try scratch.bytes(name)
  }

  @Test func equalContentHasEqualBytes() async throws {
    let first = try write("first.h5", step: 1000)
    // A second later, so that a time in the file would show.
    try await Task.sleep(for: .milliseconds(1010))
    #expect(try write("second.h5", step: 1000) == first)
    #expect(try write("third.h5", step: 625) == first)
  }

  /// Ten rows in three datasets: headers, one heap of 4 KiB and little else.
  @Test func smallStaysSmall() throws {
    let file = try HDF5File(creating: scratch.path("small.h5"))
    let numbers = HDF5Appender<Int32>(file, name: "numbers")
    numbers.append(0..<10)
    try numbers.finish()
    let floats = try file.createDataset("floats", type: .float32, shape: [10, 384])
    try [Float](repeating: 1, count: 3840).withUnsafeBufferPointer {
      try floats.write($0, at: 0..<10)
    }
    let strings = HDF5StringAppender(file, name: "strings")
    strings.append((0..<10).map(String.init))
    try strings.finish()
    try file.finish()
    // 15,360 bytes of floats, and less than 10,000 for the rest.
    #expect(try scratch.bytes("small.h5").count < 25_360)
  }
}
