#ifndef GRAD_MATH_F32_H
#define GRAD_MATH_F32_H

#include "math_f64.h"

#pragma clang fp contract(off)

// Where single precision has no polynomial of its own, it is the double's value rounded once.
#define GRAD_BY_F64(name) GRAD_INLINE float f32_##name(float x) { return (float)f64_##name((double)x); }
GRAD_BY_F64(exp) GRAD_BY_F64(log) GRAD_BY_F64(log1p) GRAD_BY_F64(expm1) GRAD_BY_F64(sin) GRAD_BY_F64(cos)
GRAD_BY_F64(tan) GRAD_BY_F64(asin) GRAD_BY_F64(acos) GRAD_BY_F64(atan) GRAD_BY_F64(sinh) GRAD_BY_F64(cosh)
GRAD_BY_F64(tanh) GRAD_BY_F64(asinh) GRAD_BY_F64(acosh) GRAD_BY_F64(atanh) GRAD_BY_F64(sigmoid)
GRAD_BY_F64(softplus) GRAD_BY_F64(gelu) GRAD_BY_F64(silu) GRAD_BY_F64(erf)

GRAD_INLINE float f32_neg(float x) { return -x; }
GRAD_INLINE float f32_sqrt(float x) { return __builtin_sqrtf(x); }
GRAD_INLINE float f32_abs(float x) { return __builtin_fabsf(x); }
GRAD_INLINE float f32_relu(float x) { return x <= 0 ? 0 : x; }
GRAD_INLINE float f32_sign(float x) { return x > 0 ? 1 : x < 0 ? -1 : x != x ? x : 0; }
GRAD_INLINE float f32_floor(float x) { return __builtin_floorf(x); }
GRAD_INLINE float f32_ceil(float x) { return __builtin_ceilf(x); }
GRAD_INLINE float f32_round(float x) { return __builtin_rintf(x); }
GRAD_INLINE float f32_not(float x) { return x == 0 ? 1 : 0; }
GRAD_INLINE float f32_square(float x) { return x * x; }
GRAD_INLINE float f32_reciprocal(float x) { return 1 / x; }
GRAD_INLINE float f32_step(float x) { return x > 0 ? 1 : 0; }
GRAD_INLINE float f32_identity(float x) { return x; }

GRAD_INLINE float f32_add(float a, float b) { return a + b; }
GRAD_INLINE float f32_sub(float a, float b) { return a - b; }
GRAD_INLINE float f32_mul(float a, float b) { return a * b; }
GRAD_INLINE float f32_div(float a, float b) { return a / b; }
GRAD_INLINE float f32_pow(float a, float b) { return (float)f64_pow(a, b); }
// The remainder of two floats is a float, so that only the last addition rounds.
GRAD_INLINE float f32_mod(float a, float b) {
    float r = fmodf(a, b);
    return r == 0 ? __builtin_copysignf(0.0f, b) : (r < 0) != (b < 0) ? r + b : r;
}
GRAD_INLINE float f32_min(float a, float b) { return a < b || a != a ? a : b; }
GRAD_INLINE float f32_max(float a, float b) { return a > b || a != a ? a : b; }
GRAD_INLINE float f32_atan2(float a, float b) { return (float)f64_atan2(a, b); }
GRAD_INLINE float f32_eq(float a, float b) { return a == b ? 1 : 0; }
GRAD_INLINE float f32_ne(float a, float b) { return a != b ? 1 : 0; }
GRAD_INLINE float f32_lt(float a, float b) { return a < b ? 1 : 0; }
GRAD_INLINE float f32_le(float a, float b) { return a <= b ? 1 : 0; }
GRAD_INLINE float f32_gt(float a, float b) { return a > b ? 1 : 0; }
GRAD_INLINE float f32_ge(float a, float b) { return a >= b ? 1 : 0; }
GRAD_INLINE float f32_and(float a, float b) { return a != 0 && b != 0 ? 1 : 0; }
GRAD_INLINE float f32_or(float a, float b) { return a != 0 || b != 0 ? 1 : 0; }
GRAD_INLINE float f32_where(float c, float a, float b) { return c != 0 ? a : b; }

#endif
