// Kernels of linear heads: rows of float32 by the coefficients of few outputs, forward and back, and exp in
// float64. Included by CKernels.h; one table per instruction set, as there.
#pragma once
#include <stddef.h>

typedef struct firn_linear {
  // z [rows, outputs] = x w^T + intercepts: x [rows, width]; w [outputs, width + 1], rows w_stride apart, the
  // intercept last. Products and sums in float64, or in float32. A row's bits depend on that row alone.
  void (*scores)(double *z, const float *x, size_t rows, size_t width, const double *w,
                 size_t w_stride, size_t outputs);
  void (*scores_single)(double *z, const float *x, size_t rows, size_t width, const float *w,
                        size_t w_stride, size_t outputs);
  // g [outputs, width] += d^T x, rows of g g_stride apart: d [rows, outputs]. One chain over rows an element.
  void (*gradient)(double *g, size_t g_stride, const double *d, const float *x, size_t rows,
                   size_t width, size_t outputs);
  void (*gradient_single)(float *g, size_t g_stride, const float *d, const float *x, size_t rows,
                          size_t width, size_t outputs);
  // y[i] = exp(x[i]) of x[i] in [-690, 709]; beyond, that of the nearer end: [count]; y may alias x.
  void (*exp)(double *y, const double *x, size_t count);
} firn_linear;
