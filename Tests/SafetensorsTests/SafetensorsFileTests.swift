import Foundation
import Safetensors
import Testing

@Suite("SafetensorsFile") struct SafetensorsFileTests {
  /// Written by Tests/Oracles/safetensors_fixture.py with the reference implementation.
  private func reference() throws -> SafetensorsFile {
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures/reference", withExtension: "safetensors"))
    return try SafetensorsFile(path: url.path)
  }

  private let values = (0..<12).map { Float($0) * 0.25 - 1 }

  @Test func readsTheReferenceImplementationsHeader() throws {
    let file = try reference()
    #expect(
      Set(file.names) == ["f32", "f16", "bf16", "f64", "i64", "u8", "scalar", "empty", "größe"])
    #expect(file.metadata == ["format": "pt", "quote": "a \"b\" \\ \n é"])
    let info = try file.info("f16")
    #expect(info.dtype == .float16 && info.shape == [2, 6] && info.count == 12)
    #expect(try file.info("empty").shape == [0, 4])
    #expect(file["nothing"] == nil)
  }

  @Test("converts to the exact values", arguments: ["f32", "f16", "bf16"])
  func floats(name: String) throws {
    let file = try reference()
    #expect(try file.floats(name) == values)
    #expect(try file.withFloats(name) { Array($0) } == values)
    #expect(try file.doubles(name) == values.map(Double.init))
  }

  @Test func convertsFloat64() throws {
    let file = try reference()
    let thirds = (0..<12).map { (Double($0) * 0.25 - 1) / 3 }
    #expect(try file.doubles("f64") == thirds)
    #expect(try file.floats("f64") == thirds.map(Float.init))
  }

  @Test func readsScalarEmptyAndNonASCII() throws {
    let file = try reference()
    #expect(try file.info("scalar").shape == [])
    #expect(try file.floats("scalar") == [2.5])
    #expect(try file.floats("empty") == [])
    #expect(try file.floats("größe") == [1.5])
  }

  @Test func mapsAlignedFloat32WithoutCopying() throws {
    let file = try reference()
    let mapped = try #require(try file.mappedFloats("f32"))
    #expect(UnsafeRawPointer(mapped.baseAddress) == (try file.bytes("f32").baseAddress))
    #expect(Array(mapped) == values)
    #expect(try file.mappedFloats("f16") == nil)
    try file.adviseWillNeed("f32")
    try file.adviseDontNeed("f32")
    #expect(Array(mapped) == values)
  }

  @Test func readsUnalignedFloat32ByCopying() throws {
    let header = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    for padding in 0..<4 {
      let file = try TemporaryFile(
        header: header + String(repeating: " ", count: padding), dataSize: 4)
      let opened = try SafetensorsFile(path: file.path)
      let aligned = (header.utf8.count + padding) % 4 == 0
      #expect(try (opened.mappedFloats("a") != nil) == aligned)
      #expect(try opened.withFloats("a") { Array($0) } == [0])
    }
  }

  @Test func refusesIntegersAsFloatsAndUnknownNames() throws {
    let file = try reference()
    #expect(
      throws: SafetensorsError.notFloatingPoint(path: file.path, tensor: "i64", dtype: "I64")
    ) { try file.floats("i64") }
    #expect(throws: SafetensorsError.noSuchTensor(path: file.path, tensor: "x")) {
      try file.floats("x")
    }
  }

  @Test func takesCanonicallyEquivalentNamesForDifferentTensors() throws {
    let file = try TemporaryFile(
      SafetensorsWriter.encode(tensors: [("e\u{301}", [1], [1]), ("\u{e9}", [1], [2])]))
    let opened = try SafetensorsFile(path: file.path)
    #expect(try opened.floats("e\u{301}") == [1])
    #expect(try opened.floats("\u{e9}") == [2])
  }
}
