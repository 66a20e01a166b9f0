// Why this target exists: cblas.h is the one BLAS header Firn is written against, and Kernels is the
// one target that imports it. The header alone: OpenBLAS itself is loaded when the first product asks
// for it (Sources/Kernels/OpenBLAS.swift says why), so the target names no library to link.
#pragma once
#include <cblas.h>

// The types of the functions that are looked up in the loaded library, with the 32-bit integers of
// every libopenblas.so.0.
typedef void (*firn_cblas_dgemm)(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE, enum CBLAS_TRANSPOSE, int m,
                                 int n, int k, double alpha, const double *a, int lda,
                                 const double *b, int ldb, double beta, double *c, int ldc);
typedef void (*firn_cblas_sgemm)(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE, enum CBLAS_TRANSPOSE, int m,
                                 int n, int k, float alpha, const float *a, int lda, const float *b,
                                 int ldb, float beta, float *c, int ldc);
typedef void (*firn_openblas_set_num_threads)(int threads);
