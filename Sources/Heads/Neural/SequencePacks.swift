/// How a batch of sequences lies in memory while a recurrent layer walks over it: time step by time
/// step without padding, as PyTorch's PackedSequence, but in several packs that threads can take apart.
///
/// Sequences are sorted by length, longest first, and dealt out to packs of at most ``rows``, so that
/// packs take about as long as each other. In a pack, step t is the rows of the sequences that are
/// longer than t; the rows of all steps of all packs follow one another. What lies where depends on
/// the lengths alone.
struct SequencePacks: Sendable {
  /// Two tiles of the widest product kernel.
  static let rows = 16

  struct Pack: Sendable {
    /// The batch's sequences, longest first; those without tokens are in no step.
    let sequences: [Int]
    /// Where each step's rows begin, and at the end where the pack ends.
    let starts: [Int]

    var steps: Int { starts.count - 1 }
    var tokens: Range<Int> { starts[0]..<starts[steps] }

    func rows(_ step: Int) -> Int { starts[step + 1] - starts[step] }
  }

  let lengths: [Int]
  let packs: [Pack]
  /// Of each packed row its sequence and time: [tokens].
  let places: [(sequence: Int32, time: Int32)]
  /// Of each packed row, the row of the same token where time runs backwards, and the other way
  /// round: [tokens].
  let mirror: [Int32]

  var tokenCount: Int { places.count }

  init(lengths: [Int]) {
    self.lengths = lengths
    let order = lengths.indices.sorted {
      lengths[$0] != lengths[$1] ? lengths[$0] > lengths[$1] : $0 < $1
    }
    let count = (lengths.count + Self.rows - 1) / Self.rows
    var packs: [Pack] = []
    var places: [(sequence: Int32, time: Int32)] = []
    var mirror: [Int32] = []
    for first in 0..<count {
      let own = stride(from: first, to: order.count, by: count).map { order[$0] }
      var starts = [places.count]
      for time in 0..<(own.first.map { lengths[$0] } ?? 0) {
        for sequence in own where lengths[sequence] > time {
          places.append((Int32(sequence), Int32(time)))
        }
        starts.append(places.count)
      }
      for time in 0..<starts.count - 1 {
        for row in 0..<starts[time + 1] - starts[time] {
          mirror.append(Int32(starts[lengths[own[row]] - 1 - time] + row))
        }
      }
      packs.append(Pack(sequences: own, starts: starts))
    }
    self.packs = packs
    self.places = places
    self.mirror = mirror
  }
}
