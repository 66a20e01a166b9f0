// Why this target exists: the one place that knows CBLAS's calls; only Kernels imports it. It declares
// what it needs of cblas.h itself and names no library to link: OpenBLAS is loaded when the first product
// asks for it (Sources/Kernels/OpenBLAS.swift says why), wherever its header lies.
#pragma once

// Source: the CBLAS interface (Blackford et al. 2002, doi:10.1145/567806.567807), with the 32-bit
// integers of every libopenblas.so.0.
enum CBLAS_ORDER { CblasRowMajor = 101 };
enum CBLAS_TRANSPOSE { CblasNoTrans = 111, CblasTrans = 112 };

typedef void (*firn_cblas_dgemm)(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE, enum CBLAS_TRANSPOSE, int m,
                                 int n, int k, double alpha, const double *a, int lda,
                                 const double *b, int ldb, double beta, double *c, int ldc);
typedef void (*firn_cblas_sgemm)(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE, enum CBLAS_TRANSPOSE, int m,
                                 int n, int k, float alpha, const float *a, int lda, const float *b,
                                 int ldb, float beta, float *c, int ldc);
// LAPACK's own name, for Fortran: every argument a pointer, the lengths of the two strings at the end.
typedef void (*firn_dsyevd)(const char *job, const char *triangle, const int *n, double *a, const int *lda,
                            double *values, double *work, const int *work_size, int *integers,
                            const int *integer_size, int *status, unsigned long, unsigned long);
typedef void (*firn_openblas_set_num_threads)(int threads);
