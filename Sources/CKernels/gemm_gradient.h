// The two products of a linear layer's backward pass, on weights in the order that the forward product
// reads: nothing is packed anew when weights change.
//
// dx = dy W is computed as dx^T = W^T dy^T: a panel of W holds, one after the other, PANEL outputs of each
// input, which is what a tile's left factor reads; tokens are the vectors' lanes. dW = dy^T x comes out in
// the panels' order by itself: its tiles are a few inputs by one panel of outputs.

// c [R, PANEL] = a panel: a lies in pieces [R][PANEL], `jump` floats apart, PANEL of the depth in each.
#define TILE(R)                                                                                    \
  static __attribute__((noinline)) void across_##R(float *c, const float *a, size_t jump,          \
                                                   const float *panel, size_t depth) {             \
    vf x[R], y[R];                                                                                 \
    for (int r = 0; r < R; r++) x[r] = y[r] = v_set(0);                                            \
    for (; depth; a += jump) {                                                                     \
      const size_t n = depth < PANEL ? depth : PANEL;                                              \
      depth -= n;                                                                                  \
      for (size_t k = 0; k < n; k++, panel += PANEL) {                                             \
        vf b0 = v_load(panel), b1 = v_load(panel + W);                                             \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                           \
          vf s = v_set(a[(size_t)r * PANEL + k]);                                                  \
          x[r] = v_fma(s, b0, x[r]);                                                               \
          y[r] = v_fma(s, b1, y[r]);                                                               \
        }                                                                                          \
      }                                                                                            \
    }                                                                                              \
    for (int r = 0; r < R; r++) {                                                                  \
      v_store(c + r * PANEL, x[r]);                                                                \
      v_store(c + r * PANEL + W, y[r]);                                                            \
    }                                                                                              \
  }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8)
#undef TILE

// c [R, PANEL] (+)= a^T panel: a [depth, R], rows `step` floats apart.
#define TILE(R)                                                                                    \
  static __attribute__((noinline)) void down_##R(float *c, size_t c_stride, const float *a,        \
                                                 size_t step, const float *panel, size_t depth,    \
                                                 int accumulate) {                                 \
    vf x[R], y[R];                                                                                 \
    for (int r = 0; r < R; r++) x[r] = y[r] = v_set(0);                                            \
    for (size_t k = 0; k < depth; k++, panel += PANEL, a += step) {                                \
      vf b0 = v_load(panel), b1 = v_load(panel + W);                                               \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                             \
        vf s = v_set(a[r]);                                                                        \
        x[r] = v_fma(s, b0, x[r]);                                                                 \
        y[r] = v_fma(s, b1, y[r]);                                                                 \
      }                                                                                            \
    }                                                                                              \
    for (int r = 0; r < R; r++, c += c_stride) {                                                   \
      v_store(c, accumulate ? v_add(v_load(c), x[r]) : x[r]);                                      \
      v_store(c + W, accumulate ? v_add(v_load(c + W), y[r]) : y[r]);                              \
    }                                                                                              \
  }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8)
#undef TILE

static inline void across(int rows, float *c, const float *a, size_t jump, const float *panel,
                          size_t depth) {
  switch (rows) {
  case 1: across_1(c, a, jump, panel, depth); break;
  case 2: across_2(c, a, jump, panel, depth); break;
  case 3: across_3(c, a, jump, panel, depth); break;
  case 4: across_4(c, a, jump, panel, depth); break;
  case 5: across_5(c, a, jump, panel, depth); break;
  case 6: across_6(c, a, jump, panel, depth); break;
  case 7: across_7(c, a, jump, panel, depth); break;
  default: across_8(c, a, jump, panel, depth); break;
  }
}

static inline void down(int rows, float *c, size_t c_stride, const float *a, size_t step,
                        const float *panel, size_t depth, int accumulate) {
  switch (rows) {
  case 1: down_1(c, c_stride, a, step, panel, depth, accumulate); break;
  case 2: down_2(c, c_stride, a, step, panel, depth, accumulate); break;
  case 3: down_3(c, c_stride, a, step, panel, depth, accumulate); break;
  case 4: down_4(c, c_stride, a, step, panel, depth, accumulate); break;
  case 5: down_5(c, c_stride, a, step, panel, depth, accumulate); break;
  case 6: down_6(c, c_stride, a, step, panel, depth, accumulate); break;
  case 7: down_7(c, c_stride, a, step, panel, depth, accumulate); break;
  default: down_8(c, c_stride, a, step, panel, depth, accumulate); break;
  }
}

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

