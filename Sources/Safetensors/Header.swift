/// The validated header of a safetensors file.
///
/// Format: https://github.com/huggingface/safetensors#format. Everything that a reader would
/// otherwise have to trust is checked: see ``SafetensorsError``.
struct Header {
  // The limit of the reference implementation (MAX_HEADER_SIZE in tensor.rs).
  static let maximumLength = 100_000_000
  static let lengthSize = 8

  /// In the order of their bytes.
  let tensors: [TensorInfo]
  let metadata: [String: String]

  init(file: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
    guard file.count >= Self.lengthSize else {
      throw .tooShort(path: path, size: file.count)
    }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    let limit = min(Self.maximumLength, file.count - Self.lengthSize)
    guard length <= UInt64(limit) else {
      throw .headerLength(path: path, length: length, limit: limit)
    }
    let dataBegin = Self.lengthSize + Int(length)

    let root: HeaderJSON
    do throws(HeaderSyntaxError) {
      root = try HeaderParser.parse(UnsafeRawBufferPointer(rebasing: file[8..<dataBegin]))
    } catch {
      throw .headerNotJSON(path: path, offset: error.offset)
    }
    guard case .object(let members) = root else { throw .headerNotObject(path: path) }

    var metadata: [String: String] = [:]
    var tensors: [TensorInfo] = []
    var seen: Set<[UInt8]> = []
    for (name, value) in members {
      guard seen.insert(Array(name.utf8)).inserted else {
        throw .duplicateName(path: path, tensor: name)
      }
      if name == "__metadata__" {
        metadata = try Self.metadata(value, path: path)
      } else {
        let entry = Entry(path: path, tensor: name, value: value)
        tensors.append(try entry.info(dataBegin: dataBegin, fileSize: file.count))
      }
    }
    tensors.sort { Self.position($0) < Self.position($1) }
    try Self.checkTiling(tensors, of: dataBegin..<file.count, path: path)
    self.tensors = tensors
    self.metadata = metadata
  }

  // An empty tensor may share its beginning with the next one: it must come first.
  private static func position(_ tensor: TensorInfo) -> (Int, Int) {
    (tensor.byteRange.lowerBound, tensor.byteRange.upperBound)
  }

  private static func metadata(
    _ value: HeaderJSON, path: String
  ) throws(SafetensorsError) -> [String: String] {
    guard case .object(let members) = value else { throw .badMetadata(path: path) }
    var metadata: [String: String] = [:]
    for (key, value) in members {
      guard case .string(let text) = value, metadata.updateValue(text, forKey: key) == nil else {
        throw .badMetadata(path: path)
      }
    }
    return metadata
  }

  /// Every byte of the data section belongs to exactly one tensor.
  private static func checkTiling(
    _ tensors: [TensorInfo], of data: Range<Int>, path: String
  ) throws(SafetensorsError) {
    var end = data.lowerBound
    var previous = ""
    for tensor in tensors {
      let begin = tensor.byteRange.lowerBound
      guard begin >= end else {
        throw .overlap(path: path, tensor: tensor.name, other: previous)
      }
      guard begin == end else { throw .hole(path: path, begin: end, end: begin) }
      end = tensor.byteRange.upperBound
      previous = tensor.name
    }
    guard end == data.upperBound else {
      throw .hole(path: path, begin: end, end: data.upperBound)
    }
  }
}

/// One tensor's entry: `{"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}`.
private struct Entry {
  let path: String
  let tensor: String
  let value: HeaderJSON

  func info(dataBegin: Int, fileSize: Int) throws(SafetensorsError) -> TensorInfo {
    guard case .string(let dtypeName)? = try field("dtype") else { throw bad("dtype") }
    guard let dtype = TensorDtype(rawValue: dtypeName) else {
      throw .unknownDtype(path: path, tensor: tensor, dtype: dtypeName)
    }
    let shape = try naturals("shape")
    let offsets = try naturals("data_offsets")
    guard offsets.count == 2 else { throw bad("data_offsets") }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end else {
      throw .reversedOffsets(path: path, tensor: tensor, begin: begin, end: end)
    }
    let expected = Self.byteCount(shape: shape, dtype: dtype)
    guard expected == end - begin else {
      throw .sizeMismatch(
        path: path, tensor: tensor, dtype: dtypeName, shape: shape, expected: expected,
        found: end - begin)
    }
    guard end <= fileSize - dataBegin else {
      throw .beyondFile(path: path, tensor: tensor, end: end, dataSize: fileSize - dataBegin)
    }
    return TensorInfo(
      name: tensor, dtype: dtype, shape: shape, byteRange: dataBegin + begin..<dataBegin + end)
  }

  private func bad(_ field: String) -> SafetensorsError {
    .badEntry(path: path, tensor: tensor, field: field)
  }

  private func field(_ name: String) throws(SafetensorsError) -> HeaderJSON? {
    guard case .object(let members) = value else { throw bad(name) }
    let found = members.filter { $0.key == name }
    guard found.count <= 1 else { throw bad(name) }
    return found.first?.value
  }

  /// An array of integers that are not negative.
  private func naturals(_ name: String) throws(SafetensorsError) -> [Int] {
    guard case .array(let elements)? = try field(name) else { throw bad(name) }
    var numbers: [Int] = []
    for element in elements {
      guard case .integer(let number) = element, number >= 0 else { throw bad(name) }
      numbers.append(number)
    }
    return numbers
  }

  /// Nil when the product does not fit Int, as in the reference implementation even where
  /// another dimension is 0.
  private static func byteCount(shape: [Int], dtype: TensorDtype) -> Int? {
    var product = dtype.byteCount
    for dimension in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      guard !overflow else { return nil }
      product = next
    }
    return product
  }
}
