import AtomicFiles
import Contracts
import FeatureStore
import StageKit

/// A folder that `tensorboard --logdir` shows in its projector: tensors.tsv, metadata.tsv and
/// projector_config.pbtxt. The first two also load at projector.tensorflow.org.
///
/// The projector splits metadata at tabs and line ends and knows no quotes: they become spaces.
final class ProjectorExport: Exporter {
  private let folder: AtomicFolder
  private let layout: ExportLayout
  private let tensors: AtomicStream
  private let metadata: AtomicStream

  init(_ path: String, _ layout: ExportLayout) throws {
    folder = try AtomicFolder(path: path, marker: "projector_config.pbtxt")
    self.layout = layout
    tensors = try AtomicStream(path: folder.temporaryPath + "/tensors.tsv")
    metadata = try AtomicStream(path: folder.temporaryPath + "/metadata.tsv")
    let name = layout.views.map(\.name).joined(separator: ",")
    let config = """
      embeddings {
        tensor_name: "\(name)"
        tensor_shape: \(layout.rows)
        tensor_shape: \(layout.width)
        tensor_path: "tensors.tsv"
        metadata_path: "metadata.tsv"
      }

      """
    try folder.write(Array(config.utf8), to: "projector_config.pbtxt")
    try metadata.write(
      (["id", "label", "split"] + (layout.hasTexts ? ["text"] : [])).joined(separator: "\t") + "\n")
  }

  func write(_ rows: ExportBlock) throws {
    let labels = rows.labels.names(layout.classNames)
    for row in 0..<rows.count {
      let numbers = rows.features[row * layout.width..<(row + 1) * layout.width]
      try tensors.write(numbers.map(layout.type.text).joined(separator: "\t") + "\n")
      let fields =
        [rows.ids[row], labels[row], rows.splits[row].name] + (rows.texts.map { [$0[row]] } ?? [])
      try metadata.write(fields.map(Self.field).joined(separator: "\t") + "\n")
    }
  }

  private static func field(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { breaks.contains($0) ? " " : $0 }))
  }

  /// Where Python's or JavaScript's readers end a line, and the tab.
  private static let breaks: Set<Unicode.Scalar> = [
    "\t", "\n", "\u{B}", "\u{C}", "\r", "\u{1C}", "\u{1D}", "\u{1E}", "\u{85}", "\u{2028}",
    "\u{2029}",
  ]

  func finish() throws {
    try tensors.commit()
    try metadata.commit()
    try folder.commit()
  }
}
