extension SafetensorsFile {
  /// A float32 tensor where it lies in the file, without a copy; valid while this object lives.
  ///
  /// - Returns: nil when the dtype is not F32 or the bytes are not aligned to four (the format
  ///   asks for no alignment): take ``floats(_:)`` then.
  /// - Throws: `noSuchTensor`.
  public func mappedFloats(_ name: String) throws(SafetensorsError) -> UnsafeBufferPointer<Float>? {
    let bytes = try bytes(name)
    guard try info(name).dtype == .float32,
      Int(bitPattern: bytes.baseAddress) % MemoryLayout<Float>.alignment == 0
    else { return nil }
    return bytes.bindMemory(to: Float.self)
  }

  /// Calls `body` with a tensor's values: in place when that is possible, else a converted copy.
  ///
  /// - Throws: as ``floats(_:)``.
  public func withFloats<R>(
    _ name: String, _ body: (UnsafeBufferPointer<Float>) -> R
  ) throws(SafetensorsError) -> R {
    if let mapped = try mappedFloats(name) {
      return withExtendedLifetime(self) { body(mapped) }
    }
    return try floats(name).withUnsafeBufferPointer(body)
  }

  /// A tensor's values as a new array, row-major.
  ///
  /// F32, F16 and BF16 are exact; F64 is rounded to the nearest float32.
  ///
  /// - Throws: `noSuchTensor`, or `notFloatingPoint` for any other dtype.
  public func floats(_ name: String) throws(SafetensorsError) -> [Float] {
    let info = try info(name)
    let bytes = try bytes(name)
    return switch info.dtype {
    case .float32:
      convert(bytes, UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
    case .float16:
      convert(bytes, UInt16.self) { Float(Float16(bitPattern: UInt16(littleEndian: $0))) }
    case .bfloat16:
      convert(bytes, UInt16.self) { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
    case .float64:
      convert(bytes, UInt64.self) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
    default:
      throw .notFloatingPoint(path: path, tensor: name, dtype: info.dtype.rawValue)
    }
  }

  /// A tensor's values in float64, row-major; exact for every floating-point dtype.
  ///
  /// - Throws: as ``floats(_:)``.
  public func doubles(_ name: String) throws(SafetensorsError) -> [Double] {
    guard try info(name).dtype == .float64 else { return try floats(name).map(Double.init) }
    return convert(try bytes(name), UInt64.self) { Double(bitPattern: UInt64(littleEndian: $0)) }
  }

  private func convert<Stored: FixedWidthInteger, Value>(
    _ bytes: UnsafeRawBufferPointer, _: Stored.Type, _ value: (Stored) -> Value
  ) -> [Value] {
    let size = MemoryLayout<Stored>.size
    let count = bytes.count / size
    return withExtendedLifetime(self) {
      [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
        for i in 0..<count {
          let stored = bytes.loadUnaligned(fromByteOffset: i * size, as: Stored.self)
          buffer.initializeElement(at: i, to: value(stored))
        }
        initialized = count
      }
    }
  }
}
