/// Writes safetensors: the same tensors and metadata give the same bytes.
///
/// Names are sorted by their UTF-8 bytes, the header is padded with spaces so that the data begin
/// at a multiple of eight, and data follow in the order of the names. float64 tensors come before
/// float32 ones, so that every tensor is aligned (the reference writer sorts so too).
public enum SafetensorsWriter {
  /// A tensor to be written: values row-major, as many as the product of `shape`.
  public struct Tensor: Sendable, Equatable {
    public enum Values: Sendable, Equatable {
      case float32([Float])
      case float64([Double])
      case uint8([UInt8])
    }

    public let name: String
    public let shape: [Int]
    public let values: Values

    public init(name: String, shape: [Int], values: Values) {
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// The bytes of a file of float32 tensors.
  ///
  /// - Precondition: as ``encode(_:metadata:)``.
  public static func encode(
    tensors: [(name: String, shape: [Int], values: [Float])], metadata: [String: String] = [:]
  ) -> [UInt8] {
    encode(
      tensors.map { Tensor(name: $0.name, shape: $0.shape, values: .float32($0.values)) },
      metadata: metadata)
  }

  /// The bytes of a file of `tensors` and `metadata`.
  ///
  /// - Precondition: names differ from each other and from `__metadata__`; each tensor has as many
  ///   values as its shape asks for.
  public static func encode(_ tensors: [Tensor], metadata: [String: String] = [:]) -> [UInt8] {
    let sorted = tensors.sorted {
      $0.elementSize != $1.elementSize
        ? $0.elementSize > $1.elementSize : utf8Precedes($0.name, $1.name)
    }
    precondition(Set(tensors.map { Array($0.name.utf8) }).count == tensors.count)
    precondition(
      sorted.allSatisfy { $0.count == $0.shape.reduce(1, *) && $0.name != "__metadata__" })
    var bytes = beginning(sorted.map { ($0.name, $0.dtype, $0.shape) }, metadata: metadata)
    bytes.reserveCapacity(
      bytes.count + sorted.reduce(0) { $0 + $1.count * $1.elementSize })
    for tensor in sorted {
      switch tensor.values {
      case .float32(let values): for value in values { append(value.bitPattern, to: &bytes) }
      case .float64(let values): for value in values { append(value.bitPattern, to: &bytes) }
      case .uint8(let values): bytes += values
      }
    }
    return bytes
  }

  /// All that comes before the values of float32 tensors, which follow in the order given.
  static func header(
    _ tensors: [(name: String, shape: [Int])], metadata: [String: String]
  ) -> [UInt8] {
    beginning(tensors.map { ($0.name, .float32, $0.shape) }, metadata: metadata)
  }

  /// The header's length and the header.
  private static func beginning(
    _ tensors: [(name: String, dtype: TensorDtype, shape: [Int])], metadata: [String: String]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { utf8Precedes($0.key, $1.key) }
        .map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.shape.reduce(1, *) * tensor.dtype.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.dtype.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: -header.count & 7))
    var bytes: [UInt8] = []
    append(UInt64(header.count), to: &bytes)
    return bytes + header
  }

  private static func utf8Precedes(_ a: String, _ b: String) -> Bool {
    a.utf8.lexicographicallyPrecedes(b.utf8)
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// A JSON string literal; everything but quotes, backslashes and controls stays as it is.
  private static func quoted(_ text: String) -> String {
    var literal = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        literal.unicodeScalars.append("\\")
        literal.unicodeScalars.append(scalar)
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "\""
  }
}

extension SafetensorsWriter.Tensor {
  fileprivate var count: Int {
    switch values {
    case .float32(let values): values.count
    case .float64(let values): values.count
    case .uint8(let values): values.count
    }
  }

  fileprivate var dtype: TensorDtype {
    switch values {
    case .float32: .float32
    case .float64: .float64
    case .uint8: .uint8
    }
  }

  fileprivate var elementSize: Int { dtype.byteCount }
}
