import Encoders
import Kernels

/// A post-norm layer that learns: the mathematics of Encoders' `PostNormLayer`, and its gradients.
struct TrainableLayer {
  let qkv: TrainableLinear
  let attentionOutput: TrainableLinear
  let attentionNorm: TrainableNorm
  let intermediate: TrainableLinear
  let output: TrainableLinear
  let outputNorm: TrainableNorm

  /// Every parameter.
  var parameters: [Int] {
    [qkv, attentionOutput, intermediate, output].flatMap { [$0.weight, $0.bias] }
      + [attentionNorm, outputNorm].flatMap { [$0.gamma, $0.beta] }
  }
}

/// What all layers of an encoder share.
struct LayerShape {
  let width: Int
  let heads: Int
  let intermediateSize: Int
  let activation: Activation
  /// Whether a dropout follows attention's output, and the feed-forward network's.
  let dropsAttentionOutput: Bool
  let dropsOutput: Bool

  var headSize: Int { width / heads }
  var scale: Float { 1 / Float(headSize).squareRoot() }
}

/// What a layer's backward pass reads.
struct LayerTape {
  /// [tokens, width]: the layer's input.
  let input: FloatBuffer
  /// [tokens, 3 * width].
  let qkv: FloatBuffer
  /// [rows, width]: what attention gives.
  let context: FloatBuffer
  /// [rows, width]: after the first normalization.
  let middle: FloatBuffer
  /// [rows, intermediateSize], before and after the activation.
  let inner: FloatBuffer
  let active: FloatBuffer
  let attentionNorm: NormTape
  let outputNorm: NormTape

  init(tokens: Int, rows: Int, _ shape: LayerShape) {
    let width = shape.width
    input = FloatBuffer(count: tokens * width, zeroed: false)
    qkv = FloatBuffer(count: tokens * 3 * width, zeroed: false)
    context = FloatBuffer(count: rows * width, zeroed: false)
    middle = FloatBuffer(count: rows * width, zeroed: false)
    inner = FloatBuffer(count: rows * shape.intermediateSize, zeroed: false)
    active = FloatBuffer(count: rows * shape.intermediateSize, zeroed: false)
    attentionNorm = NormTape(rows: rows, size: width)
    outputNorm = NormTape(rows: rows, size: width)
  }
}

/// The dropouts of one forward pass; nil where nothing is dropped.
struct LayerDropouts {
  var attention: DropoutRule?
  var attentionOutput: DropoutRule?
  var output: DropoutRule?
}

/// A layer's passes over one batch.
///
/// With `firstOnly` the layer gives the first token of each text alone, [texts, width]: all that a
/// classification reads of the last one.
struct LayerPass {
  let compute: Compute
  let shape: LayerShape
  let texts: PackedTexts
  let firstOnly: Bool
  let dropouts: LayerDropouts
  /// [heads][2 * span - 1], and a place for its gradient, texts beside each other; nil without.
  let bias: BiasTable?

  private var rows: Int { firstOnly ? texts.count : texts.tokenCount }
  private var kernels: KernelSet { compute.kernels }

  /// out [rows, width] from `tape.input`.
  func forward(_ layer: TrainableLayer, _ tape: LayerTape, out: Floats) {
    let width = shape.width
    compute.forward(layer.qkv, tape.qkv.pointer, tape.input.pointer, rows: texts.tokenCount)
    forEachHead(tape) { head, text, number in
      let to = firstOnly ? text : texts.offsets[text]
      kernels.attention(
        tape.context.pointer + to * width + number * shape.headSize, stride: width, head)
    }
    let product = compute.scratch(3, rows * width)
    compute.forward(layer.attentionOutput, product, tape.context.pointer, rows: rows)
    let residual = firstRows(tape.input.pointer, compute.scratch(4, texts.count * width))
    compute.forRows(rows) { rows in
      drop(product, rows, dropouts.attentionOutput)
      compute.forward(
        layer.attentionNorm, tape.middle.pointer, product, residual: residual,
        tape.attentionNorm, rows: rows)
    }
    compute.forward(layer.intermediate, tape.inner.pointer, tape.middle.pointer, rows: rows)
    compute.forRows(rows) { rows in
      let start = rows.lowerBound * shape.intermediateSize
      kernels.activate(
        tape.active.pointer + start, tape.inner.pointer + start,
        count: rows.count * shape.intermediateSize, shape.activation)
    }
    compute.forward(layer.output, product, tape.active.pointer, rows: rows)
    compute.forRows(rows) { rows in
      drop(product, rows, dropouts.output)
      compute.forward(
        layer.outputNorm, out, product, residual: tape.middle.pointer, tape.outputNorm, rows: rows)
    }
  }

