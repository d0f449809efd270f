#ifndef GRAD_SUMS_H
#define GRAD_SUMS_H

#include "clones.h"

// A block of a sum by parts: the parts are whole turns of the lanes, but for the last. In reductions.h.
enum { GRAD_SUM_LANES_F64 = 32, GRAD_SUM_LANES_F32 = 64 };
void grad_sum_lanes_f64(size_t n, const double *x, double *lanes);
void grad_sum_lanes_f32(size_t n, const float *x, float *lanes);
void grad_dot_lanes_f64(size_t n, const double *x, const double *y, double *lanes);
void grad_dot_lanes_f32(size_t n, const float *x, const float *y, float *lanes);
double grad_sum_of_lanes_f64(const double *lanes);
float grad_sum_of_lanes_f32(const float *lanes);

#endif
