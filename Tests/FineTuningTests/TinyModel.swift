import Checkpoints
import Contracts
import Encoders
import FineTuning
import Foundation
import Kernels
import Safetensors
import Testing

/// A reference checkpoint with PyTorch's gradients: Tests/Oracles/make_fine_tuning_fixtures.py.
struct TinyModel {
  static let names = [
    "bert", "distilbert", "roberta", "xlm-roberta", "electra", "mpnet", "albert",
    "bert-multi-label", "bert-regression",
  ]

  let name: String
  let folder: ModelFolder
  let expected: SafetensorsFile
  let texts: TokenBatch
  let targets: [Target]
  let outputs: Int
  let objective: Objective

  init(_ name: String) throws {
    self.name = name
    let url = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let path = url.appending(path: name).path
    folder = try ModelFolder(path, hub: HubCache(environment: [:]))
    let expected = try SafetensorsFile(path: path + "/expected.safetensors")
    self.expected = expected
    func integers<Integer: FixedWidthInteger>(_ tensor: String, _: Integer.Type) throws -> [Integer]
    {
      let bytes = try expected.bytes(tensor)
      return (0..<bytes.count / MemoryLayout<Integer>.size).map {
        bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Integer>.size, as: Integer.self)
      }
    }
    let lengths = try integers("lengths", Int32.self)
    let offsets = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int($1)) }
    texts = TokenBatch(
      ids: try integers("input_ids", Int32.self), types: try integers("token_types", UInt8.self),
      offsets: offsets)
    outputs = try expected.info("logits").shape[1]
    let values = try expected.floats("targets").map(Double.init)
    switch name {
    case "bert-multi-label": objective = .multiLabel
    case "bert-regression": objective = .regression
    default: objective = .singleLabel()
    }
    let outputs = outputs
    if case .singleLabel = objective {
      targets = values.map { .classIndex(Int($0)) }
    } else {
      targets = lengths.indices.map { .values(Array(values[$0 * outputs..<($0 + 1) * outputs])) }
    }
  }

  var packed: PackedTexts { PackedTexts(texts, rows: 0..<texts.count) }
  var batch: TrainingBatch { TrainingBatch(packed, targets) }

  func classifier(
    threads: Int = 2, dropout: SequenceClassifier.Dropout = .all(0), kernels: KernelSet? = nil
  ) throws -> SequenceClassifier {
    try SequenceClassifier(
      folder, outputs: outputs, objective: objective, dropout: dropout, seed: 7,
      kernels: kernels ?? .selected(), threads: threads)
  }
}

extension SequenceClassifier {
  /// Every parameter's gradient in the checkpoint's order, by tensor; of the words dense.
  var gradientsByTensor: [String: [Float]] {
    var found: [String: [Float]] = [:]
    for (index, parameter) in store.parameters.enumerated() {
      var numbers: [Float]
      if index == store.word {
        numbers = [Float](repeating: 0, count: parameter.range.count)
        let width = plan.embeddingSize
        for (place, id) in words.ids.enumerated() {
          for c in 0..<width { numbers[id * width + c] = words.rows.pointer[place * width + c] }
        }
      } else {
        numbers = store.read(index, from: store.gradients.pointer)
      }
      for tensor in parameter.tensors {
        found[tensor.name] = Array(numbers.prefix(tensor.count))
        numbers.removeFirst(tensor.count)
      }
    }
    return found
  }

  /// Every parameter's bits.
  var bits: [UInt32] {
    (0..<store.values.count).map { store.values.pointer[$0].bitPattern }
  }
}
