// Activations of whole blocks, and their derivatives.

// The derivative at x.
static inline __attribute__((always_inline)) vf v_activation_slope(vf x, const int activation) {
  const vf one = v_set(1), half = v_set(0.5f);
  switch (activation) {
  case FIRN_GELU: { // P(x) + x p(x), the normal distribution and its density
    vf p = v_fma(half, v_erf(v_mul(x, v_set(0.70710678118654752f))), half);
    vf density = v_mul(v_set(0.39894228040143268f), v_exp(v_mul(v_mul(x, x), v_set(-0.5f))));
    return v_fma(x, density, p);
  }
  case FIRN_GELU_TANH: {
    const float k = 0.79788456080286536f;
    vf square = v_mul(x, x);
    vf t = v_tanh(v_mul(v_mul(v_set(k), x), v_fma(v_set(0.044715f), square, one)));
    vf inner = v_mul(v_set(k), v_fma(v_set(3 * 0.044715f), square, one));
    vf slope = v_mul(v_sub(one, v_mul(t, t)), inner);
    return v_fma(v_mul(half, x), slope, v_fma(half, t, half));
  }
  case FIRN_RELU:
    return v_select(v_less(v_set(0), x), one, v_set(0));
  case FIRN_TANH: {
    vf t = v_tanh(x);
    return v_sub(one, v_mul(t, t));
  }
  case FIRN_NONE:
    return one;
  default: { // x s(k x): s + k x s (1 - s)
    const float k = activation == FIRN_SILU ? 1 : 1.702f;
    vf s = v_div(one, v_add(one, v_exp(v_mul(v_set(-k), x))));
    return v_fma(v_mul(v_set(k), x), v_mul(s, v_sub(one, s)), s);
  }
  }
}

static inline __attribute__((always_inline)) void activation_with(float *y, const float *x,
                                                                  size_t count, const int activation) {
  size_t i = 0;
  for (; activation == FIRN_GELU && i + 4 * W <= count; i += 4 * W) {
    vf v[4];
    for (int k = 0; k < 4; k++) v[k] = v_load(x + i + k * W);
    v_gelu_each(v, 4);
    for (int k = 0; k < 4; k++) v_store(y + i + k * W, v[k]);
  }
  for (size_t n; i < count && (n = count - i < W ? count - i : W); i += W)
    v_put(y + i, v_activation(v_get(x + i, n), activation), n);
}

static void SIMD(activate_block)(float *y, const float *x, size_t count, int activation) {
  WITH_ACTIVATION(activation_with, y, x, count)
}

static inline __attribute__((always_inline)) void
activation_gradient_with(float *dx, const float *dy, const float *x, size_t count,
                         const int activation) {
  EACH_PART v_put(dx + i, v_mul(v_get(dy + i, n), v_activation_slope(v_get(x + i, n), activation)), n);
}

static void SIMD(activation_slopes)(float *dx, const float *dy, const float *x, size_t count,
                                      int activation) {
  WITH_ACTIVATION(activation_gradient_with, dx, dy, x, count)
}
