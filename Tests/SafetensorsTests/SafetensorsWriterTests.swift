import Safetensors
import Testing

@Suite("SafetensorsWriter") struct SafetensorsWriterTests {
  private let metadata = ["z": "last", "a": "quote \" backslash \\ line\n tab\t bell\u{7}"]

  @Test func readsBackWhatItWrote() throws {
    let file = try TemporaryFile(
      SafetensorsWriter.encode(
        tensors: [
          ("weight", [2, 3], [1, -2, 3.5, .pi, .leastNonzeroMagnitude, -0.0]),
          ("bias", [], [7]), ("none", [0, 9], []),
        ], metadata: metadata))
    let read = try SafetensorsFile(path: file.path)
    #expect(read.names == ["bias", "none", "weight"])
    #expect(read.metadata == metadata)
    #expect(try read.info("weight").shape == [2, 3])
    #expect(
      try read.floats("weight").map(\.bitPattern)
        == [1, -2, 3.5, .pi, .leastNonzeroMagnitude, -0.0].map(\Float.bitPattern))
    #expect(try read.floats("bias") == [7])
  }

  @Test func keepsFloat64AlignedAndExact() throws {
    let file = try TemporaryFile(
      SafetensorsWriter.encode([
        .init(name: "a", shape: [1], values: .float32([1])),
        .init(name: "b", shape: [2], values: .float64([.pi, 1 / 3])),
      ]))
    let read = try SafetensorsFile(path: file.path)
    #expect(try read.doubles("b") == [.pi, 1 / 3])
    #expect(try read.info("b").byteRange.lowerBound.isMultiple(of: 8))
    #expect(try read.mappedFloats("a") != nil)
  }

  @Test func bytesDependOnNeitherOrderNorRun() {
    let forward = SafetensorsWriter.encode(
      tensors: [("a", [1], [1]), ("b", [1], [2])], metadata: metadata)
    let backward = SafetensorsWriter.encode(
      tensors: [("b", [1], [2]), ("a", [1], [1])], metadata: metadata)
    #expect(forward == backward)
  }

  /// The format spelled out: length, header padded to eight, data.
  @Test func bytesAreTheFormats() {
    let header = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let expected = [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + padded.utf8 + [0, 0, 128, 63]
    #expect(SafetensorsWriter.encode(tensors: [("a", [1], [1])]) == expected)
  }
}
