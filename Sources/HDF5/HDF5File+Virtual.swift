internal import CHDF5
internal import Glibc
internal import Synchronization

/// Rows of another file's dataset, all of it, as a part of a virtual dataset.
public struct VirtualRows: Sendable, Equatable {
  /// The file's name, relative to the folder of the file with the virtual dataset.
  public var file: String
  /// The dataset's path in that file.
  public var dataset: String
  public var rows: Int

  public init(file: String, dataset: String, rows: Int) {
    self.file = file
    self.dataset = dataset
    self.rows = rows
  }
}

extension HDF5File {
  /// Creates a dataset whose rows stand in other files, one after the other.
  ///
  /// To a reader that does not look whether they are there, as the library does not, rows of a
  /// missing file are NaN, -1, or 255 where bytes are kept: values that no file of Firn's has.
  ///
  /// - Precondition: `shape` has as many rows as the sources together.
  public func createVirtual(
    _ name: String, content: HDF5Dataset.Content, shape: [Int], sources: [VirtualRows]
  ) throws(HDF5Error) {
    precondition(sources.reduce(0) { $0 + $1.rows } == shape[0])
    let site = site(name)
    let type = try content.makeFileType(at: site)
    let creation = try PropertyList.untimed(shim_H5P_DATASET_CREATE(), at: site)
    if case .numbers(let element) = content { try element.setUnwritten(in: creation, at: site) }
    let space = try makeSpace(shape: shape, grows: false, site)
    var start = 0
    for source in sources where source.rows > 0 {
      let all = try makeSpace(shape: [source.rows] + shape.dropFirst(), grows: false, site)
      let from: [hsize_t] = [hsize_t(start), 0]
      let count = ([source.rows] + shape.dropFirst()).map { hsize_t($0) }
      _ = try Library.call("H5Sselect_hyperslab", at: site) {
        H5Sselect_hyperslab(space.raw, H5S_SELECT_SET, from, nil, count, nil)
      }
      _ = try Library.call("H5Pset_virtual", at: site) {
        H5Pset_virtual(
          creation.raw, space.raw, VirtualName.escaped(source.file),
          VirtualName.escaped(source.dataset), all.raw)
      }
      start += source.rows
    }
    let whole = try makeSpace(shape: shape, grows: false, site)
    _ = try Identifier("H5Dcreate2", at: site) {
      H5Dcreate2(
        id.raw, name, type.raw, whole.raw, shim_H5P_DEFAULT(), creation.raw, shim_H5P_DEFAULT())
    }
  }

  /// Opens what a virtual dataset is made of; nothing for another one.
  ///
  /// - Throws: `HDF5Error.missingSource`; `.damaged` where the rows are not those of other files'
  ///   datasets, one after the other; what opening those throws.
  func openSources(
    of dataset: borrowing Identifier, _ site: Site, content: HDF5Dataset.Content, shape: [Int]
  ) throws(HDF5Error) -> [HDF5Dataset.Source] {
    let raw = dataset.raw
    let creation = try Identifier("H5Dget_create_plist", at: site) { H5Dget_create_plist(raw) }
    guard Library.ask({ H5Pget_layout(creation.raw) }) == H5D_VIRTUAL else { return [] }
    var count = 0
    _ = try Library.call("H5Pget_virtual_count", at: site) {
      H5Pget_virtual_count(creation.raw, &count)
    }
    var sources: [HDF5Dataset.Source] = []
    for index in 0..<count {
      let place = try VirtualMapping(creation, index, at: site, width: shape.dropFirst().first)
      let source = try openSource(place, site)
      guard source.content == content, source.shape.dropFirst() == shape.dropFirst(),
        place.sourceRows.upperBound <= source.rows
      else {
        throw .damaged(
          file: source.file, object: source.name, call: "H5Dopen2",
          reason: "not the \(content.name) of \(shape) that \(path) has it for")
      }
      sources.append(
        HDF5Dataset.Source(
          rows: place.rows, dataset: source, firstRow: place.sourceRows.lowerBound))
    }
    sources.sort { $0.rows.lowerBound < $1.rows.lowerBound }
    let ends = [0] + sources.map(\.rows.upperBound)
    guard zip(sources, ends).allSatisfy({ $0.rows.lowerBound == $1 }), ends.last == shape[0] else {
      throw .incomplete(file: path, object: site.object ?? "")
    }
    return sources
  }

  private func openSource(
    _ place: VirtualMapping, _ site: Site
  ) throws(HDF5Error) -> HDF5Dataset {
    let file = try sibling(place.file, for: site)
    let site = file.site(place.dataset)
    let layout: H5D_layout_t
    guard try file.contains(place.dataset) else {
      throw .missing(file: file.path, object: place.dataset)
    }
    do {
      let dataset = try Identifier("H5Dopen2", at: site) {
        H5Dopen2(file.id.raw, place.dataset, shim_H5P_DEFAULT())
      }
      let creation = try Identifier("H5Dget_create_plist", at: site) {
        H5Dget_create_plist(dataset.raw)
      }
      layout = Library.ask({ H5Pget_layout(creation.raw) })
    }
    // One that leads to itself would never end.
    guard layout != H5D_VIRTUAL else {
      throw .damaged(
        file: file.path, object: place.dataset, call: "H5Pget_layout",
        reason: "a virtual dataset of virtual datasets")
    }
    return try file.dataset(place.dataset)
  }

