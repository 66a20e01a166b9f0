// The product, attention and element-wise kernels of the encoders, one table of functions per instruction
// set, chosen once at run time.
//
// Why this target exists: Swift has no per-function instruction set. This is the one place for C;
// only the Swift target Kernels imports it.
#pragma once
#include <stddef.h>
#include <stdint.h>

// One instruction set's kernels. All matrices are row-major; `stride` counts floats from one row to
// the next. Every function treats rows independently and in a fixed order, so that a row's result
// has the same bits whatever stands beside it.
typedef struct firn_kernels {
  // Printed in run.json: "avx2", "avx512", "neon", "scalar".
  const char *name;
  // Floats in a vector.
  int width;

  // y[i] = exp(x[i]), erf(x[i]), tanh(x[i]): [count]; y may alias x.
  void (*exp)(float *y, const float *x, size_t count);
  void (*erf)(float *y, const float *x, size_t count);
  void (*tanh)(float *y, const float *x, size_t count);

  // c = act(a b^T + bias): a [rows, depth], c [rows, columns], bias [columns]. With activation
  // FIRN_NONE it is a b^T alone and bias is not read. `packed` is b [columns, depth] after `pack`,
  // which writes firn_packed_size(kernels, columns, depth) floats.
  void (*pack)(float *packed, const float *b, size_t columns, size_t depth);
  void (*gemm)(float *c, size_t c_stride, const float *a, size_t a_stride, const float *packed,
               const float *bias, size_t rows, size_t depth, size_t columns, int activation);

  // out = (v - mean(v)) / sqrt(var(v) + epsilon) * gamma + beta for each row of v = x + bias +
  // residual: [rows, columns]. bias [columns] and residual [rows, columns] may be null; out may
  // alias x or residual. Mean and variance are accumulated in float32 over `width` lanes, two passes.
  void (*layer_norm)(float *out, const float *x, const float *bias, const float *residual,
                     const float *gamma, const float *beta, size_t rows, size_t columns,
                     float epsilon);

  // y += a * x: [count].
  void (*axpy)(float *y, float a, const float *x, size_t count);
  // y = max(y, x): [count].
  void (*maximum)(float *y, const float *x, size_t count);
  // The sum of x[i]^2.
  float (*sum_of_squares)(const float *x, size_t count);

  // Scaled dot-product attention of one text over all its heads, without a mask.
  //   qkv  [tokens, stride]: query at column 0, key at `hidden`, value at 2 * hidden, without bias
  //   bias [3 * hidden]
  //   out  [tokens, hidden], hidden = heads * head_size
  //   scratch: firn_attention_scratch(tokens, head_size) floats
  void (*attention)(float *out, const float *qkv, const float *bias, size_t stride, size_t tokens,
                    size_t heads, size_t head_size, float scale, float *scratch);
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

// How many entries this machine can run, and each of them, best first.
int firn_kernels_count(void);
const firn_kernels *firn_kernels_at(int index);

// Floats of a packed matrix [columns, depth].
size_t firn_packed_size(const firn_kernels *kernels, size_t columns, size_t depth);

// Floats of scratch that `attention` needs, for the widest vectors.
size_t firn_attention_scratch(size_t tokens, size_t head_size);
