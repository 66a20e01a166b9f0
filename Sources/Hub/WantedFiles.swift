import Foundation

/// Which files of a model are needed: what Firn and transformers' own loaders read, and no weights
/// in other formats.
struct WantedFiles {
  /// At the top, and in the folders of sentence-transformers' modules.
  private static let names: Set<String> = [
    "config.json", "model.safetensors", "model.safetensors.index.json",
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.txt", "vocab.json", "merges.txt", "spiece.model", "spm.model", "tokenizer.model",
    "sentencepiece.bpe.model", "modules.json", "config_sentence_transformers.json",
  ]

  private static let otherWeights: Set<String> = [
    "bin", "pt", "pth", "ckpt", "h5", "msgpack", "onnx", "gguf", "ot",
  ]

  private let model: String
  private let listing: [RepositoryPath]

  /// `listing`: every file of the model.
  init(model: String, listing: [RepositoryPath]) {
    self.model = model
    self.listing = listing
  }

  /// The files that say which others are needed; they come first.
  var deciding: [RepositoryPath] {
    listing.filter { ["modules.json", "model.safetensors.index.json"].contains($0.text) }
  }

  /// All files that are needed, deciding ones included.
  ///
  /// `moduleFolders`: the paths of modules.json; nil without that file.
  /// `shards`: the files that the index of the weights names; nil without an index.
  ///
  /// - Throws: ``HubError`` when the model has no config.json or no safetensors, or lacks a shard.
  func all(moduleFolders: [String]?, shards: Set<String>?) throws(HubError) -> [RepositoryPath] {
    // A model may lie in a module's folder instead of at the top; 1_Pooling counts on its own too.
    let folders = Set(moduleFolders ?? ["1_Pooling"]).union([""])
    var wanted = listing.filter { path in
      folders.contains(path.folder)
        && (Self.names.contains(path.name)
          || path.name.hasPrefix("sentence_") && path.name.hasSuffix("_config.json"))
    }
    guard wanted.contains(where: { $0.name == "config.json" && $0.folder != "1_Pooling" }) else {
      throw .noConfig(model: model)
    }
    let whole = wanted.contains { $0.name == "model.safetensors" && isMain($0.folder) }
    if whole || shards == nil {
      guard whole else { throw noSafetensors }
      // Some models have both; the whole file is what loaders prefer.
      wanted.removeAll { $0.text == "model.safetensors.index.json" }
    } else {
      for shard in (shards ?? []).sorted() {
        guard let path = listing.first(where: { $0.text == shard }) else {
          throw .missingShard(model: model, name: shard)
        }
        if !wanted.contains(path) { wanted.append(path) }
      }
    }
    return wanted.sorted { $0.text < $1.text }
  }

  /// Weights of modules such as 2_Dense that are there as pickles only.
  func pickles(moduleFolders: [String]?) -> [RepositoryPath] {
    listing.filter { path in
      path.name == "pytorch_model.bin" && !isMain(path.folder)
        && (moduleFolders ?? []).contains(path.folder)
        && !listing.contains { $0.text == path.folder + "/model.safetensors" }
    }
  }

  /// Throws before anything is fetched where the listing alone says that there are no safetensors.
  ///
  /// - Throws: ``HubError``.
  func check() throws(HubError) {
    guard listing.contains(where: { $0.name == "config.json" }) else {
      throw .noConfig(model: model)
    }
    guard
      listing.contains(where: {
        isMain($0.folder)
          && ["model.safetensors", "model.safetensors.index.json"].contains($0.name)
      })
    else { throw noSafetensors }
  }

  /// Folders in which the encoder itself may lie: the top, or a module such as 0_Transformer.
  private func isMain(_ folder: String) -> Bool {
    folder.isEmpty || folder.hasSuffix("Transformer")
  }

  private var noSafetensors: HubError {
    let others = listing.filter { path in
      guard let dot = path.name.lastIndex(of: ".") else { return false }
      return Self.otherWeights.contains(String(path.name[path.name.index(after: dot)...]))
        && !["training_args.bin", "optimizer.pt", "scheduler.pt"].contains(path.name)
    }
    return .noSafetensors(model: model, others: others.map(\.text))
  }
}
