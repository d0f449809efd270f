#ifndef GRAD_KERNELS_H
#define GRAD_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Plain C loops that the compiler vectorizes; the vector width is chosen at run time (AVX-512, AVX2, plain). All take
// contiguous memory that the caller has sized; nothing here allocates or checks.

// Elementwise operations: one number serves the scalar, the two vector forms and compiled plans.
typedef enum {
    // one operand
    GRAD_NEG, GRAD_EXP, GRAD_LOG, GRAD_LOG1P, GRAD_EXPM1, GRAD_SQRT, GRAD_SIN, GRAD_COS, GRAD_TAN, GRAD_ASIN,
    GRAD_ACOS, GRAD_ATAN, GRAD_SINH, GRAD_COSH, GRAD_TANH, GRAD_ASINH, GRAD_ACOSH, GRAD_ATANH, GRAD_SIGMOID,
    GRAD_SOFTPLUS, GRAD_RELU, GRAD_GELU, GRAD_SILU, GRAD_ERF, GRAD_ABS, GRAD_SIGN, GRAD_FLOOR, GRAD_CEIL,
    GRAD_ROUND /* half to even */, GRAD_NOT, GRAD_SQUARE, GRAD_RECIPROCAL, GRAD_STEP /* x > 0 */, GRAD_IDENTITY,
    GRAD_LAST_UNARY = GRAD_IDENTITY,
    // two operands
    GRAD_ADD, GRAD_SUB, GRAD_MUL, GRAD_DIV, GRAD_POW, GRAD_MOD /* the sign of the divisor */, GRAD_MIN, GRAD_MAX,
    GRAD_ATAN2, GRAD_EQ, GRAD_NE, GRAD_LT, GRAD_LE, GRAD_GT, GRAD_GE, GRAD_AND, GRAD_OR,
    GRAD_LAST_BINARY = GRAD_OR,
    // three operands: where(c, a, b) is a where c != 0, else b
    GRAD_WHERE,
} grad_operation;

// The value of an operation on one number each; operands that it does not have are not looked at.
double grad_scalar(grad_operation op, double a, double b, double c);

// y[i] = op(x[i]). x and y may be the same memory.
void grad_unary_f64(grad_operation op, size_t n, const double *x, double *y);
void grad_unary_f32(grad_operation op, size_t n, const float *x, float *y);

// y[i] = op(a[i * sa], b[i * sb]); each stride is 0 (one number for all) or 1. y may be the same memory as a or b.
void grad_binary_f64(grad_operation op, size_t n, const double *a, size_t sa, const double *b, size_t sb, double *y);
void grad_binary_f32(grad_operation op, size_t n, const float *a, size_t sa, const float *b, size_t sb, float *y);

void grad_where_f64(size_t n, const double *c, size_t sc, const double *a, size_t sa, const double *b, size_t sb,
                    double *y);
void grad_where_f32(size_t n, const float *c, size_t sc, const float *a, size_t sa, const float *b, size_t sb,
                    float *y);

// Reductions of a block seen as [outer, length, inner] along its middle axis; y is [outer, inner].
// Sums are pairwise, so that the error grows with log(length), and the same whatever the vector width.
// A minimum or maximum of NaN is NaN. Arg reductions give the first place.
typedef enum {
    GRAD_REDUCE_SUM, GRAD_REDUCE_PROD, GRAD_REDUCE_MIN, GRAD_REDUCE_MAX, GRAD_REDUCE_ARGMIN, GRAD_REDUCE_ARGMAX,
    GRAD_REDUCE_ANY, GRAD_REDUCE_ALL,
} grad_reduction;
void grad_reduce_f64(grad_reduction op, size_t outer, size_t length, size_t inner, const double *x, double *y);
void grad_reduce_f32(grad_reduction op, size_t outer, size_t length, size_t inner, const float *x, float *y);

// Running sum or product along the middle axis of [outer, length, inner].
void grad_scan_f64(grad_operation add_or_mul, size_t outer, size_t length, size_t inner, const double *x, double *y);
void grad_scan_f32(grad_operation add_or_mul, size_t outer, size_t length, size_t inner, const float *x, float *y);

// Softmax along the middle axis of [outer, length, inner], its logarithm, or both: either may be null. None of them is the memory of x;
// scratch holds 2 * outer * inner numbers.
void grad_softmax_f64(size_t outer, size_t length, size_t inner, const double *x, double *soft, double *logarithm, double *scratch);
void grad_softmax_f32(size_t outer, size_t length, size_t inner, const float *x, float *soft, float *logarithm, float *scratch);

// [rows, columns] to [columns, rows], in blocks that stay in cache.
void grad_transpose_f64(size_t rows, size_t columns, const double *x, double *y);
void grad_transpose_f32(size_t rows, size_t columns, const float *x, float *y);

// Rows of so many bytes each, short ones as a rule, to another place; the steps from row to row are bytes too.
void grad_copy_rows(size_t rows, size_t bytes, const void *from, size_t from_step, void *to, size_t to_step);
// Rows of n numbers each, added to others; the steps are numbers.
void grad_add_rows_f64(size_t rows, size_t n, const double *from, size_t from_step, double *to, size_t to_step);
void grad_add_rows_f32(size_t rows, size_t n, const float *from, size_t from_step, float *to, size_t to_step);

void grad_f64_to_f32(size_t n, const double *x, float *y);
void grad_f32_to_f64(size_t n, const float *x, double *y);

// Counter-based random numbers (Philox 4x32-10; Salmon et al., SC 2011): number i of a stream depends on the key and i
// alone, so any part can be made on its own. Uniform in [0, 1) with 53 bits; normal by Box-Muller on pairs.
void grad_uniform_f64(uint64_t key, uint64_t stream, uint64_t first, size_t n, double *y);
void grad_normal_f64(uint64_t key, uint64_t stream, uint64_t first, size_t n, double *y);
void grad_bits_u64(uint64_t key, uint64_t stream, uint64_t first, size_t n, uint64_t *y);
// One block of the generator as its authors define it, to check against their published vectors.
void grad_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]);

// An address within the caller's frame: how much of the stack is left is measured, not guessed.
static inline uintptr_t grad_stack_address(void) { return (uintptr_t)__builtin_frame_address(0); }

// The lowest address of the calling thread's stack; 0 where the system does not tell.
uintptr_t grad_stack_end(void);

// The processors that this process may use.
int grad_processors(void);

// What sessions hold.
#include "ledger.h"

// What compiled plans run.
#include "helpers.h"
#include "layers.h"
#include "numeric.h"
#include "programs.h"

#endif
