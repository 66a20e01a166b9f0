internal import CKernels

/// A weight matrix [columns, depth] that changes, in the order in which a kernel set's products read it.
///
/// Unchecked because the memory is shared by pointer: who writes is the owner's business.
public struct TrainableMatrix: @unchecked Sendable {
  /// ``KernelSet/packedSize(columns:depth:)`` floats; those beyond `columns` are zero.
  public let values: UnsafeMutablePointer<Float>
  public let columns: Int
  public let depth: Int

  public init(_ values: UnsafeMutablePointer<Float>, columns: Int, depth: Int) {
    self.values = values
    self.columns = columns
    self.depth = depth
  }
}

/// One head's attention over one text in training.
public struct TrainingHead {
  /// [tokens, stride] each.
  public var query: UnsafePointer<Float>
  public var key: UnsafePointer<Float>
  public var value: UnsafePointer<Float>
  public var stride: Int
  public var tokens: Int
  /// The tokens whose outputs are wanted.
  public var queries: Range<Int>
  public var headSize: Int
  /// What products of query and key are multiplied by.
  public var scale: Float
  /// Of this head: added to the scaled scores.
  public var bias: AttentionBias?
  /// Of the probabilities: query i has the mask's row `firstRow + i * rowStep`.
  public var dropout: DropoutRule?
  public var firstRow = 0
  public var rowStep = 1
  /// ``KernelSet/trainingScratch(tokens:headSize:)`` floats.
  public var scratch: UnsafeMutablePointer<Float>

  public init(
    query: UnsafePointer<Float>, key: UnsafePointer<Float>, value: UnsafePointer<Float>,
    stride: Int, tokens: Int, queries: Range<Int>, headSize: Int, scale: Float,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.query = query
    self.key = key
    self.value = value
    self.stride = stride
    self.tokens = tokens
    self.queries = queries
    self.headSize = headSize
    self.scale = scale
    self.scratch = scratch
  }

  func withRaw(_ body: (UnsafePointer<firn_attention_head>) -> Void) {
    var rule = dropout?.raw ?? firn_dropout()
    withUnsafePointer(to: &rule) { rule in
      var raw = firn_attention_head(
        query: query, key: key, value: value, stride: stride, tokens: tokens,
        first: queries.lowerBound, queries: queries.count, head_size: headSize, scale: scale,
        bias: bias?.pointer, bias_row: bias?.rowStride ?? 0, dropout: dropout == nil ? nil : rule,
        first_row: UInt32(truncatingIfNeeded: firstRow), row_step: UInt32(rowStep),
        scratch: scratch)
      body(&raw)
    }
  }
}

/// Kernels of the backward passes. What accumulates is added to; each output element is one chain of sums
/// whose order depends on neither threads nor how the work is cut.
extension KernelSet {
  /// The columns of a panel: work on columns is cut at multiples of it.
  public var panel: Int { 2 * Int(table.pointee.width) }

  // MARK: - Products

  /// `c = a b^T + bias` for columns `columns` of c [rows, b.columns], which begin at a multiple of
  /// ``panel``: a [rows, b.depth].
  public func multiply(
    _ c: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, stride: Int, _ b: TrainableMatrix,
    columns: Range<Int>, rows: Int, bias: UnsafePointer<Float>?
  ) {
    let first = columns.lowerBound
    table.pointee.gemm(
      c + first, b.columns, a, stride, b.values + first * b.depth, bias.map { $0 + first }, rows,
      b.depth, columns.count, FIRN_NONE.rawValue)
  }

  /// Brings `b` [columns, depth] into a product's order; ``unpack(_:_:)`` brings it back.
  public func pack(_ packed: TrainableMatrix, _ b: UnsafePointer<Float>) {
    table.pointee.pack(packed.values, b, packed.depth, packed.columns, packed.depth)
  }

  /// `b` [columns, depth] of a packed matrix.
  public func unpack(_ b: UnsafeMutablePointer<Float>, _ packed: TrainableMatrix) {
    table.pointee.training.unpack(b, packed.depth, packed.values, packed.columns, packed.depth)
  }

  /// Packs rows `rows` of `a` [all, depth], which begin at a multiple of ``panel``, as the gradient of a
  /// product's output that ``inputGradient(_:stride:_:_:rows:inputs:accumulate:)`` reads.
  public func packRows(
    _ packed: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, depth: Int, rows: Range<Int>
  ) {
    let first = rows.lowerBound * depth
    table.pointee.pack(packed + first, a + first, depth, rows.count, depth)
  }

  /// Packs columns `columns` of `a` [rows, stride], which begin at a multiple of ``panel``, as a factor of
  /// ``weightGradient(_:bias:_:_:rows:outputs:accumulate:)``.
  public func packColumns(
    _ packed: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, stride: Int, rows: Int,
    columns: Range<Int>
  ) {
    let first = columns.lowerBound
    table.pointee.training.pack_rows(packed + first * rows, a + first, stride, columns.count, rows)
  }

