#ifndef GRAD_MATH_F64_H
#define GRAD_MATH_F64_H

#include "clones.h"

// Same bits at every vector width: no multiplication and addition may be contracted to one rounding.
#pragma clang fp contract(off)

GRAD_INLINE double f64_neg(double x) { return -x; }
GRAD_INLINE double f64_exp(double x) { return exp(x); }
GRAD_INLINE double f64_log(double x) { return log(x); }
GRAD_INLINE double f64_log1p(double x) { return log1p(x); }
GRAD_INLINE double f64_expm1(double x) { return expm1(x); }
GRAD_INLINE double f64_sqrt(double x) { return __builtin_sqrt(x); }
GRAD_INLINE double f64_sin(double x) { return sin(x); }
GRAD_INLINE double f64_cos(double x) { return cos(x); }
GRAD_INLINE double f64_tan(double x) { return tan(x); }
GRAD_INLINE double f64_asin(double x) { return asin(x); }
GRAD_INLINE double f64_acos(double x) { return acos(x); }
GRAD_INLINE double f64_atan(double x) { return atan(x); }
GRAD_INLINE double f64_sinh(double x) { return sinh(x); }
GRAD_INLINE double f64_cosh(double x) { return cosh(x); }
GRAD_INLINE double f64_tanh(double x) { return tanh(x); }
GRAD_INLINE double f64_asinh(double x) { return asinh(x); }
GRAD_INLINE double f64_acosh(double x) { return acosh(x); }
GRAD_INLINE double f64_atanh(double x) { return atanh(x); }
GRAD_INLINE double f64_abs(double x) { return __builtin_fabs(x); }
GRAD_INLINE double f64_sigmoid(double x) {
    double e = f64_exp(-f64_abs(x));
    return (x < 0 ? e : 1) / (1 + e);
}
GRAD_INLINE double f64_softplus(double x) { return (x < 0 ? 0 : x) + f64_log1p(f64_exp(-f64_abs(x))); }
GRAD_INLINE double f64_relu(double x) { return x <= 0 ? 0 : x; }
GRAD_INLINE double f64_gelu(double x) { return x == -INFINITY ? -0.0 : 0.5 * x * erfc(x * -0x1.6a09e667f3bcdp-1); }
GRAD_INLINE double f64_silu(double x) { return x == -INFINITY ? -0.0 : x * f64_sigmoid(x); }
GRAD_INLINE double f64_erf(double x) { return erf(x); }
GRAD_INLINE double f64_sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x != x ? x : 0; }
GRAD_INLINE double f64_floor(double x) { return __builtin_floor(x); }
GRAD_INLINE double f64_ceil(double x) { return __builtin_ceil(x); }
GRAD_INLINE double f64_round(double x) { return __builtin_rint(x); }
GRAD_INLINE double f64_not(double x) { return x == 0 ? 1 : 0; }
GRAD_INLINE double f64_square(double x) { return x * x; }
GRAD_INLINE double f64_reciprocal(double x) { return 1 / x; }
GRAD_INLINE double f64_step(double x) { return x > 0 ? 1 : 0; }
GRAD_INLINE double f64_identity(double x) { return x; }

GRAD_INLINE double f64_add(double a, double b) { return a + b; }
GRAD_INLINE double f64_sub(double a, double b) { return a - b; }
GRAD_INLINE double f64_mul(double a, double b) { return a * b; }
GRAD_INLINE double f64_div(double a, double b) { return a / b; }
GRAD_INLINE double f64_pow(double a, double b) { return pow(a, b); }
GRAD_INLINE double f64_mod(double a, double b) {
    double r = fmod(a, b);
    return r == 0 ? __builtin_copysign(0.0, b) : (r < 0) != (b < 0) ? r + b : r;
}
// A NaN on either side comes out.
GRAD_INLINE double f64_min(double a, double b) { return a < b || a != a ? a : b; }
GRAD_INLINE double f64_max(double a, double b) { return a > b || a != a ? a : b; }
GRAD_INLINE double f64_atan2(double a, double b) { return atan2(a, b); }
GRAD_INLINE double f64_eq(double a, double b) { return a == b ? 1 : 0; }
GRAD_INLINE double f64_ne(double a, double b) { return a != b ? 1 : 0; }
GRAD_INLINE double f64_lt(double a, double b) { return a < b ? 1 : 0; }
GRAD_INLINE double f64_le(double a, double b) { return a <= b ? 1 : 0; }
GRAD_INLINE double f64_gt(double a, double b) { return a > b ? 1 : 0; }
GRAD_INLINE double f64_ge(double a, double b) { return a >= b ? 1 : 0; }
GRAD_INLINE double f64_and(double a, double b) { return a != 0 && b != 0 ? 1 : 0; }
GRAD_INLINE double f64_or(double a, double b) { return a != 0 || b != 0 ? 1 : 0; }
GRAD_INLINE double f64_where(double c, double a, double b) { return c != 0 ? a : b; }

#endif
