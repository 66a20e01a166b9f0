public import Contracts

/// A place in an input.
public struct CorpusLocation: Sendable, Hashable, CustomStringConvertible {
  /// The path as the user gave it; `-` is standard input.
  public var path: String
  /// The line, from 1, in the decompressed text.
  public var line: Int

  public init(path: String, line: Int) {
    self.path = path
    self.line = line
  }

  /// `file:line`, as compilers write it.
  public var description: String { "\(path == "-" ? "standard input" : path):\(line)" }
}

/// One text of the corpus with what is known about it.
public struct CorpusRow: Sendable {
  /// The value of the id column; nil where none was asked for.
  public var id: String?
  public var text: String
  /// The label, of the kind that the options read; nil where it is missing, empty or null.
  public var label: LabelValue?
  /// The part of the data set; nil where no split column was asked for.
  public var split: Split?
  /// How much the row counts in training; nil where no weight column was asked for.
  public var weight: Double?
  /// Where the row begins.
  public var location: CorpusLocation

  public init(
    id: String? = nil, text: String, label: LabelValue? = nil, split: Split? = nil,
    weight: Double? = nil, location: CorpusLocation
  ) {
    self.id = id
    self.text = text
    self.label = label
    self.split = split
    self.weight = weight
    self.location = location
  }
}
