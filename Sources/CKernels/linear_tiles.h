// Both products in one precision: REAL in LANES lanes of a VEC, with R_(op) its operations, L_(name) the
// names made here, and GET features as a VEC.

// z [rows, K] of `rows` <= DEEP rows: each a sum over lanes of columns, then of lanes, then the intercept.
#define TILE(K)                                                                                    \
  static __attribute__((noinline)) void L_(scores_##K)(                                            \
      double *z, size_t outputs, const float *x, size_t rows, size_t width, const REAL *w,         \
      size_t w_stride) {                                                                           \
    VEC sum[DEEP][K];                                                                              \
    /* Rows that are not there are the first one again. */                                         \
    const float *row[DEEP];                                                                        \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < DEEP; r++) {                            \
      row[r] = (size_t)r < rows ? x + (size_t)r * width : x;                                       \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < K; k++) sum[r][k] = R_(set)(0);       \
    }                                                                                              \
    size_t c = 0;                                                                                  \
    for (; c + LANES <= width; c += LANES) {                                                       \
      VEC a[DEEP];                                                                                 \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < DEEP; r++) {                          \
        a[r] = GET(row[r] + c);                                                                    \
        /* The next rows, which come from memory. */                                               \
        __builtin_prefetch(row[r] + c + DEEP * width);                                             \
      }                                                                                            \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < K; k++) {                             \
        VEC b = R_(load)(w + (size_t)k * w_stride + c);                                            \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < DEEP; r++)                          \
          sum[r][k] = R_(fma)(a[r], b, sum[r][k]);                                                 \
      }                                                                                            \
    }                                                                                              \
    if (c < width) {                                                                               \
      const size_t n = width - c;                                                                  \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < K; k++) {                             \
        VEC b = R_(load_part)(w + (size_t)k * w_stride + c, n);                                    \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < DEEP; r++)                          \
          sum[r][k] = R_(fma)(GET_PART(row[r] + c, n), b, sum[r][k]);                              \
      }                                                                                            \
    }                                                                                              \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < DEEP; r++)                              \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < K; k++) {                             \
        const double total = R_(sum)(sum[r][k]);                                                   \
        if ((size_t)r < rows)                                                                      \
          z[(size_t)r * outputs + (size_t)k] = total + w[(size_t)k * w_stride + width];            \
      }                                                                                            \
  }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5)
#undef TILE

// g [K, DEEP LANES] += d^T x: x [rows, columns ...], d [rows, K]; each element one chain over rows.
#define TILE(K)                                                                                    \
  static __attribute__((noinline)) void L_(gradient_##K)(                                          \
      REAL *g, size_t g_stride, const REAL *d, size_t outputs, const float *x, size_t rows,        \
      size_t width) {                                                                              \
    VEC sum[K][DEEP];                                                                              \
    _Pragma("clang loop unroll(full)") for (int k = 0; k < K; k++)                                 \
      _Pragma("clang loop unroll(full)") for (int v = 0; v < DEEP; v++)                            \
        sum[k][v] = R_(load)(g + (size_t)k * g_stride + (size_t)v * LANES);                        \
    for (size_t r = 0; r < rows; r++, x += width, d += outputs) {                                  \
      VEC a[DEEP];                                                                                 \
      _Pragma("clang loop unroll(full)") for (int v = 0; v < DEEP; v++)                            \
        a[v] = GET(x + (size_t)v * LANES);                                                         \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < K; k++) {                             \
        VEC b = R_(set)(d[k]);                                                                     \
        _Pragma("clang loop unroll(full)") for (int v = 0; v < DEEP; v++)                          \
          sum[k][v] = R_(fma)(a[v], b, sum[k][v]);                                                 \
      }                                                                                            \
    }                                                                                              \
    _Pragma("clang loop unroll(full)") for (int k = 0; k < K; k++)                                 \
      _Pragma("clang loop unroll(full)") for (int v = 0; v < DEEP; v++)                            \
        R_(store)(g + (size_t)k * g_stride + (size_t)v * LANES, sum[k][v]);                        \
  }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5)
#undef TILE

// The columns that no whole tile takes, n <= LANES of one output.
static inline void L_(gradient_part)(REAL *g, const REAL *d, size_t outputs, const float *x,
                                     size_t rows, size_t width, size_t n) {
  VEC sum = R_(load_part)(g, n);
  for (size_t r = 0; r < rows; r++)
    sum = R_(fma)(GET_PART(x + r * width, n), R_(set)(d[r * outputs]), sum);
  R_(store_part)(g, sum, n);
}

typedef void (*L_(scores_tile))(double *, size_t, const float *, size_t, size_t, const REAL *,
                                size_t);
typedef void (*L_(gradient_tile))(REAL *, size_t, const REAL *, size_t, const float *, size_t,
                                  size_t);

static void L_(scores)(double *z, const float *x, size_t rows, size_t width, const REAL *w,
                             size_t w_stride, size_t outputs) {
  static const L_(scores_tile) tiles[] = {0,            L_(scores_1), L_(scores_2),
                                          L_(scores_3), L_(scores_4), L_(scores_5)};
  for (size_t first = 0; first < rows; first += LINEAR_ROWS) {
    const size_t end = rows - first < LINEAR_ROWS ? rows : first + LINEAR_ROWS;
    for (size_t k = 0; k < outputs; k += NARROW) {
      const size_t n = outputs - k < NARROW ? outputs - k : NARROW;
      for (size_t r = first; r < end; r += DEEP)
        tiles[n](z + r * outputs + k, outputs, x + r * width, end - r, width, w + k * w_stride,
                 w_stride);
    }
  }
}

static void L_(gradient)(REAL *g, size_t g_stride, const REAL *d, const float *x, size_t rows,
                               size_t width, size_t outputs) {
  static const L_(gradient_tile) tiles[] = {0,              L_(gradient_1), L_(gradient_2),
                                            L_(gradient_3), L_(gradient_4), L_(gradient_5)};
  for (size_t first = 0; first < rows; first += LINEAR_ROWS) {
    const size_t count = rows - first < LINEAR_ROWS ? rows - first : LINEAR_ROWS;
    const float *from = x + first * width;
    const REAL *by = d + first * outputs;
    size_t c = 0;
    for (; c + DEEP * LANES <= width; c += DEEP * LANES)
      for (size_t k = 0; k < outputs; k += NARROW)
        tiles[outputs - k < NARROW ? outputs - k : NARROW](
            g + k * g_stride + c, g_stride, by + k, outputs, from + c, count, width);
    for (; c < width; c += LANES)
      for (size_t k = 0; k < outputs; k++)
        L_(gradient_part)(g + k * g_stride + c, by + k, outputs, from + c, count, width,
                          width - c < LANES ? width - c : LANES);
  }
}
#undef REAL
#undef VEC
#undef LANES
#undef R_
#undef L_
#undef GET
#undef GET_PART
