// One float at a time: the reference that runs everywhere.
#include <math.h>
#include <string.h>
#define SIMD_NAME "scalar"
#define SIMD(x) x##_scalar
#define W 1
#define TILE_ROWS 4
typedef float vf;
static inline vf v_load(const float *p) { return *p; }
static inline void v_store(float *p, vf a) { *p = a; }
static inline vf v_load_part(const float *p, size_t n) { return n ? *p : 0; }
static inline void v_store_part(float *p, vf a, size_t n) { if (n) *p = a; }
static inline vf v_set(float a) { return a; }
static inline vf v_add(vf a, vf b) { return a + b; }
static inline vf v_sub(vf a, vf b) { return a - b; }
static inline vf v_mul(vf a, vf b) { return a * b; }
static inline vf v_div(vf a, vf b) { return a / b; }
static inline vf v_sqrt(vf a) { return sqrtf(a); }
// Where an instruction set has a faster way of 2 ulp: here it has none.
static inline vf v_sqrt_near(vf a) { return v_sqrt(a); }
static inline vf v_div_near(vf a, vf b) { return v_div(a, b); }
static inline vf v_fma(vf a, vf b, vf c) { return fmaf(a, b, c); }
static inline vf v_max(vf a, vf b) { return a > b ? a : b; }
static inline vf v_min(vf a, vf b) { return a < b ? a : b; }
static inline vf v_abs(vf a) { return fabsf(a); }
static inline vf v_copysign(vf a, vf s) { return copysignf(a, s); }
static inline vf v_less(vf a, vf b) { return a < b; }
static inline vf v_select(vf m, vf a, vf b) { return m != 0 ? a : b; }
static inline vf v_round(vf a) { return nearbyintf(a); }
// a * 2^n for integral n in [-252, 252].
static inline vf v_scale(vf a, vf n) { return ldexpf(a, (int)n); }
static inline float v_sum(vf a) { return a; }
static inline float v_peak(vf a) { return a; }
static inline vf v_scale_normal(vf p, vf n) { return ldexpf(p, (int)n); }
static inline void v_transpose(vf r[1]) { (void)r; }

// One double.
#define WD 1
typedef double vd;
static inline vd vd_load(const double *p) { return *p; }
static inline void vd_store(double *p, vd a) { *p = a; }
static inline vd vd_load_part(const double *p, size_t n) { return n ? *p : 0; }
static inline void vd_store_part(double *p, vd a, size_t n) { if (n) *p = a; }
static inline vd vd_widened(const float *p) { return *p; }
static inline vd vd_widened_part(const float *p, size_t n) { return n ? *p : 0; }
static inline vd vd_set(double a) { return a; }
static inline vd vd_mul(vd a, vd b) { return a * b; }
static inline vd vd_fma(vd a, vd b, vd c) { return fma(a, b, c); }
static inline vd vd_max(vd a, vd b) { return a > b ? a : b; }
static inline vd vd_min(vd a, vd b) { return a < b ? a : b; }
static inline vd vd_round(vd a) { return nearbyint(a); }
static inline vd vd_scale(vd p, vd n) { return ldexp(p, (int)n); }
static inline double vd_sum(vd a) { return a; }

// One sum of a pair of 16-bit numbers; a pair is read as the bits of one int32.
typedef int32_t vi;
typedef int16_t q_activation;
typedef int16_t q_weight;
#define Q_GROUP 2
#define Q_OFFSET 0
static inline vi vi_load(const void *p) {
  vi a;
  memcpy(&a, p, sizeof a);
  return a;
}
static inline vi vi_repeat(const void *p) { return vi_load(p); }
static inline vi vi_dot(vi sum, vi a, vi b) {
  int16_t x[2], y[2];
  memcpy(x, &a, sizeof x);
  memcpy(y, &b, sizeof y);
  return sum + x[0] * y[0] + x[1] * y[1];
}
static inline vf v_from_int(vi a) { return (float)a; }
static inline void v_store_quantized(q_activation *p, vf a) { *p = (int16_t)a; }
