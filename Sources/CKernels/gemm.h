// Products with weights that were packed once: c = act(a b^T + bias).
//
// Every element is one chain of fused multiply-adds over depth, in order, whatever the number of
// rows: a row's bits depend on that row alone. (OpenBLAS's do not: its kernels for 12, 8 and 4
// columns add in different orders, and which one a row meets depends on how many rows there are.)
// A block of rows stays in the second-level cache while the panels pass, and a panel in the first or
// second while the block's rows pass.

#define ROW_BLOCK (TILE_ROWS * 24)

static void SIMD(pack)(float *packed, const float *b, size_t columns, size_t depth) {
  pack_transposed(packed, b, depth, columns, depth);
}

// c = act(c + bias) for rows by n columns. Either may be left out: no bias, or FIRN_NONE.
static inline void finish_panel(float *c, size_t c_stride, const float *bias, size_t rows,
                                size_t n, int activation) {
  for (size_t r = 0; r < rows; r++) {
    float *row = c + r * c_stride;
    size_t i = 0;
    for (; i + W <= n; i += W)
      v_store(row + i, v_activation(v_add(v_load(row + i), v_load(bias + i)), activation));
    if (i < n) {
      vf a = v_add(v_load_part(row + i, n - i), v_load_part(bias + i, n - i));
      v_store_part(row + i, v_activation(a, activation), n - i);
    }
  }
}

static inline void gemm_with(float *c, size_t c_stride, const float *a, size_t a_stride,
                             const float *packed, const float *bias, size_t rows, size_t depth,
                             size_t columns, int activation) {
  for (size_t first = 0; first < rows; first += ROW_BLOCK) {
    const size_t end = first + ROW_BLOCK < rows ? first + ROW_BLOCK : rows;
    for (size_t j = 0; j < columns; j += PANEL) {
      const size_t n = columns - j < PANEL ? columns - j : PANEL;
      for (size_t i = first; i < end; i += TILE_ROWS) {
        const int tall = (int)(end - i < TILE_ROWS ? end - i : TILE_ROWS);
        float *to = c + i * c_stride + j, edge[TILE_ROWS * PANEL];
        tile(tall, n == PANEL ? to : edge, n == PANEL ? c_stride : PANEL, a + i * a_stride, a_stride,
             packed + j * depth, depth);
        for (int r = 0; n < PANEL && r < tall; r++)
          for (size_t x = 0; x < n; x++) to[r * c_stride + x] = edge[r * PANEL + x];
        if (bias) finish_panel(to, c_stride, bias + j, (size_t)tall, n, activation);
      }
    }
  }
}

// Calls FUNCTION(arguments..., activation) with a constant, so that the choice is made outside the
// loops.
#define WITH_ACTIVATION(FUNCTION, ...)                                                             \
  switch (activation) {                                                                            \
  case FIRN_GELU: FUNCTION(__VA_ARGS__, FIRN_GELU); break;                                         \
  case FIRN_GELU_TANH: FUNCTION(__VA_ARGS__, FIRN_GELU_TANH); break;                               \
  case FIRN_RELU: FUNCTION(__VA_ARGS__, FIRN_RELU); break;                                         \
  case FIRN_TANH: FUNCTION(__VA_ARGS__, FIRN_TANH); break;                                         \
  case FIRN_SILU: FUNCTION(__VA_ARGS__, FIRN_SILU); break;                                         \
  case FIRN_QUICK_GELU: FUNCTION(__VA_ARGS__, FIRN_QUICK_GELU); break;                             \
  default: FUNCTION(__VA_ARGS__, FIRN_NONE);                                                       \
  }

static void SIMD(gemm)(float *c, size_t c_stride, const float *a, size_t a_stride,
                       const float *packed, const float *bias, size_t rows, size_t depth,
                       size_t columns, int activation) {
  WITH_ACTIVATION(gemm_with, c, c_stride, a, a_stride, packed, bias, rows, depth, columns)
}
