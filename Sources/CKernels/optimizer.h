// Optimizers and random words: one pass over memory each.

#define EACH_PART                                                                                  \
  for (size_t i = 0, n; i < count && (n = count - i < W ? count - i : W); i += W)
// Whole vectors without a mask: AVX2's masked stores cost several times as much.
static inline __attribute__((always_inline)) vf v_get(const float *p, size_t n) {
  return n == W ? v_load(p) : v_load_part(p, n);
}
static inline __attribute__((always_inline)) void v_put(float *p, vf a, size_t n) {
  if (n == W) v_store(p, a);
  else v_store_part(p, a, n);
}

static void SIMD(adam)(float *parameters, float *mean, float *square, const float *gradients,
                       size_t count, const firn_adam *rule) {
  const firn_adam r = *rule;
  EACH_PART {
    vf p = v_get(parameters + i, n), m = v_get(mean + i, n), v = v_get(square + i, n);
    vf g = v_mul(v_get(gradients + i, n), v_set(r.gradient_scale));
    g = v_fma(v_set(r.decay), p, g);
    p = v_mul(p, v_set(r.shrink));
    m = v_fma(v_set(r.moment1), v_sub(g, m), m);
    v = v_fma(v_mul(v_set(r.moment2), g), g, v_mul(v, v_set(r.beta2)));
    vf bound = v_fma(v_sqrt_near(v), v_set(r.correction), v_set(r.epsilon));
    v_put(mean + i, m, n);
    v_put(square + i, v, n);
    v_put(parameters + i, v_sub(p, v_div_near(v_mul(v_set(r.step), m), bound)), n);
  }
}

static void SIMD(sgd)(float *parameters, float *velocity, const float *gradients, size_t count,
                      const firn_sgd *rule) {
  const firn_sgd r = *rule;
  EACH_PART {
    vf p = v_get(parameters + i, n);
    vf g = v_fma(v_set(r.decay), p, v_mul(v_get(gradients + i, n), v_set(r.gradient_scale)));
    if (velocity) {
      vf v = v_fma(v_set(r.momentum), v_get(velocity + i, n), g);
      v_put(velocity + i, v, n);
      g = r.nesterov ? v_fma(v_set(r.momentum), v, g) : v;
    }
    v_put(parameters + i, v_fma(v_set(-r.rate), g, p), n);
  }
}

// Sixteen blocks side by side; plain C, which the compiler turns into this set's vectors.
#define PHILOX_LANES 16
static inline void philox_lanes(uint32_t out[4 * PHILOX_LANES], uint64_t key, uint64_t stream,
                                uint64_t first) {
  uint32_t a[PHILOX_LANES], b[PHILOX_LANES], c[PHILOX_LANES], d[PHILOX_LANES];
  for (int l = 0; l < PHILOX_LANES; l++) {
    a[l] = (uint32_t)(first + (uint64_t)l);
    b[l] = (uint32_t)((first + (uint64_t)l) >> 32);
    c[l] = (uint32_t)stream;
    d[l] = (uint32_t)(stream >> 32);
  }
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
    for (int l = 0; l < PHILOX_LANES; l++) {
      const uint64_t p = (uint64_t)0xD2511F53u * a[l], q = (uint64_t)0xCD9E8D57u * c[l];
      a[l] = (uint32_t)(q >> 32) ^ b[l] ^ k0;
      b[l] = (uint32_t)q;
      c[l] = (uint32_t)(p >> 32) ^ d[l] ^ k1;
      d[l] = (uint32_t)p;
    }
  for (int l = 0; l < PHILOX_LANES; l++) {
    out[4 * l] = a[l];
    out[4 * l + 1] = b[l];
    out[4 * l + 2] = c[l];
    out[4 * l + 3] = d[l];
  }
}

static void SIMD(philox)(uint32_t *out, size_t blocks, uint64_t key, uint64_t stream,
                         uint64_t first) {
  uint32_t words[4 * PHILOX_LANES];
  for (size_t i = 0; i < blocks; i += PHILOX_LANES) {
    const size_t n = blocks - i < PHILOX_LANES ? blocks - i : PHILOX_LANES;
    philox_lanes(words, key, stream, first + i);
    for (size_t w = 0; w < 4 * n; w++) out[4 * i + w] = words[w];
  }
}
