internal import CKernels

/// The non-linearity of a feed-forward layer; raw values are transformers' names (`ACT2FN`).
public enum Activation: String, CaseIterable, Sendable {
  /// x/2 (1 + erf(x / sqrt 2)): the exact form.
  case gelu
  /// x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
  case geluNew = "gelu_new"
  /// The same function as ``geluNew``, by PyTorch's own kernel.
  case geluPytorchTanh = "gelu_pytorch_tanh"
  /// The same function as ``geluNew``, written with 0.7978845608.
  case geluFast = "gelu_fast"
  /// x sigmoid(1.702 x).
  case quickGelu = "quick_gelu"
  case relu
  case silu
  case swish
  case tanh

  var code: Int32 {
    let code =
      switch self {
      case .gelu: FIRN_GELU
      case .geluNew, .geluPytorchTanh, .geluFast: FIRN_GELU_TANH
      case .quickGelu: FIRN_QUICK_GELU
      case .relu: FIRN_RELU
      case .silu, .swish: FIRN_SILU
      case .tanh: FIRN_TANH
      }
    return code.rawValue
  }
}
