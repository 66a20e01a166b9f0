import AtomicFiles
public import Checkpoints
import Foundation
import Kernels
import Safetensors

/// Writing a classifier as a model folder that transformers loads with AutoModelForSequenceClassification.
extension SequenceClassifier {
  /// Writes model.safetensors: the class's own tensor names, sorted.
  ///
  /// `path`: an existing file, which is written anew; errors name `target` where that is given.
  ///
  /// - Throws: `AtomicFileError`.
  public func writeWeights(to path: String, reportedAs target: String? = nil) throws {
    // The parameter of each tensor, and where in it the tensor begins.
    var places: [(tensor: Parameter.Tensor, parameter: Int, start: Int)] = []
    for (index, parameter) in store.parameters.enumerated() {
      var start = 0
      for tensor in parameter.tensors {
        places.append((tensor, index, start))
        start += tensor.count
      }
    }
    places.sort { $0.tensor.name.utf8.lexicographicallyPrecedes($1.tensor.name.utf8) }
    let file = try RewrittenFile(path: path, reportedAs: target)
    let stream = try SafetensorsStream(
      tensors: places.map { ($0.tensor.name, $0.tensor.shape) }, metadata: ["format": "pt"],
      to: file.write)
    for place in places {
      let part = place.start..<place.start + place.tensor.count
      if store.parameters[place.parameter].layout == .plain {
        // Where it lies: a copy of the words would be the training's largest piece of memory.
        try stream.write(
          UnsafeBufferPointer(
            start: store.value(place.parameter) + part.lowerBound, count: part.count))
        continue
      }
      let numbers = store.read(place.parameter, from: store.values.pointer)
      try numbers[part].withUnsafeBufferPointer { (values) throws in try stream.write(values) }
    }
    stream.finish()
  }

  /// config.json: that of the checkpoint, with the class, the labels and the objective.
  ///
  /// - Throws: `CheckpointError.unreadable`.
  public func config(_ folder: ModelFolder, classNames: [String]) throws -> [UInt8] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.config.path))
    var values = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    values["architectures"] = [headPlan.className]
    values["problem_type"] = objective.problemType
    let names = (0..<outputs).map { $0 < classNames.count ? classNames[$0] : "LABEL_\($0)" }
    values["id2label"] = Dictionary(
      uniqueKeysWithValues: names.enumerated().map { (String($0), $1) })
    values["label2id"] = Dictionary(
      uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    // The weights are what they are now; what transformers calls the type of a config file before 4.56.
    values["torch_dtype"] = nil
    values["dtype"] = "float32"
    let text = try JSONSerialization.data(
      withJSONObject: values, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    return Array(text) + [UInt8(ascii: "\n")]
  }

  /// The files of a model folder that its tokenizer is read from.
  public static let tokenizerFiles = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.txt", "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model",
  ]
}
