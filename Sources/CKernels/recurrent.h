// The gates of recurrent layers, one time step of several sequences in one pass, and back.

static inline vf v_sigmoid(vf x) {
  return v_div(v_set(1), v_add(v_set(1), v_exp(v_sub(v_set(0), x))));
}
// y (1 - y): the sigmoid's derivative by its value.
static inline vf v_sigmoid_slope(vf y) { return v_sub(y, v_mul(y, y)); }
// 1 - y^2: that of tanh.
static inline vf v_tanh_slope(vf y) { return v_sub(v_set(1), v_mul(y, y)); }
static inline vf v_get_or_zero(const float *p, size_t i, size_t n) {
  return p ? v_get(p + i, n) : v_set(0);
}

#define EACH_UNIT                                                                                  \
  for (size_t row = 0, count = size; row < rows; row++) EACH_PART

static void SIMD(lstm)(float *gates, const float *before, float *state, float *squashed,
                       float *output, size_t rows, size_t size) {
  EACH_UNIT {
    float *x = gates + 4 * row * size + i;
    const size_t at = row * size + i;
    vf in = v_sigmoid(v_get(x, n)), forget = v_sigmoid(v_get(x + size, n));
    vf new = v_tanh(v_get(x + 2 * size, n)), out = v_sigmoid(v_get(x + 3 * size, n));
    vf c = v_fma(forget, v_get_or_zero(before, at, n), v_mul(in, new)), t = v_tanh(c);
    v_put(x, in, n);
    v_put(x + size, forget, n);
    v_put(x + 2 * size, new, n);
    v_put(x + 3 * size, out, n);
    v_put(state + at, c, n);
    v_put(squashed + at, t, n);
    v_put(output + at, v_mul(out, t), n);
  }
}

static void SIMD(lstm_backward)(float *gates, const float *before, const float *squashed,
                                const float *d_output, float *d_state, size_t rows, size_t size) {
  EACH_UNIT {
    float *x = gates + 4 * row * size + i;
    const size_t at = row * size + i;
    vf in = v_get(x, n), forget = v_get(x + size, n);
    vf new = v_get(x + 2 * size, n), out = v_get(x + 3 * size, n);
    vf t = v_get(squashed + at, n), dh = v_get(d_output + at, n);
    vf dc = v_fma(v_mul(dh, out), v_tanh_slope(t), v_get(d_state + at, n));
    v_put(x, v_mul(v_mul(dc, new), v_sigmoid_slope(in)), n);
    v_put(x + size, v_mul(v_mul(dc, v_get_or_zero(before, at, n)), v_sigmoid_slope(forget)), n);
    v_put(x + 2 * size, v_mul(v_mul(dc, in), v_tanh_slope(new)), n);
    v_put(x + 3 * size, v_mul(v_mul(dh, t), v_sigmoid_slope(out)), n);
    v_put(d_state + at, v_mul(dc, forget), n);
  }
}

static void SIMD(gru)(float *gates, const float *recurrent, const float *before, float *output,
                      size_t rows, size_t size) {
  EACH_UNIT {
    float *x = gates + 3 * row * size + i;
    const float *u = recurrent + 3 * row * size + i;
    const size_t at = row * size + i;
    vf reset = v_sigmoid(v_add(v_get(x, n), v_get(u, n)));
    vf keep = v_sigmoid(v_add(v_get(x + size, n), v_get(u + size, n)));
    vf new = v_tanh(v_fma(reset, v_get(u + 2 * size, n), v_get(x + 2 * size, n)));
    v_put(x, reset, n);
    v_put(x + size, keep, n);
    v_put(x + 2 * size, new, n);
    // (1 - z) n + z h = n + z (h - n).
    v_put(output + at, v_fma(keep, v_sub(v_get_or_zero(before, at, n), new), new), n);
  }
}

static void SIMD(gru_backward)(float *gates, float *recurrent, const float *before,
                               const float *d_output, float *d_before, size_t rows, size_t size) {
  EACH_UNIT {
    float *x = gates + 3 * row * size + i, *u = recurrent + 3 * row * size + i;
    const size_t at = row * size + i;
    vf reset = v_get(x, n), keep = v_get(x + size, n), new = v_get(x + 2 * size, n);
    vf part = v_get(u + 2 * size, n), dh = v_get(d_output + at, n);
    vf d_new = v_mul(v_sub(dh, v_mul(dh, keep)), v_tanh_slope(new));
    vf d_keep = v_mul(v_mul(dh, v_sub(v_get_or_zero(before, at, n), new)), v_sigmoid_slope(keep));
    vf d_reset = v_mul(v_mul(d_new, part), v_sigmoid_slope(reset));
    v_put(x, d_reset, n);
    v_put(x + size, d_keep, n);
    v_put(x + 2 * size, d_new, n);
    v_put(u, d_reset, n);
    v_put(u + size, d_keep, n);
    v_put(u + 2 * size, v_mul(d_new, reset), n);
    if (d_before) v_put(d_before + at, v_fma(dh, keep, v_get(d_before + at, n)), n);
  }
}

static const firn_learning SIMD(learning) = {
    .product = SIMD(product),
    .pack_straight = SIMD(pack_straight),
    .column_sums = SIMD(column_sums),
    .adam = SIMD(adam),
    .sgd = SIMD(sgd),
    .philox = SIMD(philox),
    .dropout = SIMD(mask_rows),
    .activation = SIMD(activate_block),
    .activation_gradient = SIMD(activation_slopes),
    .lstm = SIMD(lstm),
    .lstm_backward = SIMD(lstm_backward),
    .gru = SIMD(gru),
    .gru_backward = SIMD(gru_backward),
};
