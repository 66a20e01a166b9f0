public import Contracts
import Kernels
import Optimization

extension MLPClassifier {
  /// Trains on `features` [n, width] and `labels` [n].
  ///
  /// The result has the same bits for any number of threads. Of features larger than `memory` a
  /// window is read at a time: see `FeatureStream`; they are read once an epoch, once before
  /// to check them, and twice more to standardize.
  ///
  /// - Parameters:
  ///   - features: One row a text, with a label.
  ///   - labels: Single labels, sets or numbers, all known.
  ///   - classCount: Classes, those without rows included; not read for sets and numbers.
  ///   - sampleWeights: How much each row counts; 1 when nil.
  ///   - validation: Rows that decide when training ends and which weights are kept.
  ///   - configuration: The layers and how they learn.
  ///   - start: A head of the same layers whose weights training begins with.
  ///   - memory: Bytes of features in memory at a time.
  ///   - threads: How many threads work at a time.
  ///   - monitor: Who watches the training and may end it.
  /// - Returns: The head, with the weights of the best epoch.
  /// - Throws: ``HeadError``, and what reading features throws.
  /// - Precondition: As many labels as rows.
  public static func fit(
    features: any FeatureSource, labels: Labels, classCount: Int = 1,
    sampleWeights: [Double]? = nil,
    validation: (features: any FeatureSource, labels: Labels)? = nil,
    configuration: Configuration = .init(), start: MLPClassifier? = nil,
    memory: Int = 1 << 30, threads: Int = 1, monitor: TrainingMonitor = .init()
  ) throws -> MLPClassifier {
    precondition(labels.count == features.count)
    try check(configuration)
    let outputs = labels.outputs(classCount: classCount)
    let loss = try OutputLoss(
      labels, outputs: outputs, classWeight: configuration.training.classWeight,
      sampleWeights: sampleWeights)
    let raw = RowBlocks(
      try TrainingRows.features(features, memory: 0).blockRows, standardization: nil)
    try raw.checkFinite(threads: threads)
    let network = DenseNetwork(
      inputs: features.width, hidden: configuration.hiddenLayers, outputs: outputs,
      activation: configuration.activation.kernel, dropout: configuration.dropout)
    var run = try DenseRun(
      network, features: features, loss: loss, configuration: configuration,
      standardization: configuration.standardize
        ? try Standardization(fitting: raw, threads: threads) : nil,
      parameters: start?.joinedParameters(), memory: memory, threads: threads)
    let summary = try run.train(validation: validation, monitor: monitor)
    return MLPClassifier(
      layers: network.layers(of: run.parameters.contents), output: loss.kind,
      standardization: run.standardization, center: loss.center, unit: loss.unit,
      configuration: configuration, summary: summary)
  }

  private static func check(_ configuration: Configuration) throws(HeadError) {
    for width in configuration.hiddenLayers where width < 1 {
      throw .badHyperparameter(name: "hidden_layers", value: "\(width)")
    }
    guard (0..<1).contains(configuration.dropout) else {
      throw .badHyperparameter(name: "dropout", value: "\(configuration.dropout)")
    }
    try configuration.training.check()
  }
}

extension Labels {
  /// The width of an output layer for these labels.
  func outputs(classCount: Int) -> Int {
    switch self {
    case .classes(let classes):
      precondition(classes.allSatisfy { 0 <= $0 && $0 < classCount })
      return classCount
    case .sets(let sets): return sets.labelCount
    case .numbers: return 1
    }
  }
}

extension DenseNetwork {
  func layers(of parameters: UnsafeBufferPointer<Float>) -> [MLPClassifier.Layer] {
    layers.map { layer in
      MLPClassifier.Layer(
        weight: Matrix(
          rows: layer.outputs, columns: layer.inputs,
          storage: Array(parameters[layer.start..<layer.bias])),
        bias: Array(parameters[layer.bias..<layer.end]))
    }
  }
}

