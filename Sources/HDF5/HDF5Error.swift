/// Why an HDF5 file could not be read or written.
///
/// Every case names the file; `object` is the path of a dataset or group, or `@name` for an
/// attribute of the root.
public enum HDF5Error: Error, Sendable, Equatable {
  /// There is no such file, or it cannot be opened for reading: `code` is errno.
  case cannotOpen(file: String, code: Int32)
  /// The file's content does not begin as an HDF5 file does.
  case notHDF5(file: String)
  /// The file ends before the place that its header names.
  case truncated(file: String, reason: String)
  /// A checksum or a structure inside the file is wrong.
  case damaged(file: String, object: String?, call: String, reason: String)
  /// The dataset's header promises rows that were never written.
  case incomplete(file: String, object: String)
  /// A file that holds rows of a virtual dataset is not there.
  case missingSource(file: String, object: String, source: String)
  /// A dataset, group or attribute that must be there is not.
  case missing(file: String, object: String)
  /// The elements are not of the type asked for.
  case wrongType(file: String, object: String, expected: String, found: String)
  /// The dimensions are not those asked for; -1 in `expected` stands for any extent.
  case wrongShape(file: String, object: String, expected: [Int], found: [Int])
  /// A string with a NUL byte, which HDF5's C strings cannot hold.
  case embeddedNull(file: String, object: String, row: Int)
  /// A number that float16 cannot hold: it would become infinite.
  case halfOverflow(file: String, object: String, row: Int, value: Float)
  /// Another call failed. `code` is the system's errno where the library reported one.
  case callFailed(call: String, file: String, object: String?, reason: String, code: Int32?)
}
