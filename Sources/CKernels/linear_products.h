// Products of linear heads: few outputs beside many features, so that nothing is packed and no vector has
// lanes to spare. Rows are read as they lie, in float32; sums are float32 or float64. The tile of both
// products is NARROW outputs by DEEP rows or vectors of columns.

#define NARROW 5
#define DEEP (W == 16 ? 4 : 2)
// Rows whose features stay in the caches while the outputs pass.
#define LINEAR_ROWS 64

#define REAL float
#define VEC vf
#define LANES W
#define R_(x) v_##x
#define L_(x) single_##x
#define GET(p) v_load(p)
#define GET_PART(p, n) v_load_part(p, n)
#include "linear_tiles.h"

#define REAL double
#define VEC vd
#define LANES WD
#define R_(x) vd_##x
#define L_(x) double_##x
#define GET(p) vd_widened(p)
#define GET_PART(p, n) vd_widened_part(p, n)
#include "linear_tiles.h"

// exp(x), at most 2 ulp for x in [-690, 709], beyond which x is taken for the nearer end; NaN passes.
// Taylor's polynomial of degree 13 on |r| <= ln 2 / 2, where the first term left out is 4e-18.
static inline vd vd_exp(vd x) {
  // The second operand is what min and max give for a NaN.
  vd clamped = vd_min(vd_set(709), vd_max(vd_set(-690), x));
  vd n = vd_round(vd_mul(clamped, vd_set(0x1.71547652b82fep+0)));
  vd r = vd_fma(n, vd_set(-0x1.62e42fefa39efp-1), clamped);
  r = vd_fma(n, vd_set(-0x1.abc9e3b39803fp-56), r);
  vd p = vd_set(1 / 6227020800.0);
  p = vd_fma(p, r, vd_set(1 / 479001600.0));
  p = vd_fma(p, r, vd_set(1 / 39916800.0));
  p = vd_fma(p, r, vd_set(1 / 3628800.0));
  p = vd_fma(p, r, vd_set(1 / 362880.0));
  p = vd_fma(p, r, vd_set(1 / 40320.0));
  p = vd_fma(p, r, vd_set(1 / 5040.0));
  p = vd_fma(p, r, vd_set(1 / 720.0));
  p = vd_fma(p, r, vd_set(1 / 120.0));
  p = vd_fma(p, r, vd_set(1 / 24.0));
  p = vd_fma(p, r, vd_set(1 / 6.0));
  p = vd_fma(p, r, vd_set(0.5));
  p = vd_fma(p, r, vd_set(1));
  return vd_scale(vd_fma(p, r, vd_set(1)), n);
}

static void SIMD(exp_double)(double *y, const double *x, size_t count) {
  size_t i = 0;
  for (; i + WD <= count; i += WD) vd_store(y + i, vd_exp(vd_load(x + i)));
  if (i < count) vd_store_part(y + i, vd_exp(vd_load_part(x + i, count - i)), count - i);
}

static const firn_linear SIMD(linear) = {
    .scores = double_scores,
    .scores_single = single_scores,
    .gradient = double_gradient,
    .gradient_single = single_gradient,
    .exp = SIMD(exp_double),
};
