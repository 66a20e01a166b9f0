// Products with weights that were packed once: c = act(a b^T + bias).
//
// Every element is one chain of fused multiply-adds over depth, in order, whatever the number of
// rows: a row's bits depend on that row alone. (OpenBLAS's do not: its kernels for 12, 8 and 4
// columns add in different orders, and which one a row meets depends on how many rows there are.)
// The panel of 2 W columns stays in the first- or second-level cache while the rows pass by.

#define PANEL (2 * W)
#define ROW_BLOCK (TILE_ROWS * 24)

// b [columns, depth] -> packed [ceil(columns / PANEL)][depth][PANEL], zero beyond columns.
static void SIMD(pack)(float *packed, const float *b, size_t columns, size_t depth) {
  for (size_t j = 0; j < columns; j += PANEL, packed += depth * PANEL) {
    const size_t n = columns - j < PANEL ? columns - j : PANEL;
    for (size_t k = 0; k < depth; k++) {
      for (size_t c = 0; c < n; c++) packed[k * PANEL + c] = b[(j + c) * depth + k];
      for (size_t c = n; c < PANEL; c++) packed[k * PANEL + c] = 0;
    }
  }
}

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
    const float *panel = packed;
    for (size_t j = 0; j < columns; j += PANEL, panel += depth * PANEL) {
      const size_t n = columns - j < PANEL ? columns - j : PANEL;
      for (size_t i = first; i < end; i += TILE_ROWS) {
        const size_t tall = end - i < TILE_ROWS ? end - i : TILE_ROWS;
        float *to = c + i * c_stride + j;
        if (n == PANEL) {
          tile((int)tall, to, c_stride, a + i * a_stride, a_stride, panel, PANEL, depth, PANEL);
        } else {
          float edge[TILE_ROWS * PANEL];
          tile((int)tall, edge, PANEL, a + i * a_stride, a_stride, panel, PANEL, depth, PANEL);
          for (size_t r = 0; r < tall; r++)
            for (size_t x = 0; x < n; x++) to[r * c_stride + x] = edge[r * PANEL + x];
        }
        if (bias) finish_panel(to, c_stride, bias + j, tall, n, activation);
      }
    }
  }
}

static void SIMD(gemm)(float *c, size_t c_stride, const float *a, size_t a_stride,
                       const float *packed, const float *bias, size_t rows, size_t depth,
                       size_t columns, int activation) {
#define CASE(A)                                                                                    \
  case A:                                                                                          \
    gemm_with(c, c_stride, a, a_stride, packed, bias, rows, depth, columns, A);                    \
    break;
  switch (activation) { // a constant in each call, so that the choice is made outside the loops
    CASE(FIRN_GELU) CASE(FIRN_GELU_TANH) CASE(FIRN_RELU) CASE(FIRN_TANH) CASE(FIRN_SILU)
    CASE(FIRN_QUICK_GELU)
  default: gemm_with(c, c_stride, a, a_stride, packed, 0, rows, depth, columns, FIRN_RELU);
  }
#undef CASE
}
