// Why this target exists: OpenBLAS's cblas.h is the one BLAS header Firn is written against, and
// Kernels is the one target that imports it. Nothing is wrapped: all of it imports into Swift.
#pragma once
#include <cblas.h>
