// Four floats at a time: every 64-bit ARM has it.
#include <arm_neon.h>
#include <string.h>
#define SIMD_NAME "neon"
#define SIMD(x) x##_neon
#define W 4
#define TILE_ROWS 8
typedef float32x4_t vf;
static inline vf v_load(const float *p) { return vld1q_f32(p); }
static inline void v_store(float *p, vf a) { vst1q_f32(p, a); }
static inline vf v_load_part(const float *p, size_t n) {
  float t[4] = {0, 0, 0, 0};
  memcpy(t, p, n * sizeof(float));
  return vld1q_f32(t);
}
static inline void v_store_part(float *p, vf a, size_t n) {
  float t[4];
  vst1q_f32(t, a);
  memcpy(p, t, n * sizeof(float));
}
static inline vf v_set(float a) { return vdupq_n_f32(a); }
static inline vf v_add(vf a, vf b) { return vaddq_f32(a, b); }
static inline vf v_sub(vf a, vf b) { return vsubq_f32(a, b); }
static inline vf v_mul(vf a, vf b) { return vmulq_f32(a, b); }
static inline vf v_div(vf a, vf b) { return vdivq_f32(a, b); }
static inline vf v_sqrt(vf a) { return vsqrtq_f32(a); }
// Where an instruction set has a faster way of 2 ulp: here it has none.
static inline vf v_sqrt_near(vf a) { return v_sqrt(a); }
static inline vf v_div_near(vf a, vf b) { return v_div(a, b); }
static inline vf v_fma(vf a, vf b, vf c) { return vfmaq_f32(c, a, b); }
static inline vf v_max(vf a, vf b) { return vmaxq_f32(a, b); }
static inline vf v_min(vf a, vf b) { return vminq_f32(a, b); }
static inline vf v_abs(vf a) { return vabsq_f32(a); }
static inline vf v_copysign(vf a, vf s) {
  return vbslq_f32(vdupq_n_u32(0x80000000u), s, a);
}
static inline vf v_less(vf a, vf b) { return vreinterpretq_f32_u32(vcltq_f32(a, b)); }
static inline vf v_select(vf m, vf a, vf b) { return vbslq_f32(vreinterpretq_u32_f32(m), a, b); }
static inline vf v_round(vf a) { return vrndnq_f32(a); }
static inline vf v_scale(vf a, vf n) {
  int32x4_t i = vcvtq_s32_f32(n), h = vshrq_n_s32(i, 1), g = vsubq_s32(i, h);
  int32x4_t one = vdupq_n_s32(127);
  vf x = vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(h, one), 23));
  vf y = vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(g, one), 23));
  return v_mul(v_mul(a, x), y);
}
static inline float v_sum(vf a) { return vaddvq_f32(a); }
static inline float v_peak(vf a) { return vmaxvq_f32(a); }
// p 2^n for p near 1 and integral n in [-126, 127]: n is added to the exponent.
static inline vf v_scale_normal(vf p, vf n) {
  return vreinterpretq_f32_s32(
      vaddq_s32(vreinterpretq_s32_f32(p), vshlq_n_s32(vcvtq_s32_f32(n), 23)));
}
static inline void v_transpose(vf r[4]) {
  float32x4x2_t a = vtrnq_f32(r[0], r[1]), b = vtrnq_f32(r[2], r[3]);
  r[0] = vcombine_f32(vget_low_f32(a.val[0]), vget_low_f32(b.val[0]));
  r[1] = vcombine_f32(vget_low_f32(a.val[1]), vget_low_f32(b.val[1]));
  r[2] = vcombine_f32(vget_high_f32(a.val[0]), vget_high_f32(b.val[0]));
  r[3] = vcombine_f32(vget_high_f32(a.val[1]), vget_high_f32(b.val[1]));
}

// Two doubles. A maximum or minimum with a NaN is the NaN.
#define WD 2
typedef float64x2_t vd;
static inline vd vd_load(const double *p) { return vld1q_f64(p); }
static inline void vd_store(double *p, vd a) { vst1q_f64(p, a); }
static inline vd vd_load_part(const double *p, size_t n) {
  double t[2] = {0, 0};
  memcpy(t, p, n * sizeof(double));
  return vld1q_f64(t);
}
static inline void vd_store_part(double *p, vd a, size_t n) {
  double t[2];
  vst1q_f64(t, a);
  memcpy(p, t, n * sizeof(double));
}
static inline vd vd_widened(const float *p) { return vcvt_f64_f32(vld1_f32(p)); }
static inline vd vd_widened_part(const float *p, size_t n) {
  return vcvt_f64_f32(vget_low_f32(v_load_part(p, n)));
}
static inline vd vd_set(double a) { return vdupq_n_f64(a); }
static inline vd vd_mul(vd a, vd b) { return vmulq_f64(a, b); }
static inline vd vd_fma(vd a, vd b, vd c) { return vfmaq_f64(c, a, b); }
static inline vd vd_max(vd a, vd b) { return vmaxq_f64(a, b); }
static inline vd vd_min(vd a, vd b) { return vminq_f64(a, b); }
static inline vd vd_round(vd a) { return vrndnq_f64(a); }
// p 2^n for p near 1 and integral n in [-1021, 1023]: n is added to the exponent.
static inline vd vd_scale(vd p, vd n) {
  return vreinterpretq_f64_s64(
      vaddq_s64(vreinterpretq_s64_f64(p), vshlq_n_s64(vcvtq_s64_f64(n), 52)));
}
static inline double vd_sum(vd a) { return vaddvq_f64(a); }

// Four sums of pairs of 16-bit numbers; a pair shares the bits of one int32.
typedef int32x4_t vi;
typedef int16_t q_activation;
typedef int16_t q_weight;
#define Q_GROUP 2
#define Q_OFFSET 0
static inline vi vi_load(const void *p) { return vld1q_s32(p); }
static inline vi vi_repeat(const void *p) { return vdupq_n_s32(*(const int32_t *)p); }
static inline vi vi_dot(vi sum, vi a, vi b) {
  int16x8_t x = vreinterpretq_s16_s32(a), y = vreinterpretq_s16_s32(b);
  int32x4_t low = vmull_s16(vget_low_s16(x), vget_low_s16(y));
  return vaddq_s32(sum, vpaddq_s32(low, vmull_high_s16(x, y)));
}
static inline vf v_from_int(vi a) { return vcvtq_f32_s32(a); }
static inline void v_store_quantized(q_activation *p, vf a) {
  vst1_s16(p, vmovn_s32(vcvtq_s32_f32(a)));
}
