// Products of 8-bit integers, exact in 32 bits: c = act(float(q w^T) * scales + bias).
//
// Weights have one scale per output channel, activations one per row (dynamic, symmetric; Zafrir et
// al. 2019, arXiv:1910.06188). Both lie in -127...127. Depth is cut in groups of 4 bytes, which one
// lane multiplies and sums at once: Q_GROUP = 2 numbers kept in 16 bits (pmaddwd and its like: exact
// where pmaddubsw saturates), or 4 numbers of 8 bits for VNNI, whose left factor is unsigned: there
// Q_OFFSET is added to activations, and what that adds to a sum is taken off as its initial value.
// The sums are the same integers either way.

#define Q_GROUPS(depth) (((depth) + Q_GROUP - 1) / Q_GROUP)
// A row of activations: its scale, then the groups.
#define Q_ROW(depth) (sizeof(float) + 4 * Q_GROUPS(depth))

static void SIMD(quantize)(void *q, const float *x, size_t rows, size_t depth) {
  for (size_t r = 0; r < rows; r++, x += depth) {
    char *row = (char *)q + r * Q_ROW(depth);
    q_activation *to = (q_activation *)(row + sizeof(float));
    vf peak = v_set(0), finite = v_set(0);
    size_t k = 0;
    for (; k + W <= depth; k += W) {
      vf a = v_load(x + k);
      peak = v_max(peak, v_abs(a));
      finite = v_fma(a, v_set(0), finite);
    }
    if (k < depth) {
      vf a = v_load_part(x + k, depth - k);
      peak = v_max(peak, v_abs(a));
      finite = v_fma(a, v_set(0), finite);
    }
    const float top = v_peak(peak), inverse = top > 0 ? 127 / top : 0;
    if (v_sum(finite) != 0) {
      // Infinities and NaN have no place among integers: the row's products are NaN, as in float32.
      *(float *)row = __builtin_nanf("");
      for (k = 0; k < Q_GROUPS(depth) * Q_GROUP; k++) to[k] = Q_OFFSET;
      continue;
    }
    *(float *)row = top / 127;
    for (k = 0; k + W <= depth; k += W)
      v_store_quantized(to + k, v_round(v_mul(v_load(x + k), v_set(inverse))));
    for (; k < depth; k++) to[k] = (q_activation)((int)__builtin_nearbyintf(x[k] * inverse) + Q_OFFSET);
    for (; k < Q_GROUPS(depth) * Q_GROUP; k++) to[k] = Q_OFFSET;
  }
}

// Scales [columns padded to PANEL], initial sums [the same], then [panel][group][PANEL][Q_GROUP].
static void SIMD(pack_int8)(void *packed, const float *b, size_t columns, size_t depth) {
  const size_t padded = round_up(columns, PANEL), groups = Q_GROUPS(depth);
  float *scales = packed;
  int32_t *initial = (int32_t *)(scales + padded);
  q_weight *panels = (q_weight *)(initial + padded);
  for (size_t j = 0; j < padded; j++) {
    const float *row = b + j * depth;
    q_weight *to = panels + (j / PANEL * groups * PANEL + j % PANEL) * Q_GROUP;
    float top = 0, finite = 0;
    for (size_t k = 0; j < columns && k < depth; k++) {
      const float size = __builtin_fabsf(row[k]);
      top = size > top ? size : top;
      finite += row[k] * 0;
    }
    const float inverse = finite == 0 && top > 0 ? 127 / top : 0;
    int32_t sum = 0;
    for (size_t k = 0; k < groups * Q_GROUP; k++) {
      const int used = finite == 0 && j < columns && k < depth;
      const int w = used ? (int)__builtin_nearbyintf(row[k] * inverse) : 0;
      to[k / Q_GROUP * PANEL * Q_GROUP + k % Q_GROUP] = (q_weight)w;
      sum += w;
    }
    scales[j] = finite == 0 ? top / 127 : __builtin_nanf("");
    initial[j] = -Q_OFFSET * sum;
  }
}

