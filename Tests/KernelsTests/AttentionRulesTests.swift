import Foundation
import Kernels
import Testing

/// Attention with a bias, with tokens that do not see all others, and with query, key and value apart:
/// every set against the plain reference.
struct AttentionRulesTests {
  enum Bias: CaseIterable { case none, relative, full }

  struct Case: CustomTestStringConvertible {
    let kernels: String
    let bias: Bias
    let reach: AttentionReach

    var testDescription: String { "\(kernels), bias \(bias), \(reach)" }
  }

  private static let cases = KernelSet.available.flatMap { set in
    Bias.allCases.flatMap { bias in
      [AttentionReach.all, .causal, .near(0), .near(3), .near(20), .near(1000)].map {
        Case(kernels: set.name, bias: bias, reach: $0)
      }
    }
  }

  private static func values(_ count: Int, seed: UInt64) -> [Float] {
    testValues(count, seed: seed, magnitude: 2)
  }

  /// One text: its numbers, and attention over them by a set of kernels.
  private struct Text {
    let tokens: Int
    let heads = 2
    let headSize: Int
    let scale: Float = 0.3
    /// Longer than any text here, so that the middle of the bias is not that of the text.
    let span = 110
    let qkv: FloatBuffer
    let biases: FloatBuffer

    init(tokens: Int, headSize: Int) {
      self.tokens = tokens
      self.headSize = headSize
      qkv = FloatBuffer(values(tokens * 6 * headSize, seed: 8))
      biases = FloatBuffer(values(2 * max(tokens * tokens, 219), seed: 9))
    }

    var width: Int { heads * headSize }

    func bias(_ bias: Bias) -> AttentionBias? {
      switch bias {
      case .none: nil
      case .relative: .relative(biases.pointer, span: span)
      case .full: .full(biases.pointer, tokens: tokens)
      }
    }

    /// The same bias of one head: [tokens][tokens].
    func matrix(_ bias: Bias, head: Int) -> [[Double]]? {
      switch bias {
      case .none: nil
      case .relative:
        (0..<tokens).map { i in
          (0..<tokens).map { j in
            Double(biases.pointer[head * (2 * span - 1) + j - i + span - 1])
          }
        }
      case .full:
        (0..<tokens).map { i in
          (0..<tokens).map { j in
            Double(biases.pointer[head * tokens * tokens + i * tokens + j])
          }
        }
      }
    }

    /// `part` 0, 1, 2: query, key, value.
    func part(_ part: Int, head: Int) -> [[Double]] {
      (0..<tokens).map { t in
        (0..<headSize).map {
          Double(qkv.pointer[t * 3 * width + part * width + head * headSize + $0])
        }
      }
    }

    func run(
      _ kernels: KernelSet, _ own: Bias, _ reach: AttentionReach, queries: Range<Int>? = nil
    ) -> [Float] {
      let out = FloatBuffer(Array(repeating: Float.nan, count: tokens * width))
      // What another text left must not be seen.
      let scratch = FloatBuffer(
        Array(
          repeating: Float.nan,
          count: KernelSet.attentionScratch(tokens: tokens, headSize: headSize)))
      kernels.attention(
        out.pointer, qkv: qkv.pointer, stride: 3 * width, tokens: tokens, queries: queries,
        heads: heads, headSize: headSize, scale: scale, bias: bias(own), reach: reach,
        scratch: scratch.pointer)
      return [Float](
        UnsafeBufferPointer(start: out.pointer, count: (queries?.count ?? tokens) * width))
    }
  }

