/// One sub-folder a class, one file a text: classes by name, files by name within each.
///
/// Only one class's file names are in memory at a time. Files beside the classes and folders within
/// them are not read, as scikit-learn's `load_files` does not.
final class FolderSource: RowSource {
  private let path: String
  private let options: CorpusOptions
  private var classes: ArraySlice<String>
  private var current: (name: String, files: ArraySlice<String>) = ("", [])
  private var isEmpty = true

  init(path: String, options: CorpusOptions) throws(CorpusError) {
    self.path = path
    self.options = options
    classes = try Folder.names(.folder, in: path)[...]
  }

  func next() throws(CorpusError) -> CorpusRow? {
    while true {
      if let file = current.files.popFirst() {
        isEmpty = false
        let place = Folder.join(Folder.join(path, current.name), file)
        let label = options.labelColumn == nil ? nil : LabelValue.name(current.name)
        return CorpusRow(
          text: try text(of: place), label: label, location: CorpusLocation(path: place, line: 1))
      }
      guard let name = classes.popFirst() else {
        if isEmpty { throw .noClasses(path: path) }
        return nil
      }
      current = (name, try Folder.names(.file, in: Folder.join(path, name))[...])
    }
  }

  /// The paths of all texts, in the order in which they are read.
  static func files(in path: String) throws(CorpusError) -> [String] {
    var files: [String] = []
    for name in try Folder.names(.folder, in: path) {
      let folder = Folder.join(path, name)
      files += try Folder.names(.file, in: folder).map { Folder.join(folder, $0) }
    }
    return files
  }

  private func text(of path: String) throws(CorpusError) -> String {
    var window = ByteWindow(stream: try ByteStream(path: path), limit: options.maximumRowBytes)
    try window.skipByteOrderMark()
    try window.fillToEnd()
    return try UTF8Text.string(window.bytes, path: path, line: 1)
  }
}
