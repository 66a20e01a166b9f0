internal import CHDF5

/// The types of numbers that Firn's files hold.
public enum ElementType: String, Sendable, CaseIterable {
  case uint8, int32, int64, float16, float32, float64

  /// The bytes that one element takes.
  public var size: Int {
    switch self {
    case .uint8: 1
    case .float16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  /// The type in the file, little-endian.
  func makeFileType(at site: Site) throws(HDF5Error) -> Identifier {
    try Identifier("H5Tcopy", at: site) {
      switch self {
      case .uint8: H5Tcopy(shim_H5T_STD_U8LE())
      case .int32: H5Tcopy(shim_H5T_STD_I32LE())
      case .int64: H5Tcopy(shim_H5T_STD_I64LE())
      case .float32: H5Tcopy(shim_H5T_IEEE_F32LE())
      case .float64: H5Tcopy(shim_H5T_IEEE_F64LE())
      case .float16: Self.half(H5Tcopy(shim_H5T_IEEE_F32LE()))
      }
    }
  }

  /// The type in memory.
  func makeMemoryType(at site: Site) throws(HDF5Error) -> Identifier {
    try Identifier("H5Tcopy", at: site) {
      switch self {
      case .uint8: H5Tcopy(shim_H5T_NATIVE_UINT8())
      case .int32: H5Tcopy(shim_H5T_NATIVE_INT32())
      case .int64: H5Tcopy(shim_H5T_NATIVE_INT64())
      case .float32: H5Tcopy(shim_H5T_NATIVE_FLOAT())
      case .float64: H5Tcopy(shim_H5T_NATIVE_DOUBLE())
      case .float16: Self.half(H5Tcopy(shim_H5T_NATIVE_FLOAT()))
      }
    }
  }

  /// Which of these types `type` is, byte order aside; nil for any other.
  init?(reading type: hid_t) {
    let size = Library.ask({ H5Tget_size(type) })
    switch (Library.ask({ H5Tget_class(type) }), size) {
    case (H5T_INTEGER, 1) where Library.ask({ H5Tget_sign(type) }) == H5T_SGN_NONE: self = .uint8
    case (H5T_INTEGER, 4) where Library.ask({ H5Tget_sign(type) }) == H5T_SGN_2: self = .int32
    case (H5T_INTEGER, 8) where Library.ask({ H5Tget_sign(type) }) == H5T_SGN_2: self = .int64
    case (H5T_FLOAT, 2) where Library.ask({ H5Tget_ebias(type) }) == 15: self = .float16
    case (H5T_FLOAT, 4): self = .float32
    case (H5T_FLOAT, 8): self = .float64
    default: return nil
    }
  }

  /// Narrows a copy of a 32-bit float type to IEEE 754 binary16, as h5py does: sign bit 15, five
  /// exponent bits from 10 with bias 15, ten bits of mantissa. The fields move before the size.
  private static func half(_ type: hid_t) -> hid_t {
    let done =
      type >= 0 && H5Tset_fields(type, 15, 10, 5, 0, 10) >= 0 && H5Tset_size(type, 2) >= 0
      && H5Tset_ebias(type, 15) >= 0
    return done ? type : -1
  }
}

/// A number that datasets are read into and written from.
public protocol HDF5Element: Sendable, BitwiseCopyable {
  /// The type on file.
  static var elementType: ElementType { get }
  /// What unwritten memory is filled with.
  static var zero: Self { get }
}

extension UInt8: HDF5Element {
  public static var elementType: ElementType { .uint8 }
}
extension Int32: HDF5Element {
  public static var elementType: ElementType { .int32 }
}
extension Int64: HDF5Element {
  public static var elementType: ElementType { .int64 }
}
extension Float: HDF5Element {
  public static var elementType: ElementType { .float32 }
}
extension Double: HDF5Element {
  public static var elementType: ElementType { .float64 }
}
extension Float16: HDF5Element {
  public static var elementType: ElementType { .float16 }
}

/// UTF-8 of variable length, the type that h5py's `string_dtype()` makes.
enum StringType {
  static func make(at site: Site) throws(HDF5Error) -> Identifier {
    try Identifier("H5Tcopy", at: site) {
      let type = H5Tcopy(shim_H5T_C_S1())
      let done =
        type >= 0 && H5Tset_size(type, shim_H5T_VARIABLE()) >= 0
        && H5Tset_cset(type, H5T_CSET_UTF8) >= 0
      return done ? type : -1
    }
  }

  /// Whether `type` is a string of variable length, in UTF-8 or its subset ASCII.
  static func describes(_ type: hid_t) -> Bool {
    Library.ask({ H5Tget_class(type) }) == H5T_STRING
      && Library.ask({ H5Tis_variable_str(type) }) > 0
  }

  /// What `type` is, in a few words for an error.
  static func name(of type: hid_t) -> String {
    if describes(type) { return "string" }
    if let known = ElementType(reading: type) { return known.rawValue }
    let bits = Library.ask({ H5Tget_size(type) }) * 8
    switch Library.ask({ H5Tget_class(type) }) {
    case H5T_INTEGER: return "\(bits)-bit integer"
    case H5T_FLOAT: return "\(bits)-bit float"
    case H5T_STRING: return "string of fixed length"
    default: return "another type"
    }
  }
}
