import AtomicFiles

/// A NumPy array on its way to a file, in version 1.0 of the format
/// (numpy/lib/format.py, `write_array_header_1_0`).
final class ArrayFile {
  private let stream: AtomicStream

  /// `descriptor`: NumPy's name of the element type, such as `<f4`.
  /// `shape`: one or two extents.
  init(_ path: String, descriptor: String, shape: [Int]) throws(AtomicFileError) {
    stream = try AtomicStream(path: path)
    try stream.write(Self.header(descriptor: descriptor, shape: shape))
  }

  /// The bytes before the numbers: they are a multiple of 64, so that a mapped file is aligned.
  static func header(descriptor: String, shape: [Int]) -> [UInt8] {
    let extents = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(extents)), }"
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    let size = magic.count + 2 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - size % 64) % 64) + "\n"
    let length = UInt16(text.utf8.count)
    return magic + [UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
  }

  /// Adds numbers; all machines that Firn runs on are little-endian, as the descriptors say.
  func append<Element: BitwiseCopyable>(_ values: [Element]) throws(AtomicFileError) {
    try values.withUnsafeBufferPointer { (buffer) throws(AtomicFileError) in
      try stream.write(UnsafeRawBufferPointer(buffer))
    }
  }

  func finish() throws(AtomicFileError) { try stream.commit() }
}
