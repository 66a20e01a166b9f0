public import Checkpoints

extension CheckpointError: Explained {
  public var complaint: Complaint {
    switch self {
    case .noSuchModel(let model, let lookedIn):
      Complaint(
        .noInput, "there is no model '\(model)'",
        at: "looked in \(lookedIn.joined(separator: ", "))",
        advice: HubCache.isHubID(model)
          ? "give a model folder, or fetch the model first: firn-fetch model \(model)"
          : "give a model folder, or the id of a model that firn-fetch brought")
    case .missingFile(let path):
      Complaint(
        .noInput, "a file of the model is missing", at: path,
        advice: "complete the model folder: config.json, model.safetensors and the tokenizer")
    case .unreadable(let path, let reason):
      Complaint(.ioError, "the file cannot be read: \(reason)", at: path, advice: "check it")
    case .foreignWeights(let path, let format):
      Complaint(
        .badData, "the weights are not in safetensors, and Firn opens no other format", at: path,
        advice: Self.conversion(path, format))
    case .noProjection(let path):
      Complaint(
        .badData, "the model has no Dense module behind its pooling", at: path,
        advice: "name the pooling without '.dense'")
    case .notJSON(let path, let reason):
      Complaint(
        .badData, "this is not the JSON it should be: \(reason)", at: path,
        advice: "fetch the model's file again")
    case .badValue(let path, let key, let found, let expected):
      Complaint(
        .badData,
        found.map { "\(key) is \($0), which is not \(expected)" }
          ?? "\(key) is missing; it should be \(expected)",
        at: path, advice: "correct the file or fetch it again")
    case .unknownArchitecture(let path, let modelType, let known):
      Complaint(
        .badData, "the architecture '\(modelType)' is not one that Firn has", at: path,
        advice: "take a model of type \(known.joined(separator: ", "))")
    case .unsupported(let path, let key, let value, let supported):
      Complaint(
        .badData, "\(key) = \(value) is not supported", at: path,
        advice: "take a model with \(supported)")
    case .badTensors(let path, let missing, let misshapen):
      Complaint(
        .badData,
        ([missing.isEmpty ? nil : "missing tensors: \(Self.list(missing))"]
          + [
            misshapen.isEmpty
              ? nil
              : "wrong shapes: "
                + Self.list(misshapen.map { "\($0.name) is \($0.found), not \($0.expected)" })
          ]).compactMap { $0 }.joined(separator: "; "),
        at: path, advice: "check that config.json and the weights belong together")
    case .weights(let error):
      error.complaint
    }
  }

  /// Two lines of Python that write model.safetensors beside the file.
  private static func conversion(_ path: String, _ format: ForeignWeights) -> String {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    // A Python string: of its escapes a path needs these.
    func quoted(_ path: String) -> String {
      let escaped = path.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
      return "'\(escaped)'"
    }
    let lines: [String]
    switch format {
    case .pytorch:
      // clone: tensors that share memory, such as tied embeddings, are refused by save_file.
      lines = [
        "import torch, safetensors.torch",
        "safetensors.torch.save_file({k: v.clone().contiguous() for k, v in "
          + "torch.load(\(quoted(path)), map_location='cpu', weights_only=True).items()}, "
          + "\(quoted(folder + "/model.safetensors")))",
      ]
    case .pytorchShards:
      lines = [
        "from transformers import AutoModel",
        "AutoModel.from_pretrained(\(quoted(folder))).save_pretrained(\(quoted(folder)))",
      ]
    case .tensorFlow, .tensorFlowShards, .flax:
      let source = format == .flax ? "from_flax" : "from_tf"
      lines = [
        "from transformers import AutoModel",
        "AutoModel.from_pretrained(\(quoted(folder)), \(source)=True)"
          + ".save_pretrained(\(quoted(folder)))",
      ]
    }
    let needs =
      switch format {
      case .pytorch: "torch and safetensors"
      case .pytorchShards: "transformers and torch"
      case .tensorFlow, .tensorFlowShards: "transformers 4, torch and tensorflow"
      case .flax: "transformers 4, torch and flax"
      }
    return "convert them once, in a Python with \(needs):\n\n"
      + lines.map { "  \($0)\n" }.joined()
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(8).joined(separator: ", ")
    return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
  }
}
