// Sixteen floats at a time: AVX-512F with DQ for the sign operations and BW for 16-bit products; with
// FIRN_VNNI defined, products of four bytes a lane as well.
#include <immintrin.h>
#ifdef FIRN_VNNI
#define SIMD_NAME "avx512vnni"
#define SIMD(x) x##_avx512vnni
#else
#define SIMD_NAME "avx512"
#define SIMD(x) x##_avx512
#endif
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
static inline vf v_sqrt(vf a) { return _mm512_sqrt_ps(a); }
// a / b and the square root of a >= 0, at most 2 ulp, for results that are neither denormal nor infinite: from
// 14 bits by one step of Newton's, a quarter of the time of the exact ones.
static inline vf v_sqrt_near(vf a) {
  vf y = _mm512_rsqrt14_ps(a), s = _mm512_mul_ps(a, y), h = _mm512_mul_ps(y, _mm512_set1_ps(0.5f));
  vf root = _mm512_fmadd_ps(_mm512_fnmadd_ps(s, s, a), h, s);
  // Below the normal numbers the estimate is infinite; such a root is next to nothing beside epsilon.
  return _mm512_maskz_mov_ps(
      _mm512_cmp_ps_mask(a, _mm512_set1_ps(0x1p-126f), _CMP_NLT_UQ), root);
}
static inline vf v_div_near(vf a, vf b) {
  vf y = _mm512_rcp14_ps(b), q = _mm512_mul_ps(a, y);
  y = _mm512_fmadd_ps(_mm512_fnmadd_ps(b, y, _mm512_set1_ps(1)), y, y);
  return _mm512_fmadd_ps(_mm512_fnmadd_ps(b, q, a), y, q);
}
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
// p 2^n for p near 1 and integral n in [-126, 127].
static inline vf v_scale_normal(vf p, vf n) { return _mm512_scalef_ps(p, n); }
static inline void v_transpose(vf r[16]) {
  vf t[16], u[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    u[i] = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);
    u[i + 1] = _mm512_shuffle_ps(t[i], t[i + 2], 0xee);
    u[i + 2] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    u[i + 3] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  // u[4 g + c] holds columns c, c + 4, c + 8, c + 12 of rows 4 g ... 4 g + 3, a quarter each.
  for (int c = 0; c < 4; c++) {
    vf even01 = _mm512_shuffle_f32x4(u[c], u[4 + c], 0x88);
    vf odd01 = _mm512_shuffle_f32x4(u[c], u[4 + c], 0xdd);
    vf even23 = _mm512_shuffle_f32x4(u[8 + c], u[12 + c], 0x88);
    vf odd23 = _mm512_shuffle_f32x4(u[8 + c], u[12 + c], 0xdd);
    r[c] = _mm512_shuffle_f32x4(even01, even23, 0x88);
    r[c + 8] = _mm512_shuffle_f32x4(even01, even23, 0xdd);
    r[c + 4] = _mm512_shuffle_f32x4(odd01, odd23, 0x88);
    r[c + 12] = _mm512_shuffle_f32x4(odd01, odd23, 0xdd);
  }
}

// Eight doubles.
#define WD 8
typedef __m512d vd;
static inline __mmask8 vd_mask(size_t n) { return (__mmask8)((1u << n) - 1); }
static inline vd vd_load(const double *p) { return _mm512_loadu_pd(p); }
static inline void vd_store(double *p, vd a) { _mm512_storeu_pd(p, a); }
static inline vd vd_load_part(const double *p, size_t n) {
  return _mm512_maskz_loadu_pd(vd_mask(n), p);
}
static inline void vd_store_part(double *p, vd a, size_t n) {
  _mm512_mask_storeu_pd(p, vd_mask(n), a);
}
static inline vd vd_widened(const float *p) { return _mm512_cvtps_pd(_mm256_loadu_ps(p)); }
static inline vd vd_widened_part(const float *p, size_t n) {
  return _mm512_cvtps_pd(_mm256_maskz_loadu_ps(vd_mask(n), p));
}
static inline vd vd_set(double a) { return _mm512_set1_pd(a); }
static inline vd vd_mul(vd a, vd b) { return _mm512_mul_pd(a, b); }
static inline vd vd_fma(vd a, vd b, vd c) { return _mm512_fmadd_pd(a, b, c); }
static inline vd vd_max(vd a, vd b) { return _mm512_max_pd(a, b); }
static inline vd vd_min(vd a, vd b) { return _mm512_min_pd(a, b); }
static inline vd vd_round(vd a) {
  return _mm512_roundscale_pd(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
static inline vd vd_scale(vd p, vd n) { return _mm512_scalef_pd(p, n); }
static inline double vd_sum(vd a) { return _mm512_reduce_add_pd(a); }

// Sixteen sums of products.
typedef __m512i vi;
static inline vi vi_load(const void *p) { return _mm512_loadu_si512(p); }
static inline vi vi_repeat(const void *p) { return _mm512_set1_epi32(*(const int32_t *)p); }
static inline vf v_from_int(vi a) { return _mm512_cvtepi32_ps(a); }
#ifdef FIRN_VNNI
typedef uint8_t q_activation;
typedef int8_t q_weight;
#define Q_GROUP 4
#define Q_OFFSET 128
static inline vi vi_dot(vi sum, vi a, vi b) { return _mm512_dpbusd_epi32(sum, a, b); }
static inline void v_store_quantized(q_activation *p, vf a) {
  __m512i i = _mm512_add_epi32(_mm512_cvtps_epi32(a), _mm512_set1_epi32(Q_OFFSET));
  _mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8(i));
}
#else
typedef int16_t q_activation;
typedef int16_t q_weight;
#define Q_GROUP 2
#define Q_OFFSET 0
static inline vi vi_dot(vi sum, vi a, vi b) {
  return _mm512_add_epi32(sum, _mm512_madd_epi16(a, b));
}
static inline void v_store_quantized(q_activation *p, vf a) {
  _mm256_storeu_si256((__m256i *)p, _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(a)));
}
#endif