/// One training of a perceptron.
private struct DenseRun {
  let network: DenseNetwork
  let loss: OutputLoss
  let configuration: MLPClassifier.Configuration
  let standardization: Standardization?
  let parameters: FloatBuffer
  private let scaler: RowScaler?
  private var stream: FeatureStream
  private let kernels: KernelSet
  private let team: Team
  private let trainer: DenseTrainer
  private let optimizer: Optimizer
  private let schedule: Schedule
  private let stepsPerEpoch: Int

  private var training: NetworkTraining { configuration.training }

  init(
    _ network: DenseNetwork, features: any FeatureSource, loss: OutputLoss,
    configuration: MLPClassifier.Configuration, standardization: Standardization?,
    parameters start: FloatBuffer?, memory: Int, threads: Int
  ) throws {
    self.network = network
    self.loss = loss
    self.configuration = configuration
    self.standardization = standardization
    let training = configuration.training
    scaler = standardization.map(RowScaler.init)
    kernels = try KernelSet.selected()
    parameters = start ?? network.initialized(seed: training.seed)
    precondition(parameters.count == network.parameterCount, "a start of other layers")
    stream = FeatureStream(
      features, seed: training.seed, shuffle: training.shuffle, memory: memory)
    // Four million products take a core some 0.15 ms a step, forward and back: of less, what a second thread
    // takes over is no more than what it costs to wait for it.
    let work = training.batchSize * network.parameterCount
    team = Team(threads: work > 1 << 22 ? threads : 1)
    trainer = DenseTrainer(
      network, parameters: parameters, batch: training.batchSize, kernels: kernels, team: team)
    optimizer = Optimizer(training.rule, count: network.parameterCount, kernels: kernels)
    stepsPerEpoch = stream.batches(size: training.batchSize)
    schedule = Schedule(
      training.schedule, learningRate: training.learningRate,
      steps: stepsPerEpoch * training.epochs)
  }

  mutating func train(
    validation: (features: any FeatureSource, labels: Labels)?, monitor: TrainingMonitor
  ) throws -> MLPClassifier.Summary {
    var epochs: [TrainingEpoch] = []
    var stopping = EarlyStopping(patience: training.patience)
    let judge = try validation.map {
      try OutputLoss(
        $0.labels, outputs: network.outputs, classWeight: training.classWeight,
        sampleWeights: nil, scale: (loss.center, loss.unit))
    }
    for epoch in 1...training.epochs {
      var sum = 0.0
      var weight = 0.0
      // The stream is the run's own while it is walked over.
      var stream = self.stream
      try stream.forEachBatch(epoch: epoch, size: training.batchSize) { window, places, rows in
        let batch = try step(window, places, rows, monitor)
        sum += batch.loss
        weight += batch.weight
      }
      self.stream = stream
      let score = try validation.flatMap { set in
        try judge.map { try evaluate(set.features, $0) }
      }
      let record = TrainingEpoch(
        epoch: epoch, loss: weight > 0 ? sum / weight : 0,
        learningRate: schedule.learningRate(step: optimizer.steps - 1),
        validationLoss: score?.loss, validationAccuracy: score?.accuracy)
      epochs.append(record)
      monitor.epoch(record)
      if let score, !stopping.observe(score.loss, epoch: epoch, parameters.contents) { break }
    }
    if !stopping.parameters.isEmpty {
      for (i, value) in stopping.parameters.enumerated() { parameters.pointer[i] = value }
    }
    return MLPClassifier.Summary(
      rows: loss.weights.count, steps: optimizer.steps, epochs: epochs,
      bestEpoch: stopping.bestEpoch > 0 ? stopping.bestEpoch : epochs.count)
  }

