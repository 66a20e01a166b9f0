public import Contracts
import Kernels
import Optimization

extension RecurrentClassifier {
  /// Trains on sequences and their labels.
  ///
  /// The result has the same bits for any number of threads. Of features no more than a batch is read
  /// at a time.
  ///
  /// - Parameters:
  ///   - input: One sequence a text, with a label.
  ///   - labels: Single labels, sets or numbers, all known.
  ///   - classCount: Classes, those without rows included; not read for sets and numbers.
  ///   - sampleWeights: How much each row counts; 1 when nil.
  ///   - validation: Rows that decide when training ends and which weights are kept.
  ///   - configuration: The layers and how they learn.
  ///   - start: A head of the same layers whose weights training begins with.
  ///   - threads: How many threads work at a time.
  ///   - monitor: Who watches the training and may end it.
  /// - Returns: The head, with the weights of the best epoch.
  /// - Throws: ``HeadError``, and what reading features throws.
  /// - Precondition: As many labels as sequences; validation of the same kind of input.
  public static func fit(
    input: SequenceInput, labels: Labels, classCount: Int = 1, sampleWeights: [Double]? = nil,
    validation: (input: SequenceInput, labels: Labels)? = nil,
    configuration: Configuration = .init(), start: RecurrentClassifier? = nil, threads: Int = 1,
    monitor: TrainingMonitor = .init()
  ) throws -> RecurrentClassifier {
    precondition(labels.count == input.count)
    try check(configuration)
    let outputs = labels.outputs(classCount: classCount)
    let loss = try OutputLoss(
      labels, outputs: outputs, classWeight: configuration.training.classWeight,
      sampleWeights: sampleWeights)
    let run = try RecurrentRun(
      input: input, loss: loss, configuration: configuration, start: start, threads: threads)
    let summary = try run.train(validation: validation, monitor: monitor)
    return RecurrentClassifier(
      width: run.network.inputs, outputs: outputs,
      tensors: run.network.tensors.map {
        Tensor(name: $0.name, shape: $0.shape, values: Array(run.parameters.contents[$0.range]))
      },
      embedding: run.embedding.map {
        Embedding(
          vocabulary: $0.vocabulary,
          vectors: Matrix(
            rows: $0.vocabulary.count, columns: $0.width, storage: Array($0.table.contents)))
      },
      output: loss.kind, center: loss.center, unit: loss.unit, configuration: configuration,
      summary: summary)
  }

  private static func check(_ configuration: Configuration) throws(HeadError) {
    for (name, value) in [
      ("size", configuration.size), ("layers", configuration.layers),
      ("embedding_width", configuration.embeddingWidth),
    ] where value < 1 {
      throw .badHyperparameter(name: name, value: "\(value)")
    }
    guard (0..<1).contains(configuration.dropout) else {
      throw .badHyperparameter(name: "dropout", value: "\(configuration.dropout)")
    }
    try configuration.training.check()
  }
}

/// One training of a recurrent classifier.
private struct RecurrentRun {
  let network: RecurrentNetwork
  let parameters: FloatBuffer
  let embedding: TokenEmbedding?
  private let input: SequenceInput
  private let loss: OutputLoss
  private let training: NetworkTraining
  private let kernels: KernelSet
  private let pass: RecurrentPass
  private let optimizer: Optimizer
  private let embeddingOptimizer: Optimizer?
  private let schedule: Schedule
  private let team: Team

  init(
    input: SequenceInput, loss: OutputLoss, configuration: RecurrentClassifier.Configuration,
    start: RecurrentClassifier?, threads: Int
  ) throws {
    self.input = input
    self.loss = loss
    training = configuration.training
    kernels = try KernelSet.selected()
    let inputs: Int
    switch input {
    case .features(let source):
      inputs = source.width
      embedding = nil
    case .ids(let sequences):
      inputs = configuration.embeddingWidth
      embedding =
        start?.embedding?.table()
        ?? TokenEmbedding(sequences, width: inputs, seed: training.seed)
    }
    network = RecurrentClassifier.network(
      configuration, inputs: inputs, outputs: loss.outputs)
    parameters = start?.joinedParameters() ?? network.initialized(seed: training.seed)
    precondition(parameters.count == network.parameterCount, "a start of other layers")
    team = Team(threads: threads)
    pass = RecurrentPass(
      network, parameters: parameters, trains: true, kernels: kernels, team: team)
    optimizer = Optimizer(training.rule, count: network.parameterCount, kernels: kernels)
    embeddingOptimizer = embedding.map { [training, kernels] in
      Optimizer(training.rule, count: $0.table.count, kernels: kernels)
    }
    schedule = Schedule(
      training.schedule, learningRate: training.learningRate,
      steps: (input.count + training.batchSize - 1) / training.batchSize * training.epochs)
  }

