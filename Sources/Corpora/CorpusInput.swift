/// One input of a reader, looked at but not opened.
struct CorpusInput {
  let path: String
  let format: CorpusFormat

  /// The format is one to insist on; nil decides by the path and what it leads to.
  init(path: String, format: CorpusFormat?) throws(CorpusError) {
    self.path = path
    let isFolder = path == "-" ? false : try Folder.kind(path) == .folder
    switch (isFolder, format) {
    case (true, nil), (true, .folder?):
      self.format = .folder
    case (true, let format?):
      throw .isFolder(path: path, format: format)
    case (false, .folder?):
      throw .notAFolder(path: path)
    case (false, _):
      self.format = format ?? CorpusFormat(fileName: path)
    }
  }
}
