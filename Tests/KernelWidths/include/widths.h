#ifndef GRAD_WIDTHS_H
#define GRAD_WIDTHS_H

#include <stddef.h>

// The elementwise kernels and chains compiled for one instruction set at a time, where the program itself takes what the machine has. The operations
// are those of grad_operation, as their numbers; a chain is a grad_fused.
typedef struct {
    const char *name;
    int runs_here;
    void (*unary_f64)(int operation, size_t n, const double *x, double *y);
    void (*unary_f32)(int operation, size_t n, const float *x, float *y);
    void (*binary_f64)(int operation, size_t n, const double *a, size_t sa, const double *b, size_t sb, double *y);
    void (*binary_f32)(int operation, size_t n, const float *a, size_t sa, const float *b, size_t sb, float *y);
    void (*chain_f64)(const void *chain, size_t first, size_t n, void *scratch);
    void (*chain_f32)(const void *chain, size_t first, size_t n, void *scratch);
} grad_width;

// The instruction sets of this architecture; gives their number.
size_t grad_widths(const grad_width **widths);

#endif
