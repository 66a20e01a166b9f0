#if defined(__aarch64__)
#include "CKernels.h"
#include "simd_neon.h"
#include "kernels_body.h"
#endif
