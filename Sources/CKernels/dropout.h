// Dropout of whole rows. A mask is a function of seed, stream, row and column, so that neither threads nor
// an interruption change it, and the backward pass asks again instead of keeping it.

// One row; y may be x.
static inline void dropout_row(float *y, const float *x, size_t columns, uint32_t row,
                               const firn_dropout *rule) {
  const uint32_t threshold = rule->threshold;
  const float scale = rule->scale;
  for (size_t c = 0; c < columns; c += 8 * PHILOX_LANES) {
    // Two at a time, so that one's products do not wait for the other's.
    uint32_t words[8 * PHILOX_LANES];
    float factors[8 * PHILOX_LANES];
    const uint64_t first = (uint64_t)row << 32 | c / 4;
    const size_t n = columns - c < 8 * PHILOX_LANES ? columns - c : 8 * PHILOX_LANES;
    const int halves = n > 4 * PHILOX_LANES ? 2 : 1;
    philox_lanes(words, rule->key, rule->stream, first);
    if (halves > 1)
      philox_lanes(words + 4 * PHILOX_LANES, rule->key, rule->stream, first + PHILOX_LANES);
    for (int i = 0; i < halves * 4 * PHILOX_LANES; i++)
      factors[i] = words[i] < threshold ? 0 : scale;
    for (size_t i = 0, m; i < n && (m = n - i < W ? n - i : W); i += W)
      v_put(y + c + i, v_mul(v_get(x + c + i, m), v_load(factors + i)), m);
  }
}

static void SIMD(mask_rows)(float *y, const float *x, size_t rows, size_t columns, size_t stride,
                            size_t first_row, const firn_dropout *rule) {
  for (size_t r = 0; r < rows; r++)
    dropout_row(y + r * stride, x + r * stride, columns, (uint32_t)(first_row + r), rule);
}
