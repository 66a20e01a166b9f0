import Contracts
import Foundation
import Safetensors

/// A trained recurrent classifier with all that a later prediction must agree with: head.json and
/// head.safetensors, as ``HeadArchive`` has for heads on one vector a text.
public struct RecurrentArchive: Sendable, Equatable {
  /// The version that this program writes, and the newest it reads.
  public static let formatVersion = 1
  /// The `head` field of head.json.
  public static let kind = "rnn"

  public let head: RecurrentClassifier
  /// One a class or label; of a head for numbers none.
  public let classNames: [String]
  /// Of token features, or of the ids: then its view is `tokens`.
  public let features: FeatureProvenance

  /// - Precondition: one name a class.
  public init(head: RecurrentClassifier, classNames: [String], features: FeatureProvenance) {
    precondition(classNames.count == head.classCount)
    self.head = head
    self.classNames = classNames
    self.features = features
  }

  /// Whether `folder` holds a head of this kind; false where it holds none that can be read.
  public static func isIn(folder: String) -> Bool {
    HeadJSON.kind(folder: folder) == kind
  }

  /// The bytes of the two files; the same archive gives the same bytes.
  ///
  /// Tensors are named as PyTorch's nn.LSTM and nn.GRU name them, after `rnn.`; `output.weight` and
  /// `output.bias`; with ids `embedding.weight` and, in float64, `embedding.ids`.
  public func encode() -> (json: [UInt8], safetensors: [UInt8]) {
    let description = Description(
      formatVersion: Self.formatVersion, head: Self.kind, width: head.width,
      classNames: classNames, features: features,
      record: Record(
        output: head.output, center: head.center, unit: head.unit,
        hasEmbedding: head.embedding != nil, hyperparameters: head.configuration,
        training: head.summary))
    var tensors = head.tensors.map {
      SafetensorsWriter.Tensor(name: $0.name, shape: $0.shape, values: .float32($0.values))
    }
    if let embedding = head.embedding {
      tensors.append(
        SafetensorsWriter.Tensor(
          name: "embedding.weight", shape: [embedding.vectors.rows, embedding.vectors.columns],
          values: .float32(embedding.vectors.storage)))
      tensors.append(
        SafetensorsWriter.Tensor(
          name: "embedding.ids", shape: [embedding.vocabulary.count],
          values: .float64(embedding.vocabulary.map(Double.init))))
    }
    return (
      HeadJSON.encode(description),
      SafetensorsWriter.encode(tensors, metadata: ["format": "firn.head"])
    )
  }

  /// Reads the two files of `folder` and checks them against each other.
  ///
  /// - Throws: ``HeadError``: `cannotRead`, `malformed`, `newerVersion`, `unknownKind`,
  ///   `inconsistent`, `badShape`, `nonFiniteWeights`, `weights`.
  public init(folder: String) throws(HeadError) {
    let (description, tensors, _) = try HeadJSON.open(folder) {
      (json, path) throws(HeadError) in try Description(json: json, path: path)
    }
    let record = description.record
    let outputs = record.output == .identity ? 1 : description.classNames.count
    let network = RecurrentClassifier.network(
      record.hyperparameters, inputs: description.width, outputs: outputs)
    var values: [RecurrentClassifier.Tensor] = []
    for tensor in network.tensors {
      values.append(
        RecurrentClassifier.Tensor(
          name: tensor.name, shape: tensor.shape,
          values: try tensors.floats(tensor.name, tensor.shape)))
    }
    head = RecurrentClassifier(
      width: description.width, outputs: outputs, tensors: values,
      embedding: record.hasEmbedding
        ? try Self.embedding(tensors, width: description.width) : nil,
      output: record.output, center: record.center, unit: record.unit,
      configuration: record.hyperparameters, summary: record.training)
    classNames = description.classNames
    features = description.features
  }

  private static func embedding(
    _ tensors: SafetensorsFile, width: Int
  ) throws(HeadError) -> RecurrentClassifier.Embedding {
    let count: Int
    do throws(SafetensorsError) {
      count = try tensors.info("embedding.ids").shape.first ?? 0
    } catch {
      throw .weights(error)
    }
    let ids = try tensors.checked("embedding.ids", [count])
    guard ids.allSatisfy({ Int32(exactly: $0) != nil }),
      zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw .inconsistent(path: tensors.path, field: "embedding.ids")
    }
    let weight = try tensors.floats("embedding.weight", [count, width])
    return RecurrentClassifier.Embedding(
      vocabulary: ids.map { Int32($0) },
      vectors: Matrix(rows: count, columns: width, storage: weight))
  }

  /// The part of head.json that other heads do not have.
  private struct Record: Codable {
    let output: OutputKind
    let center: Double
    let unit: Double
    let hasEmbedding: Bool
    let hyperparameters: RecurrentClassifier.Configuration
    let training: MLPClassifier.Summary

    enum CodingKeys: String, CodingKey {
      case output, center, unit, hyperparameters, training
      case hasEmbedding = "has_embedding"
    }
  }

  /// head.json.
  private struct Description: Codable {
    let formatVersion: Int
    let head: String
    let width: Int
    let classNames: [String]
    let features: FeatureProvenance
    let record: Record

    enum CodingKeys: String, CodingKey {
      case head, width, features
      case formatVersion = "format_version"
      case classNames = "class_names"
      case record = "rnn"
    }

    init(
      formatVersion: Int, head: String, width: Int, classNames: [String],
      features: FeatureProvenance, record: Record
    ) {
      self.formatVersion = formatVersion
      self.head = head
      self.width = width
      self.classNames = classNames
      self.features = features
      self.record = record
    }

    init(json: Data, path: String) throws(HeadError) {
      try HeadJSON.check(
        json, path: path, version: RecurrentArchive.formatVersion, kinds: [RecurrentArchive.kind])
      self = try HeadJSON.decode(json, path: path)
      func need(_ isGood: Bool, _ field: String) throws(HeadError) {
        if !isGood { throw .inconsistent(path: path, field: field) }
      }
      try need(formatVersion > 0, "format_version")
      try need(width > 0, "width")
      try need((record.output == .identity) == classNames.isEmpty, "class_names")
      try need(record.hyperparameters.size > 0, "size")
      try need(record.hyperparameters.layers > 0, "layers")
      try need(record.unit > 0, "unit")
    }
  }
}
