#if defined(__x86_64__)
#include "CKernels.h"
// Headers of the C library come before the pragma, so that only our functions carry the target.
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512vnni,avx2,fma"))), apply_to = function)
#define FIRN_VNNI
#include "simd_avx512.h"
#include "kernels_body.h"
#pragma clang attribute pop
#endif
