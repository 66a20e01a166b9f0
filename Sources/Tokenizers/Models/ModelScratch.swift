/// The working memory of a model; it keeps its room from word to word.
struct ModelScratch: ~Copyable {
  var cache = WordCache()
  /// Whose words the cache holds.
  private var cacheOwner: Tokenizer.Identity?
  /// A word in the model's spelling.
  var spelled = ByteBuffer()
  var merging = MergeQueue()
  var lattice = UnigramLattice()

  /// Forgets the words of another tokenizer.
  mutating func prepare(for owner: Tokenizer.Identity) {
    if cacheOwner === owner { return }
    cache.removeAll()
    cacheOwner = owner
  }
}
