// Eight floats at a time with fused multiply-add: x86-64-v3.
#include <immintrin.h>
#define SIMD_NAME "avx2"
#define SIMD(x) x##_avx2
#define W 8
#define TILE_ROWS 6
typedef __m256 vf;
static inline __m256i v_mask(size_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static inline vf v_load(const float *p) { return _mm256_loadu_ps(p); }
static inline void v_store(float *p, vf a) { _mm256_storeu_ps(p, a); }
static inline vf v_load_part(const float *p, size_t n) { return _mm256_maskload_ps(p, v_mask(n)); }
static inline void v_store_part(float *p, vf a, size_t n) { _mm256_maskstore_ps(p, v_mask(n), a); }
static inline vf v_set(float a) { return _mm256_set1_ps(a); }
static inline vf v_add(vf a, vf b) { return _mm256_add_ps(a, b); }
static inline vf v_sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
static inline vf v_mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
static inline vf v_div(vf a, vf b) { return _mm256_div_ps(a, b); }
static inline vf v_sqrt(vf a) { return _mm256_sqrt_ps(a); }
// Where an instruction set has a faster way of 2 ulp: here it has none.
static inline vf v_sqrt_near(vf a) { return v_sqrt(a); }
static inline vf v_div_near(vf a, vf b) { return v_div(a, b); }
static inline vf v_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
static inline vf v_max(vf a, vf b) { return _mm256_max_ps(a, b); }
static inline vf v_min(vf a, vf b) { return _mm256_min_ps(a, b); }
static inline vf v_abs(vf a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
static inline vf v_copysign(vf a, vf s) {
  return _mm256_or_ps(v_abs(a), _mm256_and_ps(_mm256_set1_ps(-0.0f), s));
}
static inline vf v_less(vf a, vf b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
static inline vf v_select(vf m, vf a, vf b) { return _mm256_blendv_ps(b, a, m); }
static inline vf v_round(vf a) {
  return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// Two factors of 2^(n/2), so that results below the smallest normal number stay right.
static inline vf v_scale(vf a, vf n) {
  __m256i i = _mm256_cvtps_epi32(n), h = _mm256_srai_epi32(i, 1), g = _mm256_sub_epi32(i, h);
  __m256i one = _mm256_set1_epi32(127);
  vf x = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(h, one), 23));
  vf y = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(g, one), 23));
  return v_mul(v_mul(a, x), y);
}
static inline float v_sum(vf a) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
static inline float v_peak(vf a) {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}
// p 2^n for p near 1 and integral n in [-126, 127]: n is added to the exponent.
static inline vf v_scale_normal(vf p, vf n) {
  return _mm256_castsi256_ps(
      _mm256_add_epi32(_mm256_castps_si256(p), _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23)));
}
static inline void v_transpose(vf r[8]) {
  vf t[8], u[8];
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    u[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
    u[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
    u[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
    u[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
  }
  for (int i = 0; i < 4; i++) {
    r[i] = _mm256_permute2f128_ps(u[i], u[i + 4], 0x20);
    r[i + 4] = _mm256_permute2f128_ps(u[i], u[i + 4], 0x31);
  }
}

// Four doubles.
#define WD 4
typedef __m256d vd;
static inline __m256i vd_mask(size_t n) {
  return _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)n), _mm256_setr_epi64x(0, 1, 2, 3));
}
static inline vd vd_load(const double *p) { return _mm256_loadu_pd(p); }
static inline void vd_store(double *p, vd a) { _mm256_storeu_pd(p, a); }
static inline vd vd_load_part(const double *p, size_t n) { return _mm256_maskload_pd(p, vd_mask(n)); }
static inline void vd_store_part(double *p, vd a, size_t n) {
  _mm256_maskstore_pd(p, vd_mask(n), a);
}
static inline vd vd_widened(const float *p) { return _mm256_cvtps_pd(_mm_loadu_ps(p)); }
static inline vd vd_widened_part(const float *p, size_t n) {
  return _mm256_cvtps_pd(_mm256_castps256_ps128(v_load_part(p, n)));
}
static inline vd vd_set(double a) { return _mm256_set1_pd(a); }
static inline vd vd_mul(vd a, vd b) { return _mm256_mul_pd(a, b); }
static inline vd vd_fma(vd a, vd b, vd c) { return _mm256_fmadd_pd(a, b, c); }
static inline vd vd_max(vd a, vd b) { return _mm256_max_pd(a, b); }
static inline vd vd_min(vd a, vd b) { return _mm256_min_pd(a, b); }
static inline vd vd_round(vd a) {
  return _mm256_round_pd(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// p 2^n for p near 1 and integral n in [-1021, 1023]: n is added to the exponent. The sum with 1.5 * 2^52
// has n in its lowest bits.
static inline vd vd_scale(vd p, vd n) {
  __m256i i = _mm256_castpd_si256(_mm256_add_pd(n, _mm256_set1_pd(0x1.8p52)));
  return _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(p), _mm256_slli_epi64(i, 52)));
}
static inline double vd_sum(vd a) {
  __m128d s = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd(a, 1));
  return _mm_cvtsd_f64(_mm_add_sd(s, _mm_unpackhi_pd(s, s)));
}

// Eight sums of pairs of 16-bit numbers.
typedef __m256i vi;
typedef int16_t q_activation;
typedef int16_t q_weight;
#define Q_GROUP 2
#define Q_OFFSET 0
static inline vi vi_load(const void *p) { return _mm256_loadu_si256(p); }
static inline vi vi_repeat(const void *p) { return _mm256_set1_epi32(*(const int32_t *)p); }
static inline vi vi_dot(vi sum, vi a, vi b) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
}
static inline vf v_from_int(vi a) { return _mm256_cvtepi32_ps(a); }
static inline void v_store_quantized(q_activation *p, vf a) {
  __m256i i = _mm256_cvtps_epi32(a);
  _mm_storeu_si128((__m128i *)p,
                   _mm_packs_epi32(_mm256_castsi256_si128(i), _mm256_extracti128_si256(i, 1)));
}
