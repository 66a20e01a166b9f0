// Every kernel of the table, over the vector type of the simd_*.h included before. Tails go through
// the same vector arithmetic by partial loads, so that an element's bits do not depend on its place.
#include "elementary.h"
#include "tile.h"
#include "attention.h"
#include "relative.h"
#include "gemm.h"
#include "int8.h"
#include "product.h"
#include "optimizer.h"
#include "activation_gradient.h"
#include "dropout.h"
#include "recurrent.h"
#include "linear_products.h"
#include "gemm_gradient.h"
#include "norm_training.h"
#include "attention_training.h"

#define MAP(NAME, EXPRESSION)                                                                      \
  static void SIMD(NAME)(float *y, const float *x, size_t count) {                                 \
    size_t i = 0;                                                                                  \
    for (; i + W <= count; i += W) {                                                               \
      vf a = v_load(x + i);                                                                        \
      v_store(y + i, EXPRESSION);                                                                  \
    }                                                                                              \
    if (i < count) {                                                                               \
      vf a = v_load_part(x + i, count - i);                                                        \
      v_store_part(y + i, EXPRESSION, count - i);                                                  \
    }                                                                                              \
  }
MAP(map_exp, v_exp(a))
MAP(map_erf, v_erf(a))
MAP(map_tanh, v_tanh(a))
#undef MAP

static void SIMD(layer_norm)(float *out, const float *x, const float *residual,
                             const float *gamma, const float *beta, size_t rows, size_t columns,
                             float epsilon) {
  const size_t whole = columns / W * W, rest = columns - whole;
  for (size_t r = 0; r < rows; r++) {
    float *o = out + r * columns;
    const float *p = x + r * columns, *q = residual ? residual + r * columns : 0;
    vf total = v_set(0);
    for (size_t c = 0; c < whole; c += W) {
      vf a = v_load(p + c);
      if (q) a = v_add(a, v_load(q + c));
      v_store(o + c, a);
      total = v_add(total, a);
    }
    if (rest) {
      vf a = v_load_part(p + whole, rest);
      if (q) a = v_add(a, v_load_part(q + whole, rest));
      v_store_part(o + whole, a, rest);
      total = v_add(total, a);
    }
    const vf mean = v_set(v_sum(total) / (float)columns);
    vf squares = v_set(0);
    for (size_t c = 0; c < whole; c += W) {
      vf a = v_sub(v_load(o + c), mean);
      squares = v_fma(a, a, squares);
    }
    float variance = v_sum(squares);
    for (size_t c = whole; c < columns; c++) {
      float a = o[c] - v_peak(mean);
      variance += a * a;
    }
    const vf inverse = v_set(1.0f / __builtin_sqrtf(variance / (float)columns + epsilon));
    for (size_t c = 0; c < whole; c += W) {
      vf a = v_mul(v_sub(v_load(o + c), mean), inverse);
      v_store(o + c, v_fma(a, v_load(gamma + c), v_load(beta + c)));
    }
    if (rest) {
      vf a = v_mul(v_sub(v_load_part(o + whole, rest), mean), inverse);
      a = v_fma(a, v_load_part(gamma + whole, rest), v_load_part(beta + whole, rest));
      v_store_part(o + whole, a, rest);
    }
  }
}

static void SIMD(axpy)(float *y, float a, const float *x, size_t count) {
  size_t i = 0;
  vf s = v_set(a);
  for (; i + W <= count; i += W) v_store(y + i, v_fma(s, v_load(x + i), v_load(y + i)));
  if (i < count) {
    size_t n = count - i;
    v_store_part(y + i, v_fma(s, v_load_part(x + i, n), v_load_part(y + i, n)), n);
  }
}

static void SIMD(maximum)(float *y, const float *x, size_t count) {
  size_t i = 0;
  for (; i + W <= count; i += W) v_store(y + i, v_max(v_load(x + i), v_load(y + i)));
  if (i < count) {
    size_t n = count - i;
    v_store_part(y + i, v_max(v_load_part(x + i, n), v_load_part(y + i, n)), n);
  }
}