  func train(
    validation: (input: SequenceInput, labels: Labels)?, monitor: TrainingMonitor
  ) throws -> MLPClassifier.Summary {
    var epochs: [TrainingEpoch] = []
    var stopping = EarlyStopping(patience: training.patience)
    var bestTable: [Float] = []
    let judge = try validation.map {
      try OutputLoss(
        $0.labels, outputs: loss.outputs, classWeight: training.classWeight, sampleWeights: nil,
        scale: (loss.center, loss.unit))
    }
    for epoch in 1...training.epochs {
      let order =
        training.shuffle
        ? Philox(seed: training.seed, .shuffle, epoch).permutation(input.count)
        : Array(0..<input.count)
      var (sum, weight) = (0.0, 0.0)
      for first in stride(from: 0, to: order.count, by: training.batchSize) {
        let batch = try step(
          Array(order[first..<min(first + training.batchSize, order.count)]), monitor)
        sum += batch.loss
        weight += batch.weight
      }
      let score = try validation.flatMap { set in try judge.map { try evaluate(set.input, $0) } }
      let record = TrainingEpoch(
        epoch: epoch, loss: weight > 0 ? sum / weight : 0,
        learningRate: schedule.learningRate(step: optimizer.steps - 1),
        validationLoss: score?.loss, validationAccuracy: score?.accuracy)
      epochs.append(record)
      monitor.epoch(record)
      if let score {
        let goesOn = stopping.observe(score.loss, epoch: epoch, parameters.contents)
        if stopping.bestEpoch == epoch {
          bestTable = embedding.map { Array($0.table.contents) } ?? []
        }
        if !goesOn { break }
      }
    }
    for (i, value) in stopping.parameters.enumerated() { parameters.pointer[i] = value }
    for (i, value) in bestTable.enumerated() { embedding?.table.pointer[i] = value }
    return MLPClassifier.Summary(
      rows: input.count, steps: optimizer.steps, epochs: epochs,
      bestEpoch: stopping.bestEpoch > 0 ? stopping.bestEpoch : epochs.count)
  }

  private func step(
    _ rows: [Int], _ monitor: TrainingMonitor
  ) throws -> (loss: Double, weight: Double) {
    if monitor.isCancelled() { throw HeadError.cancelled }
    let step = optimizer.steps
    let rate = schedule.learningRate(step: step)
    let moment = schedule.firstMoment(step: step)
    optimizer.advance()
    embeddingOptimizer?.advance()
    let seed = training.seed
    let dropout: ((Int) -> Philox)? =
      network.dropout > 0 ? { Philox(seed: seed, .dropout, step, part: $0) } : nil
    let batch = try SequenceBatch(input, rows, width: network.inputs, kernels)
    pass.prepare(lengths: batch.lengths, wantsInputGradient: embedding != nil)
    pass.forward(dropout: dropout) { batch.fill($0, $1, embedding, $2) }
    let weight = loss.weight(of: rows[...])
    var sum = 0.0
    for (i, row) in rows.enumerated() {
      let own = loss.weights[row]
      sum +=
        own
        * loss.evaluate(
          row, pass.scores.pointer + i * loss.outputs, share: weight > 0 ? own / weight : 0)
    }
    guard sum.isFinite else { throw HeadError.diverged(step: step + 1, learningRate: rate) }
    let isClipped = training.maximumGradientNorm != nil
    pass.backward(dropout: dropout, wantsInputGradient: embedding != nil) { range in
      if !isClipped { update(range, rate, moment, 1) }
    }
    let scale = updateRest(batch, rate, moment)
    if isClipped { for tensor in network.tensors { update(tensor.range, rate, moment, scale) } }
    monitor.step(
      step + 1, schedule.steps, weight > 0 ? sum / weight : 0)
    return (sum, weight)
  }

  /// Moves the vectors of the ids, and finds what clipping multiplies gradients by.
  private func updateRest(_ batch: SequenceBatch, _ rate: Double, _ moment: Double?) -> Float {
    var places: [Int] = []
    var ids: [Int32] = []
    if let embedding {
      ids = pass.packs.places.map { batch.id(Int($0.sequence), Int($0.time)) }
      places = embedding.sum(
        pass.inputGradient.pointer, ids: ids, kernels: kernels, team: team)
    }
    var scale: Float = 1
    if let maximum = training.maximumGradientNorm {
      var norm = GradientNorm()
      norm.add(pass.gradients.pointer, count: network.parameterCount, kernels: kernels)
      for place in places {
        norm.add(
          pass.inputGradient.pointer + place * network.inputs, count: network.inputs,
          kernels: kernels)
      }
      scale = norm.scale(maximum: maximum)
    }
    if let embedding, let embeddingOptimizer {
      embedding.update(
        pass.inputGradient.pointer, places: places, ids: ids, embeddingOptimizer,
        learningRate: rate, firstMoment: moment, gradientScale: scale)
    }
    return scale
  }

  /// Moves the parameters of a range of weights, or of biases, which do not decay.
  private func update(_ range: Range<Int>, _ rate: Double, _ moment: Double?, _ scale: Float) {
    let isBias =
      network.output.bias <= range.lowerBound
      || network.layers.joined().contains {
        $0.inputBias <= range.lowerBound && range.lowerBound < $0.end
      }
    optimizer.update(
      parameters: parameters.pointer, gradients: pass.gradients.pointer,
      ParameterGroup(range, weightDecay: isBias ? 0 : training.weightDecay), learningRate: rate,
      firstMoment: moment, gradientScale: scale)
  }

  /// Mean loss and accuracy of other rows, without dropout.
  private func evaluate(
    _ input: SequenceInput, _ loss: OutputLoss
  ) throws -> (loss: Double, accuracy: Double?) {
    let rows = (0..<input.count).sorted { (input.length($0), $0) < (input.length($1), $1) }
    var losses = [Double](repeating: 0, count: input.count)
    var hits = 0
    for first in stride(from: 0, to: rows.count, by: 64) {
      let own = Array(rows[first..<min(first + 64, rows.count)])
      let batch = try SequenceBatch(input, own, width: network.inputs, kernels)
      pass.prepare(lengths: batch.lengths)
      pass.forward(dropout: nil) { batch.fill($0, $1, embedding, $2) }
      for (i, row) in own.enumerated() {
        let z = pass.scores.pointer + i * loss.outputs
        if loss.isRight(row, z) { hits += 1 }
        losses[row] = loss.weights[row] * loss.evaluate(row, z)
      }
    }
    return (
      losses.reduce(0, +) / loss.weights.reduce(0, +),
      loss.kind == .identity ? nil : Double(hits) / Double(input.count)
    )
  }
}
