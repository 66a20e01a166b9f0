// Products with weights that were packed once: c = act(a b^T + bias).
//
// Every element is one chain of fused multiply-adds over depth, in order, whatever the number of
// rows: a row's bits depend on that row alone. (OpenBLAS's do not: its kernels for 12, 8 and 4
// columns add in different orders, and which one a row meets depends on how many rows there are.)
// A block of rows stays in the second-level cache while the panels pass, and a panel in the first or
// second while the block's rows pass.

#define ROW_BLOCK (TILE_ROWS * 24)

static void SIMD(pack)(float *packed, const float *b, size_t stride, size_t columns, size_t depth) {
  pack_transposed(packed, b, stride, columns, depth);
}

// c = act(tile) for rows by n columns of a tile that lies packed in the first-level cache. From there and
// not from c itself, whose rows may lie a multiple of 4 KiB apart: loads would wait for stores that they
// have nothing to do with but the low bits of the address.
static inline void finish_tile(float *c, size_t c_stride, const float *tile, size_t rows, size_t n,
                               int activation) {
  size_t r = 0;
  for (; activation == FIRN_GELU && n == PANEL && r + 2 <= rows; r += 2) {
    vf x[4];
    for (int i = 0; i < 4; i++) x[i] = v_load(tile + i * W);
    v_gelu_each(x, 4);
    for (int i = 0; i < 4; i++) v_store(c + i / 2 * c_stride + i % 2 * W, x[i]);
    c += 2 * c_stride;
    tile += 2 * PANEL;
  }
  for (; r < rows; r++, c += c_stride, tile += PANEL) {
    size_t i = 0;
    for (; i + W <= n; i += W) v_store(c + i, v_activation(v_load(tile + i), activation));
    if (i < n) v_store_part(c + i, v_activation(v_load(tile + i), activation), n - i);
  }
}

// The bias of a panel: where it lies, or for a panel that is not full, or without bias, a copy.
static inline const float *panel_bias(float *copy, const float *bias, size_t j, size_t n) {
  if (!bias) return no_bias;
  if (n == PANEL) return bias + j;
  for (size_t x = 0; x < PANEL; x++) copy[x] = x < n ? bias[j + x] : 0;
  return copy;
}

static inline void gemm_with(float *c, size_t c_stride, const float *a, size_t a_stride,
                             const float *packed, const float *bias, size_t rows, size_t depth,
                             size_t columns, int activation) {
  for (size_t first = 0; first < rows; first += ROW_BLOCK) {
    const size_t end = first + ROW_BLOCK < rows ? first + ROW_BLOCK : rows;
    for (size_t j = 0; j < columns; j += PANEL) {
      const size_t n = columns - j < PANEL ? columns - j : PANEL;
      float copy[PANEL];
      const float *start = panel_bias(copy, bias, j, n);
      for (size_t i = first; i < end; i += TILE_ROWS) {
        const int tall = (int)(end - i < TILE_ROWS ? end - i : TILE_ROWS);
        float *to = c + i * c_stride + j, part[TILE_ROWS * PANEL];
        const int direct = n == PANEL && activation == FIRN_NONE;
        tile(tall, direct ? to : part, direct ? c_stride : PANEL, a + i * a_stride, a_stride,
             packed + j * depth, depth, start);
        if (!direct) finish_tile(to, c_stride, part, (size_t)tall, n, activation);
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