static float SIMD(sum_of_squares)(const float *x, size_t count) {
  vf total = v_set(0);
  size_t i = 0;
  for (; i + W <= count; i += W) total = v_fma(v_load(x + i), v_load(x + i), total);
  if (i < count) {
    vf a = v_load_part(x + i, count - i);
    total = v_fma(a, a, total);
  }
  return v_sum(total);
}

static void SIMD(rms_norm)(float *out, const float *x, const float *gamma, size_t rows,
                           size_t columns, float epsilon) {
  for (size_t r = 0; r < rows; r++, out += columns, x += columns) {
    const float mean = SIMD(sum_of_squares)(x, columns) / (float)columns;
    const vf inverse = v_set(1.0f / __builtin_sqrtf(mean + epsilon));
    size_t c = 0;
    for (; c + W <= columns; c += W)
      v_store(out + c, v_mul(v_mul(v_load(x + c), inverse), v_load(gamma + c)));
    if (c < columns) {
      const size_t n = columns - c;
      vf a = v_mul(v_mul(v_load_part(x + c, n), inverse), v_load_part(gamma + c, n));
      v_store_part(out + c, a, n);
    }
  }
}

static void SIMD(multiply_each)(float *y, const float *x, size_t count) {
  size_t i = 0;
  for (; i + W <= count; i += W) v_store(y + i, v_mul(v_load(x + i), v_load(y + i)));
  if (i < count) {
    const size_t n = count - i;
    v_store_part(y + i, v_mul(v_load_part(x + i, n), v_load_part(y + i, n)), n);
  }
}

static void SIMD(rotate)(float *x, const float *cosine, const float *sine, size_t heads,
                         size_t half) {
  for (size_t head = 0; head < heads; head++, x += 2 * half)
    for (size_t c = 0; c < half; c += W) {
      const size_t n = half - c < W ? half - c : W;
      const vf s = v_load_part(sine + c, n), k = v_load_part(cosine + c, n);
      const vf a = v_load_part(x + c, n), b = v_load_part(x + half + c, n);
      v_store_part(x + c, v_sub(v_mul(a, k), v_mul(b, s)), n);
      v_store_part(x + half + c, v_fma(a, s, v_mul(b, k)), n);
    }
}

const firn_kernels SIMD(firn_kernels) = {
    .name = SIMD_NAME,
    .width = W,
    .exp = SIMD(map_exp),
    .erf = SIMD(map_erf),
    .tanh = SIMD(map_tanh),
    .pack = SIMD(pack),
    .gemm = SIMD(gemm),
    .layer_norm = SIMD(layer_norm),
    .axpy = SIMD(axpy),
    .maximum = SIMD(maximum),
    .sum_of_squares = SIMD(sum_of_squares),
    .attention = SIMD(attention),
    .relative = SIMD(relative),
    .rms_norm = SIMD(rms_norm),
    .product = SIMD(multiply_each),
    .rotate = SIMD(rotate),
    .quantize = SIMD(quantize),
    .pack_int8 = SIMD(pack_int8),
    .gemm_int8 = SIMD(gemm_int8),
    .int8_group = Q_GROUP,
    .training =
        {
            .pack_rows = SIMD(pack_rows),
            .unpack = SIMD(unpack),
            .input_gradient = SIMD(input_gradient),
            .weight_gradient = SIMD(weight_gradient),
            .layer_norm = SIMD(norm_keeping),
            .layer_norm_gradient = SIMD(norm_gradient),
            .layer_norm_sums = SIMD(norm_sums),
            .attention = SIMD(attention_keeping),
            .attention_gradient = SIMD(attention_gradient),
        },
    .learning = &SIMD(learning),
    .linear = &SIMD(linear),
};
