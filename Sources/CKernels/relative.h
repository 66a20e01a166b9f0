// What distances and segments add to the scores of one head. A query's products with the table of
// distances are read along its row as the distance falls; a key's, which lie the other way, are turned W
// by W in registers. Only the columns that a tile's distances have are computed.

// A multiple of every W and TILE_ROWS.
#define KEY_BLOCK 48

// The rows of scores of a few queries: their products with distances, and with segments.
static inline void scores_by_query(const firn_relative *task, size_t i, int rows, float *part,
                                   const float *types) {
  const size_t n = task->tokens, d = task->head_size, width = round_up(n, W);
  const size_t top = task->first + i, bottom = top + (size_t)rows - 1;
  const int32_t *column = task->column;
  const ptrdiff_t straight = task->straight;
  const size_t from = (size_t)column[-(ptrdiff_t)bottom] / PANEL * PANEL;
  const size_t to = (size_t)column[n - 1 - top] + 1, stride = round_up(to - from, PANEL);
  for (size_t c = from; c < to; c += PANEL)
    tile(rows, part + (c - from), stride, task->query + top * task->stride, task->stride,
         task->by_query + c * d, d, task->by_query_bias ? task->by_query_bias + c : no_bias);
  for (int r = 0; r < rows; r++) {
    const ptrdiff_t t = (ptrdiff_t)top + r;
    const float *row = part + (size_t)r * stride;
    float *bias = task->bias + (i + (size_t)r) * width;
    vf own = v_set(0), same = v_set(0);
    if (types) {
      const float *q = task->query + (size_t)t * task->stride;
      vf total = v_set(0);
      for (size_t c = 0; c < d; c += W) {
        const size_t m = d - c < W ? d - c : W;
        total = v_fma(v_load_part(q + c, m), v_load_part(task->segment + c, m), total);
      }
      own = v_set(types[t]);
      same = v_set(v_sum(total) + task->segment_bias);
    }
    for (size_t j = 0; j < n; j += W) {
      const ptrdiff_t near = (ptrdiff_t)j - t, far = near + W - 1;
      vf x;
      if (-straight <= near && far <= straight) {
        x = v_load(row + ((ptrdiff_t)column[0] + near - (ptrdiff_t)from));
      } else {
        float lanes[W] = {0};
        for (size_t k = 0; k < W && j + k < n; k++)
          lanes[k] = row[(size_t)column[near + (ptrdiff_t)k] - from];
        x = v_load(lanes);
      }
      if (types) {
        const vf apart = v_abs(v_sub(v_load(types + j), own));
        x = v_add(x, v_select(v_less(apart, v_set(0.5f)), same, v_set(0)));
      }
      v_store(bias + j, v_mul(x, v_set(task->scale)));
    }
  }
}

// Adds the products of KEY_BLOCK keys, or fewer, with distances to the scores of every query.
static inline void scores_by_key(const firn_relative *task, size_t j, float *part) {
  const size_t n = task->tokens, d = task->head_size, width = round_up(n, W);
  const size_t keys = n - j < KEY_BLOCK ? n - j : KEY_BLOCK, first = task->first;
  const int32_t *column = task->column;
  const ptrdiff_t straight = task->straight, last = (ptrdiff_t)task->columns - 1;
  const ptrdiff_t near = (ptrdiff_t)j - (ptrdiff_t)first;
  const ptrdiff_t queries = (ptrdiff_t)task->queries;
  // The table by key runs the other way: what `column` counts from its end.
  const size_t from = (size_t)(last - column[near + (ptrdiff_t)keys - 1]) / PANEL * PANEL;
  const size_t to = (size_t)(last - column[near - queries + 1]) + 1;
  const size_t stride = round_up(to - from, PANEL);
  for (size_t r = 0; r < keys; r += TILE_ROWS) {
    const int rows = (int)(keys - r < TILE_ROWS ? keys - r : TILE_ROWS);
    const ptrdiff_t own = near + (ptrdiff_t)r;
    const size_t begin = (size_t)(last - column[own + rows - 1]) / PANEL * PANEL;
    const size_t end = (size_t)(last - column[own - queries + 1]) + 1;
    for (size_t c = begin; c < end; c += PANEL)
      tile(rows, part + r * stride + (c - from), stride, task->key + (j + r) * task->stride,
           task->stride, task->by_key + c * d, d, no_bias);
  }
  const vf scale = v_set(task->scale);
  const ptrdiff_t center = last - column[0] - (ptrdiff_t)from;
  for (size_t r = 0; r < keys; r += W)
    for (ptrdiff_t i = 0; i < queries; i += W) {
      // The distance of the block's first key from its first query.
      const ptrdiff_t here = near + (ptrdiff_t)r - i;
      const float *rows = part + r * stride;
      vf block[W];
      if (here + W - 1 <= straight && here - W + 1 >= -straight) {
        for (ptrdiff_t k = 0; k < W; k++)
          block[k] = v_load(rows + k * (ptrdiff_t)stride + (center - here - k));
        v_transpose(block);
      } else {
        for (ptrdiff_t q = 0; q < W && i + q < queries; q++) {
          float lanes[W] = {0};
          for (ptrdiff_t k = 0; k < W && r + (size_t)k < keys; k++)
            lanes[k] = rows[k * (ptrdiff_t)stride + (last - column[here + k - q]) -
                            (ptrdiff_t)from];
          block[q] = v_load(lanes);
        }
      }
      for (ptrdiff_t q = 0; q < W && i + q < queries; q++) {
        float *bias = task->bias + (size_t)(i + q) * width + j + r;
        v_store(bias, v_fma(block[q], scale, v_load(bias)));
      }
    }
}

static void SIMD(relative)(const firn_relative *task) {
  const size_t n = task->tokens, width = round_up(n, W);
  // Loads may begin up to W floats before a row, and end as many behind it.
  float *types = task->scratch, *part = types + round_up(n, 16) + 16;
  int mixed = 0;
  if (task->segment)
    for (size_t j = 0; j < n; j++) {
      types[j] = task->types[j];
      mixed |= task->types[j] != task->types[0];
    }
  for (size_t i = 0; i < task->queries; i += TILE_ROWS) {
    const size_t rows = task->queries - i < TILE_ROWS ? task->queries - i : TILE_ROWS;
    if (task->by_query)
      // What all keys of a query have in common changes no weight: one segment is none.
      scores_by_query(task, i, (int)rows, part, mixed ? types : 0);
    else
      for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < n; j += W) v_store(task->bias + (i + r) * width + j, v_set(0));
  }
  if (task->by_key)
    for (size_t j = 0; j < n; j += KEY_BLOCK) scores_by_key(task, j, part);
}
