internal import CHDF5
internal import Synchronization

/// An open HDF5 file.
///
/// What Firn writes is in the 1.10 format: headers, chunk indexes and dense attributes carry
/// checksums, datasets do by fletcher32, and no time is kept, so that equal content has equal
/// bytes. Names are paths from the root, without a leading slash.
public final class HDF5File: Sendable {
  /// The file's name in errors: its path, as given.
  public let path: String
  let id: Identifier
  private let output: OutputState?
  /// Files that hold rows of this one's virtual datasets, by their paths.
  let siblings = Mutex<[String: HDF5File]>([:])

  /// Opens a file for reading.
  ///
  /// - Throws: `HDF5Error.cannotOpen`, `.notHDF5`, `.truncated`, or `.damaged` where the
  ///   superblock's checksum is wrong, or the structure of a file without checksums.
  public init(reading path: String) throws(HDF5Error) {
    self.path = path
    output = nil
    FileLimit.raise
    id = try Self.opened(path)
  }

  /// Creates a file, in place of any that is there. The path is the caller's alone: it is not locked.
  ///
  /// Errors name the file `name` instead of `path` where that is given: what the user asked for,
  /// when `path` is temporary.
  ///
  /// - Throws: `HDF5Error.callFailed` where the file cannot be created.
  public init(creating path: String, reportedAs name: String? = nil) throws(HDF5Error) {
    let state = OutputState()
    let site = Site(file: name ?? path, output: state)
    // Nobody else writes a new file, and a process started meanwhile can hold on to its lock.
    let access = try Self.makeAccessList(at: site, locking: false, closing: H5F_CLOSE_STRONG)
    let creation = try PropertyList.untimed(shim_H5P_FILE_CREATE(), at: site)
    // The root has more attributes than the eight that a header keeps by default, and they
    // are few enough to stay in it.
    _ = try Library.call("H5Pset_attr_phase_change", at: site) {
      H5Pset_attr_phase_change(creation.raw, 32, 24)
    }
    self.path = name ?? path
    output = state
    id = try Identifier("H5Fcreate", at: site) {
      H5Fcreate(path, shim_H5F_ACC_TRUNC(), creation.raw, access.raw)
    }
  }

  /// Writes what is still in memory and closes all that is open in a file being written.
  ///
  /// Call it once, last; a file that was only read closes itself.
  ///
  /// - Throws: `HDF5Error.callFailed` where the disk does not take the rest.
  public func finish() throws(HDF5Error) {
    _ = try Library.call("H5Fflush", at: site) { H5Fflush(id.raw, H5F_SCOPE_GLOBAL) }
    // What the handles still open do later finds no object: identifiers are never used again.
    _ = try Library.call("H5Fclose", at: site) { H5Fclose(id.raw) }
  }

  var site: Site { Site(file: path, output: output) }

  func site(_ object: String) -> Site { Site(file: path, object: object, output: output) }

  /// Whether all that describes a file's content carries checksums, so that it is opened without a
  /// rehearsal: so do the files that Firn writes, but for merges by reference.
  ///
  /// - Throws: as ``init(reading:)``.
  package static func carriesChecksums(_ path: String) throws(HDF5Error) -> Bool {
    try openedIfCurrent(path) != nil
  }

  /// Goes to every object, and reads what the library keeps of each beside its data: what is free in
  /// heaps, too, which reading rows does not touch.
  ///
  /// For a file that ``carriesChecksums(_:)``: in another the library believes what it reads.
  ///
  /// - Throws: `HDF5Error.damaged`.
  package func checkStructure() throws(HDF5Error) {
    _ = try Library.call("H5Ovisit2", at: site) {
      H5Ovisit2(
        id.raw, H5_INDEX_NAME, H5_ITER_NATIVE, { _, _, _, _ in 0 }, nil,
        UInt32(H5O_INFO_HDR | H5O_INFO_META_SIZE))
    }
  }

  private static func openedIfCurrent(_ path: String) throws(HDF5Error) -> Identifier? {
    guard try CurrentForm.begins(path) else { return nil }
    let file = try openedAsItIs(path)
    guard CurrentForm.holds(throughout: file, at: Site(file: path)) else { return nil }
    return file
  }

  private static func opened(_ path: String) throws(HDF5Error) -> Identifier {
    // Another's is closed again: the rehearsal is to open the file anew.
    if let file = try openedIfCurrent(path) { return file }
    guard Rehearsal.succeeds(path) else {
      throw .damaged(
        file: path, object: nil, call: "H5Fopen", reason: "the file's structure cannot be read")
    }
    return try openedAsItIs(path)
  }

  private static func openedAsItIs(_ path: String) throws(HDF5Error) -> Identifier {
    let site = Site(file: path)
    let access = try makeAccessList(at: site, locking: true, closing: H5F_CLOSE_WEAK)
    return try Identifier("H5Fopen", at: site) {
      H5Fopen(path, shim_H5F_ACC_RDONLY(), access.raw)
    }
  }

  // Datasets outlive the handle of a file that is read. Closing a file that is written closes its
  // datasets too: nothing stays unwritten because of a handle.
  private static func makeAccessList(
    at site: Site, locking: Bool, closing degree: H5F_close_degree_t
  ) throws(HDF5Error) -> Identifier {
    let list = try Identifier("H5Pcreate", at: site) { H5Pcreate(shim_H5P_FILE_ACCESS()) }
    _ = try Library.call("H5Pset_libver_bounds", at: site) {
      H5Pset_libver_bounds(list.raw, H5F_LIBVER_V110, H5F_LIBVER_V110)
    }
    // Locks where the file system has them; NFS and Lustre often have none.
    _ = try Library.call("H5Pset_file_locking", at: site) {
      H5Pset_file_locking(list.raw, locking, true)
    }
    _ = try Library.call("H5Pset_fclose_degree", at: site) {
      H5Pset_fclose_degree(list.raw, degree)
    }
    return list
  }
}

enum PropertyList {
  /// A creation list of this class for an object that keeps no time of its changes.
  static func untimed(_ list: hid_t, at site: Site) throws(HDF5Error) -> Identifier {
    let made = try Identifier("H5Pcreate", at: site) { H5Pcreate(list) }
    _ = try Library.call("H5Pset_obj_track_times", at: site) {
      H5Pset_obj_track_times(made.raw, false)
    }
    return made
  }
}
