// The one inner loop of all products: a few rows by two vectors of columns, held in registers.

// c [rows, columns] = a [rows, depth] b [depth, columns] for `rows` <= TILE_ROWS; columns is a
// multiple of 2 W. The order of the products of an element depends on nothing but depth.
#define TILE(R)                                                                                    \
  static inline void tile_##R(float *c, size_t c_stride, const float *a, size_t a_stride,          \
                              const float *b, size_t b_stride, size_t depth, size_t columns) {     \
    for (size_t j = 0; j < columns; j += 2 * W) {                                                  \
      vf x[R], y[R];                                                                               \
      for (int r = 0; r < R; r++) x[r] = y[r] = v_set(0);                                          \
      for (size_t k = 0; k < depth; k++) {                                                         \
        vf b0 = v_load(b + k * b_stride + j), b1 = v_load(b + k * b_stride + j + W);               \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                           \
          vf s = v_set(a[r * a_stride + k]);                                                       \
          x[r] = v_fma(s, b0, x[r]);                                                               \
          y[r] = v_fma(s, b1, y[r]);                                                               \
        }                                                                                          \
      }                                                                                            \
      for (int r = 0; r < R; r++) {                                                                \
        v_store(c + r * c_stride + j, x[r]);                                                       \
        v_store(c + r * c_stride + j + W, y[r]);                                                   \
      }                                                                                            \
    }                                                                                              \
  }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8)
#undef TILE

static inline void tile(int rows, float *c, size_t c_stride, const float *a, size_t a_stride,
                        const float *b, size_t b_stride, size_t depth, size_t columns) {
  switch (rows) {
  case 1: tile_1(c, c_stride, a, a_stride, b, b_stride, depth, columns); break;
  case 2: tile_2(c, c_stride, a, a_stride, b, b_stride, depth, columns); break;
  case 3: tile_3(c, c_stride, a, a_stride, b, b_stride, depth, columns); break;
  case 4: tile_4(c, c_stride, a, a_stride, b, b_stride, depth, columns); break;
  case 5: tile_5(c, c_stride, a, a_stride, b, b_stride, depth, columns); break;
  case 6: tile_6(c, c_stride, a, a_stride, b, b_stride, depth, columns); break;
  case 7: tile_7(c, c_stride, a, a_stride, b, b_stride, depth, columns); break;
  default: tile_8(c, c_stride, a, a_stride, b, b_stride, depth, columns); break;
  }
}
