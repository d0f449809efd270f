// What the hand-written programs share: the clock, and numbers of either type.
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef SINGLE
typedef float real;
#define GEMM cblas_sgemm
#define TANH tanhf
#define EXP expf
#define SQRT sqrtf
#else
typedef double real;
#define GEMM cblas_dgemm
#define TANH tanh
#define EXP exp
#define SQRT sqrt
#endif

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static real *numbers(size_t n) { return aligned_alloc(64, (n * sizeof(real) + 63) / 64 * 64); }

static real *wave(size_t n, double factor, double scale) {
    real *x = numbers(n);
    for (size_t i = 0; i < n; i++) x[i] = (real)(sin(factor * i) * scale);
    return x;
}
