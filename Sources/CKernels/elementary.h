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

// erf(x), at most 2 ulp.
static inline vf v_erf(vf x) {
  vf t = v_min(v_set(4), v_abs(x)), s = v_mul(x, x);
  vf q = v_set(0x1.da3f54p-17f);
  q = v_fma(q, t, v_set(-0x1.717202p-12f));
  q = v_fma(q, t, v_set(0x1.ed70d0p-9f));
  q = v_fma(q, t, v_set(-0x1.89a23ap-6f));
  q = v_fma(q, t, v_set(0x1.b46cd0p-4f));
  q = v_fma(q, t, v_set(0x1.451942p-1f));
  q = v_fma(q, t, v_set(0x1.20f24cp+0f));
  vf far = v_copysign(v_sub(v_set(1), v_exp(v_mul(v_sub(v_set(0), t), q))), x);
  vf p = v_set(0x1.496a30p-14f);
  p = v_fma(p, s, v_set(-0x1.a3f700p-11f));
  p = v_fma(p, s, v_set(0x1.5405b2p-8f));
  p = v_fma(p, s, v_set(-0x1.b7f90ep-6f));
  p = v_fma(p, s, v_set(0x1.ce2cf8p-4f));
  p = v_fma(p, s, v_set(-0x1.81273ep-2f));
  p = v_fma(p, s, v_set(0x1.06eba8p-3f));
  vf near = v_fma(p, x, x);
  return v_select(v_less(v_set(1), v_abs(x)), far, near);
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

static inline vf v_activation(vf x, int activation) {
  switch (activation) {
  case FIRN_GELU: {
    vf half = v_mul(x, v_set(0.5f));
    return v_fma(half, v_erf(v_mul(x, v_set(0.70710678118654752f))), half);
  }
  case FIRN_GELU_TANH: {
    vf half = v_mul(x, v_set(0.5f));
    vf cube = v_mul(v_mul(x, x), x);
    vf u = v_mul(v_set(0.79788456080286536f), v_fma(v_set(0.044715f), cube, x));
    return v_fma(half, v_tanh(u), half);
  }
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
