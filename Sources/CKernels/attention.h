// Attention of one text: for each head, scores of a few queries against all keys, softmax, and the
// weighted sum of the values, while the scores are still in the first-level cache.

// exp(scale (s - max)) of the first n scores in place; `base2` is scale / ln 2. Returns the sum.
static inline __attribute__((always_inline)) float softmax_row(float *s, size_t n, float base2) {
  const size_t end = round_up(n, W);
  for (size_t j = n; j < end; j++) s[j] = -3.0e38f;
  vf peak = v_load(s);
  for (size_t j = W; j < end; j += W) peak = v_max(peak, v_load(s + j));
  const vf factor = v_set(base2), top = v_set(v_peak(peak) * -base2);
  vf total = v_set(0);
  for (size_t j = 0; j < end; j += W) {
    vf e = v_exp2_of_negative(v_fma(v_load(s + j), factor, top));
    v_store(s + j, e);
    total = v_add(total, e);
  }
  return v_sum(total);
}

// The same over the scores of keys begin ... end - 1 alone, after scaling and adding a row of bias to them;
// zero for the others of from ... to - 1. Vectors begin at multiples of W, so that the order of the sum
// depends on the row's own keys and not on `from`. The bias reaches over all n keys.
static inline float softmax_seen(float *s, size_t from, size_t to, size_t begin, size_t end,
                                 size_t n, float scale, const float *bias) {
  const size_t first = begin / W * W, last = round_up(end, W);
  if (bias) {
    const vf factor = v_set(scale);
    for (size_t j = first; j < last; j += W) {
      vf b = j + W <= n ? v_load(bias + j) : v_load_part(bias + j, n - j);
      v_store(s + j, v_fma(v_load(s + j), factor, b));
    }
    scale = 1;
  }
  for (size_t j = first; j < begin; j++) s[j] = -3.0e38f;
  const float sum = softmax_row(s + first, end - first, scale * 1.44269504088896f);
  for (size_t j = from; j < begin; j++) s[j] = 0;
  for (size_t j = end; j < to; j++) s[j] = 0;
  return sum;
}

// `plain`: without a bias, and every token sees every token. A constant, so that the plain loops are free
// of what the others need.
static inline __attribute__((always_inline)) void attention_with(const firn_attention *task,
                                                                 const int plain) {
  const size_t n = task->tokens, d = task->head_size, stride = task->stride;
  const size_t before = task->before, after = task->after;
  const size_t padded = round_up(n, PANEL), wide = round_up(d, PANEL);
  float *keys = task->scratch;               // [padded / PANEL][d][PANEL]
  float *values = keys + d * padded;         // [wide / PANEL][n][PANEL]
  float *scores = values + n * wide;         // [TILE_ROWS, padded]
  float *sums = scores + TILE_ROWS * padded; // [TILE_ROWS, wide]
  const float base2 = task->scale * 1.44269504088896f;
  for (size_t head = 0; head < task->heads; head++) {
    const float *q = task->query + head * d;
    pack_transposed(keys, task->key + head * d, stride, n, d);
    pack_rows(values, task->value + head * d, stride, d, n);
    for (size_t i = 0; i < task->queries; i += TILE_ROWS) {
      const int rows = (int)(task->queries - i < TILE_ROWS ? task->queries - i : TILE_ROWS);
      // The keys that any of the rows sees: from ... to - 1.
      const size_t top = task->first + i, bottom = top + (size_t)rows - 1;
      const size_t from = !plain && top > before ? (top - before) / PANEL * PANEL : 0;
      const size_t to = !plain && after < n - 1 - bottom ? bottom + after + 1 : n;
      for (size_t j = from; j < to; j += PANEL)
        tile(rows, scores + j, padded, q + top * stride, stride, keys + j * d, d, no_bias);
      float inverse[TILE_ROWS];
      for (int r = 0; r < rows; r++) {
        float *row = scores + (size_t)r * padded;
        if (plain) {
          inverse[r] = 1.0f / softmax_row(row, n, base2);
        } else {
          const size_t t = top + (size_t)r, begin = t > before ? t - before : 0;
          const size_t end = after < n - 1 - t ? t + after + 1 : n;
          const float *bias = task->bias;
          if (bias) bias += (ptrdiff_t)head * task->bias_head + (ptrdiff_t)t * task->bias_row;
          inverse[r] = 1.0f / softmax_seen(row, from, to, begin, end, n, task->scale, bias);
        }
      }
      for (size_t j = 0; j < wide; j += PANEL)
        tile(rows, sums + j, wide, scores + from, padded, values + j * n + from * PANEL, to - from,
             no_bias);
      for (int r = 0; r < rows; r++) {
        float *row = task->out + (i + (size_t)r) * task->out_stride + head * d;
        const vf share = v_set(inverse[r]);
        size_t c = 0;
        for (; c + W <= d; c += W)
          v_store(row + c, v_mul(v_load(sums + (size_t)r * wide + c), share));
        if (c < d) v_store_part(row + c, v_mul(v_load(sums + (size_t)r * wide + c), share), d - c);
      }
    }
  }
}

static void SIMD(attention)(const firn_attention *task) {
  if (!task->bias && task->before + 1 >= task->tokens && task->after + 1 >= task->tokens)
    attention_with(task, 1);
  else
    attention_with(task, 0);
}
