// Layer normalization in training: the forward pass keeps the normalized rows, the backward pass reads
// them (Ba et al. 2016, arXiv:1607.06450).

static void SIMD(norm_keeping)(float *out, float *normalized, float *inverse, const float *x,
                               const float *residual, const float *gamma, const float *beta,
                               size_t rows, size_t columns, float epsilon) {
  for (size_t r = 0; r < rows; r++) {
    float *to = normalized + r * columns;
    const float *p = x + r * columns, *q = residual ? residual + r * columns : 0;
    vf total = v_set(0);
    for (size_t c = 0; c < columns; c += W) {
      const size_t n = least(columns - c, W);
      vf a = v_get(p + c, n);
      if (q) a = v_add(a, v_get(q + c, n));
      v_put(to + c, a, n);
      total = v_add(total, a);
    }
    const float middle = v_sum(total) / (float)columns;
    const vf mean = v_set(middle);
    vf squares = v_set(0);
    const size_t whole = columns / W * W;
    for (size_t c = 0; c < whole; c += W) {
      vf a = v_sub(v_load(to + c), mean);
      squares = v_fma(a, a, squares);
    }
    float variance = v_sum(squares);
    for (size_t c = whole; c < columns; c++) variance += (to[c] - middle) * (to[c] - middle);
    inverse[r] = 1.0f / __builtin_sqrtf(variance / (float)columns + epsilon);
    const vf factor = v_set(inverse[r]);
    for (size_t c = 0; c < columns; c += W) {
      const size_t n = least(columns - c, W);
      vf a = v_mul(v_sub(v_get(to + c, n), mean), factor);
      v_put(to + c, a, n);
      v_put(out + r * columns + c,
                   v_fma(a, v_get(gamma + c, n), v_get(beta + c, n)), n);
    }
  }
}

// With g = dy * gamma: dx = inverse * (g - mean(g) - normalized * mean(g * normalized)).
static void SIMD(norm_gradient)(float *dx, const float *dy, const float *normalized,
                                const float *inverse, const float *gamma, size_t rows,
                                size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    const float *from = dy + r * columns, *z = normalized + r * columns;
    vf sum = v_set(0), product = v_set(0);
    for (size_t c = 0; c < columns; c += W) {
      const size_t n = least(columns - c, W);
      vf g = v_mul(v_get(from + c, n), v_get(gamma + c, n));
      sum = v_add(sum, g);
      product = v_fma(g, v_get(z + c, n), product);
    }
    const vf mean = v_set(v_sum(sum) / (float)columns);
    const vf slope = v_set(v_sum(product) / (float)columns);
    const vf factor = v_set(inverse[r]);
    for (size_t c = 0; c < columns; c += W) {
      const size_t n = least(columns - c, W);
      vf g = v_mul(v_get(from + c, n), v_get(gamma + c, n));
      g = v_sub(v_sub(g, mean), v_mul(v_get(z + c, n), slope));
      v_put(dx + r * columns + c, v_mul(g, factor), n);
    }
  }
}

static void SIMD(norm_sums)(float *gamma, float *beta, const float *dy, const float *normalized,
                            size_t rows, size_t stride, size_t count) {
  for (size_t c = 0; c < count; c += W) {
    const size_t n = least(count - c, W);
    vf scale = v_set(0), shift = v_set(0);
    for (size_t r = 0; r < rows; r++) {
      vf d = v_get(dy + r * stride + c, n);
      scale = v_fma(d, v_get(normalized + r * stride + c, n), scale);
      shift = v_add(shift, d);
    }
    v_put(gamma + c, v_add(v_get(gamma + c, n), scale), n);
    v_put(beta + c, v_add(v_get(beta + c, n), shift), n);
  }
}