// c [R, PANEL] = start + scales (q [R, groups] panel [groups, PANEL] + initial).
#define TILE(R)                                                                                    \
  static __attribute__((noinline)) void int8_tile_##R(                                             \
      float *c, size_t c_stride, const char *q, size_t q_stride, const char *panel,                \
      size_t groups, const float *scales, const int32_t *initial, const float *start) {            \
    vi x[R], y[R];                                                                                 \
    for (int r = 0; r < R; r++) x[r] = vi_load(initial), y[r] = vi_load(initial + W);              \
    for (size_t g = 0; g < groups; g++, panel += 4 * PANEL) {                                      \
      vi b0 = vi_load(panel), b1 = vi_load(panel + 4 * W);                                         \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                             \
        vi s = vi_repeat(q + r * q_stride + sizeof(float) + 4 * g);                                \
        x[r] = vi_dot(x[r], s, b0);                                                                \
        y[r] = vi_dot(y[r], s, b1);                                                                \
      }                                                                                            \
    }                                                                                              \
    for (int r = 0; r < R; r++) {                                                                  \
      const vf scale = v_set(*(const float *)(q + r * q_stride));                                  \
      const vf s0 = v_mul(scale, v_load(scales)), s1 = v_mul(scale, v_load(scales + W));           \
      v_store(c + r * c_stride, v_fma(v_from_int(x[r]), s0, v_load(start)));                       \
      v_store(c + r * c_stride + W, v_fma(v_from_int(y[r]), s1, v_load(start + W)));               \
    }                                                                                              \
  }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8)
#undef TILE

static inline void int8_tile(int rows, float *c, size_t c_stride, const char *q, size_t q_stride,
                             const char *panel, size_t groups, const float *scales,
                             const int32_t *initial, const float *start) {
#define CALL(R) int8_tile_##R(c, c_stride, q, q_stride, panel, groups, scales, initial, start)
  switch (rows) {
  case 1: CALL(1); break;
  case 2: CALL(2); break;
  case 3: CALL(3); break;
  case 4: CALL(4); break;
  case 5: CALL(5); break;
  case 6: CALL(6); break;
  case 7: CALL(7); break;
  default: CALL(8); break;
  }
#undef CALL
}

static inline void gemm_int8_with(float *c, size_t c_stride, const void *q, const void *packed,
                                  const float *bias, size_t rows, size_t depth, size_t columns,
                                  int activation) {
  const size_t padded = round_up(columns, PANEL), groups = Q_GROUPS(depth);
  const float *scales = packed;
  const int32_t *initial = (const int32_t *)(scales + padded);
  const char *panels = (const char *)(initial + padded);
  for (size_t first = 0; first < rows; first += ROW_BLOCK) {
    const size_t end = first + ROW_BLOCK < rows ? first + ROW_BLOCK : rows;
    for (size_t j = 0; j < columns; j += PANEL) {
      const size_t n = columns - j < PANEL ? columns - j : PANEL;
      float copy[PANEL];
      const float *start = panel_bias(copy, bias, j, n);
      for (size_t i = first; i < end; i += TILE_ROWS) {
        const int tall = (int)(end - i < TILE_ROWS ? end - i : TILE_ROWS);
        const char *from = (const char *)q + i * Q_ROW(depth);
        float *to = c + i * c_stride + j, part[TILE_ROWS * PANEL];
        const int direct = n == PANEL && activation == FIRN_NONE;
        int8_tile(tall, direct ? to : part, direct ? c_stride : PANEL, from, Q_ROW(depth),
                  panels + j * groups * 4, groups, scales + j, initial + j, start);
        if (!direct) finish_tile(to, c_stride, part, (size_t)tall, n, activation);
      }
    }
  }
}

static void SIMD(gemm_int8)(float *c, size_t c_stride, const void *q, const void *packed,
                            const float *bias, size_t rows, size_t depth, size_t columns,
                            int activation) {
  WITH_ACTIVATION(gemm_int8_with, c, c_stride, q, packed, bias, rows, depth, columns)
}