  /// A file that rows of this one stand in, opened once.
  private func sibling(_ name: String, for site: Site) throws(HDF5Error) -> HDF5File {
    // Beside this file by the name that it was opened by, then beside what that is a link to.
    let folders = [path, realPath(path)].map { path in
      path.lastIndex(of: "/").map { path[...$0] } ?? ""
    }
    let places = name.hasPrefix("/") ? [name] : folders.map { $0 + name }
    guard let found = places.first(where: { access($0, F_OK) == 0 }) else {
      throw .missingSource(file: path, object: site.object ?? "", source: places[0])
    }
    if let known = siblings.withLock({ $0[found] }) { return known }
    let file = try HDF5File(reading: found)
    siblings.withLock { $0[found] = file }
    return file
  }

  private func realPath(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// Names of sources, in which the library takes % for a number to come (H5Pset_virtual), and %% for a %.
private enum VirtualName {
  static func escaped(_ name: String) -> String {
    name.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
  }

  static func plain(_ name: String) -> String {
    var (plain, isSecond) = ("", false)
    for character in name.unicodeScalars {
      isSecond = character == "%" && !isSecond
      // Of two the second is left out.
      if character != "%" || isSecond { plain.unicodeScalars.append(character) }
    }
    return plain
  }
}

/// Which rows of a virtual dataset are which of another file's.
private struct VirtualMapping {
  let file: String
  let dataset: String
  let rows: Range<Int>
  let sourceRows: Range<Int>

  /// `width`: the extent of the second dimension, where there is one.
  init(
    _ creation: borrowing Identifier, _ index: Int, at site: Site, width: Int?
  ) throws(HDF5Error) {
    let raw = creation.raw
    file = VirtualName.plain(
      try Self.text("H5Pget_virtual_filename", at: site) {
        H5Pget_virtual_filename(raw, index, $0, $1)
      })
    dataset = VirtualName.plain(
      try Self.text("H5Pget_virtual_dsetname", at: site) {
        H5Pget_virtual_dsetname(raw, index, $0, $1)
      })
    let space = try Identifier("H5Pget_virtual_vspace", at: site) {
      H5Pget_virtual_vspace(raw, index)
    }
    let source = try Identifier("H5Pget_virtual_srcspace", at: site) {
      H5Pget_virtual_srcspace(raw, index)
    }
    // A file does not keep how many rows "all" of another's dataset are.
    let isAll = Library.ask({ H5Sget_select_type(source.raw) }) == H5S_SEL_ALL
    guard file != ".", let rows = Self.rows(of: space, width),
      let sourceRows = isAll ? 0..<rows.count : Self.rows(of: source, width),
      rows.count == sourceRows.count
    else {
      throw .damaged(
        file: site.file, object: site.object, call: "H5Pget_virtual_vspace",
        reason: "its parts are not whole rows of other files")
    }
    self.rows = rows
    self.sourceRows = sourceRows
  }

  /// The rows that a selection holds; nil where it is not some rows whole, one after the other.
  private static func rows(of space: borrowing Identifier, _ width: Int?) -> Range<Int>? {
    let raw = space.raw
    let rank = Library.ask({ H5Sget_simple_extent_ndims(raw) })
    guard rank == (width == nil ? 1 : 2) else { return nil }
    var (start, end) = ([hsize_t](repeating: 0, count: 2), [hsize_t](repeating: 0, count: 2))
    guard Library.ask({ H5Sget_select_bounds(raw, &start, &end) }) >= 0 else { return nil }
    let (first, last) = (Int(clamping: start[0]), Int(clamping: end[0]))
    let points = Int(clamping: Library.ask({ H5Sget_select_npoints(raw) }))
    let (expected, overflow) = (last - first + 1).multipliedReportingOverflow(by: width ?? 1)
    guard first <= last, last < Int.max, !overflow, points == expected,
      width == nil || (start[1] == 0 && Int(clamping: end[1]) + 1 == width)
    else { return nil }
    return first..<last + 1
  }

  private static func text(
    _ call: String, at site: Site,
    _ copy: (UnsafeMutablePointer<CChar>?, Int) -> Int
  ) throws(HDF5Error) -> String {
    let length = try Library.call(call, at: site) { copy(nil, 0) }
    var bytes = [CChar](repeating: 0, count: length + 1)
    _ = try Library.call(call, at: site) { copy(&bytes, length + 1) }
    return String(decoding: bytes.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// More than a thousand shards are as many open files.
enum FileLimit {
  /// Raises the number of files that this process may open as far as it may; once.
  static let raise: Void = {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }()
}

extension ElementType {
  /// Sets what rows have that no file holds.
  fileprivate func setUnwritten(
    in creation: borrowing Identifier, at site: Site
  ) throws(HDF5Error) {
    let type = try makeMemoryType(at: site)
    let list = creation.raw
    func set<Value>(_ value: Value) throws(HDF5Error) {
      _ = try Library.call("H5Pset_fill_value", at: site) {
        withUnsafePointer(to: value) { H5Pset_fill_value(list, type.raw, $0) }
      }
    }
    switch self {
    case .uint8: try set(UInt8.max)
    case .int32: try set(Int32(-1))
    case .int64: try set(Int64(-1))
    case .float16: try set(Float16.nan)
    case .float32: try set(Float.nan)
    case .float64: try set(Double.nan)
    }
  }
}
