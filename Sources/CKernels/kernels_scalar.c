#include "CKernels.h"
#include "simd_scalar.h"
#include "kernels_body.h"
