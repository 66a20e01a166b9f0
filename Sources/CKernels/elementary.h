// exp, erf, tanh and the activations over the vector type of the simd_*.h included before.
// The polynomials are our own minimax fits: Tests/Oracles/fit_polynomials.py. Their errors in ulps
// are held by Tests/KernelsTests against float64.

// exp(x), at most 2 ulp; 0 below -104, +inf above 88.73; NaN passes.
// x = n ln 2 + r with ln 2 in two parts; exp(r) = 2^f = 1 + f R(f), f = r / ln 2.
static inline vf v_exp(vf x) {
  // The second operand is what min and max give for a NaN.
  vf clamped = v_min(v_set(89.5f), v_max(v_set(-104.5f), x));
  vf n = v_round(v_mul(clamped, v_set(0x1.715476p+0f)));
  vf r = v_fma(n, v_set(-0x1.62e400p-1f), clamped);
  r = v_fma(n, v_set(-0x1.7f7d1cp-20f), r);
  vf f = v_mul(r, v_set(0x1.715476p+0f));
  // The linear term is r itself, which keeps its full precision; only the higher terms use f.
  vf p = v_set(0x1.41fbbcp-13f);
  p = v_fma(p, f, v_set(0x1.5f3e52p-10f));
  p = v_fma(p, f, v_set(0x1.3b2d4cp-7f));
  p = v_fma(p, f, v_set(0x1.c6aee8p-5f));
  p = v_fma(p, f, v_set(0x1.ebfbdcp-3f));
  p = v_fma(v_mul(p, f), f, r);
  return v_scale(v_add(v_set(1), p), n);
}

// 2^x for x <= 0 by the polynomial of v_exp, down to x = -126; below, something positive under 1.2e-38.
// What softmax needs, at half the price of v_exp: one factor of 2^n, and no subtraction in two parts.
static inline vf v_exp2_of_negative(vf x) {
  vf t = v_max(v_set(-126), x);
  vf n = v_round(t), f = v_sub(t, n);
  vf p = v_set(0x1.41fbbcp-13f);
  p = v_fma(p, f, v_set(0x1.5f3e52p-10f));
  p = v_fma(p, f, v_set(0x1.3b2d4cp-7f));
  p = v_fma(p, f, v_set(0x1.c6aee8p-5f));
  p = v_fma(p, f, v_set(0x1.ebfbdcp-3f));
  p = v_fma(p, f, v_set(0x1.62e430p-1f));
  return v_scale_normal(v_fma(p, f, v_set(1)), n);
}

#define EACH _Pragma("clang loop unroll(full)") for (int i = 0; i < n; i++)

// erf of n <= 4 vectors in place, at most 4 ulp: x P(x^2) up to |x| = 3.92, beyond which erf rounds to 1. P
// is written in u = 2 x^2 / 3.92^2 - 1, where the powers stay below 1 and Horner's scheme loses nothing:
// no branch, no exp and no division. Several vectors side by side share the coefficients, which are more
// than AVX2 has registers for.
static inline __attribute__((always_inline)) void v_erf_each(vf *x, const int n) {
  vf u[4], p[4];
  EACH {
    // The second operand is what min and max give for a NaN.
    x[i] = v_max(v_set(-3.92f), v_min(v_set(3.92f), x[i]));
    u[i] = v_fma(v_mul(x[i], x[i]), v_set(0x1.0a8e3cp-3f), v_set(-1));
    p[i] = v_set(-0x1.ba7814p-11f);
  }
#define TERM(C) EACH p[i] = v_fma(p[i], u[i], v_set(C))
  TERM(0x1.1316d2p-9f);
  TERM(-0x1.6d8e44p-10f);
  TERM(0x1.f74e06p-10f);
  TERM(-0x1.f60ba6p-8f);
  TERM(0x1.d1a1e0p-7f);
  TERM(-0x1.4798fcp-6f);
  TERM(0x1.e69092p-6f);
  TERM(-0x1.63d5c0p-5f);
  TERM(0x1.de614ap-5f);
  TERM(-0x1.2f2f66p-4f);
  TERM(0x1.7315d0p-4f);
  TERM(-0x1.bf32b8p-4f);
  TERM(0x1.129aecp-3f);
  TERM(-0x1.70dccap-3f);
  TERM(0x1.7164fep-2f);
#undef TERM
  EACH x[i] = v_mul(x[i], p[i]);
}

static inline vf v_erf(vf x) {
  v_erf_each(&x, 1);
  return x;
}

// tanh(x), at most 4 ulp: 1 - 2 / (exp(2|x|) + 1), and x + x^3 T(x^2) below 5/8, where that cancels.
static inline vf v_tanh(vf x) {
  vf t = v_min(v_set(10), v_abs(x)), s = v_mul(x, x);
  vf e = v_exp(v_add(t, t));
  vf far = v_copysign(v_sub(v_set(1), v_div(v_set(2), v_add(e, v_set(1)))), x);
  vf p = v_set(0x1.05a938p-9f);
  p = v_fma(p, s, v_set(-0x1.06870ep-7f));
  p = v_fma(p, s, v_set(0x1.626976p-6f));
  p = v_fma(p, s, v_set(-0x1.b9d362p-5f));
  p = v_fma(p, s, v_set(0x1.110fdap-3f));
  p = v_fma(p, s, v_set(-0x1.555552p-2f));
  vf near = v_fma(v_mul(p, s), x, x);
  return v_select(v_less(t, v_set(0.625f)), near, far);
}

// x/2 (1 + erf(x / sqrt 2)) of n <= 4 vectors in place.
static inline __attribute__((always_inline)) void v_gelu_each(vf *x, const int n) {
  vf e[4];
  EACH e[i] = v_mul(x[i], v_set(0.70710678118654752f));
  v_erf_each(e, n);
  EACH {
    vf half = v_mul(x[i], v_set(0.5f));
    x[i] = v_fma(half, e[i], half);
  }
}
#undef EACH

static inline vf v_activation(vf x, int activation) {
  switch (activation) {
  case FIRN_GELU:
    v_gelu_each(&x, 1);
    return x;
  case FIRN_GELU_TANH: {
    vf half = v_mul(x, v_set(0.5f));
    vf cube = v_mul(v_mul(x, x), x);
    vf u = v_mul(v_set(0.79788456080286536f), v_fma(v_set(0.044715f), cube, x));
    return v_fma(half, v_tanh(u), half);
  }
  case FIRN_NONE:
    return x;
  case FIRN_RELU:
    return v_max(x, v_set(0));
  case FIRN_TANH:
    return v_tanh(x);
  case FIRN_SILU:
    return v_div(x, v_add(v_set(1), v_exp(v_sub(v_set(0), x))));
  default:
    return v_div(x, v_add(v_set(1), v_exp(v_mul(v_set(-1.702f), x))));
  }
}
