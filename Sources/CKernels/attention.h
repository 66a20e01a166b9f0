// Attention of one text: for each head, scores of a few queries against all keys, softmax, and the
// weighted sum of the values, while the scores are still in the first-level cache.

// exp(scale (s - max)) of the first n scores in place; `base2` is scale / ln 2. Returns the sum.
static inline float softmax_row(float *s, size_t n, float base2) {
  const size_t end = round_up(n, W);
  for (size_t j = n; j < end; j++) s[j] = -3.0e38f;
  vf peak = v_load(s);
  for (size_t j = W; j < end; j += W) peak = v_max(peak, v_load(s + j));
  const vf factor = v_set(base2), top = v_set(v_peak(peak) * -base2);
  vf total = v_set(0);
  for (size_t j = 0; j < end; j += W) {
    vf e = v_exp2_of_negative(v_fma(v_load(s + j), factor, top));
    v_store(s + j, e);
    total = v_add(total, e);
  }
  return v_sum(total);
}

static void SIMD(attention)(float *out, const float *qkv, size_t stride, size_t n, size_t first,
                            size_t queries, size_t heads, size_t d, float scale, float *scratch) {
  const size_t hidden = heads * d, padded = round_up(n, PANEL), wide = round_up(d, PANEL);
  float *keys = scratch;                     // [padded / PANEL][d][PANEL]
  float *values = keys + d * padded;         // [wide / PANEL][n][PANEL]
  float *scores = values + n * wide;         // [TILE_ROWS, padded]
  float *sums = scores + TILE_ROWS * padded; // [TILE_ROWS, wide]
  const float base2 = scale * 1.44269504088896f;
  for (size_t head = 0; head < heads; head++) {
    const float *q = qkv + head * d;
    pack_transposed(keys, q + hidden, stride, n, d);
    pack_rows(values, q + 2 * hidden, stride, d, n);
    for (size_t i = 0; i < queries; i += TILE_ROWS) {
      const int rows = (int)(queries - i < TILE_ROWS ? queries - i : TILE_ROWS);
      for (size_t j = 0; j < padded; j += PANEL)
        tile(rows, scores + j, padded, q + (first + i) * stride, stride, keys + j * d, d, no_bias);
      float inverse[TILE_ROWS];
      for (int r = 0; r < rows; r++)
        inverse[r] = 1.0f / softmax_row(scores + (size_t)r * padded, n, base2);
      for (size_t j = 0; j < wide; j += PANEL)
        tile(rows, sums + j, wide, scores, padded, values + j * n, n, no_bias);
      for (int r = 0; r < rows; r++) {
        float *row = out + (i + (size_t)r) * hidden + head * d;
        const vf share = v_set(inverse[r]);
        size_t c = 0;
        for (; c + W <= d; c += W)
          v_store(row + c, v_mul(v_load(sums + (size_t)r * wide + c), share));
        if (c < d) v_store_part(row + c, v_mul(v_load(sums + (size_t)r * wide + c), share), d - c);
      }
    }
  }
}
