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

// Eight blocks side by side, words in 64 bits each, where a product of two has its place and nothing moves
// from lane to lane until the end. Clang's own vectors, which every set has.
#define PHILOX_LANES 8
typedef uint64_t philox_words __attribute__((vector_size(64)));

static inline __attribute__((always_inline)) void philox_lanes(uint32_t out[4 * PHILOX_LANES],
                                                               uint64_t key, uint64_t stream,
                                                               uint64_t first) {
  const philox_words low = (philox_words){} + 0xFFFFFFFFu;
  const philox_words index = (philox_words){0, 1, 2, 3, 4, 5, 6, 7} + first;
  philox_words a = index & low, b = index >> 32;
  philox_words c = (philox_words){} + (stream & 0xFFFFFFFFu), d = (philox_words){} + (stream >> 32);
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    const philox_words p = (a & low) * 0xD2511F53u, q = (c & low) * 0xCD9E8D57u;
    a = (q >> 32) ^ b ^ (uint64_t)k0;
    b = q & low;
    c = (p >> 32) ^ d ^ (uint64_t)k1;
    d = p & low;
  }
  const philox_words x = a | b << 32, y = c | d << 32;
  const philox_words words[2] = {
      __builtin_shufflevector(x, y, 0, 8, 1, 9, 2, 10, 3, 11),
      __builtin_shufflevector(x, y, 4, 12, 5, 13, 6, 14, 7, 15),
  };
  __builtin_memcpy(out, words, sizeof words);
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
