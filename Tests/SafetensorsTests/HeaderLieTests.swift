import Safetensors
import StageKit
import Testing

/// A file whose header lies in one way, and the error it must meet.
struct Lie: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let header: String
  var dataSize = 16
  var claimedLength: UInt64?
  let expected: @Sendable (SafetensorsError) -> Bool
}

private func entry(
  _ name: String, dtype: String = "F32", shape: String = "[4]", offsets: String = "[0,16]"
) -> String {
  "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
}

private let lies: [Lie] = [
  Lie(testDescription: "header beyond the file", header: "{}", claimedLength: 1000) {
    if case .headerLength(_, 1000, 18) = $0 { true } else { false }
  },
  Lie(testDescription: "header of 2^64 - 1", header: "{}", claimedLength: .max) {
    if case .headerLength(_, .max, _) = $0 { true } else { false }
  },
  Lie(testDescription: "not JSON", header: "{\"a\":nonsense}", dataSize: 0) {
    if case .headerNotJSON(_, 5) = $0 { true } else { false }
  },
  Lie(testDescription: "text after the object", header: "{} x", dataSize: 0) {
    if case .headerNotJSON(_, 3) = $0 { true } else { false }
  },
  Lie(testDescription: "empty header", header: "", dataSize: 0) {
    if case .headerNotJSON(_, 0) = $0 { true } else { false }
  },
  Lie(testDescription: "nested too deep", header: String(repeating: "[", count: 99_999)) {
    if case .headerNotJSON = $0 { true } else { false }
  },
  Lie(testDescription: "not an object", header: "[1, 2]", dataSize: 0) {
    if case .headerNotObject = $0 { true } else { false }
  },
  Lie(testDescription: "unknown dtype", header: "{\(entry("a", dtype: "F31"))}") {
    if case .unknownDtype(_, "a", "F31") = $0 { true } else { false }
  },
  Lie(testDescription: "dtype not text", header: "{\"a\":{\"dtype\":3}}") {
    if case .badEntry(_, "a", "dtype") = $0 { true } else { false }
  },
  Lie(testDescription: "entry not an object", header: "{\"a\":3}") {
    if case .badEntry(_, "a", _) = $0 { true } else { false }
  },
  Lie(testDescription: "no shape", header: "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,16]}}") {
    if case .badEntry(_, "a", "shape") = $0 { true } else { false }
  },
  Lie(testDescription: "negative dimension", header: "{\(entry("a", shape: "[-4]"))}") {
    if case .badEntry(_, "a", "shape") = $0 { true } else { false }
  },
  Lie(testDescription: "fractional dimension", header: "{\(entry("a", shape: "[4.0]"))}") {
    if case .badEntry(_, "a", "shape") = $0 { true } else { false }
  },
  Lie(testDescription: "negative offset", header: "{\(entry("a", offsets: "[-16,0]"))}") {
    if case .badEntry(_, "a", "data_offsets") = $0 { true } else { false }
  },
  Lie(testDescription: "three offsets", header: "{\(entry("a", offsets: "[0,16,16]"))}") {
    if case .badEntry(_, "a", "data_offsets") = $0 { true } else { false }
  },
  Lie(
    testDescription: "offset beyond Int",
    header: "{\(entry("a", offsets: "[0,18446744073709551616]"))}"
  ) {
    if case .badEntry(_, "a", "data_offsets") = $0 { true } else { false }
  },
  Lie(testDescription: "end before begin", header: "{\(entry("a", offsets: "[16,0]"))}") {
    if case .reversedOffsets(_, "a", 16, 0) = $0 { true } else { false }
  },
  Lie(testDescription: "too few bytes", header: "{\(entry("a", shape: "[5]"))}") {
    if case .sizeMismatch(_, "a", "F32", [5], 20, 16) = $0 { true } else { false }
  },
  Lie(
    testDescription: "shape that overflows",
    header: "{\(entry("a", shape: "[4611686018427387904,4611686018427387904]"))}"
  ) {
    if case .sizeMismatch(_, "a", "F32", _, nil, 16) = $0 { true } else { false }
  },
  Lie(
    testDescription: "beyond the file", header: "{\(entry("a", shape: "[5]", offsets: "[0,20]"))}"
  ) {
    if case .beyondFile(_, "a", 20, 16) = $0 { true } else { false }
  },
  Lie(testDescription: "file cut short", header: "{\(entry("a"))}", dataSize: 15) {
    if case .beyondFile(_, "a", 16, 15) = $0 { true } else { false }
  },
  Lie(
    testDescription: "overlap",
    header: "{\(entry("a")),\(entry("b", shape: "[2]", offsets: "[8,16]"))}"
  ) {
    if case .overlap(_, "b", "a") = $0 { true } else { false }
  },
  Lie(
    testDescription: "hole between",
    header: "{\(entry("a", shape: "[1]", offsets: "[0,4]")),"
      + "\(entry("b", shape: "[2]", offsets: "[8,16]"))}"
  ) {
    if case .hole = $0 { true } else { false }
  },
  Lie(testDescription: "bytes after the last", header: "{\(entry("a"))}", dataSize: 17) {
    if case .hole = $0 { true } else { false }
  },
  Lie(
    testDescription: "duplicate name",
    header: "{\(entry("a", shape: "[2]", offsets: "[0,8]")),"
      + "\(entry("a", shape: "[2]", offsets: "[8,16]"))}"
  ) {
    if case .duplicateName(_, "a") = $0 { true } else { false }
  },
  Lie(testDescription: "metadata not strings", header: "{\"__metadata__\":{\"k\":1}}", dataSize: 0)
  {
    if case .badMetadata = $0 { true } else { false }
  },
]

@Suite("A safetensors header that lies") struct HeaderLieTests {
  @Test("is refused as bad data", arguments: lies) func refused(lie: Lie) throws {
    let file = try TemporaryFile(
      header: lie.header, dataSize: lie.dataSize, claimedLength: lie.claimedLength)
    do throws(SafetensorsError) {
      _ = try SafetensorsFile(path: file.path)
      Issue.record("opened")
    } catch {
      #expect(lie.expected(error), "\(error)")
      #expect(error.complaint.status == .badData)
      #expect(error.complaint.location == file.path)
    }
  }

  @Test("of more than 100 MB is refused by its length alone") func tooLong() throws {
    // A sparse file: long enough for the header that it claims, without holding it.
    let file = try TemporaryFile(header: "{}", dataSize: 0, claimedLength: 100_000_001)
    try file.extend(to: 100_000_100)
    #expect(
      throws: SafetensorsError.headerLength(
        path: file.path, length: 100_000_001, limit: 100_000_000)
    ) { try SafetensorsFile(path: file.path) }
  }

  @Test("in a file of less than eight bytes", arguments: [0, 1, 7]) func tooShort(size: Int) throws
  {
    let file = try TemporaryFile([UInt8](repeating: 0, count: size))
    let expected = SafetensorsError.tooShort(path: file.path, size: size)
    #expect(throws: expected) { try SafetensorsFile(path: file.path) }
    #expect(expected.complaint.status == .badData)
  }

  @Test("A path without a file, or to a folder, is no input") func noInput() throws {
    for path in ["/nonexistent/model.safetensors", "/"] {
      do throws(SafetensorsError) {
        _ = try SafetensorsFile(path: path)
        Issue.record("opened")
      } catch {
        #expect(error.complaint.status == .noInput)
      }
    }
  }
}
