#ifndef GRAD_LAYERS_H
#define GRAD_LAYERS_H

#include "kernels.h"

// y[i] = x[indices[i]], rows of row numbers each; the caller has checked the indices.
void grad_gather_rows_f64(const double *x, size_t row, const int64_t *indices, size_t n, double *y);
void grad_gather_rows_f32(const float *x, size_t row, const int64_t *indices, size_t n, float *y);
// Indices as the language has them, whole numbers in doubles.
void grad_gather_rows_by_number_f64(const double *x, size_t row, const double *indices, size_t n, double *y);
void grad_gather_rows_by_number_f32(const float *x, size_t row, const double *indices, size_t n, float *y);

// y[indices[i]] += x[i], in the order of i.
void grad_scatter_add_rows_f64(const double *x, size_t row, const int64_t *indices, size_t n, double *y);
void grad_scatter_add_rows_f32(const float *x, size_t row, const int64_t *indices, size_t n, float *y);

// Behind a matrix product: y = op(x + bias) over [rows, columns], bias [columns], op of one operand. y may be x.
void grad_bias_unary_f64(grad_operation op, size_t rows, size_t columns, const double *x, const double *bias, double *y);
void grad_bias_unary_f32(grad_operation op, size_t rows, size_t columns, const float *x, const float *bias, float *y);

// Its backward: dx = dy op'(x + bias), told from y = op(x + bias) alone, and the sums of dx down the columns in dbias (not
// wanted: null). Gives 0 for an operation whose derivative y does not tell; those that do are identity, relu, tanh, sigmoid,
// exp, softplus, sqrt and reciprocal. dx may be dy.
int grad_bias_unary_backward_f64(grad_operation op, size_t rows, size_t columns, const double *y, const double *dy, double *dx,
                                 double *dbias);
int grad_bias_unary_backward_f32(grad_operation op, size_t rows, size_t columns, const float *y, const float *dy, float *dx,
                                 float *dbias);

#endif
