// c = a b + start for operands in either orientation: what training multiplies. Like gemm.h's products,
// every element is one chain over depth in order, so blocks, threads and neighbours change no bit.

// Rows of b [depth, columns] that are cut into a panel at a time: 16 KiB at most, half of a first-level
// cache.
#define DEPTH_BLOCK 128

// c [R, PANEL] = start + a panel, with a(r, k) = A and `from` floats between rows of start.
#define TILE(NAME, R, A)                                                                           \
  static __attribute__((noinline)) void NAME##_##R(                                                \
      float *c, size_t c_stride, const float *a, size_t a_stride, const float *panel,              \
      size_t depth, const float *start, size_t start_stride) {                                     \
    vf x[R], y[R];                                                                                 \
    for (int r = 0; r < R; r++) {                                                                  \
      x[r] = v_load(start + r * start_stride);                                                     \
      y[r] = v_load(start + r * start_stride + W);                                                 \
    }                                                                                              \
    for (size_t k = 0; k < depth; k++, panel += PANEL) {                                           \
      vf b0 = v_load(panel), b1 = v_load(panel + W);                                               \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                             \
        vf s = v_set(A);                                                                           \
        x[r] = v_fma(s, b0, x[r]);                                                                 \
        y[r] = v_fma(s, b1, y[r]);                                                                 \
      }                                                                                            \
    }                                                                                              \
    for (int r = 0; r < R; r++) {                                                                  \
      v_store(c + r * c_stride, x[r]);                                                             \
      v_store(c + r * c_stride + W, y[r]);                                                         \
    }                                                                                              \
  }
#define TILES(NAME, A)                                                                             \
  TILE(NAME, 1, A) TILE(NAME, 2, A) TILE(NAME, 3, A) TILE(NAME, 4, A) TILE(NAME, 5, A)             \
  TILE(NAME, 6, A) TILE(NAME, 7, A) TILE(NAME, 8, A)
TILES(rows_tile, a[r * a_stride + k])
TILES(turned_tile, a[k * a_stride + r])
#undef TILES
#undef TILE

typedef void (*tile_function)(float *, size_t, const float *, size_t, const float *, size_t,
                              const float *, size_t);
static const tile_function product_tiles[2][9] = {
    {0, rows_tile_1, rows_tile_2, rows_tile_3, rows_tile_4, rows_tile_5, rows_tile_6, rows_tile_7,
     rows_tile_8},
    {0, turned_tile_1, turned_tile_2, turned_tile_3, turned_tile_4, turned_tile_5, turned_tile_6,
     turned_tile_7, turned_tile_8},
};

// One panel of b, rows first ... first + depth - 1: [depth, PANEL], where it lies or cut into `copy`.
static inline const float *product_panel(const firn_product *t, float *copy, size_t j, size_t n,
                                         size_t first, size_t depth) {
  switch (t->b_orientation) {
  case FIRN_PACKED:
    return t->b + j * t->depth + first * PANEL;
  case FIRN_TRANSPOSED:
    pack_transposed(copy, t->b + j * t->b_stride + first, t->b_stride, n, depth);
    break;
  default:
    pack_rows(copy, t->b + first * t->b_stride + j, t->b_stride, n, depth);
  }
  return copy;
}

static void SIMD(product)(const firn_product *t) {
  const tile_function *tiles = product_tiles[t->a_orientation];
  const size_t a_row = t->a_orientation == FIRN_TRANSPOSED ? 1 : t->a_stride;
  const size_t a_step = t->a_orientation == FIRN_TRANSPOSED ? t->a_stride : 1;
  _Alignas(64) float copy[DEPTH_BLOCK * PANEL], part[TILE_ROWS * PANEL];
  for (size_t first = 0; first < t->rows; first += ROW_BLOCK) {
    const size_t end = first + ROW_BLOCK < t->rows ? first + ROW_BLOCK : t->rows;
    for (size_t k = 0; k == 0 || k < t->depth; k += DEPTH_BLOCK) {
      const size_t depth = t->depth - k < DEPTH_BLOCK ? t->depth - k : DEPTH_BLOCK;
      const int onward = t->accumulate || k > 0;
      for (size_t j = 0; j < t->columns; j += PANEL) {
        const size_t n = t->columns - j < PANEL ? t->columns - j : PANEL;
        const float *panel = product_panel(t, copy, j, n, k, depth);
        float bias[PANEL];
        const float *start = panel_bias(bias, t->bias, j, n);
        for (size_t i = first; i < end; i += TILE_ROWS) {
          const size_t tall = end - i < TILE_ROWS ? end - i : TILE_ROWS;
          float *to = t->c + i * t->c_stride + j;
          const float *a = t->a + i * a_row + k * a_step;
          if (n == PANEL) {
            tiles[tall](to, t->c_stride, a, t->a_stride, panel, depth, onward ? to : start,
                        onward ? t->c_stride : 0);
            continue;
          }
          for (size_t r = 0; r < tall; r++)
            for (size_t c = 0; c < PANEL; c++)
              part[r * PANEL + c] = !onward ? start[c] : c < n ? to[r * t->c_stride + c] : 0;
          tiles[tall](part, PANEL, a, t->a_stride, panel, depth, part, PANEL);
          for (size_t r = 0; r < tall; r++)
            for (size_t c = 0; c < n; c++) to[r * t->c_stride + c] = part[r * PANEL + c];
        }
      }
    }
  }
}

static void SIMD(pack_straight)(float *packed, const float *b, size_t stride, size_t columns,
                                size_t depth) {
  pack_rows(packed, b, stride, columns, depth);
}

static void SIMD(column_sums)(float *out, const float *x, size_t rows, size_t columns) {
  size_t c = 0;
  for (; c + 4 * W <= columns; c += 4 * W) {
    vf s[4];
    for (int i = 0; i < 4; i++) s[i] = v_load(out + c + i * W);
    for (size_t r = 0; r < rows; r++)
      for (int i = 0; i < 4; i++) s[i] = v_add(s[i], v_load(x + r * columns + c + i * W));
    for (int i = 0; i < 4; i++) v_store(out + c + i * W, s[i]);
  }
  for (; c < columns; c += W) {
    const size_t n = columns - c < W ? columns - c : W;
    vf s = v_load_part(out + c, n);
    for (size_t r = 0; r < rows; r++) s = v_add(s, v_load_part(x + r * columns + c, n));
    v_store_part(out + c, s, n);
  }
}
