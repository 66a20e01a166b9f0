// The product, attention and element-wise kernels of the encoders, one table of functions per instruction
// set, chosen once at run time.
//
// Why this target exists: Swift has no per-function instruction set. This is the one place for C;
// only the Swift target Kernels imports it.
#pragma once
#include "learning.h"
#include "linear.h"
#include <stddef.h>
#include <stdint.h>
#include "CTraining.h"

// Attention of one text. Query i and key j of a head have the score scale * (q . k) + bias; the weights
// are the softmax over the keys that i sees, i - before ... i + after.
typedef struct firn_attention {
  // [queries, out_stride]: of the tokens first ... first + queries - 1, heads beside each other.
  float *out;
  size_t out_stride;
  // [tokens, stride] each, heads beside each other.
  const float *query, *key, *value;
  size_t stride;
  size_t tokens, first, queries, heads, head_size;
  float scale;
  // Null for none, else of head h: bias[h * bias_head + i * bias_row + j]. A bias that depends on j - i
  // alone is one row whose bias_row is -1.
  const float *bias;
  ptrdiff_t bias_head, bias_row;
  size_t before, after;
  // firn_attention_scratch(tokens, head_size) floats.
  float *scratch;
} firn_attention;

// What distances and segments add to the scaled scores of one head: of query i and key j
//
//   scale * (q_i . D[column[j - i]] + b[column[j - i]] + k_j . E[columns - 1 - column[j - i]]
//            + (types[i] == types[j] ? q_i . segment + segment_bias : 0))
//
// where a text all of one type has no last term: what all keys of a query have in common changes nothing.
typedef struct firn_relative {
  // [queries, firn_relative_stride(kernels, tokens)]: of the tokens first ... first + queries - 1.
  float *bias;
  // [tokens, stride] each.
  const float *query, *key;
  size_t stride;
  size_t tokens, first, queries, head_size;
  float scale;
  // D [columns, head_size], packed, and b [columns], a multiple of 32 long; E, packed. Null for none; b
  // and the segments come with D.
  const float *by_query, *by_query_bias, *by_key;
  size_t columns;
  // Of the distance 0, with those of distances below and above around it; never falls. Distances of at
  // most `straight` have a column each, side by side.
  const int32_t *column;
  ptrdiff_t straight;
  // [tokens] and [head_size]; null for none.
  const uint8_t *types;
  const float *segment;
  float segment_bias;
  // firn_relative_scratch(tokens, columns) floats.
  float *scratch;
} firn_relative;

