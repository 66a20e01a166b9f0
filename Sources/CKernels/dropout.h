// Dropout of whole rows. A mask is a function of seed, stream, row and column, so that neither threads nor
// an interruption change it, and the backward pass asks again instead of keeping it.

// One row; y may be x.
static inline void dropout_row(float *y, const float *x, size_t columns, uint32_t row,
                               const firn_dropout *rule) {
  const uint32_t threshold = rule->threshold;
  const float scale = rule->scale;
  for (size_t c = 0; c < columns; c += 4 * PHILOX_LANES) {
    uint32_t words[4 * PHILOX_LANES];
    philox_lanes(words, rule->key, rule->stream, (uint64_t)row << 32 | c / 4);
    const size_t n = columns - c < 4 * PHILOX_LANES ? columns - c : 4 * PHILOX_LANES;
    for (size_t i = 0; i < n; i++) y[c + i] = words[i] < threshold ? 0 : x[c + i] * scale;
  }
}

static void SIMD(mask_rows)(float *y, const float *x, size_t rows, size_t columns, size_t stride,
                            size_t first_row, const firn_dropout *rule) {
  for (size_t r = 0; r < rows; r++)
    dropout_row(y + r * stride, x + r * stride, columns, (uint32_t)(first_row + r), rule);
}