static void SIMD(pack_rows)(float *packed, const float *b, size_t stride, size_t columns,
                            size_t depth) {
  pack_rows(packed, b, stride, columns, depth);
}

static void SIMD(unpack)(float *b, size_t stride, const float *packed, size_t columns,
                         size_t depth) {
  for (size_t j = 0; j < columns; j += W) {
    const float *from = packed + j / PANEL * PANEL * depth + j % PANEL;
    const size_t n = least(columns - j, W);
    for (size_t k = 0; k < depth; k += W) {
      const size_t m = least(depth - k, W);
      vf block[W];
      for (size_t i = 0; i < W; i++)
        block[i] = i < m ? v_load(from + (k + i) * PANEL) : v_set(0);
      v_transpose(block);
      for (size_t i = 0; i < n; i++) v_put(b + (j + i) * stride + k, block[i], m);
    }
  }
}

// dx [m, n] (+)= the transpose of part [n, PANEL], whose rows hold m elements.
static inline void store_turned(float *dx, size_t stride, const float *part, size_t m, size_t n,
                                int accumulate) {
  for (size_t t = 0; t < m; t += W)
    for (size_t i = 0; i < n; i += W) {
      vf block[W];
      for (size_t r = 0; r < W; r++)
        block[r] = i + r < n ? v_load(part + (i + r) * PANEL + t) : v_set(0);
      v_transpose(block);
      const size_t wide = least(n - i, W);
      for (size_t r = 0; r < least(m - t, W); r++) {
        float *to = dx + (t + r) * stride + i;
        if (accumulate) block[r] = v_add(v_get(to, wide), block[r]);
        v_put(to, block[r], wide);
      }
    }
}

static void SIMD(input_gradient)(float *dx, size_t stride, const float *dy, const float *packed,
                                 size_t rows, size_t depth, size_t columns, size_t first,
                                 size_t count, int accumulate) {
  for (size_t i = first; i < first + count; i += PANEL) {
    const size_t n = least(first + count - i, PANEL);
    for (size_t t = 0; t < rows; t += PANEL) {
      float part[PANEL * PANEL];
      for (size_t r = 0; r < n; r += TILE_ROWS)
        across((int)least(n - r, TILE_ROWS), part + r * PANEL, packed + (i + r) * PANEL,
               depth * PANEL, dy + t * columns, columns);
      store_turned(dx + t * stride + i, stride, part, least(rows - t, PANEL), n, accumulate);
    }
  }
}

static void SIMD(weight_gradient)(float *packed, float *bias, const float *x, const float *dy,
                                  size_t rows, size_t depth, size_t columns, size_t first,
                                  size_t count, int accumulate) {
  for (size_t j = first; j < first + count; j += PANEL) {
    const float *panel = dy + j * rows;
    if (bias) {
      vf a = v_set(0), b = v_set(0);
      for (size_t k = 0; k < rows; k++) {
        a = v_add(a, v_load(panel + k * PANEL));
        b = v_add(b, v_load(panel + k * PANEL + W));
      }
      for (size_t w = 0; w < PANEL && j + w < columns; w += W) {
        const size_t n = least(columns - j - w, W);
        vf sum = w ? b : a;
        if (accumulate) sum = v_add(v_load_part(bias + j + w, n), sum);
        v_store_part(bias + j + w, sum, n);
      }
    }
    for (size_t i = 0; i < depth; i += PANEL)
      for (size_t r = 0; r < least(depth - i, PANEL); r += TILE_ROWS)
        down((int)least(least(depth - i, PANEL) - r, TILE_ROWS),
             packed + j * depth + (i + r) * PANEL, PANEL, x + i * rows + r, PANEL, panel, rows,
             accumulate);
  }
}
