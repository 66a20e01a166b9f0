// Sixteen floats at a time: AVX-512F with DQ for the sign operations.
#include <immintrin.h>
#define SIMD_NAME "avx512"
#define SIMD(x) x##_avx512
#define W 16
#define TILE_ROWS 8
typedef __m512 vf;
static inline __mmask16 v_mask(size_t n) { return (__mmask16)((1u << n) - 1); }
static inline vf v_load(const float *p) { return _mm512_loadu_ps(p); }
static inline void v_store(float *p, vf a) { _mm512_storeu_ps(p, a); }
static inline vf v_load_part(const float *p, size_t n) {
  return _mm512_maskz_loadu_ps(v_mask(n), p);
}
static inline void v_store_part(float *p, vf a, size_t n) {
  _mm512_mask_storeu_ps(p, v_mask(n), a);
}
static inline vf v_set(float a) { return _mm512_set1_ps(a); }
static inline vf v_add(vf a, vf b) { return _mm512_add_ps(a, b); }
static inline vf v_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
static inline vf v_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
static inline vf v_div(vf a, vf b) { return _mm512_div_ps(a, b); }
static inline vf v_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
static inline vf v_max(vf a, vf b) { return _mm512_max_ps(a, b); }
static inline vf v_min(vf a, vf b) { return _mm512_min_ps(a, b); }
static inline vf v_abs(vf a) { return _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a); }
static inline vf v_copysign(vf a, vf s) {
  return _mm512_or_ps(v_abs(a), _mm512_and_ps(_mm512_set1_ps(-0.0f), s));
}
// A mask as a vector of all ones or zeros, so that the shared body needs one type.
static inline vf v_less(vf a, vf b) {
  return _mm512_castsi512_ps(_mm512_movm_epi32(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ)));
}
static inline vf v_select(vf m, vf a, vf b) {
  return _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(m)), b, a);
}
static inline vf v_round(vf a) {
  return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
static inline vf v_scale(vf a, vf n) { return _mm512_scalef_ps(a, n); }
static inline float v_sum(vf a) { return _mm512_reduce_add_ps(a); }
static inline float v_peak(vf a) { return _mm512_reduce_max_ps(a); }