// One instruction set's kernels. All matrices are row-major; `stride` counts floats from one row to
// the next. Every function treats rows independently and in a fixed order, so that a row's result
// has the same bits whatever stands beside it.
typedef struct firn_kernels {
  // Printed in run.json: "avx512vnni", "avx512", "avx2", "neon", "scalar".
  const char *name;
  // Floats in a vector.
  int width;

  // y[i] = exp(x[i]), erf(x[i]), tanh(x[i]): [count]; y may alias x.
  void (*exp)(float *y, const float *x, size_t count);
  void (*erf)(float *y, const float *x, size_t count);
  void (*tanh)(float *y, const float *x, size_t count);

  // c = act(a b^T + bias): a [rows, depth], c [rows, columns], bias [columns]. Without bias (null) it
  // is a b^T alone. `packed` is b [columns, depth], rows `stride` apart, after `pack`, which writes
  // firn_packed_size(kernels, columns, depth) floats.
  void (*pack)(float *packed, const float *b, size_t stride, size_t columns, size_t depth);
  void (*gemm)(float *c, size_t c_stride, const float *a, size_t a_stride, const float *packed,
               const float *bias, size_t rows, size_t depth, size_t columns, int activation);

  // out = (v - mean(v)) / sqrt(var(v) + epsilon) * gamma + beta for each row of v = x + residual:
  // [rows, columns]. residual may be null; out may alias x or residual. Mean and variance are
  // accumulated in float32 over `width` lanes, two passes.
  void (*layer_norm)(float *out, const float *x, const float *residual, const float *gamma,
                     const float *beta, size_t rows, size_t columns, float epsilon);

  // y += a * x: [count].
  void (*axpy)(float *y, float a, const float *x, size_t count);
  // y = max(y, x): [count].
  void (*maximum)(float *y, const float *x, size_t count);
  // The sum of x[i]^2.
  float (*sum_of_squares)(const float *x, size_t count);

  // Scaled dot-product attention of one text over all its heads.
  void (*attention)(const firn_attention *task);

  // What distances and segments add to the scores of one head of one text.
  void (*relative)(const firn_relative *task);

  // out = x / sqrt(mean(x^2) + epsilon) * gamma for each row of x: [rows, columns]; out may alias x.
  void (*rms_norm)(float *out, const float *x, const float *gamma, size_t rows, size_t columns,
                   float epsilon);
  // y *= x: [count].
  void (*product)(float *y, const float *x, size_t count);
  // Turns the pairs (x[c], x[c + half]) of each head of a row by an angle: x [heads, 2 half]; the
  // angles' cosines and sines [half].
  void (*rotate)(float *x, const float *cosine, const float *sine, size_t heads, size_t half);

  // The same product in 8-bit integers: c = act(a b^T + bias) with b rounded to 127 steps per column
  // (output channel) and a per row, summed exactly in 32 bits. `quantize` writes rows of a [rows,
  // depth] to firn_quantized_size(kernels, rows, depth) bytes, `pack_int8` writes b [columns, depth]
  // to firn_packed_int8_size(kernels, columns, depth) bytes; depth is at most 2^16. The integers, and
  // so the sums, are the same for every entry.
  void (*quantize)(void *q, const float *a, size_t rows, size_t depth);
  void (*pack_int8)(void *packed, const float *b, size_t columns, size_t depth);
  void (*gemm_int8)(float *c, size_t c_stride, const void *q, const void *packed, const float *bias,
                    size_t rows, size_t depth, size_t columns, int activation);
  // Numbers in four bytes of a quantized row: 2 or 4.
  int int8_group;

  // The backward passes.
  firn_training training;
  // What only training needs.
  const firn_learning *learning;
  // And linear heads.
  const firn_linear *linear;
} firn_kernels;

enum firn_activation {
  FIRN_NONE = -1,
  FIRN_GELU = 0,       // x/2 (1 + erf(x / sqrt 2))
  FIRN_GELU_TANH = 1,  // x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
  FIRN_RELU = 2,
  FIRN_TANH = 3,
  FIRN_SILU = 4,       // x / (1 + exp(-x))
  FIRN_QUICK_GELU = 5, // x / (1 + exp(-1.702 x))
};

// The best kernels for this machine, or null for a name that it cannot run. `name` null or empty
// means the best; the choice is the caller's to keep.
const firn_kernels *firn_kernels_named(const char *name);

// The name of OpenBLAS's kernels for an Intel processor with AVX2 or AVX-512; null for all others.
const char *firn_blas_core(void);

// How many entries this machine can run, and each of them, best first.
int firn_kernels_count(void);
const firn_kernels *firn_kernels_at(int index);

// Floats of a packed matrix [columns, depth].
size_t firn_packed_size(const firn_kernels *kernels, size_t columns, size_t depth);

// Bytes of a matrix [columns, depth] packed by `pack_int8`, and of [rows, depth] after `quantize`.
size_t firn_packed_int8_size(const firn_kernels *kernels, size_t columns, size_t depth);
size_t firn_quantized_size(const firn_kernels *kernels, size_t rows, size_t depth);

// Floats of scratch that `attention` needs, for the widest vectors.
size_t firn_attention_scratch(size_t tokens, size_t head_size);

// Floats from one row to the next of what `relative` writes, and of scratch that it needs.
size_t firn_relative_stride(const firn_kernels *kernels, size_t tokens);
size_t firn_relative_scratch(size_t tokens, size_t columns);
