public import Tokenizers

extension TokenizerError: Explained {
  public var complaint: Complaint {
    switch self {
    case .noTokenizer(let folder):
      Complaint(
        .noInput,
        "the model folder has no tokenizer.json, vocab.txt, vocab.json with merges.txt, or "
          + "sentencepiece model", at: folder,
        advice: "copy tokenizer.json from the model's page, or name another model folder")
    case .unreadable(let file, let reason):
      Complaint(
        .noInput, "cannot read the file: \(reason)", at: file,
        advice: "check that it exists and that you may read it")
    case .notUTF8(let file, let line):
      Complaint(
        .badData, "the bytes are not UTF-8", at: "\(file):\(line)",
        advice: "copy the file from the model's page again")
    case .notJSON(let file, let reason):
      Complaint(
        .badData, "not valid JSON: \(reason)", at: file,
        advice: "copy the file from the model's page again")
    case .notSentencePiece(let file, let offset):
      Complaint(
        .badData, "not a sentencepiece model", at: "\(file) (byte \(offset))",
        advice: "copy the file from the model's page again")
    case .missingKey(let file, let key):
      Complaint(
        .badData, "the key \(key) is missing", at: file,
        advice: "save the tokenizer again with transformers' save_pretrained")
    case .wrongType(let file, let key, let expected):
      Complaint(
        .badData, "the value of \(key) is not a valid \(expected)", at: file,
        advice: "save the tokenizer again with transformers' save_pretrained")
    case .unsupported(let file, let role, let name):
      Complaint(
        .badData, "Firn does not support the \(role) \(name)", at: file,
        advice: "use another model, or one whose tokenizer.json does without it")
    case .badID(let file, let token, let found):
      Complaint(
        .badData, "the id of token \"\(token)\" is \(found), not a whole number from 0 on",
        at: file,
        advice: "copy the file from the model's page again")
    case .duplicateToken(let file, let token):
      Complaint(
        .badData, "the vocabulary has the token \"\(token)\" twice", at: file,
        advice: "copy the file from the model's page again")
    case .duplicateID(let file, let id, let first, let second):
      Complaint(
        .badData, "the tokens \"\(first)\" and \"\(second)\" have the same id \(id)", at: file,
        advice: "copy the file from the model's page again")
    case .tokenNotInVocabulary(let file, let token):
      Complaint(
        .badData, "the vocabulary does not have the token \"\(token)\"", at: file,
        advice: "check that the vocabulary and the tokenizer settings are of the same model")
    case .badMerge(let file, let merge):
      Complaint(
        .badData, "the merge \"\(merge)\" is not two tokens with a space between", at: file,
        advice: "copy the file from the model's page again")
    case .addedTokenID(let file, let token, let declared, let expected):
      Complaint(
        .badData, "the added token \"\(token)\" has id \(declared) where \(expected) is due",
        at: file,
        advice: "check that the vocabulary and the added tokens are of the same model")
    case .maxLengthTooSmall(let maxLength, let specialTokens):
      Complaint(
        .usage,
        "max-length \(maxLength) is too small: the special tokens alone are \(specialTokens)",
        advice: "give a max-length above \(specialTokens)")
    }
  }
}
