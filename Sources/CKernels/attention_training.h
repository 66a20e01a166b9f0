// Attention of one head in training. The backward pass computes the probabilities again from queries and
// keys: texts are short, and keeping them would cost more memory than time.

// The parts of a head's scratch.
typedef struct head_scratch {
  float *panel;  // a factor of a product, packed: [padded or wide / PANEL][...][PANEL]
  float *weights; // the probabilities: [queries, padded]
  float *dropped; // the same after the dropout
  float *slopes; // gradients of the probabilities, then of the scores
  float *sums;   // [TILE_ROWS, max(padded, wide)]
} head_scratch;

static inline head_scratch head_parts(const firn_attention_head *head) {
  const size_t padded = round_up(head->tokens, PANEL), wide = round_up(head->head_size, PANEL);
  head_scratch parts;
  parts.panel = head->scratch;
  parts.weights = parts.panel + padded * wide;
  parts.dropped = parts.weights + head->tokens * padded;
  parts.slopes = parts.dropped + head->tokens * padded;
  parts.sums = parts.slopes + head->tokens * padded;
  return parts;
}

// c [rows, round_up(columns, PANEL)] = a b^T, b packed with `columns` columns.
static inline void head_product(float *c, size_t c_stride, const float *a, size_t a_stride,
                                size_t rows, const float *packed, size_t columns, size_t depth) {
  for (size_t i = 0; i < rows; i += TILE_ROWS)
    for (size_t j = 0; j < columns; j += PANEL)
      tile((int)least(rows - i, TILE_ROWS), c + i * c_stride + j, c_stride, a + i * a_stride,
           a_stride, packed + j * depth, depth, no_bias);
}

// The probabilities, and what the dropout leaves of them.
static inline void head_weights(const firn_attention_head *head, const head_scratch *parts,
                                const float **dropped) {
  const size_t n = head->tokens, d = head->head_size, padded = round_up(n, PANEL);
  pack_transposed(parts->panel, head->key, head->stride, n, d);
  head_product(parts->weights, padded, head->query + head->first * head->stride, head->stride,
               head->queries, parts->panel, n, d);
  for (size_t i = 0; i < head->queries; i++) {
    float *row = parts->weights + i * padded;
    float scale = head->scale;
    if (head->bias) {
      const float *bias = head->bias + (ptrdiff_t)(head->first + i) * head->bias_row;
      for (size_t j = 0; j < n; j++) row[j] = row[j] * scale + bias[j];
      scale = 1;
    }
    const vf share = v_set(1.0f / softmax_row(row, n, scale * 1.44269504088896f));
    for (size_t j = 0; j < n; j += W) v_store(row + j, v_mul(v_load(row + j), share));
    if (head->dropout)
      dropout_row(parts->dropped + i * padded, row, n,
                  head->first_row + (uint32_t)(head->first + i) * head->row_step, head->dropout);
  }
  *dropped = head->dropout ? parts->dropped : parts->weights;
}

// out [rows, columns] = scale * sums, whose rows are `wide` apart.
static inline void head_store(float *out, size_t stride, const float *sums, size_t wide, size_t rows,
                              size_t columns, float scale) {
  const vf factor = v_set(scale);
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < columns; c += W)
      v_put(out + r * stride + c, v_mul(v_load(sums + r * wide + c), factor),
                   least(columns - c, W));
}

// out [rows, d] = scale * a b: a [rows, depth], b [depth, d] packed by pack_rows.
static inline void head_rows(float *out, size_t stride, const float *a, size_t a_stride,
                             size_t rows, size_t depth, const float *packed, size_t d, float scale,
                             float *sums) {
  const size_t wide = round_up(d, PANEL);
  for (size_t i = 0; i < rows; i += TILE_ROWS) {
    const size_t tall = least(rows - i, TILE_ROWS);
    head_product(sums, wide, a + i * a_stride, a_stride, tall, packed, d, depth);
    head_store(out + i * stride, stride, sums, wide, tall, d, scale);
  }
}

// out [columns of a, d] = scale * a^T b: a [depth, columns], b [depth, d] packed by pack_rows.
static inline void head_columns(float *out, size_t stride, const float *a, size_t a_stride,
                                size_t columns, size_t depth, const float *packed, size_t d,
                                float scale, float *sums) {
  const size_t wide = round_up(d, PANEL);
  for (size_t i = 0; i < columns; i += TILE_ROWS) {
    const size_t tall = least(columns - i, TILE_ROWS);
    for (size_t j = 0; j < wide; j += PANEL)
      down((int)tall, sums + j, wide, a + i, a_stride, packed + j * depth, depth, 0);
    head_store(out + i * stride, stride, sums, wide, tall, d, scale);
  }
}

static void SIMD(attention_keeping)(float *out, size_t out_stride, const firn_attention_head *head) {
  const head_scratch parts = head_parts(head);
  const size_t n = head->tokens, d = head->head_size;
  const float *weights;
  head_weights(head, &parts, &weights);
  pack_rows(parts.panel, head->value, head->stride, d, n);
  head_rows(out, out_stride, weights, round_up(n, PANEL), head->queries, n, parts.panel, d, 1,
            parts.sums);
}

static void SIMD(attention_gradient)(float *dquery, float *dkey, float *dvalue, size_t d_stride,
                                     const float *dout, size_t dout_stride, float *dbias,
                                     const firn_attention_head *head) {
  const head_scratch parts = head_parts(head);
  const size_t n = head->tokens, d = head->head_size, m = head->queries;
  const size_t padded = round_up(n, PANEL);
  const float *dropped;
  head_weights(head, &parts, &dropped);
  // The gradients of what the values are weighted with.
  pack_transposed(parts.panel, head->value, head->stride, n, d);
  head_product(parts.slopes, padded, dout, dout_stride, m, parts.panel, n, d);
  pack_rows(parts.panel, dout, dout_stride, d, m);
  head_columns(dvalue, d_stride, dropped, padded, n, m, parts.panel, d, 1, parts.sums);
  // softmax: dscore = p (dp - sum of dp p).
  for (size_t i = 0; i < m; i++) {
    const float *p = parts.weights + i * padded;
    float *row = parts.slopes + i * padded;
    if (head->dropout)
      dropout_row(row, row, n, head->first_row + (uint32_t)(head->first + i) * head->row_step,
                  head->dropout);
    vf total = v_set(0);
    for (size_t j = 0; j < n; j += W) total = v_fma(v_load(row + j), v_load(p + j), total);
    const vf mean = v_set(v_sum(total));
    for (size_t j = 0; j < n; j += W)
      v_store(row + j, v_mul(v_load(p + j), v_sub(v_load(row + j), mean)));
    if (dbias) {
      float *to = dbias + (ptrdiff_t)(head->first + i) * head->bias_row;
      for (size_t j = 0; j < n; j++) to[j] += row[j];
    }
  }
  pack_rows(parts.panel, head->key, head->stride, d, n);
  head_rows(dquery, d_stride, parts.slopes, padded, m, n, parts.panel, d, head->scale, parts.sums);
  pack_rows(parts.panel, head->query + head->first * head->stride, head->stride, d, m);
  head_columns(dkey, d_stride, parts.slopes, padded, n, m, parts.panel, d, head->scale, parts.sums);
}
