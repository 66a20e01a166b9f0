// The kernels of the backward passes, beside the forward ones of CKernels.h. As there, matrices are
// row-major, and no sum's order depends on how the work is cut: every output element is one chain.
#pragma once
#include "learning.h"
#include <stddef.h>
#include <stdint.h>

// Attention of one head of one text in training: as firn_attention, one head, all keys seen.
typedef struct firn_attention_head {
  // [tokens, stride] each.
  const float *query, *key, *value;
  size_t stride;
  // Outputs are those of the tokens first ... first + queries - 1.
  size_t tokens, first, queries, head_size;
  float scale;
  // Null for none, else what is added to the scaled score of query i and key j: bias[i * bias_row + j].
  const float *bias;
  ptrdiff_t bias_row;
  // Of the probabilities; null for none. Query i has the row first_row + i * row_step.
  const firn_dropout *dropout;
  uint32_t first_row, row_step;
  // firn_attention_training_scratch(tokens, head_size) floats.
  float *scratch;
} firn_attention_head;

typedef struct firn_training {
  // b [depth, columns], rows `stride` apart -> [ceil(columns / PANEL)][depth][PANEL]: what `pack` makes of
  // the transpose. firn_packed_size(kernels, columns, depth) floats.
  void (*pack_rows)(float *packed, const float *b, size_t stride, size_t columns, size_t depth);
  // The inverse of `pack`: packed -> b [columns, depth].
  void (*unpack)(float *b, size_t stride, const float *packed, size_t columns, size_t depth);

  // dx (+)= dy b, the gradient of x in y = x b^T: columns first ... first + count - 1 of dx [rows, depth];
  // first is a multiple of 2 * width. `packed` is b [columns, depth] after `pack`; `dy` is dy [rows, columns]
  // after `pack` (as rows of depth `columns`).
  void (*input_gradient)(float *dx, size_t stride, const float *dy, const float *packed, size_t rows,
                         size_t depth, size_t columns, size_t first, size_t count, int accumulate);

  // packed (+)= dy^T x, the gradient of b in the order of `pack`; bias (+)= the sums of dy's columns, where
  // not null. `x` [rows, depth] and `dy` [rows, columns] after `pack_rows`; columns first ... first + count -
  // 1 of dy, first a multiple of 2 * width.
  void (*weight_gradient)(float *packed, float *bias, const float *x, const float *dy, size_t rows,
                          size_t depth, size_t columns, size_t first, size_t count, int accumulate);

  // As layer_norm, and keeps what the backward pass reads: normalized = (v - mean) * inverse, [rows, columns],
  // and inverse = 1 / sqrt(var + epsilon), [rows].
  void (*layer_norm)(float *out, float *normalized, float *inverse, const float *x,
                     const float *residual, const float *gamma, const float *beta, size_t rows,
                     size_t columns, float epsilon);
  // dx = the gradient of v: [rows, columns]; dx may alias dy.
  void (*layer_norm_gradient)(float *dx, const float *dy, const float *normalized,
                              const float *inverse, const float *gamma, size_t rows, size_t columns);
  // gamma += the sums of dy * normalized, beta += those of dy, over rows whose elements are `stride` apart:
  // [count] columns.
  void (*layer_norm_sums)(float *gamma, float *beta, const float *dy, const float *normalized,
                          size_t rows, size_t stride, size_t count);

  // out [queries, head_size], rows out_stride apart.
  void (*attention)(float *out, size_t out_stride, const firn_attention_head *head);
  // The gradients of query [queries], key and value [tokens], rows d_stride apart, of dout [queries,
  // head_size]. dbias, where not null: dbias[i * bias_row + j] += the gradient of that score.
  void (*attention_gradient)(float *dquery, float *dkey, float *dvalue, size_t d_stride,
                             const float *dout, size_t dout_stride, float *dbias,
                             const firn_attention_head *head);
} firn_training;

size_t firn_attention_training_scratch(size_t tokens, size_t head_size);