  /// One step: forward, back, and each part's update as soon as its gradients are there.
  private func step(
    _ window: UnsafePointer<Float>, _ places: ArraySlice<Int>, _ rows: ArraySlice<Int>,
    _ monitor: TrainingMonitor
  ) throws -> (loss: Double, weight: Double) {
    if monitor.isCancelled() { throw HeadError.cancelled }
    let step = optimizer.steps
    let rate = schedule.learningRate(step: step)
    let moment = schedule.firstMoment(step: step)
    optimizer.advance()
    RowScaler.gather(window, places, width: network.inputs, scaler, into: trainer.input.pointer)
    let seed = training.seed
    let dropout: ((Int) -> Philox)? =
      network.dropout > 0 ? { Philox(seed: seed, .dropout, step, part: $0) } : nil
    let batch: (loss: Double, weight: Double)
    if let maximum = training.maximumGradientNorm {
      batch = trainer.run(rows: rows, loss: loss, dropout: dropout) { _ in }
      var norm = GradientNorm()
      norm.add(trainer.gradients.pointer, count: network.parameterCount, kernels: kernels)
      let scale = norm.scale(maximum: maximum)
      for layer in network.layers {
        update(layer.start..<layer.bias, rate, moment, scale)
        update(layer.bias..<layer.end, rate, moment, scale)
      }
    } else {
      batch = trainer.run(rows: rows, loss: loss, dropout: dropout) {
        update($0, rate, moment, 1)
      }
    }
    guard batch.loss.isFinite else {
      throw HeadError.diverged(step: step + 1, learningRate: rate)
    }
    monitor.step(
      step + 1, stepsPerEpoch * training.epochs,
      batch.weight > 0 ? batch.loss / batch.weight : 0)
    return batch
  }

  /// Moves the parameters of a range that lies within one layer's weight or bias.
  private func update(_ range: Range<Int>, _ rate: Double, _ moment: Double?, _ scale: Float) {
    let isBias = network.layers.contains {
      $0.bias <= range.lowerBound && range.lowerBound < $0.end
    }
    optimizer.update(
      parameters: parameters.pointer, gradients: trainer.gradients.pointer,
      ParameterGroup(range, weightDecay: isBias ? 0 : training.weightDecay), learningRate: rate,
      firstMoment: moment, gradientScale: scale)
  }

  /// Mean loss and accuracy of other rows, without dropout.
  private func evaluate(
    _ features: any FeatureSource, _ loss: OutputLoss
  ) throws -> (loss: Double, accuracy: Double?) {
    let block = 128
    let window = 64 * block
    let width = network.inputs
    var buffer = [Float](repeating: 0, count: min(window, features.count) * width)
    var losses = [Double](repeating: 0, count: features.count)
    var hits = [Double](repeating: 0, count: features.count)
    for start in stride(from: 0, to: features.count, by: window) {
      let rows = start..<min(start + window, features.count)
      try buffer.withUnsafeMutableBufferPointer { buffer in
        let part = UnsafeMutableBufferPointer(rebasing: buffer[..<(rows.count * width)])
        try features.read(rows, into: part)
        guard let x = part.baseAddress else { return }
        scaler?.scale(x, count: part.count)
        losses.withUnsafeMutableBufferPointer { losses in
          hits.withUnsafeMutableBufferPointer { hits in
            let losses = SharedDoubles(losses)
            let hits = SharedDoubles(hits)
            team.forEach((rows.count + block - 1) / block) { _, index in
              let own = index * block..<min((index + 1) * block, rows.count)
              let scratch = FloatBuffer(
                count: own.count * (network.outputs + 2 * network.widest), zeroed: false)
              network.scores(
                x + own.lowerBound * width, rows: own.count, parameters.pointer,
                into: scratch.pointer, scratch: scratch.pointer + own.count * network.outputs,
                kernels)
              for r in own {
                let z = scratch.pointer + (r - own.lowerBound) * network.outputs
                hits[start + r] = loss.isRight(start + r, z) ? 1 : 0
                losses[start + r] = loss.weights[start + r] * loss.evaluate(start + r, z)
              }
            }
          }
        }
      }
    }
    let weight = loss.weights.reduce(0, +)
    return (
      losses.reduce(0, +) / weight,
      loss.kind == .identity ? nil : hits.reduce(0, +) / Double(features.count)
    )
  }
}
