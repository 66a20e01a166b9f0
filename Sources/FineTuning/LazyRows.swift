import Kernels
import Optimization

/// The word embeddings' part of an optimizer's steps.
///
/// Every step moves every row: moments go on when a row's gradient is zero, and decay always. But what a
/// row is matters only when a text needs it. Until then its steps wait, and are made up one after the other,
/// in the operations and with the bits that they would have had: most rows of a vocabulary stand in no
/// text of a batch, and their memory need not be touched at every step.
final class LazyRows {
  private let store: ParameterStore
  private let optimizer: Optimizer
  private let width: Int
  private let decay: Double
  /// The rate and first moment of every step so far.
  private var history: [(rate: Double, firstMoment: Double?)] = []
  /// The steps that each row has made.
  private var made: [Int]
  /// Rows whose moments are not all zero.
  private var moves: [Bool]
  private let zeros: FloatBuffer

  init(_ store: ParameterStore, _ optimizer: Optimizer, width: Int, decay: Double) {
    self.store = store
    self.optimizer = optimizer
    self.width = width
    self.decay = decay
    zeros = FloatBuffer(count: width)
    let rows = store.parameters[store.word].range.count / width
    made = Array(repeating: optimizer.steps, count: rows)
    moves = Array(repeating: false, count: rows)
    history = Array(repeating: (0, nil), count: optimizer.steps)
    // At the start of a training none has moments, and their memory need not be touched.
    if optimizer.steps > 0 { for row in 0..<rows { moves[row] = hasMoments(row) } }
  }

  /// Notes the step that the optimizer has begun.
  func begin(rate: Double, firstMoment: Double?) { history.append((rate, firstMoment)) }

  /// Brings rows up to the last step.
  func settle(_ rows: [Int], _ team: Team) {
    let late = rows.filter { made[$0] < history.count }
    team.forEach(late.count) { _, item in catchUp(late[item], through: history.count) }
    for row in late { made[row] = history.count }
  }

  /// Brings every row up to the last step.
  func settleAll(_ team: Team) {
    let block = 256
    team.forEach((made.count + block - 1) / block) { _, item in
      for row in item * block..<min((item + 1) * block, made.count) {
        catchUp(row, through: history.count)
      }
    }
    for row in made.indices { made[row] = history.count }
  }

  /// Moves rows by the last step's gradients.
  ///
  /// - Precondition: the rows were settled before that step began.
  func move(_ words: WordGradients, scale: Float, _ team: Team) {
    let step = history.count
    let (rate, firstMoment) = history[step - 1]
    let ids = words.ids
    team.forEach(ids.count) { _, item in
      let start = store.parameters[store.word].range.lowerBound + ids[item] * width
      optimizer.move(
        store.values.pointer + start, words.rows.pointer + item * width, at: start, count: width,
        weightDecay: decay, learningRate: rate, firstMoment: firstMoment, gradientScale: scale)
    }
    for id in ids {
      made[id] = step
      moves[id] = true
    }
  }

  private func catchUp(_ row: Int, through end: Int) {
    let start = store.parameters[store.word].range.lowerBound + row * width
    if !moves[row], case .adamW = optimizer.rule { return shrink(row, through: end) }
    for step in made[row]..<end {
      optimizer.move(
        store.values.pointer + start, UnsafePointer(zeros.pointer), at: start, count: width,
        weightDecay: decay, learningRate: history[step].rate,
        firstMoment: history[step].firstMoment, step: step + 1)
    }
  }

  /// AdamW's steps of a row without moments: decay is all there is, and what they subtract is 0.
  private func shrink(_ row: Int, through end: Int) {
    guard decay != 0 else { return }
    let numbers = store.value(store.word) + row * width
    for step in made[row]..<end {
      let factor = Float(1 - history[step].rate * decay)
      for c in 0..<width { numbers[c] *= factor }
    }
  }

  private func hasMoments(_ row: Int) -> Bool {
    let start = store.parameters[store.word].range.lowerBound + row * width
    return [optimizer.first, optimizer.second].contains { moments in
      moments.count > 0 && (0..<width).contains { moments.pointer[start + $0] != 0 }
    }
  }
}
