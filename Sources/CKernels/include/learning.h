// Kernels of learning: products in every orientation, optimizers, dropout and the gates of recurrent
// layers. Included by CKernels.h; one table per instruction set, as there.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum firn_orientation {
  FIRN_ROWS = 0,       // as the product reads it: a [rows, depth], b [depth, columns]
  FIRN_TRANSPOSED = 1, // the other way round: a [depth, rows], b [columns, depth]
  FIRN_PACKED = 2,     // b alone: as `pack` wrote it
};

// c = a b + start, row-major: c [rows, columns], `stride` floats from one row to the next. start is c
// itself with `accumulate`, else bias [columns], else nothing.
typedef struct firn_product {
  float *c;
  size_t c_stride;
  const float *a;
  size_t a_stride;
  int a_orientation;
  const float *b;
  size_t b_stride;
  int b_orientation;
  const float *bias;
  size_t rows, depth, columns;
  int accumulate;
} firn_product;

// One step of Adam (Kingma & Ba 2014, arXiv:1412.6980) in PyTorch's order of operations.
typedef struct firn_adam {
  float gradient_scale; // what gradients are multiplied by first: clipping
  float decay;          // added to the gradient times the parameter: L2, coupled
  float shrink;         // what parameters are multiplied by first: decoupled decay
  float moment1;        // 1 - beta1
  float beta2, moment2; // beta2 and 1 - beta2
  float correction;     // 1 / sqrt(1 - beta2^step)
  float epsilon;
  float step;           // learning rate / (1 - beta1^step)
} firn_adam;

// One step of stochastic gradient descent in PyTorch's order of operations.
typedef struct firn_sgd {
  float gradient_scale, decay, momentum, rate;
  int nesterov;
} firn_sgd;

// Which elements a dropout (Srivastava et al. 2014) zeroes: those whose word of a Philox stream (below)
// is below `threshold`. Column c of row r takes word c % 4 of block 2^32 r + c / 4.
typedef struct firn_dropout {
  uint64_t key, stream;
  uint32_t threshold;
  // What the others are multiplied by: 1 / (1 - p).
  float scale;
} firn_dropout;

typedef struct firn_learning {
  // Every element is one chain of fused multiply-adds over depth, in order, from `start`: its bits
  // depend on its row of a and its column of b alone.
  void (*product)(const firn_product *task);
  // Packs b [depth, columns], rows `stride` apart, as `pack` does its transpose: firn_packed_size floats.
  void (*pack_straight)(float *packed, const float *b, size_t stride, size_t columns, size_t depth);
  // out += the sum of the rows of x [rows, columns], in order.
  void (*column_sums)(float *out, const float *x, size_t rows, size_t columns);

  // parameters, both moments, gradients: [count].
  void (*adam)(float *parameters, float *mean, float *square, const float *gradients, size_t count,
               const firn_adam *rule);
  // velocity may be null where momentum is 0.
  void (*sgd)(float *parameters, float *velocity, const float *gradients, size_t count,
              const firn_sgd *rule);

  // Philox4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405): word w of block b, at
  // out[4 (b - first) + w], for blocks first ... first + blocks - 1 of a stream.
  void (*philox)(uint32_t *out, size_t blocks, uint64_t key, uint64_t stream, uint64_t first);
  // y = x where a row's mask keeps it, times scale; else 0: [rows, columns], rows `stride` apart; the rows'
  // numbers begin with first_row. y may alias x.
  void (*dropout)(float *y, const float *x, size_t rows, size_t columns, size_t stride,
                  size_t first_row, const firn_dropout *rule);

  // y = activation(x), and dx = dy * activation'(x): [count]; may alias.
  void (*activation)(float *y, const float *x, size_t count, int activation);
  void (*activation_gradient)(float *dx, const float *dy, const float *x, size_t count,
                              int activation);

  // Long short-term memory (Hochreiter & Schmidhuber 1997), PyTorch's gates i, f, g, o. One time step
  // of `rows` sequences: gates [rows, 4 size] become their activations; the state before, `before`
  // (null for zeros), the state, its tanh and the output: [rows, size].
  void (*lstm)(float *gates, const float *before, float *state, float *squashed, float *output,
               size_t rows, size_t size);
  // gates become their gradients; d_state: that of the state from later, then of the one before.
  void (*lstm_backward)(float *gates, const float *before, const float *squashed,
                        const float *d_output, float *d_state, size_t rows, size_t size);
  // Gated recurrent unit (Cho et al. 2014) in PyTorch's form, gates r, z, n: n = tanh(input + r *
  // recurrent). gates [rows, 3 size]: the input's part, becomes the activations; recurrent [rows, 3
  // size]: the state's part; before (null for zeros), output [rows, size].
  void (*gru)(float *gates, const float *recurrent, const float *before, float *output, size_t rows,
              size_t size);
  // gates and recurrent become the gradients of their parts; d_before += z * d_output, null for none.
  void (*gru_backward)(float *gates, float *recurrent, const float *before, const float *d_output,
                       float *d_before, size_t rows, size_t size);
} firn_learning;
