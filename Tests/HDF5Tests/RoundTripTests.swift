import HDF5
import TestSupport
import Testing

/// What is written comes back, in whole and in ranges.
struct RoundTripTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func roundTrip<Element: HDF5Element & Equatable>(
    _ values: [Element], width: Int?
  ) throws {
    let path = scratch.path("\(Element.self)-\(width ?? 0).h5")
    let rows = values.count / (width ?? 1)
    let file = try HDF5File(creating: path)
    let shape = width.map { [rows, $0] } ?? [rows]
    let dataset = try file.createDataset("x", type: Element.elementType, shape: shape)
    let half = rows / 2
    try values.withUnsafeBufferPointer { buffer in
      let cut = half * (width ?? 1)
      try dataset.write(UnsafeBufferPointer(rebasing: buffer[..<cut]), at: 0..<half)
      try dataset.write(UnsafeBufferPointer(rebasing: buffer[cut...]), at: half..<rows)
    }
    try file.finish()

    let read = try HDF5File(reading: path).dataset("x")
    #expect(read.shape == shape)
    #expect(read.content == .numbers(Element.elementType))
    #expect(try read.read(0..<rows, as: Element.self) == values)
    let part = rows / 3..<rows / 3 + 2
    #expect(
      try read.read(part, as: Element.self)
        == Array(values[part.lowerBound * (width ?? 1)..<part.upperBound * (width ?? 1)]))
    #expect(try read.read(1..<1, as: Element.self).isEmpty)
  }

  @Test(arguments: [nil, 3])
  func numbers(width: Int?) throws {
    try roundTrip((0..<30).map { UInt8($0 * 8) }, width: width)
    try roundTrip((0..<30).map { Int32.min + $0 }, width: width)
    try roundTrip((0..<30).map { Int64.max - $0 }, width: width)
    try roundTrip((0..<30).map { Float($0).squareRoot() }, width: width)
    try roundTrip((0..<30).map { Float16($0).squareRoot() }, width: width)
  }

  /// More than one chunk of 256 KiB, in pieces that do not end where chunks do.
  @Test(arguments: [nil, 5])
  func appendingGrows(width: Int?) throws {
    let path = scratch.path("grown.h5")
    let values = (0..<200_000).map { Int32($0) }
    let file = try HDF5File(creating: path)
    let appender = HDF5Appender<Int32>(file, name: "x", width: width)
    for start in stride(from: 0, to: values.count, by: 25_000) {
      appender.append(values[start..<start + 25_000])
      try appender.flush()
    }
    try appender.finish()
    try file.finish()
    let dataset = try HDF5File(reading: path).dataset("x")
    #expect(dataset.rows == values.count / (width ?? 1))
    #expect(dataset.chunkRows == (256 << 10) / (4 * (width ?? 1)))
    #expect(try dataset.read(0..<dataset.rows, as: Int32.self) == values)
  }

  @Test func strings() throws {
    let path = scratch.path("strings.h5")
    // The last two are equal to Swift and different in bytes: nothing may normalise them.
    let texts = ["", "plain", "Größe 映画 🎬", "line\nbreak", "\u{E9}", "e\u{301}"]
    let many = (0..<2500).map { "row \($0) \(texts[$0 % texts.count])" } + texts
    let file = try HDF5File(creating: path)
    try file.createStrings("known", rows: texts.count).writeStrings(texts, at: 0..<texts.count)
    let appender = HDF5StringAppender(file, name: "grown")
    for start in stride(from: 0, to: many.count, by: 700) {
      appender.append(many[start..<min(start + 700, many.count)])
      try appender.flush()
    }
    try appender.finish()
    try file.finish()

    let read = try HDF5File(reading: path)
    func bytes(_ strings: [String]) -> [[UInt8]] { strings.map { Array($0.utf8) } }
    #expect(try bytes(read.dataset("known").readStrings(0..<texts.count)) == bytes(texts))
    let grown = try read.dataset("grown")
    #expect(grown.rows == many.count)
    #expect(try bytes(grown.readStrings(0..<many.count)) == bytes(many))
    #expect(try grown.readStrings(1023..<1026) == Array(many[1023..<1026]))
  }

  @Test func attributes() throws {
    let path = scratch.path("attributes.h5")
    let file = try HDF5File(creating: path)
    // Larger than the 64 KiB that a header message holds.
    let long = String(repeating: "{\"a\":1}", count: 20_000)
    try file.setAttribute("empty", to: "")
    try file.setAttribute("text", to: "Größe")
    try file.setAttribute("long", to: long)
    try file.setAttribute("number", to: -7)
    for index in 0..<20 { try file.setAttribute("a\(index)", to: index) }
    try file.finish()
    let read = try HDF5File(reading: path)
    #expect(try read.stringAttribute("empty") == "")
    #expect(try read.stringAttribute("text") == "Größe")
    #expect(try read.stringAttribute("long") == long)
    #expect(try read.integerAttribute("number") == -7)
    #expect(try read.integerAttribute("a19") == 19)
    #expect(try read.stringAttribute("none") == nil)
    #expect(throws: HDF5Error.self) { try read.stringAttribute("number") }
    #expect(throws: HDF5Error.self) { try read.integerAttribute("text") }
  }

  @Test func groupsAndLinks() throws {
    let path = scratch.path("links.h5")
    let file = try HDF5File(creating: path)
    try file.createGroup("layers")
    try file.createGroup("layers/6")
    _ = try file.createDataset("layers/6/mean", type: .float32, shape: [0, 4])
    _ = try file.createDataset("layers/6/cls", type: .float32, shape: [0, 4])
    try file.link("embeddings", to: "layers/6/mean")
    try file.finish()
    let read = try HDF5File(reading: path)
    #expect(try read.names(in: "layers/6") == ["cls", "mean"])
    #expect(try read.areSame("embeddings", "layers/6/mean"))
    #expect(try !read.areSame("embeddings", "layers/6/cls"))
    #expect(try read.contains("layers/6/mean"))
    #expect(try !read.contains("layers/7/mean"))
    #expect(throws: HDF5Error.missing(file: path, object: "layers/7")) {
      try read.names(in: "layers/7")
    }
  }

  /// Halves are rounded to nearest, ties to even, and a number beyond their range is refused.
  @Test func halves() throws {
    let path = scratch.path("half.h5")
    // 2049 and 2051 lie half-way between neighbours; 2^-25 is half of the least subnormal.
    let values: [Float] = [2049, 2051, 0x1p-24, 0x1p-25, -65504, .infinity]
    let file = try HDF5File(creating: path)
    let dataset = try file.createDataset("x", type: .float16, shape: [3, 2])
    try values.withUnsafeBufferPointer { try dataset.writeFloats($0, at: 0..<3) }
    #expect(throws: HDF5Error.halfOverflow(file: path, object: "x", row: 2, value: 65520)) {
      try [1, 65520].withUnsafeBufferPointer { try dataset.writeFloats($0, at: 2..<3) }
    }
    try file.finish()
    var read = [Float](repeating: 0, count: 6)
    let stored = try HDF5File(reading: path).dataset("x")
    try read.withUnsafeMutableBufferPointer { try stored.readFloats(0..<3, into: $0) }
    #expect(read == [2048, 2052, 0x1p-24, 0, -65504, .infinity])
  }
}
