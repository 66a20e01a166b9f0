import Safetensors
import Synchronization

/// The tensors of a model folder under one prefix, with every fault reported together.
///
/// Ask for all tensors by name and shape, then call ``finish()``.
public struct Weights {
  private let files: [SafetensorsFile]
  private let prefix: String
  private let unused: UnusedTensors?
  private var asked: Set<String> = []
  private var missing: [String] = []
  private var misshapen: [CheckpointError.MisshapenTensor] = []

  /// Maps the folder's weights.
  ///
  /// `prefixes`: name prefixes under which checkpoints keep this architecture, such as
  /// `bert.`; the first under which `probe` exists is taken. Where it is under none of them but ends
  /// the name of just one tensor, what stands before it there is the prefix.
  ///
  /// - Throws: ``CheckpointError`` when the files cannot be read or their headers lie.
  public init(
    _ folder: ModelFolder, prefixes: [String], probe: String
  ) throws(CheckpointError) {
    let files = try Self.open(try folder.weightFiles())
    self.files = files
    unused = folder.unused
    if let known = prefixes.first(where: { known in files.contains { $0[known + probe] != nil } }) {
      prefix = known
    } else {
      let found = files.flatMap(\.names).filter { $0.hasSuffix("." + probe) }
      prefix = found.count == 1 ? String(found[0].dropLast(probe.count)) : ""
    }
  }

  /// Maps the folder's weights by their whole names: those that stand beside the encoder too.
  ///
  /// - Throws: ``CheckpointError`` when the files cannot be read or their headers lie.
  public init(wholeNamesOf folder: ModelFolder) throws(CheckpointError) {
    files = try Self.open(try folder.weightFiles())
    unused = nil
    prefix = ""
  }

  /// Maps one file, whose names have no prefix.
  ///
  /// - Throws: ``CheckpointError`` when it cannot be read or its header lies.
  public init(file: String) throws(CheckpointError) {
    files = try Self.open([file])
    unused = nil
    prefix = ""
  }

  private static func open(_ paths: [String]) throws(CheckpointError) -> [SafetensorsFile] {
    var files: [SafetensorsFile] = []
    for path in paths {
      do {
        files.append(try SafetensorsFile(path: path))
      } catch {
        throw .weights(error)
      }
    }
    return files
  }

  /// A tensor of the given shape, in place where the file allows it.
  ///
  /// Names ending in `LayerNorm.weight` and `.bias` are found under their old names too, `gamma`
  /// and `beta`. A missing or misshapen tensor gives an empty one and is reported by ``finish()``.
  ///
  /// - Throws: ``CheckpointError/weights(_:)`` when the dtype is not a floating-point one.
  public mutating func tensor(
    _ name: String, _ shape: [Int]
  ) throws(CheckpointError) -> TensorValues {
    guard let (file, found) = find(name) else {
      missing.append(prefix + name)
      return TensorValues([])
    }
    asked.insert(found)
    let info = file[found]
    guard info?.shape == shape else {
      misshapen.append(.init(name: found, expected: shape, found: info?.shape ?? []))
      return TensorValues([])
    }
    do {
      if let mapped = try file.mappedFloats(found) { return TensorValues(mapped, found, in: file) }
      return TensorValues(try file.floats(found))
    } catch {
      throw .weights(error)
    }
  }

  /// Whether there is a tensor of this name.
  public func has(_ name: String) -> Bool { find(name) != nil }

  /// Ends the loading; ``ModelFolder/unusedTensors`` then has what it left.
  ///
  /// - Throws: ``CheckpointError/badTensors(path:missing:misshapen:)`` naming every tensor that was
  ///   missing or had the wrong shape.
  public func finish() throws(CheckpointError) {
    guard missing.isEmpty, misshapen.isEmpty else {
      throw .badTensors(
        path: files[0].path, missing: missing, misshapen: misshapen)
    }
    unused?.names.withLock { $0 = unasked }
  }

  /// Tensors that differ from those asked for in a number alone: layers that config.json does not
  /// count. Heads and buffers have other names.
  private var unasked: [String] {
    func pattern(_ name: String) -> String {
      name.split(separator: ".").map { Int($0) == nil ? $0 : "#" }.joined(separator: ".")
    }
    let patterns = Set(asked.map(pattern))
    return files.flatMap(\.names)
      .filter { !asked.contains($0) && patterns.contains(pattern($0)) }.sorted()
  }

  private func find(_ name: String) -> (SafetensorsFile, String)? {
    var names = [prefix + name]
    if name.contains("LayerNorm.") {
      names.append(
        prefix
          + name.replacing("LayerNorm.weight", with: "LayerNorm.gamma")
          .replacing("LayerNorm.bias", with: "LayerNorm.beta"))
    }
    for name in names {
      if let file = files.first(where: { $0[name] != nil }) { return (file, name) }
    }
    return nil
  }
}

/// The tensors of an encoder's layers that its loading left, written by ``Weights/finish()``.
final class UnusedTensors: Sendable {
  let names = Mutex<[String]>([])
}

/// The values of one tensor, row-major: where they lie in the mapped file, or a converted copy.
///
/// Unchecked because the values are never written after `init`.
public final class TensorValues: @unchecked Sendable {
  /// The first value; valid while this object lives.
  public let pointer: UnsafePointer<Float>
  public let count: Int
  private let file: SafetensorsFile?
  private let name: String

  init(_ mapped: UnsafeBufferPointer<Float>, _ name: String, in file: SafetensorsFile) {
    self.name = name
    count = mapped.count
    // An empty tensor has no address; nothing reads through this one.
    pointer = mapped.baseAddress ?? UnsafePointer(UnsafeMutablePointer<Float>.allocate(capacity: 1))
    self.file = mapped.baseAddress == nil ? nil : file
  }

  init(_ values: [Float]) {
    count = values.count
    let copy = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { copy.update(from: base, count: source.count) }
    }
    pointer = UnsafePointer(copy)
    file = nil
    name = ""
  }

  /// Lets the system drop the file's pages; reading the values again brings them back.
  public func release() {
    try? file?.adviseDontNeed(name)
  }

  deinit {
    if file == nil { pointer.deallocate() }
  }
}
