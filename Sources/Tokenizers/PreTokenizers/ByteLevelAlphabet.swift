/// GPT-2's spelling of bytes as printable characters, in which byte-level vocabularies are written.
///
/// Source: `bytes_to_unicode` of openai/gpt-2, src/encoder.py.
enum ByteLevelAlphabet {
  /// The scalar that stands for each byte: 256 entries, all below 0x800.
  static let scalars: [UInt32] = {
    var extra: UInt32 = 0x100
    return (UInt32(0)..<256).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
      default:
        defer { extra += 1 }
        return extra
      }
    }
  }()

  /// Appends every byte of `text` in its spelling.
  static func map(_ text: UnsafeBufferPointer<UInt8>, into output: inout ByteBuffer) {
    let room = output.reserve(2 * text.count)
    var written = 0
    scalars.withUnsafeBufferPointer { scalars in
      for byte in text {
        let scalar = scalars[Int(byte)]
        if scalar < 0x80 {
          room[written] = UInt8(scalar)
          written += 1
        } else {
          room[written] = UInt8(0xC0 | scalar >> 6)
          room[written + 1] = UInt8(0x80 | scalar & 0x3F)
          written += 2
        }
      }
    }
    output.commit(written)
  }
}
