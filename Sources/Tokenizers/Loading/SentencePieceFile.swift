/// A sentencepiece model: the few fields of its protocol buffer that tokenizing takes.
///
/// Source: src/sentencepiece_model.proto of sentencepiece 0.2. Fields that are not read here are
/// skipped, as protocol buffers provide for.
struct SentencePieceFile {
  /// What kind of piece an entry is, where that matters: `SentencePiece.Type`.
  enum Kind: Int {
    case control = 3
    case userDefined = 4
  }

  struct Piece {
    var bytes: [UInt8] = []
    var score: Float = 0
    var kind: Kind?
  }

  private(set) var pieces: [Piece] = []
  /// `TrainerSpec.ModelType`: 1 is unigram, 2 BPE, 3 words, 4 characters.
  private(set) var modelType = 1
  private(set) var unknownID = 0
  /// SentencePiece's table of replacements; empty for none.
  private(set) var charsmap: [UInt8] = []

  /// The bytes are not those of such a file.
  struct Malformed: Error {
    let offset: Int
  }

  init(_ bytes: [UInt8]) throws(Malformed) {
    try ProtobufReader(bytes[...]).forEachField { field throws(Malformed) in
      switch (field.number, field.value) {
      case (1, .bytes(let piece)): pieces.append(try Self.piece(piece))
      case (2, .bytes(let trainer)):
        try ProtobufReader(trainer).forEachField { field in
          switch (field.number, field.value) {
          case (3, .varint(let type)): modelType = Int(truncatingIfNeeded: type)
          case (40, .varint(let id)): unknownID = Int(truncatingIfNeeded: id)
          default: break
          }
        }
      case (3, .bytes(let normalizer)):
        try ProtobufReader(normalizer).forEachField { field in
          if case (2, .bytes(let map)) = (field.number, field.value) { charsmap = Array(map) }
        }
      default: break
      }
    }
    guard !pieces.isEmpty else { throw Malformed(offset: 0) }
  }

  private static func piece(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> Piece {
    var piece = Piece()
    try ProtobufReader(bytes).forEachField { field in
      switch (field.number, field.value) {
      case (1, .bytes(let text)): piece.bytes = Array(text)
      case (2, .fixed32(let bits)): piece.score = Float(bitPattern: bits)
      case (3, .varint(let kind)): piece.kind = Kind(rawValue: Int(truncatingIfNeeded: kind))
      default: break
      }
    }
    return piece
  }
}

/// Reads the fields of one message of a protocol buffer, in their order.
///
/// Source: the wire format of protocol buffers (protobuf.dev, "Encoding").
private struct ProtobufReader {
  struct Field {
    let number: Int
    let value: Value
  }

  enum Value {
    case varint(UInt64)
    case bytes(ArraySlice<UInt8>)
    case fixed32(UInt32)
    case fixed64
  }

  typealias Malformed = SentencePieceFile.Malformed

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  func forEachField(_ body: (Field) throws(Malformed) -> Void) throws(Malformed) {
    var reader = self
    while !reader.rest.isEmpty { try body(try reader.next()) }
  }

  private mutating func next() throws(Malformed) -> Field {
    let key = try varint()
    let number = Int(truncatingIfNeeded: key >> 3)
    switch key & 7 {
    case 0: return Field(number: number, value: .varint(try varint()))
    case 1:
      _ = try take(8)
      return Field(number: number, value: .fixed64)
    case 2:
      let count = try varint()
      return Field(number: number, value: .bytes(try take(Int(clamping: count))))
    case 5:
      let bits = try take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
      return Field(number: number, value: .fixed32(bits))
    default: throw Malformed(offset: rest.startIndex)
    }
  }

  private mutating func varint() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard let byte = rest.popFirst() else { throw Malformed(offset: rest.startIndex) }
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw Malformed(offset: rest.startIndex)
  }

  private mutating func take(_ count: Int) throws(Malformed) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw Malformed(offset: rest.startIndex) }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