  /// The gradients of the layer, and with `wantsInput` that of its input into `gradient` [tokens, width], which
  /// holds that of its output [rows, width] before.
  func backward(_ layer: TrainableLayer, _ tape: LayerTape, _ gradient: Floats, wantsInput: Bool) {
    let (width, count) = (shape.width, rows)
    let sum = compute.scratch(3, texts.tokenCount * width)
    let wide = compute.scratch(5, count * shape.intermediateSize)
    compute.backward(layer.outputNorm, dx: sum, gradient, tape.outputNorm, rows: count)
    var slope = dropped(sum, dropouts.output, rows: count)
    compute.backward(layer.output, dx: wide, slope, tape.active.pointer, rows: count)
    compute.forRows(count) { rows in
      let start = rows.lowerBound * shape.intermediateSize
      kernels.activationGradient(
        wide + start, wide + start, tape.inner.pointer + start,
        count: rows.count * shape.intermediateSize, shape.activation)
    }
    compute.backward(
      layer.intermediate, dx: sum, accumulate: true, wide, tape.middle.pointer, rows: count)
    compute.backward(layer.attentionNorm, dx: gradient, sum, tape.attentionNorm, rows: count)
    slope = dropped(gradient, dropouts.attentionOutput, rows: count)
    let context = sum
    compute.backward(
      layer.attentionOutput, dx: context, slope, tape.context.pointer, rows: count)
    let qkv = compute.scratch(5, texts.tokenCount * 3 * width)
    attentionGradient(qkv, context, tape)
    guard wantsInput else {
      return compute.backward(layer.qkv, dx: nil, qkv, tape.input.pointer, rows: texts.tokenCount)
    }
    guard firstOnly else {
      return compute.backward(
        layer.qkv, dx: gradient, accumulate: true, qkv, tape.input.pointer, rows: count)
    }
    let first = compute.scratch(4, count * width)
    first.update(from: gradient, count: count * width)
    compute.backward(layer.qkv, dx: gradient, qkv, tape.input.pointer, rows: texts.tokenCount)
    for text in 0..<texts.count {
      kernels.axpy(
        gradient + texts.offsets[text] * width, 1, first + text * width, count: width)
    }
  }

  /// dqkv [tokens, 3 * width] from that of the context [rows, width].
  private func attentionGradient(_ dqkv: Floats, _ context: Floats, _ tape: LayerTape) {
    let (width, headSize) = (shape.width, shape.headSize)
    let stride = 3 * width
    bias?.clear(texts.count)
    forEachHead(tape) { head, text, number in
      let start = texts.offsets[text]
      let to = dqkv + start * stride + number * headSize
      if firstOnly {
        for token in 0..<head.tokens {
          (to + token * stride).update(repeating: 0, count: headSize)
        }
      }
      kernels.attentionGradient(
        query: to, key: to + width, value: to + 2 * width, stride: stride,
        context + (firstOnly ? text : start) * width + number * headSize, outStride: width,
        dbias: bias?.gradient(text, number), head)
    }
    bias?.gather(texts.count)
  }

  /// Calls `body` for every head of every text.
  private func forEachHead(
    _ tape: LayerTape, _ body: (_ head: TrainingHead, _ text: Int, _ number: Int) -> Void
  ) {
    let width = shape.width
    let scratch = compute.attentionScratch(longest: texts.longest, headSize: shape.headSize)
    compute.team.forEach(texts.count * shape.heads) { worker, item in
      let (text, number) = item.quotientAndRemainder(dividingBy: shape.heads)
      let start = texts.offsets[text]
      let tokens = texts.offsets[text + 1] - start
      let query = tape.qkv.pointer + start * 3 * width + number * shape.headSize
      var head = TrainingHead(
        query: query, key: query + width, value: query + 2 * width, stride: 3 * width,
        tokens: tokens, queries: 0..<(firstOnly ? 1 : tokens), headSize: shape.headSize,
        scale: shape.scale, scratch: scratch[worker].pointer)
      head.bias = bias?.bias(number)
      head.dropout = dropouts.attention
      head.firstRow = start * shape.heads + number
      head.rowStep = shape.heads
      body(head, text, number)
    }
  }

  /// The residual of the rows that are wanted.
  private func firstRows(_ hidden: Floats, _ copy: Floats) -> Floats {
    guard firstOnly else { return hidden }
    for text in 0..<texts.count {
      (copy + text * shape.width).update(
        from: hidden + texts.offsets[text] * shape.width, count: shape.width)
    }
    return copy
  }

  private func drop(_ x: Floats, _ rows: Range<Int>, _ rule: DropoutRule?) {
    guard let rule else { return }
    let start = x + rows.lowerBound * shape.width
    kernels.dropout(
      start, start, rows: rows.count, columns: shape.width, stride: shape.width,
      firstRow: rows.lowerBound, rule)
  }

  /// A gradient before a dropout; itself without one.
  private func dropped(_ gradient: Floats, _ rule: DropoutRule?, rows: Int) -> Floats {
    guard rule != nil else { return gradient }
    let copy = compute.scratch(6, rows * shape.width)
    compute.forRows(rows) { rows in
      let start = rows.lowerBound * shape.width
      (copy + start).update(from: gradient + start, count: rows.count * shape.width)
      drop(copy, rows, rule)
    }
    return copy
  }
}
