extension Tokenizer {
  /// Loads the tokenizer of a model folder.
  ///
  /// tokenizer.json decides alone where it is there, as in Hugging Face tokenizers (its padding
  /// and truncation are left to the caller). Without it, vocab.txt makes a BERT tokenizer, with
  /// the settings of tokenizer_config.json, special_tokens_map.json and sentence_bert_config.json;
  /// vocab.json and merges.txt make one of GPT-2, RoBERTa or GPT; a sentencepiece model one of T5,
  /// ALBERT, XLNet, DeBERTa-v2, XLM-RoBERTa or CamemBERT.
  ///
  /// - Throws: `TokenizerError` when a file is missing, broken or asks for what Firn does not have.
  public static func load(folder path: String) throws(TokenizerError) -> Tokenizer {
    let folder = ModelFolder(path: path)
    do {
      if folder.has("tokenizer.json") {
        return try load(json: "tokenizer.json", of: folder)
      }
      if folder.has("vocab.txt") {
        return try load(vocabulary: "vocab.txt", of: folder)
      }
      if folder.has("vocab.json"), folder.has("merges.txt") { return try loadMerges(of: folder) }
      if let name = sentencePieceNames.first(where: folder.has) {
        return try load(sentencePiece: name, of: folder)
      }
      throw TokenizerError.noTokenizer(folder: path)
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw .unreadable(file: path, reason: "\(error)")
    }
  }

  /// The files whose bytes define the tokenizer of a model folder, in the order of
  /// ``definitionFiles``, without loading it.
  ///
  /// - Throws: `TokenizerError.noTokenizer`.
  public static func definitionFiles(folder path: String) throws(TokenizerError) -> [String] {
    let folder = ModelFolder(path: path)
    if folder.has("tokenizer.json") {
      do {
        return try jsonFiles(of: folder)
      } catch let error as TokenizerError {
        throw error
      } catch {
        throw .unreadable(file: path, reason: "\(error)")
      }
    }
    if folder.has("vocab.txt") { return vocabularyFiles.filter(folder.has).map(folder.file) }
    if folder.has("vocab.json"), folder.has("merges.txt") {
      return mergesFiles.filter(folder.has).map(folder.file)
    }
    guard let name = sentencePieceNames.first(where: folder.has) else {
      throw .noTokenizer(folder: path)
    }
    return ([name] + sentencePieceSettings).filter(folder.has).map(folder.file)
  }

  /// Puts the parts together: gives the added tokens their ids, and their normalized forms.
  init(
    files: [String], modelMaxLength: Int?, truncatesLeft: Bool, normalizer: NormalizerChain,
    preTokenizer: PreTokenizerChain, model: Model, postProcessor: PostProcessor,
    addedTokens: [AddedToken]
  ) throws {
    var ids: [[UInt8]: Int32] = [:]
    // As Hugging Face numbers a token that the model does not have: behind the vocabulary.
    var nextID = Int32(model.tokenCount)
    var tokenOfID: [Int32: AddedToken] = [:]
    var order: [Int32] = []
    for token in addedTokens where !token.content.isEmpty {
      let content = Array(token.content.utf8)
      let id: Int32
      if let known = ids[content] ?? model.vocabulary.id(of: token.content) {
        id = known
      } else {
        id = nextID
        nextID += 1
      }
      if let declared = token.id, declared != Int(id) {
        throw TokenizerError.addedTokenID(
          file: files[0], token: token.content, declared: declared, expected: Int(id))
      }
      ids[content] = id
      if tokenOfID.updateValue(token, forKey: id) == nil { order.append(id) }
    }

    var rawTokens = AddedTokenMatcher()
    var normalizedTokens = AddedTokenMatcher()
    for id in order {
      guard let token = tokenOfID[id] else { continue }
      let content = Array(token.content.utf8)
      if token.isNormalized {
        normalizedTokens.insert(normalizer.normalized(content), id: id, token: token)
      } else {
        rawTokens.insert(content, id: id, token: token)
      }
    }

    self.definitionFiles = files
    self.modelMaxLength = modelMaxLength
    self.truncatesLeft = truncatesLeft
    self.normalizer = normalizer
    self.preTokenizer = preTokenizer
    self.model = model
    self.postProcessor = postProcessor
    self.rawTokens = rawTokens
    self.normalizedTokens = normalizedTokens
    self.addedTokenIDs = ids
  }
}
