import Checkpoints
package import Kernels
import Optimization

package typealias Floats = UnsafeMutablePointer<Float>

/// One piece of the memory that learns: a tensor of the checkpoint, or several that are one product.
package struct Parameter {
  /// How its numbers lie.
  package enum Layout: Equatable {
    /// [columns, depth], in the order of the products.
    case matrix(columns: Int, depth: Int)
    /// As in the checkpoint.
    case plain
  }

  /// A tensor's name and shape in a file.
  package struct Tensor: Equatable {
    package let name: String
    package let shape: [Int]
    package var count: Int { shape.reduce(1, *) }
  }

  /// Row-major one after the other; a matrix' rows are theirs.
  package let tensors: [Tensor]
  package let layout: Layout
  /// Where it begins in the flat memory, and how many floats it takes there.
  package let range: Range<Int>
  /// Whether it is a bias or belongs to a normalization.
  let isBiasOrNorm: Bool
  /// Whether training changes it.
  var learns = true
}

/// All parameters in one flat piece of memory, their gradients in another of the same order.
///
/// The word embeddings come last: their gradients are kept for the rows that a step touches alone.
package final class ParameterStore {
  let kernels: KernelSet
  package private(set) var parameters: [Parameter]
  package let values: FloatBuffer
  /// Of all but the word embeddings.
  package let gradients: FloatBuffer
  /// The number of the word embeddings among the parameters.
  package let word: Int

  fileprivate init(
    _ parameters: [Parameter], word: Int, kernels: KernelSet
  ) {
    self.kernels = kernels
    self.parameters = parameters
    self.word = word
    values = FloatBuffer(count: parameters.last?.range.upperBound ?? 0)
    gradients = FloatBuffer(count: parameters[word].range.lowerBound)
  }

  func value(_ index: Int) -> Floats { values.pointer + parameters[index].range.lowerBound }

  /// - Precondition: not of the word embeddings.
  func gradient(_ index: Int) -> Floats {
    gradients.pointer + parameters[index].range.lowerBound
  }

  func matrix(_ index: Int) -> TrainableMatrix { matrix(index, at: value(index)) }

  func matrixGradient(_ index: Int) -> TrainableMatrix { matrix(index, at: gradient(index)) }

  private func matrix(_ index: Int, at pointer: Floats) -> TrainableMatrix {
    guard case .matrix(let columns, let depth) = parameters[index].layout else {
      preconditionFailure("parameter \(index) is no matrix")
    }
    return TrainableMatrix(pointer, columns: columns, depth: depth)
  }

  /// Takes parameters out of training.
  func freeze(_ indices: some Sequence<Int>) {
    for index in indices { parameters[index].learns = false }
  }

  /// A parameter's numbers in the order of the checkpoint, from flat memory `flat` of the store's order.
  package func read(_ index: Int, from flat: UnsafePointer<Float>) -> [Float] {
    let parameter = parameters[index]
    let from = flat + parameter.range.lowerBound
    let count = parameter.tensors.reduce(0) { $0 + $1.count }
    guard case .matrix(let columns, let depth) = parameter.layout else {
      return [Float](UnsafeBufferPointer(start: from, count: count))
    }
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress {
        kernels.unpack(
          base, TrainableMatrix(Floats(mutating: from), columns: columns, depth: depth))
      }
      initialized = count
    }
  }

  /// The inverse of ``read(_:from:)``.
  func write(_ index: Int, _ numbers: UnsafePointer<Float>, to flat: Floats) {
    let parameter = parameters[index]
    let to = flat + parameter.range.lowerBound
    if case .matrix(let columns, let depth) = parameter.layout {
      kernels.pack(TrainableMatrix(to, columns: columns, depth: depth), numbers)
    } else {
      to.update(from: numbers, count: parameter.tensors.reduce(0) { $0 + $1.count })
    }
  }
}

/// Collects parameters while a model is put together, then loads them.
struct ParameterBuilder {
  private struct Entry {
    var parameter: Parameter
    let sources: [TensorValues?]
    let deviation: Float
  }

  private let kernels: KernelSet
  private let seed: UInt64
  private var entries: [Entry] = []
  private var end = 0
  /// Tensors that the checkpoint did not have.
  private(set) var initialized: [String] = []

  init(kernels: KernelSet, seed: UInt64) {
    self.kernels = kernels
    self.seed = seed
  }

  /// Adds a parameter and gives its number.
  ///
  /// `sources`: the tensors' values; nil for one that the checkpoint does not have, which becomes normal
  /// with `deviation` from the seed, or zero.
  mutating func add(
    _ tensors: [Parameter.Tensor], _ layout: Parameter.Layout, isBiasOrNorm: Bool,
    from sources: [TensorValues?], deviation: Float = 0
  ) -> Int {
    let size =
      switch layout {
      case .matrix(let columns, let depth): kernels.packedSize(columns: columns, depth: depth)
      case .plain: tensors.reduce(0) { $0 + $1.count }
      }
    let parameter = Parameter(
      tensors: tensors, layout: layout, range: end..<end + size, isBiasOrNorm: isBiasOrNorm)
    // Each begins at a cache line of its own.
    end = (end + size + 15) / 16 * 16
    entries.append(Entry(parameter: parameter, sources: sources, deviation: deviation))
    for (tensor, source) in zip(tensors, sources) where source == nil {
      initialized.append(tensor.name)
    }
    return entries.count - 1
  }

  /// The store with all that was added, the last of which is the word embeddings.
  ///
  /// - Precondition: no source is a tensor that was missing.
  func finish() -> ParameterStore {
    let store = ParameterStore(
      entries.map(\.parameter), word: entries.count - 1, kernels: kernels)
    for (index, entry) in entries.enumerated() {
      let numbers = FloatBuffer(count: entry.parameter.tensors.reduce(0) { $0 + $1.count })
      var to = numbers.pointer
      for (number, tensor) in entry.parameter.tensors.enumerated() {
        if let source = entry.sources[number] {
          to.update(from: source.pointer, count: tensor.count)
          source.release()
        } else if entry.deviation > 0 {
          Philox(seed: seed, .initialization, index, part: number)
            .fillNormal(to, count: tensor.count, deviation: entry.deviation)
        }
        to += tensor.count
      }
      store.write(index, numbers.pointer, to: store.values.pointer)
    }
    return store
  }
}