  @Test(arguments: cases, [1, 2, 7, 16, 33, 100])
  func equalsReference(own: Case, tokens: Int) throws {
    let kernels = try KernelSet.named(own.kernels)
    for headSize in [6, 32] {
      let text = Text(tokens: tokens, headSize: headSize)
      let found = text.run(kernels, own.bias, own.reach)
      for head in 0..<text.heads {
        let expected = Reference.attention(
          text.part(0, head: head), text.part(1, head: head), text.part(2, head: head),
          scale: Double(text.scale), bias: text.matrix(own.bias, head: head), reach: own.reach)
        for t in 0..<tokens {
          for c in 0..<headSize {
            // Scores up to 4 headSize scale + 2 carry headSize ulps, which exp passes on relatively;
            // values are at most 2.
            #expect(
              abs(Double(found[t * text.width + head * headSize + c]) - expected[t][c])
                < 4 * Double(headSize) * Double(Float(32).ulp))
          }
        }
      }
    }
  }

  /// Some queries alone get the bits that they have among all.
  @Test(arguments: cases)
  func someQueriesKeepTheirBits(own: Case) throws {
    let kernels = try KernelSet.named(own.kernels)
    let text = Text(tokens: 77, headSize: 20)
    let all = text.run(kernels, own.bias, own.reach)
    for queries in [0..<1, 76..<77, 5..<18, 33..<70] {
      #expect(
        text.run(kernels, own.bias, own.reach, queries: queries)
          == Array(all[queries.lowerBound * text.width..<queries.upperBound * text.width]))
    }
  }

  /// What a token does not see does not change a bit of it.
  @Test(arguments: KernelSet.available.map(\.name))
  func causalTokensKeepTheirBits(name: String) throws {
    let kernels = try KernelSet.named(name)
    let long = Text(tokens: 90, headSize: 24)
    let all = long.run(kernels, .relative, .causal)
    for tokens in [1, 8, 31, 64] {
      let cut = Text(tokens: tokens, headSize: 24)
      // The seeds are the same, and so are the first rows.
      #expect(
        cut.run(kernels, .relative, .causal) == Array(all[..<(tokens * long.width)]))
    }
  }

  /// Query, key and value in matrices of their own, outputs apart, one head at a time.
  @Test(arguments: KernelSet.available.map(\.name))
  func headsOneByOneKeepTheirBits(name: String) throws {
    let kernels = try KernelSet.named(name)
    let text = Text(tokens: 37, headSize: 20)
    let all = text.run(kernels, .none, .all)
    let stride = 3 * text.width
    let scratch = FloatBuffer(
      count: KernelSet.attentionScratch(tokens: text.tokens, headSize: text.headSize))
    let key = FloatBuffer(count: text.tokens * stride)
    let value = FloatBuffer(count: text.tokens * stride)
    key.pointer.update(from: text.qkv.pointer, count: key.count)
    value.pointer.update(from: text.qkv.pointer, count: value.count)
    let out = FloatBuffer(count: text.tokens * text.width)
    for head in 0..<text.heads {
      let column = head * text.headSize
      kernels.attention(
        out.pointer + column, outStride: text.width, query: text.qkv.pointer + column,
        key: key.pointer + text.width + column, value: value.pointer + 2 * text.width + column,
        stride: stride, tokens: text.tokens, heads: 1, headSize: text.headSize,
        scale: text.scale, scratch: scratch.pointer)
    }
    #expect([Float](UnsafeBufferPointer(start: out.pointer, count: out.count)) == all)
  }

  private static let rowCases = KernelSet.available.flatMap { set in
    [1, 7, 8, 9, 31, 48, 384].map { (set.name, $0) }
  }

  @Test(arguments: rowCases)
  func rmsNormEqualsReference(name: String, columns: Int) throws {
    let kernels = try KernelSet.named(name)
    let rows = 3
    let x = Self.values(rows * columns, seed: 1)
    let gamma = Self.values(columns, seed: 4)
    let out = FloatBuffer(x)
    kernels.rmsNorm(
      out.pointer, UnsafePointer(out.pointer), gamma: gamma, rows: rows, columns: columns,
      epsilon: 1e-6)
    for r in 0..<rows {
      let expected = Reference.rmsNorm(
        x[r * columns..<(r + 1) * columns].map(Double.init), gamma: gamma.map(Double.init),
        epsilon: 1e-6)
      for c in 0..<columns {
        // The sum of squares carries at most `columns` half ulps, of which the root halves; values are
        // at most 2 sqrt(columns).
        let bound = Double(columns + 8) * Double(Float(expected[c].magnitude + 1e-6).ulp)
        #expect(abs(Double(out.pointer[r * columns + c]) - expected[c]) <= bound)
      }
    }
  }

  @Test(arguments: rowCases)
  func rotateAndProductEqualReference(name: String, half: Int) throws {
    let kernels = try KernelSet.named(name)
    let heads = 3
    let x = Self.values(heads * 2 * half, seed: 5)
    let angles = Self.values(half, seed: 6).map(Double.init)
    let out = FloatBuffer(x)
    kernels.rotate(
      out.pointer, cosines: angles.map { Float(cos($0)) },
      sines: angles.map { Float(sin($0)) }, heads: heads, half: half)
    for head in 0..<heads {
      let own = x[head * 2 * half..<(head + 1) * 2 * half].map(Double.init)
      let expected = Reference.rotate(own, angles: angles)
      for c in 0..<2 * half {
        // Two products of at most 2, each with two roundings, and their sum.
        #expect(
          abs(Double(out.pointer[head * 2 * half + c]) - expected[c]) < 4 * Double(Float(2).ulp))
      }
    }
    let y = FloatBuffer(x)
    kernels.product(y.pointer, Array(x.reversed()), count: x.count)
    for i in x.indices { #expect(y.pointer[i] == x[i] * x[x.count - 1 - i]) }
  }
}
