/// The vocabulary of a unigram model: pieces and scores, by id.
struct PieceList: Sendable {
  /// The pieces' bytes, one after the other; piece `k` ends at `ends[k]`.
  private var pool: [UInt8] = []
  private var ends: [Int] = []
  private(set) var scores: [Double] = []

  var count: Int { scores.count }
  var byteCount: Int { pool.count }

  mutating func append(_ piece: [UInt8], score: Double) {
    pool += piece
    ends.append(pool.count)
    scores.append(score)
  }

  func forEach(_ body: (_ piece: UnsafeBufferPointer<UInt8>, _ id: Int32) -> Void) {
    pool.withUnsafeBufferPointer { pool in
      var start = 0
      for (id, end) in ends.enumerated() {
        body(UnsafeBufferPointer(rebasing: pool[start..<end]), Int32(id))
        start = end
      }
    }
  }
}
