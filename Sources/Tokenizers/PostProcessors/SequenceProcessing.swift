/// Post-processors one after the other: each puts its tokens around what the one before made.
///
/// Source: tokenizers/src/processors/sequence.rs of Hugging Face tokenizers 0.23.
struct SequenceProcessing: Decodable {
  private let processors: [Step]

  var singleText: PostProcessor {
    processors.reduce(into: PostProcessor()) { result, step in
      var types = result.before + [PostProcessor.Special(id: 0, type: result.textType)]
      types += result.after
      // A template and RobertaProcessing set the type of all that they get; the others keep it.
      if step.setsTypes { types = types.map { .init(id: $0.id, type: step.processor.textType) } }
      let textIndex = result.before.count
      result.before = step.processor.before + types[..<textIndex]
      result.textType = types[textIndex].type
      result.after = types[(textIndex + 1)...] + step.processor.after
    }
  }

  private struct Step: Decodable {
    let processor: PostProcessor
    let setsTypes: Bool

    init(from decoder: any Decoder) throws {
      let type = try ComponentType(from: decoder).type
      processor = try PostProcessor(from: decoder)
      setsTypes = type == "TemplateProcessing" || type == "RobertaProcessing"
    }
  }
}
