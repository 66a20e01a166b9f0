// Attention of one text: for each head, scores of a few queries against all keys, softmax, and the
// weighted sum of the values, while the scores are still in the first-level cache.

static inline size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

// Softmax of the first n scores in place, without the division; the rest up to `padded` become 0.
// Returns the sum.
static inline float softmax_row(float *s, size_t n, size_t padded) {
  vf peak = v_set(-3.0e38f);
  size_t j = 0;
  for (; j + W <= n; j += W) peak = v_max(peak, v_load(s + j));
  float top = v_peak(peak);
  for (; j < n; j++) top = s[j] > top ? s[j] : top;
  for (size_t p = n; p < padded; p++) s[p] = -3.0e38f;
  vf total = v_set(0), m = v_set(top);
  for (j = 0; j < padded; j += W) {
    vf e = v_exp(v_sub(v_load(s + j), m));
    v_store(s + j, e);
    total = v_add(total, e);
  }
  return v_sum(total);
}

static void SIMD(attention)(float *out, const float *qkv, const float *bias, size_t stride,
                            size_t n, size_t heads, size_t d, float scale, float *scratch) {
  const size_t hidden = heads * d, padded = round_up(n, 2 * W), wide = round_up(d, 2 * W);
  float *keys = scratch;             // [d, padded]: keys transposed, zero beyond n
  float *values = keys + d * padded; // [n, wide]: zero beyond d
  float *queries = values + n * wide; // [TILE_ROWS, d]
  float *scores = queries + TILE_ROWS * d; // [TILE_ROWS, padded]
  float *sums = scores + TILE_ROWS * padded; // [TILE_ROWS, wide]
  for (size_t head = 0; head < heads; head++) {
    const float *q = qkv + head * d, *k = q + hidden, *v = k + hidden;
    const float *qb = bias + head * d, *kb = qb + hidden, *vb = kb + hidden;
    for (size_t i = 0; i < n; i++) {
      const float *row = k + i * stride;
      for (size_t c = 0; c < d; c++) keys[c * padded + i] = row[c] + kb[c];
    }
    for (size_t c = 0; c < d; c++)
      for (size_t i = n; i < padded; i++) keys[c * padded + i] = 0;
    for (size_t i = 0; i < n; i++) {
      const float *row = v + i * stride;
      for (size_t c = 0; c < d; c++) values[i * wide + c] = row[c] + vb[c];
      for (size_t c = d; c < wide; c++) values[i * wide + c] = 0;
    }
    for (size_t i = 0; i < n; i += TILE_ROWS) {
      const int rows = (int)(n - i < TILE_ROWS ? n - i : TILE_ROWS);
      for (int r = 0; r < rows; r++) {
        const float *row = q + (i + (size_t)r) * stride;
        for (size_t c = 0; c < d; c++) queries[(size_t)r * d + c] = (row[c] + qb[c]) * scale;
      }
      tile(rows, scores, padded, queries, d, keys, padded, d, padded);
      float inverse[TILE_ROWS];
      for (int r = 0; r < rows; r++)
        inverse[r] = 1.0f / softmax_row(scores + (size_t)r * padded, n, padded);
      tile(rows, sums, wide, scores, padded, values, wide, n, wide);
      for (int r = 0; r < rows; r++) {
        float *row = out + (i + (size_t)r) * hidden + head * d;
        for (size_t c = 0; c < d; c++) row[c] = sums[(size_t)r * wide + c] * inverse[r];
      }
    }
  }
}
