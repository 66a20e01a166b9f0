package import Contracts
import Kernels

/// The gradients of the mean loss at a head's own weights: what tests compare with other programs.
extension MLPClassifier {
  /// Of one batch of rows, with the configuration's class weights and without dropout.
  ///
  /// - Throws: as fitting.
  package func gradients(
    _ features: Matrix, _ labels: Labels, sampleWeights: [Double]? = nil, threads: Int = 1
  ) throws -> (loss: Double, layers: [Layer]) {
    let loss = try OutputLoss(
      labels, outputs: outputs, classWeight: configuration.training.classWeight,
      sampleWeights: sampleWeights, scale: (center, unit))
    let rows = Array(0..<features.rows)[...]
    let trainer = DenseTrainer(
      network, parameters: joinedParameters(), batch: rows.count,
      kernels: try KernelSet.selected(), team: Team(threads: threads))
    features.storage.withUnsafeBufferPointer { storage in
      guard let base = storage.baseAddress else { return }
      RowScaler.gather(
        base, rows, width: width, standardization.map(RowScaler.init),
        into: trainer.input.pointer)
    }
    let batch = trainer.run(rows: rows, loss: loss, dropout: nil) { _ in }
    return (batch.loss / batch.weight, network.layers(of: trainer.gradients.contents))
  }
}

extension RecurrentClassifier {
  /// Of one batch of sequences; the last tensor, with ids, is that of their vectors.
  ///
  /// - Throws: as fitting.
  package func gradients(
    _ input: SequenceInput, _ labels: Labels, sampleWeights: [Double]? = nil, threads: Int = 1
  ) throws -> (loss: Double, tensors: [Tensor]) {
    let loss = try OutputLoss(
      labels, outputs: outputs, classWeight: configuration.training.classWeight,
      sampleWeights: sampleWeights, scale: (center, unit))
    let kernels = try KernelSet.selected()
    let team = Team(threads: threads)
    let pass = RecurrentPass(
      network, parameters: joinedParameters(), trains: true, kernels: kernels, team: team)
    let batch = try SequenceBatch(input, Array(0..<input.count), width: width, kernels)
    let table = embedding?.table()
    pass.prepare(lengths: batch.lengths, wantsInputGradient: table != nil)
    pass.forward(dropout: nil) { batch.fill($0, $1, table, $2) }
    let weight = loss.weights.reduce(0, +)
    var sum = 0.0
    for row in 0..<input.count {
      let z = pass.scores.pointer + row * outputs
      sum += loss.weights[row] * loss.evaluate(row, z, share: loss.weights[row] / weight)
    }
    pass.backward(dropout: nil, wantsInputGradient: table != nil) { _ in }
    var tensors = network.tensors.map {
      Tensor(name: $0.name, shape: $0.shape, values: Array(pass.gradients.contents[$0.range]))
    }
    if let table {
      let ids = pass.packs.places.map { batch.id(Int($0.sequence), Int($0.time)) }
      let places = table.sum(pass.inputGradient.pointer, ids: ids, kernels: kernels, team: team)
      var values = [Float](repeating: 0, count: table.table.count)
      for place in places {
        guard let row = table.row(ids[place]) else { continue }
        for c in 0..<width {
          values[row * width + c] = pass.inputGradient.pointer[place * width + c]
        }
      }
      tensors.append(
        Tensor(
          name: "embedding.weight", shape: [table.vocabulary.count, width], values: values))
    }
    return (sum / weight, tensors)
  }
}
