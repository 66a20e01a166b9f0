/// How the hidden states of a text's tokens become one vector.
///
/// Names and definitions are sentence-transformers' (`sentence_transformers/models/Pooling.py`).
/// Special tokens take part, padding never does.
public enum Pooling: String, CaseIterable, Sendable, Hashable {
  /// The first token's hidden state.
  case cls
  /// The element-wise maximum over tokens.
  case max
  /// The average over tokens.
  case mean
  /// The sum over tokens divided by the square root of their number.
  case meanSqrtLenTokens = "mean_sqrt_len_tokens"
  /// The average with weight 1 for the first token, 2 for the second, and so on.
  case weightedMean = "weightedmean"
  /// The last token's hidden state.
  case lastToken = "lasttoken"
}
