// One float at a time: the reference that runs everywhere.
#include <math.h>
#include <string.h>
#define SIMD_NAME "scalar"
#define SIMD(x) x##_scalar
#define W 1
#define TILE_ROWS 4
typedef float vf;
typedef float vm;
static inline vf v_load(const float *p) { return *p; }
static inline void v_store(float *p, vf a) { *p = a; }
static inline vf v_load_part(const float *p, size_t n) { return n ? *p : 0; }
static inline void v_store_part(float *p, vf a, size_t n) { if (n) *p = a; }
static inline vf v_set(float a) { return a; }
static inline vf v_add(vf a, vf b) { return a + b; }
static inline vf v_sub(vf a, vf b) { return a - b; }
static inline vf v_mul(vf a, vf b) { return a * b; }
static inline vf v_div(vf a, vf b) { return a / b; }
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
