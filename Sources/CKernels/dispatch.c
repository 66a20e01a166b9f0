// Which kernels this machine can run, best first.
#include "CKernels.h"
#include <string.h>

extern const firn_kernels firn_kernels_scalar;
#if defined(__x86_64__)
extern const firn_kernels firn_kernels_avx2, firn_kernels_avx512, firn_kernels_avx512vnni;
#elif defined(__aarch64__)
extern const firn_kernels firn_kernels_neon;
#endif

enum { MOST = 4 };

// __builtin_cpu_supports asks CPUID, and XGETBV for the registers that the system saves.
static int list(const firn_kernels *found[MOST]) {
  int count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    if (__builtin_cpu_supports("avx512vnni")) found[count++] = &firn_kernels_avx512vnni;
    found[count++] = &firn_kernels_avx512;
  }
  if (avx2) found[count++] = &firn_kernels_avx2;
#elif defined(__aarch64__)
  found[count++] = &firn_kernels_neon;
#endif
  found[count++] = &firn_kernels_scalar;
  return count;
}

int firn_kernels_count(void) {
  const firn_kernels *found[MOST];
  return list(found);
}

const firn_kernels *firn_kernels_at(int index) {
  const firn_kernels *found[MOST];
  int count = list(found);
  return index >= 0 && index < count ? found[index] : 0;
}

const firn_kernels *firn_kernels_named(const char *name) {
  const firn_kernels *found[MOST];
  int count = list(found);
  if (!name || !*name) return found[0];
  for (int i = 0; i < count; i++)
    if (!strcmp(found[i]->name, name)) return found[i];
  return 0;
}

const char *firn_blas_core(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_is("intel")) return 0;
  const char *best = firn_kernels_named(0)->name;
  return !strncmp(best, "avx512", 6) ? "SkylakeX" : !strcmp(best, "avx2") ? "Haswell" : 0;
#else
  return 0;
#endif
}

size_t firn_packed_size(const firn_kernels *kernels, size_t columns, size_t depth) {
  const size_t panel = 2 * (size_t)kernels->width;
  return (columns + panel - 1) / panel * panel * depth;
}

size_t firn_packed_int8_size(const firn_kernels *kernels, size_t columns, size_t depth) {
  const size_t panel = 2 * (size_t)kernels->width, group = (size_t)kernels->int8_group;
  const size_t padded = (columns + panel - 1) / panel * panel;
  return padded * (sizeof(float) + sizeof(int32_t)) + padded * ((depth + group - 1) / group) * 4;
}

size_t firn_quantized_size(const firn_kernels *kernels, size_t rows, size_t depth) {
  const size_t group = (size_t)kernels->int8_group;
  return rows * (sizeof(float) + (depth + group - 1) / group * 4);
}

size_t firn_attention_scratch(size_t tokens, size_t head_size) {
  const size_t step = 32, rows = 8; // 2 W and TILE_ROWS at their largest
  size_t padded = (tokens + step - 1) / step * step, wide = (head_size + step - 1) / step * step;
  return head_size * padded + tokens * wide + rows * (padded + wide);
}

size_t firn_attention_training_scratch(size_t tokens, size_t head_size) {
  const size_t step = 32, rows = 8; // 2 W and TILE_ROWS at their largest
  size_t padded = (tokens + step - 1) / step * step, wide = (head_size + step - 1) / step * step;
  return padded * wide + 3 * tokens * padded + rows * (padded + wide);
}

size_t firn_relative_stride(const firn_kernels *kernels, size_t tokens) {
  const size_t width = (size_t)kernels->width;
  return (tokens + width - 1) / width * width;
}

size_t firn_relative_scratch(size_t tokens, size_t columns) {
  const size_t step = 32, rows = 48; // 2 W at its largest and KEY_BLOCK
  return (tokens + 15) / 16 * 16 + 32 + rows * ((columns + step - 1) / step * step + step);
}
