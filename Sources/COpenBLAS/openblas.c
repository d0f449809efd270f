#include "include/openblas.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// The library's routines, by place; one line a routine: the name here, that of the library.
#define EACH_ROUTINE(DO) \
    DO(threads, "openblas_set_num_threads") DO(core, "openblas_get_corename") \
    DO(dgemm, "cblas_dgemm") DO(sgemm, "cblas_sgemm") DO(dgemv, "cblas_dgemv") DO(sgemv, "cblas_sgemv") \
    DO(ddot, "cblas_ddot") DO(sdot, "cblas_sdot") \
    DO(dgetrf, "dgetrf_") DO(dgetrs, "dgetrs_") DO(dpotrf, "dpotrf_") DO(dgeqrf, "dgeqrf_") DO(dorgqr, "dorgqr_") \
    DO(dgesdd, "dgesdd_") DO(dsyevd, "dsyevd_") DO(dtrtrs, "dtrtrs_")

#define PLACE(name, symbol) static __typeof__(openblas_##name) *real_##name;
EACH_ROUTINE(PLACE)

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *library(void) {
    static const char *const names[] = {
#ifdef __APPLE__
        "/opt/homebrew/opt/openblas/lib/libopenblas.dylib", "/usr/local/opt/openblas/lib/libopenblas.dylib", "libopenblas.dylib",
#else
        "libopenblas.so.0", "libopenblas.so",
#endif
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *const found = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (found) return found;
    }
    return 0;
}

// Without the library no program would have started, had it been linked in the usual way; here it ends where it is needed.
static void load(void) {
    void *const openblas = library();
#define FIND(name, symbol) \
    if (openblas) *(void **)&real_##name = dlsym(openblas, symbol); \
    if (!real_##name) { \
        fprintf(stderr, "grad: OpenBLAS cannot be loaded: %s\n", openblas ? "it has no " symbol : dlerror()); \
        exit(69); \
    }
    EACH_ROUTINE(FIND)
}

// One comparison and one jump before each call.
#define READY(name) if (__builtin_expect(!real_##name, 0)) pthread_once(&once, load)

void openblas_threads(int count) {
    READY(threads);
    real_threads(count);
}

const char *openblas_core(void) {
    READY(core);
    return real_core();
}

void openblas_dgemm(int order, int trans_a, int trans_b, int m, int n, int k, double alpha, const double *a, int lda, const double *b,
                    int ldb, double beta, double *c, int ldc) {
    READY(dgemm);
    real_dgemm(order, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void openblas_sgemm(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a, int lda, const float *b,
                    int ldb, float beta, float *c, int ldc) {
    READY(sgemm);
    real_sgemm(order, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

void openblas_dgemv(int order, int trans, int m, int n, double alpha, const double *a, int lda, const double *x, int incx, double beta,
                    double *y, int incy) {
    READY(dgemv);
    real_dgemv(order, trans, m, n, alpha, a, lda, x, incx, beta, y, incy);
}

void openblas_sgemv(int order, int trans, int m, int n, float alpha, const float *a, int lda, const float *x, int incx, float beta,
                    float *y, int incy) {
    READY(sgemv);
    real_sgemv(order, trans, m, n, alpha, a, lda, x, incx, beta, y, incy);
}

double openblas_ddot(int n, const double *x, int incx, const double *y, int incy) {
    READY(ddot);
    return real_ddot(n, x, incx, y, incy);
}

float openblas_sdot(int n, const float *x, int incx, const float *y, int incy) {
    READY(sdot);
    return real_sdot(n, x, incx, y, incy);
}

void openblas_dgetrf(const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info) {
    READY(dgetrf);
    real_dgetrf(m, n, a, lda, ipiv, info);
}

void openblas_dgetrs(const char *trans, const int *n, const int *nrhs, const double *a, const int *lda, const int *ipiv, double *b,
                     const int *ldb, int *info) {
    READY(dgetrs);
    real_dgetrs(trans, n, nrhs, a, lda, ipiv, b, ldb, info);
}

void openblas_dpotrf(const char *uplo, const int *n, double *a, const int *lda, int *info) {
    READY(dpotrf);
    real_dpotrf(uplo, n, a, lda, info);
}

void openblas_dgeqrf(const int *m, const int *n, double *a, const int *lda, double *tau, double *work, const int *lwork, int *info) {
    READY(dgeqrf);
    real_dgeqrf(m, n, a, lda, tau, work, lwork, info);
}

void openblas_dorgqr(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau, double *work,
                     const int *lwork, int *info) {
    READY(dorgqr);
    real_dorgqr(m, n, k, a, lda, tau, work, lwork, info);
}

void openblas_dgesdd(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s, double *u, const int *ldu,
                     double *vt, const int *ldvt, double *work, const int *lwork, int *iwork, int *info) {
    READY(dgesdd);
    real_dgesdd(jobz, m, n, a, lda, s, u, ldu, vt, ldvt, work, lwork, iwork, info);
}

void openblas_dsyevd(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
                     const int *lwork, int *iwork, const int *liwork, int *info) {
    READY(dsyevd);
    real_dsyevd(jobz, uplo, n, a, lda, w, work, lwork, iwork, liwork, info);
}

void openblas_dtrtrs(const char *uplo, const char *trans, const char *diag, const int *n, const int *nrhs, const double *a,
                     const int *lda, double *b, const int *ldb, int *info) {
    READY(dtrtrs);
    real_dtrtrs(uplo, trans, diag, n, nrhs, a, lda, b, ldb, info);
}
