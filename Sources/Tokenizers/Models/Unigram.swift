/// SentencePiece's unigram model: the segmentation of a word whose pieces' scores sum up highest.
///
/// Source: tokenizers/src/models/unigram/model.rs of Hugging Face tokenizers 0.23 (`encode_optimized`).
struct Unigram: Sendable {
  let vocabulary: Vocabulary
  /// The number of entries, equal ones counted apart.
  let pieceCount: Int
  private let trie: PieceTrie
  private let scores: [Double]
  private let unknownID: Int32
  private let unknownScore: Double
  private let byteIDs: [Int32?]?

  /// How far an unknown character stays below the worst piece.
  private static let unknownPenalty = 10.0

  /// Of equal pieces the last counts; `unknownID` is the id of a piece.
  init(pieces: PieceList, unknownID: Int32, fallsBackToBytes: Bool) {
    var vocabulary = Vocabulary(expectedCount: pieces.count)
    var trie = PieceTrie(expectedByteCount: pieces.byteCount)
    pieces.forEach { piece, id in
      vocabulary.insert(piece, id: id)
      trie.insert(piece, id: id)
    }
    self.vocabulary = vocabulary
    self.trie = trie
    self.unknownID = unknownID
    pieceCount = pieces.count
    scores = pieces.scores
    unknownScore = (pieces.scores.min() ?? 0) - Self.unknownPenalty
    byteIDs = fallsBackToBytes ? vocabulary.byteTokens() : nil
  }

  /// Appends the ids of one word.
  ///
  /// - Complexity: O(bytes * length of the longest piece).
  func tokenize(
    _ word: UnsafeBufferPointer<UInt8>, scratch: inout ModelScratch, into ids: inout [Int32]
  ) {
    if scratch.cache.append(idsOf: word, to: &ids) { return }
    let start = ids.count
    findBestPath(of: word, &scratch.lattice)
    scratch.lattice.backtrack(from: word.count)
    var unknownStart: Int?
    scratch.lattice.forEachPiece { piece, id in
      if id == unknownID {
        unknownStart = unknownStart ?? piece.lowerBound
        return
      }
      if let start = unknownStart { append(unknown: word[start..<piece.lowerBound], to: &ids) }
      unknownStart = nil
      ids.append(id)
    }
    if let start = unknownStart { append(unknown: word[start...], to: &ids) }
    scratch.cache.insert(word, ids: ids[start...])
  }

  private func findBestPath(
    of word: UnsafeBufferPointer<UInt8>, _ lattice: inout UnigramLattice
  ) {
    lattice.prepare(byteCount: word.count)
    scores.withUnsafeBufferPointer { scores in
      var start = 0
      while start < word.count {
        var end = start
        _ = UTF8Scalar.decode(word, &end)
        let scoreSoFar = lattice.score(at: start)
        var hasCharacter = false
        trie.forEachPiece(beginning: word, at: start) { pieceEnd, id in
          lattice.offer(start..<pieceEnd, id: id, score: scores[Int(id)] + scoreSoFar)
          if pieceEnd == end { hasCharacter = true }
        }
        if !hasCharacter {
          lattice.offer(start..<end, id: unknownID, score: unknownScore + scoreSoFar)
        }
        start = end
      }
    }
  }

  /// Appends what a run of unknown characters becomes: one token for all of them, or their bytes.
  private func append(unknown run: Slice<UnsafeBufferPointer<UInt8>>, to ids: inout [Int32]) {
    if let id = vocabulary.id(of: UnsafeBufferPointer(rebasing: run)) {
      ids.append(id)
      return
    }
    if let byteIDs {
      let bytes = run.compactMap { byteIDs[Int($0)] }
      if bytes.count == run.count {
        ids += bytes
        return
      }
    }
    ids.append(unknownID)
  }
}

/// The best path to every byte of a word.
struct UnigramLattice {
  private struct Node {
    var score = 0.0
    /// Where the last piece of the path begins; -1 without a path.
    var start: Int32 = -1
    var id: Int32 = 0
  }

  /// One for each byte and one for the end.
  private var nodes: [Node] = []
  /// Ends of the pieces on the best path, the last first.
  private var path: [Int] = []

  mutating func prepare(byteCount: Int) {
    nodes.removeAll(keepingCapacity: true)
    nodes.append(contentsOf: repeatElement(Node(), count: byteCount + 1))
  }

  func score(at position: Int) -> Double { nodes[position].score }

  /// Takes a piece into the best path to its end if that becomes better; the first of equals stays.
  mutating func offer(_ piece: Range<Int>, id: Int32, score: Double) {
    if nodes[piece.upperBound].start >= 0, score <= nodes[piece.upperBound].score { return }
    nodes[piece.upperBound] = Node(score: score, start: Int32(piece.lowerBound), id: id)
  }

  /// Finds the pieces of the best path that ends at `end`.
  mutating func backtrack(from end: Int) {
    path.removeAll(keepingCapacity: true)
    var end = end
    while end > 0 {
      path.append(end)
      end = Int(nodes[end].start)
    }
  }

  /// Hands over the pieces that `backtrack` found, in order.
  func forEachPiece(_ body: (_ piece: Range<Int>, _ id: Int32) -> Void) {
    for end in path.reversed() { body(Int(nodes[end].start)..<end, nodes[end].id) }
  }
}
