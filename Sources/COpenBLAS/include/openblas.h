#ifndef GRAD_OPENBLAS_H
#define GRAD_OPENBLAS_H

// OpenBLAS, loaded at the first call and not with the program: loading it takes as long as all else that `grad -e 1+1` does, since it
// is large, brings the Fortran runtime with it and starts threads of its own. The routines that the catalogue uses are declared
// here; each is named after the routine of BLAS or LAPACK that it stands for and takes the same arguments.

enum { OPENBLAS_ROW_MAJOR = 101, OPENBLAS_NO_TRANS = 111, OPENBLAS_TRANS = 112 };

// Sets the number of threads of OpenBLAS's own.
void openblas_threads(int count);

// The processor whose kernels it has chosen, as OpenBLAS names it.
const char *openblas_core(void);

void openblas_dgemm(int order, int trans_a, int trans_b, int m, int n, int k, double alpha, const double *a, int lda, const double *b,
                    int ldb, double beta, double *c, int ldc);
void openblas_sgemm(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a, int lda, const float *b,
                    int ldb, float beta, float *c, int ldc);
void openblas_dgemv(int order, int trans, int m, int n, double alpha, const double *a, int lda, const double *x, int incx, double beta,
                    double *y, int incy);
void openblas_sgemv(int order, int trans, int m, int n, float alpha, const float *a, int lda, const float *x, int incx, float beta,
                    float *y, int incy);
double openblas_ddot(int n, const double *x, int incx, const double *y, int incy);
float openblas_sdot(int n, const float *x, int incx, const float *y, int incy);

// LAPACK, by its Fortran entry points: matrices are column-major; every argument goes by address.
void openblas_dgetrf(const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info);
void openblas_dgetrs(const char *trans, const int *n, const int *nrhs, const double *a, const int *lda, const int *ipiv, double *b,
                     const int *ldb, int *info);
void openblas_dpotrf(const char *uplo, const int *n, double *a, const int *lda, int *info);
void openblas_dgeqrf(const int *m, const int *n, double *a, const int *lda, double *tau, double *work, const int *lwork, int *info);
void openblas_dorgqr(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau, double *work,
                     const int *lwork, int *info);
void openblas_dgesdd(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s, double *u, const int *ldu,
                     double *vt, const int *ldvt, double *work, const int *lwork, int *iwork, int *info);
void openblas_dsyevd(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
                     const int *lwork, int *iwork, const int *liwork, int *info);
void openblas_dtrtrs(const char *uplo, const char *trans, const char *diag, const int *n, const int *nrhs, const double *a,
                     const int *lda, double *b, const int *ldb, int *info);

#endif
