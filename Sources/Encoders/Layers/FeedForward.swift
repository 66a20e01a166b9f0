import Checkpoints
import Kernels

/// The two products of a layer that treat every token by itself, `output(activation(x))`, or with a
/// gate `output(activation(x) * gate(x))` (Shazeer 2020, arXiv:2002.05202).
struct FeedForward: Sendable {
  private let intermediate: Linear
  private let gate: Linear?
  private let output: Linear
  private let activation: Activation

  init(
    _ activation: Activation, intermediate: Linear, gate: Linear? = nil, output: Linear
  ) {
    self.activation = activation
    self.intermediate = intermediate
    self.gate = gate
    self.output = output
  }

  private var products: Int { gate == nil ? 1 : 2 }

  /// FLOP of its products, two a multiply-add, for `tokens` tokens.
  func flop(tokens: Int) -> Int {
    2 * (products * intermediate.inputs + output.outputs) * output.inputs * tokens
  }

  /// Floats of a workspace for batches of up to `tokens` tokens.
  func workspaceSizes(tokens: Int, _ numerics: Numerics) -> Workspace.Sizes {
    [
      .wide: tokens * products * output.inputs, .product: tokens * output.outputs,
      .operand: numerics.productScratch(rows: tokens, intermediate.inputs, output.inputs),
    ]
  }

  /// product = output of x [rows, width], which does not lie in `wide`.
  func callAsFunction(
    _ kernels: KernelSet, _ workspace: Workspace, _ x: UnsafePointer<Float>, rows: Int
  ) {
    let wide = workspace[.wide]
    let operand = workspace[.operand]
    intermediate(kernels, wide, x, rows: rows, activation, scratch: operand)
    if let gate {
      let count = rows * gate.outputs
      gate(kernels, wide + count, x, rows: rows, scratch: operand)
      kernels.product(wide, wide + count, count: count)
    }
    output(kernels, workspace[.product], wide, rows: rows, scratch: operand)
  }
}