  /// `dx (+)= dy b` for columns `inputs` of dx [rows, stride], which begin at a multiple of ``panel``.
  ///
  /// `dy`: [rows, b.columns] after ``packRows(_:_:depth:rows:)``.
  public func inputGradient(
    _ dx: UnsafeMutablePointer<Float>, stride: Int, _ dy: UnsafePointer<Float>,
    _ b: TrainableMatrix, rows: Int, inputs: Range<Int>, accumulate: Bool
  ) {
    table.pointee.training.input_gradient(
      dx, stride, dy, b.values, rows, b.depth, b.columns, inputs.lowerBound, inputs.count,
      accumulate ? 1 : 0)
  }

  /// `gradient += dy^T x` and `bias += the sums of dy's columns`, for columns `outputs` of dy, which begin
  /// at a multiple of ``panel``.
  ///
  /// `x`: [rows, depth], `dy`: [rows, columns], both after ``packColumns(_:_:stride:rows:columns:)``.
  /// `accumulate`: false where what is there is not to be read.
  public func weightGradient(
    _ gradient: TrainableMatrix, bias: UnsafeMutablePointer<Float>?, _ x: UnsafePointer<Float>,
    _ dy: UnsafePointer<Float>, rows: Int, outputs: Range<Int>, accumulate: Bool
  ) {
    table.pointee.training.weight_gradient(
      gradient.values, bias, x, dy, rows, gradient.depth, gradient.columns, outputs.lowerBound,
      outputs.count, accumulate ? 1 : 0)
  }

  // MARK: - Normalization

  /// Layer normalization of `x + residual` that keeps `normalized` [rows, columns] and `inverse` [rows] for
  /// ``layerNormGradient(_:_:normalized:inverse:gamma:rows:columns:)``.
  public func layerNorm(
    _ out: UnsafeMutablePointer<Float>, normalized: UnsafeMutablePointer<Float>,
    inverse: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>,
    residual: UnsafePointer<Float>?, gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>,
    rows: Int, columns: Int, epsilon: Float
  ) {
    table.pointee.training.layer_norm(
      out, normalized, inverse, x, residual, gamma, beta, rows, columns, epsilon)
  }

  /// `dx`, the gradient of a layer normalization's input: [rows, columns]; it may alias `dy`.
  public func layerNormGradient(
    _ dx: UnsafeMutablePointer<Float>, _ dy: UnsafePointer<Float>,
    normalized: UnsafePointer<Float>, inverse: UnsafePointer<Float>, gamma: UnsafePointer<Float>,
    rows: Int, columns: Int
  ) {
    table.pointee.training.layer_norm_gradient(
      dx, dy, normalized, inverse, gamma, rows, columns)
  }

  /// `gamma += the sums of dy * normalized`, `beta += those of dy`: `count` columns of rows that are `stride`
  /// floats apart.
  public func layerNormSums(
    gamma: UnsafeMutablePointer<Float>, beta: UnsafeMutablePointer<Float>,
    _ dy: UnsafePointer<Float>, normalized: UnsafePointer<Float>, rows: Int, stride: Int,
    count: Int
  ) {
    table.pointee.training.layer_norm_sums(gamma, beta, dy, normalized, rows, stride, count)
  }

  // MARK: - Attention

  /// The outputs of one head: out [queries, headSize], rows `stride` floats apart.
  public func attention(
    _ out: UnsafeMutablePointer<Float>, stride: Int, _ head: TrainingHead
  ) {
    head.withRaw { table.pointee.training.attention(out, stride, $0) }
  }

  /// The gradients of one head's queries, keys and values, rows `stride` floats apart, from `dout` [queries,
  /// headSize], rows `outStride` apart.
  ///
  /// `dbias`: where there is a bias whose gradient is wanted, laid out as it and added to.
  public func attentionGradient(
    query: UnsafeMutablePointer<Float>, key: UnsafeMutablePointer<Float>,
    value: UnsafeMutablePointer<Float>, stride: Int, _ dout: UnsafePointer<Float>, outStride: Int,
    dbias: UnsafeMutablePointer<Float>? = nil, _ head: TrainingHead
  ) {
    head.withRaw {
      table.pointee.training.attention_gradient(
        query, key, value, stride, dout, outStride, dbias, $0)
    }
  }

  /// Floats of scratch for ``attentionGradient(query:key:value:stride:_:outStride:dbias:_:)``.
  public static func trainingScratch(tokens: Int, headSize: Int) -> Int {
    firn_attention_training_scratch(tokens, headSize)
  }
}
