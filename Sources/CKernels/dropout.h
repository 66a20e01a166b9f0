// Dropout whose mask is a function of seed, stream, row and column, so that neither threads nor
// batches nor an interruption change it, and the backward pass asks again instead of keeping it.

enum { PHILOX_LANES = 16 };

// The numbers of the counters 16 block ... 16 block + 15 of a row, word by word: 64.
static inline void philox_lanes(uint32_t out[4 * PHILOX_LANES], uint32_t block, uint32_t row,
                          const firn_dropout *rule) {
  uint32_t *a = out, *b = a + PHILOX_LANES, *c = b + PHILOX_LANES, *d = c + PHILOX_LANES;
  for (uint32_t l = 0; l < PHILOX_LANES; l++) {
    a[l] = block * PHILOX_LANES + l;
    b[l] = row;
    c[l] = rule->stream[0];
    d[l] = rule->stream[1];
  }
  uint32_t k0 = rule->key[0], k1 = rule->key[1];
  for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
    for (int l = 0; l < PHILOX_LANES; l++) {
      const uint64_t p = (uint64_t)0xD2511F53u * a[l], q = (uint64_t)0xCD9E8D57u * c[l];
      const uint32_t e = b[l], f = d[l];
      a[l] = (uint32_t)(q >> 32) ^ e ^ k0;
      b[l] = (uint32_t)q;
      c[l] = (uint32_t)(p >> 32) ^ f ^ k1;
      d[l] = (uint32_t)p;
    }
}

// One row; y may be x.
static inline void dropout_row(float *y, const float *x, size_t columns, uint32_t row,
                               const firn_dropout *rule) {
  const uint32_t threshold = rule->threshold;
  const float scale = rule->scale;
  for (size_t c = 0; c < columns; c += 4 * PHILOX_LANES) {
    uint32_t numbers[4 * PHILOX_LANES];
    philox_lanes(numbers, (uint32_t)(c / (4 * PHILOX_LANES)), row, rule);
    const size_t n = least(columns - c, 4 * PHILOX_LANES);
    for (size_t i = 0; i < n; i++)
      y[c + i] = numbers[i] < threshold ? 0 : x[c + i] * scale;
  }
}

static void SIMD(mask_rows)(float *y, const float *x, size_t rows, size_t columns, size_t stride,
                          size_t first_row, const firn_dropout *rule) {
  for (size_t r = 0; r < rows; r++)
    dropout_row(y + r * stride, x + r * stride, columns, (uint32_t)(first_row + r), rule);
}
