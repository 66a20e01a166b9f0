// The one inner loop of all float32 products: a few rows by two vectors of columns, held in registers.

// The columns that a tile holds, and how weights, keys and values are cut: [panel][depth][PANEL].
#define PANEL (2 * W)

// c [R, PANEL] = start + a [R, depth] panel [depth, PANEL]; start [PANEL] is the bias, or zeros. The
// order of the products of an element depends on nothing but depth. Not inlined: beside the other tiles
// the compiler runs out of registers and keeps a sum in memory, which halves the speed.
#define TILE(R)                                                                                    \
  static __attribute__((noinline)) void tile_##R(float *c, size_t c_stride, const float *a,        \
                                                 size_t a_stride, const float *panel,              \
                                                 size_t depth, const float *start) {               \
    vf x[R], y[R];                                                                                 \
    for (int r = 0; r < R; r++) x[r] = v_load(start), y[r] = v_load(start + W);                    \
    for (size_t k = 0; k < depth; k++, panel += PANEL) {                                           \
      vf b0 = v_load(panel), b1 = v_load(panel + W);                                               \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                             \
        vf s = v_set(a[r * a_stride + k]);                                                         \
        x[r] = v_fma(s, b0, x[r]);                                                                 \
        y[r] = v_fma(s, b1, y[r]);                                                                 \
      }                                                                                            \
    }                                                                                              \
    for (int r = 0; r < R; r++) {                                                                  \
      v_store(c + r * c_stride, x[r]);                                                             \
      v_store(c + r * c_stride + W, y[r]);                                                         \
    }                                                                                              \
  }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8)
#undef TILE

static inline void tile(int rows, float *c, size_t c_stride, const float *a, size_t a_stride,
                        const float *panel, size_t depth, const float *start) {
  switch (rows) {
  case 1: tile_1(c, c_stride, a, a_stride, panel, depth, start); break;
  case 2: tile_2(c, c_stride, a, a_stride, panel, depth, start); break;
  case 3: tile_3(c, c_stride, a, a_stride, panel, depth, start); break;
  case 4: tile_4(c, c_stride, a, a_stride, panel, depth, start); break;
  case 5: tile_5(c, c_stride, a, a_stride, panel, depth, start); break;
  case 6: tile_6(c, c_stride, a, a_stride, panel, depth, start); break;
  case 7: tile_7(c, c_stride, a, a_stride, panel, depth, start); break;
  default: tile_8(c, c_stride, a, a_stride, panel, depth, start); break;
  }
}

static const float no_bias[PANEL];

static inline size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

// b [columns, depth], `stride` floats from row to row -> [ceil(columns / PANEL)][depth][PANEL],
// zero beyond columns; turned W by W in registers.
static inline void pack_transposed(float *packed, const float *b, size_t stride, size_t columns,
                                   size_t depth) {
  for (size_t j = 0; j < round_up(columns, PANEL); j += W) {
    float *to = packed + j / PANEL * PANEL * depth + j % PANEL;
    const size_t n = j >= columns ? 0 : columns - j < W ? columns - j : W;
    for (size_t k = 0; k < depth; k += W) {
      const size_t m = depth - k < W ? depth - k : W;
      vf block[W];
      for (size_t i = 0; i < W; i++) {
        const float *from = b + (j + i) * stride + k;
        block[i] = i >= n ? v_set(0) : m == W ? v_load(from) : v_load_part(from, m);
      }
      v_transpose(block);
      for (size_t i = 0; i < m; i++) v_store(to + (k + i) * PANEL, block[i]);
    }
  }
}

// b [depth, columns], `stride` floats from row to row -> the same layout.
static inline void pack_rows(float *packed, const float *b, size_t stride, size_t columns,
                             size_t depth) {
  for (size_t j = 0; j < round_up(columns, PANEL); j += W) {
    float *to = packed + j / PANEL * PANEL * depth + j % PANEL;
    const size_t n = j >= columns ? 0 : columns - j < W ? columns - j : W;
    for (size_t k = 0; k < depth; k++) {
      const float *from = b + k * stride + j;
      v_store(to + k * PANEL, n == W ? v_load(from) : n ? v_load_part(from, n) : v_set(0));
    }
  }
}
